//! The door between the sync engine and any calendar service.
#![allow(async_fn_in_trait)]

use crate::port::{Cursor, Intent, RemoteId, Version};

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
    /// The server sent what it should not.
    #[error("the calendar server answered what Kalends does not understand: {0}")]
    Protocol(String),
    /// The address may not be asked.
    #[error("{0}")]
    Refused(String),
}

/// One thing that a calendar says has happened to a remote object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemoteChange {
    /// It is there, in this version.
    Present(RemoteId, Version),
    /// It is there, but the service cannot tell its version; the reason.
    Unreadable(RemoteId, String),
    /// The service itself says that it is gone.
    Gone(RemoteId),
}

/// A page of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// What happened.
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

/// What became of a remote write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// It is done; the version if the service told it.
    Applied(Option<Version>),
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
}

/// One calendar at a service.
pub trait Provider {
    /// Whether anything has changed since `cursor`, as cheaply as the service can tell.
    async fn probe(&self, cursor: &Cursor) -> Result<Probe, ProviderError>;

    /// A page of what has changed since `cursor`, or of everything.
    async fn changes(&self, cursor: Option<&Cursor>) -> Result<Changes, ProviderError>;

    /// The bodies of some objects; every one asked for is in the answer.
    async fn fetch(&self, ids: &[RemoteId]) -> Result<Vec<Fetched>, ProviderError>;

    /// The id that a new object with this UID gets.
    fn id_for(&self, uid: &str) -> RemoteId;

    /// The form of an id in which two spellings of it are equal.
    fn key(&self, id: &RemoteId) -> String;

    /// Carries out a committed intent.
    async fn write(&self, intent: &Intent) -> Result<Written, ProviderError>;
}
