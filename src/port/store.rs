//! What the core asks of a database: typed loads, and one atomic `commit`.

use super::rows::{
    Conflict, ConflictId, ConnectionId, ConnectionState, Cursor, Intent, Link, LinkId, Mirrored, Retry,
    RunLog,
};
use crate::booking::Entry;
use crate::time::{Instant, Span};
use std::collections::HashMap;

/// Proof of holding a connection's lease; a commit with an older number is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fence(pub i64);

/// A lease, and how far the calendar had been read when it was taken: what was loaded before may be out of date.
#[derive(Debug, Clone, PartialEq)]
pub struct Lease {
    /// The proof of holding it.
    pub fence: Fence,
    /// How far its changes have been read.
    pub cursor: Option<Cursor>,
    /// The time of which every event is mirrored; none where that is all time.
    pub window: Option<Span>,
}

/// Why a load or a commit failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else took the lease over.
    #[error("another run took this connection over")]
    Fenced,
    /// An appointment or task was changed since it was read.
    #[error("it was changed meanwhile")]
    Stale,
    /// The database failed.
    #[error("the database failed: {0}")]
    Failed(String),
}

/// One change of a commit.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Insert or replace a link.
    PutLink(Link),
    /// Insert or replace what a link's remote object says.
    PutEvent(LinkId, Mirrored),
    /// Remove a link, its mirrored event and its intents.
    DropLink(LinkId),
    /// Insert an intent.
    PutIntent(Intent),
    /// Remove an intent.
    DropIntent(String),
    /// Write an appointment or task that the calendar changed, if its revision is still `expected`.
    PutEntry {
        /// The appointment or task as it shall be; its revision is raised by the store.
        entry: Box<Entry>,
        /// The revision that it was derived from.
        expected: i64,
    },
    /// Everything up to here has been read.
    SetCursor(Cursor),
    /// What was read proves nothing any more: the next run lists everything.
    ForgetCursor,
    /// Every event that touches this span is mirrored, or will be once the listing that begins is complete.
    SetWindow(Span),
    /// How the connection fares after this run.
    SetState {
        /// The state.
        state: ConnectionState,
        /// The last error, or none.
        error: Option<String>,
        /// When the last successful sync ended, if this was one.
        synced_at: Option<Instant>,
        /// When it is tried again.
        retry: Retry,
    },
    /// Insert or replace a conflict, with both its versions.
    PutConflict(Conflict),
    /// Both sides of an open conflict came to say the same.
    EndConflict(ConflictId),
    /// Log a run.
    Log(RunLog),
}

/// The database.
pub trait Store {
    /// Takes the connection's lease until `until`, or tells that another run has it.
    async fn lease(
        &self,
        connection: &ConnectionId,
        now: Instant,
        until: Instant,
    ) -> Result<Option<Lease>, StoreError>;

    /// Gives the lease back.
    async fn release(&self, connection: &ConnectionId, fence: Fence) -> Result<(), StoreError>;

    /// All links of the connection's calendar.
    async fn links(&self, connection: &ConnectionId) -> Result<Vec<Link>, StoreError>;

    /// The links whose remote objects are known to be there and were never read, since they lay outside of the window.
    async fn unread(&self, connection: &ConnectionId) -> Result<Vec<LinkId>, StoreError>;

    /// The sources of what is mirrored of some links, as many as one query may name.
    async fn sources(&self, links: &[LinkId]) -> Result<HashMap<LinkId, String>, StoreError>;

    /// The source of what is mirrored of one link.
    async fn source(&self, link: &LinkId) -> Result<Option<String>, StoreError> {
        Ok(self.sources(std::slice::from_ref(link)).await?.remove(link))
    }

    /// One appointment of the connection's owner, or, where it is connected for tasks, one task.
    async fn entry(&self, connection: &ConnectionId, id: &str) -> Result<Option<Entry>, StoreError>;

    /// Appointments of the owner that the calendar has not got as they are: live ones without a link that end after
    /// `since`, and those with a link, ended ones among them, at another revision than the agreed one. Of a task list
    /// the same of tasks, which end when they are done; those without a link whose home it is.
    async fn unsynced(&self, connection: &ConnectionId, since: Instant) -> Result<Vec<Entry>, StoreError>;

    /// Intents that were committed and not settled.
    async fn outbox(&self, connection: &ConnectionId) -> Result<Vec<Intent>, StoreError>;

    /// Carries out all changes and extends the lease until `until`, or does nothing; nothing if the fence is not the
    /// connection's newest.
    async fn commit(
        &self,
        connection: &ConnectionId,
        fence: Fence,
        until: Instant,
        changes: &[Change],
    ) -> Result<(), StoreError>;
}
