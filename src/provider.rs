//! The door between the sync engine and any calendar service.
#![allow(async_fn_in_trait)]

use crate::port::{Cursor, Intent, RemoteId, Version};
use crate::time::Span;

/// Why a calendar service did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The credentials are refused.
    #[error("401 Unauthorized: the calendar server refuses the user name or password")]
    Unauthorized,
    /// The calendar is not there, or never was one.
    #[error("there is no calendar at {0}")]
    NoCalendar(String),
    /// Try again later.
    #[error("the calendar server asks to wait{}", .after.map(|s| format!(" {s} seconds")).unwrap_or_default())]
    Throttled {
        /// After so many seconds, if it said so.
        after: Option<u32>,
    },
    /// No answer.
    #[error("the calendar server cannot be reached: {0}")]
    Unreachable(String),
    /// The calendar is at another address now.
    #[error("the calendar has moved to {0}; connect it again at that address")]
    Moved(String),
    /// The server's storage is used up.
    #[error("the calendar server has no room left for this account")]
    Full,
    /// The server sent what it should not.
    #[error("the calendar server answered what Kalends does not understand: {0}")]
    Protocol(String),
    /// The address may not be asked.
    #[error("{0}")]
    Refused(String),
}

/// How far a service can be taken at its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// What a create and a delete do under a precondition that does not hold.
    pub preconditions: Preconditions,
    /// What becomes of writers who were derived from the same version and write at once.
    pub writers: Writers,
    /// What a version tells.
    pub versions: Versions,
    /// What a report of changes tells.
    pub replies: Replies,
}

impl Capabilities {
    /// Of a service of which nothing is known.
    pub const CAREFUL: Self = Self {
        preconditions: Preconditions::Ignored,
        writers: Writers::Several,
        versions: Versions::Reused,
        replies: Replies::Doubtful,
    };
}

/// What a create and a delete do under a precondition that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preconditions {
    /// They are refused.
    Kept,
    /// They may be carried out all the same: what is there has to be read before.
    Ignored,
}

/// What becomes of writers who were derived from the same version and write at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writers {
    /// One of them wins, and the others are told.
    One,
    /// Several may be told that they have won: what is there has to be read afterwards.
    Several,
}

/// What a version tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versions {
    /// The same version is the same content.
    Unique,
    /// Another object at the same address may have the version of the one before.
    Reused,
}

/// What a report of changes tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replies {
    /// Everything that happened.
    Complete,
    /// Not everything, at times: all is listed once a day.
    Doubtful,
}

/// One thing that a calendar says has happened to a remote object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemoteChange {
    /// It is there, in this version.
    Present(RemoteId, Version),
    /// It is there, in this version, and this is its body: a service that tells it along need not be asked again.
    Read(RemoteId, Version, String),
    /// It is there, but the service cannot tell its version; the reason.
    Unreadable(RemoteId, String),
    /// It lies where the account's credentials must not go, and is asked for never.
    Foreign(RemoteId),
    /// The service itself says that it is gone.
    Gone(RemoteId),
}

impl RemoteChange {
    /// The object that it is about.
    pub fn id(&self) -> &RemoteId {
        match self {
            Self::Present(id, _)
            | Self::Read(id, ..)
            | Self::Unreadable(id, _)
            | Self::Foreign(id)
            | Self::Gone(id) => id,
        }
    }
}

/// A page of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// What happened, each object once.
    pub items: Vec<RemoteChange>,
    /// Where the next page or the next run begins.
    pub next: Cursor,
    /// Whether this is the last page.
    pub last: bool,
    /// Whether this page begins a listing of everything: once its last page is read, an object not named is gone.
    pub full_listing: bool,
}

/// Whether a calendar has anything new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Probe {
    /// Nothing since the cursor.
    Unchanged,
    /// Something, or the service cannot tell.
    Changed,
}

/// The body of a remote object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// As it is now.
    Found(RemoteId, Version, String),
    /// The service says that there is none.
    Missing(RemoteId),
}

impl Fetched {
    /// The object that it is about.
    pub fn id(&self) -> &RemoteId {
        match self {
            Self::Found(id, ..) | Self::Missing(id) => id,
        }
    }
}

/// What became of a remote write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It is done; the version if the service told it.
    Applied(Option<Version>),
    /// It is done, and the object is at this address now; the version if the service told it.
    AppliedAt(RemoteId, Option<Version>),
    /// The object is not in the version that the write was derived from.
    Conflict,
    /// The object is gone.
    Gone,
    /// This calendar cannot be written.
    ReadOnly,
    /// The service refuses this object; the reason.
    Rejected(String),
    /// No reply came: it may have happened or not.
    Unknown,
    /// Not now; after so many seconds if told.
    Retry(Option<u32>),
    /// The service has no room for it.
    Full,
}

/// One calendar at a service.
pub trait Provider {
    /// How far the service can be taken at its word, as far as is known by now.
    fn capabilities(&self) -> Capabilities;

    /// Whether anything has changed since `cursor`, as cheaply as the service can tell.
    async fn probe(&self, cursor: &Cursor) -> Result<Probe, ProviderError>;

    /// A page of what has changed since `cursor`, or of everything.
    async fn changes(&self, cursor: Option<&Cursor>) -> Result<Changes, ProviderError>;

    /// The objects that touch a span of time, series that recur in it included, and perhaps a few more; none where the
    /// service cannot tell.
    async fn touching(&self, span: Span) -> Result<Option<Vec<RemoteId>>, ProviderError>;

    /// The objects that touch a span of time with their bodies, by one request of moderate size; none where that is
    /// too much for it, or the service cannot tell.
    async fn bodies_touching(&self, span: Span) -> Result<Option<Vec<Fetched>>, ProviderError>;

    /// The bodies of some objects; every one asked for is in the answer. Where the service gives its objects ids of its
    /// own, one that was made under an id of [`Provider::id_for`] is found by it, and told under its own.
    async fn fetch(&self, ids: &[RemoteId]) -> Result<Vec<Fetched>, ProviderError>;

    /// The id that a new object with this UID gets, or by which it is found until its own is known.
    fn id_for(&self, uid: &str) -> RemoteId;

    /// The form of an id in which two spellings of it are equal.
    fn key(&self, id: &RemoteId) -> String;

    /// Carries out a committed intent.
    async fn write(&self, intent: &Intent) -> Result<Written, ProviderError>;
}
