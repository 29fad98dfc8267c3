//! What a [`super::Store`] keeps: connections, links, mirrored events, intents and the log.

use crate::booking::{Kind, Source};
use crate::event::{EntryContent, Field};
use crate::time::{Instant, Span};
use serde::{Deserialize, Serialize};

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(
    /// The id of a connection.
    ConnectionId
);
text_id!(
    /// The id of a calendar of a connection.
    CalendarId
);
text_id!(
    /// The id of a link.
    LinkId
);
text_id!(
    /// The id of a conflict.
    ConflictId
);
text_id!(
    /// How a provider names one remote object: a CalDAV href (path, percent-encoding as the server sent it) or an
    /// event id.
    RemoteId
);
text_id!(
    /// One version of a remote object: an etag or the like; only ever compared and sent back.
    Version
);
text_id!(
    /// How far a calendar's changes have been read: a sync-token, ctag, syncToken or deltaLink with what else the
    /// provider's module needs; opaque to everyone else.
    Cursor
);

/// The owner of a calendar within a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OwnerKey {
    /// The application.
    pub tenant: String,
    /// The application's own id for the user, agent or artist.
    pub owner: String,
}

/// Who wins where both sides changed the same field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// The later change; the calendar wins a tie, and an edit beats a delete.
    LastWriteWins,
    /// The calendar.
    ExternalWins,
    /// The application.
    LocalWins,
    /// Whoever a person chooses; until then both stay as they are.
    Manual,
}

/// How a connection fares; the words of the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ConnectionState {
    /// It works.
    Active,
    /// Stopped by a person or by the mass-deletion brake.
    Paused,
    /// The last sync failed; the next one tries again.
    Error,
    /// The provider refuses the credentials.
    NeedsReauth,
}

/// When a connection that failed is tried again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retry {
    /// How often it has failed in a row.
    pub failures: u32,
    /// When the clock tries it; none where its ordinary turn, or a person, decides.
    pub at: Option<Instant>,
    /// Until when its service wants to be left alone.
    pub hold_until: Option<Instant>,
}

/// One account at a provider, with the calendar that is kept in sync.
#[derive(Debug, Clone)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// Whose it is.
    pub owner: OwnerKey,
    /// How it fares.
    pub state: ConnectionState,
    /// How it has failed so far.
    pub retry: Retry,
    /// Who wins a conflict.
    pub policy: Policy,
    /// Whether changes of the application reach the calendar.
    pub auto_export: bool,
    /// Whether changes of the calendar reach the application's appointments or tasks.
    pub bidirectional: bool,
    /// The calendar.
    pub calendar: CalendarRow,
}

/// One collection in a connection.
#[derive(Debug, Clone)]
pub struct CalendarRow {
    /// Its id.
    pub id: CalendarId,
    /// Its address.
    pub url: String,
    /// What it is connected for.
    pub kind: Kind,
    /// How far its changes have been read.
    pub cursor: Option<Cursor>,
    /// The time of which every event is mirrored; none where that is all time.
    pub window: Option<Span>,
}

/// The row that ties an appointment or task, or an entry that only the calendar has, to its remote object; the only home
/// of href, UID and etag.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// The remote object.
    pub remote: RemoteId,
    /// The UID of what stands there.
    pub uid: String,
    /// The version last read or written; none until a create is known to have arrived.
    pub version: Option<Version>,
    /// The appointment or task that it belongs to; none for what the owner made in the calendar.
    pub entry: Option<String>,
    /// What both sides last agreed on.
    pub base: Option<EntryContent>,
    /// The appointment's or task's revision that `base` came from.
    pub agreed_revision: i64,
    /// The conflict that waits for a person; until then nothing is written either way.
    pub conflict: Option<OpenConflict>,
}

/// A conflict that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenConflict {
    /// Its id.
    pub id: ConflictId,
    /// The side that the person has chosen.
    pub choice: Option<Source>,
}

/// How a conflict ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It has not.
    Open,
    /// The application's version stands.
    Application,
    /// The calendar's version stands.
    Calendar,
    /// Both sides came to say the same.
    Agreed,
}

/// Two versions of an appointment or task that do not go together; both are kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// Its id.
    pub id: ConflictId,
    /// The appointment or task.
    pub entry: String,
    /// The fields that both sides had changed; none where one of them had ended or deleted it.
    pub fields: Vec<Field>,
    /// The application's version; none where it had ended it.
    pub application: Option<EntryContent>,
    /// The calendar's version; none where it was deleted there.
    pub calendar: Option<EntryContent>,
    /// Which stands.
    pub outcome: Outcome,
}

impl Conflict {
    /// The version that had to give way, if there is one.
    pub fn lost(&self) -> Option<&EntryContent> {
        match self.outcome {
            Outcome::Application => self.calendar.as_ref(),
            Outcome::Calendar => self.application.as_ref(),
            Outcome::Open | Outcome::Agreed => None,
        }
    }

    /// Of what kind the calendar is.
    pub fn kind(&self) -> Option<Kind> {
        self.application.as_ref().or(self.calendar.as_ref()).map(Kind::of)
    }
}

/// A remote object as mirrored: its source and the bounds of its series.
#[derive(Debug, Clone, PartialEq)]
pub struct Mirrored {
    /// The calendar object as it came.
    pub source: String,
    /// From the first start to the last end; none where it cannot be told, which reads as "always look".
    pub bounds: Bounds,
}

/// The first start and, where the series ends, the last end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// First start.
    pub start: Option<Instant>,
    /// Last end; none for an endless series.
    pub end: Option<Instant>,
}

impl From<Span> for Bounds {
    fn from(span: Span) -> Self {
        Self { start: Some(span.start()), end: Some(span.end()) }
    }
}

/// What a remote write is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentKind {
    /// Make the object.
    Create,
    /// Change the object.
    Update,
    /// Remove the object.
    Delete,
}

/// A remote write, committed before it is sent, so that a crash or a lost reply can be settled by reading back.
#[derive(Debug, Clone, PartialEq)]
pub struct Intent {
    /// Its id.
    pub id: String,
    /// The link that it writes.
    pub link: LinkId,
    /// What it does.
    pub kind: IntentKind,
    /// The object that it writes; made of the UID before a create.
    pub remote: RemoteId,
    /// The version that it was derived from.
    pub base_version: Option<Version>,
    /// The body; empty for a delete.
    pub body: String,
    /// What the body says, for the agreed state.
    pub content: Option<EntryContent>,
    /// The appointment's or task's revision that it carries.
    pub revision: i64,
}

/// Which way events went in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Calendar to application.
    Import,
    /// Application to calendar.
    Export,
    /// Both.
    Bidirectional,
}

/// One run, as `calendar_sync_logs` shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunLog {
    /// `manual`, `scheduled`, `initial` or `change`.
    pub sync_type: &'static str,
    /// Which way.
    pub direction: Direction,
    /// Events that came from the calendar for the first time.
    pub imported: u32,
    /// Appointments and tasks that reached the calendar for the first time.
    pub exported: u32,
    /// Changes taken over, either way.
    pub updated: u32,
    /// Removed, either way.
    pub deleted: u32,
    /// Both sides had changed.
    pub conflicts: u32,
    /// How long it took in milliseconds.
    pub duration: i64,
    /// What went wrong, as a sentence.
    pub error: Option<String>,
    /// Details for a person who looks: one line each.
    pub details: Vec<String>,
}
