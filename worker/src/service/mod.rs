//! What the routes ask for: each service composes the core's operations over the ports.

pub mod availability;
pub mod booking;
pub mod conflicts;
pub mod connect;
pub mod import;
pub mod imports;
pub mod own_events;
pub mod rotate;
pub mod schedule;
pub mod synchronise;
pub mod tasks;
pub mod tokens;

use crate::database::DbError;
use kalends::provider::ProviderError;
use kalends::sync::SyncError;
use kalends::vault::SealError;

/// Why a service did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DbError),
    /// A calendar service.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// A run.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// A series that cannot be expanded.
    #[error(transparent)]
    Recurrence(#[from] kalends::RecurrenceError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] SealError),
    /// The service account is asked for, and there is none for this tenant and address.
    #[error(
        "CalDAV not configured: set NEXTCLOUD_BASE_URL, NEXTCLOUD_USERNAME and NEXTCLOUD_PASSWORD, or give a username and password with the calendar; the account serves calendars of its own server and of the tenant default"
    )]
    NotConfigured,
    /// There is no such thing for this caller.
    #[error("{0}")]
    NotFound(&'static str),
    /// The request cannot be carried out as it is.
    #[error("{sentence}")]
    Invalid {
        /// The field.
        field: &'static str,
        /// What is wrong with it.
        sentence: String,
    },
    /// The time is taken.
    #[error("Time slot not available")]
    Taken(Vec<availability::Conflict>),
    /// Others kept changing the same time; it may well be free.
    #[error("Too many changes at once; try again")]
    Contended,
    /// The appointment's status does not allow this step.
    #[error("{0}")]
    NotAllowed(String),
}

impl ServiceError {
    /// What a person reads in a connection's state: a database's own words are for the log.
    pub fn sentence(&self) -> String {
        match self {
            Self::Database(_) | Self::Sync(SyncError::Store(_)) => "the database did not answer".to_owned(),
            other => other.to_string(),
        }
    }
}
