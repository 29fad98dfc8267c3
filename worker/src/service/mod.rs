//! What the routes ask for: each service composes the core's operations over the ports.

pub mod availability;
pub mod booking;
pub mod conflicts;
pub mod connect;
pub mod holds;
pub mod import;
pub mod imports;
pub mod own_events;
pub mod rotate;
pub mod schedule;
pub mod slots;
pub mod synchronise;
pub mod tasks;
pub mod tokens;
pub mod webhooks;

use crate::database::DbError;
use crate::log::Line;
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
    Taken {
        /// What stands in the way.
        conflicts: Vec<availability::Conflict>,
        /// What is free near it.
        alternatives: Vec<kalends::Span>,
    },
    /// Others kept changing the same time; it may well be free.
    #[error("Too many changes at once; try again")]
    Contended,
    /// The appointment's status does not allow this step.
    #[error("{0}")]
    NotAllowed(String),
}

impl ServiceError {
    /// The stable word by which the API and the log know it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Provider(error) | Self::Sync(SyncError::Provider(error)) => match error {
                ProviderError::Unauthorized => "calendar_unauthorized",
                ProviderError::NoCalendar(_) => "no_calendar",
                ProviderError::Moved(_) => "calendar_moved",
                ProviderError::Full => "calendar_full",
                ProviderError::Unreachable(_) => "calendar_unreachable",
                ProviderError::Protocol(_) => "calendar_protocol",
                ProviderError::Refused(_) => "calendar_refused",
                ProviderError::Throttled { .. } => "calendar_throttled",
            },
            Self::Database(_) | Self::Sync(SyncError::Store(_)) => "database",
            Self::Sync(SyncError::Busy | SyncError::Unfinished) => "sync_in_progress",
            Self::Sync(SyncError::MassDeletion { .. }) => "mass_deletion",
            Self::Recurrence(_) | Self::Invalid { .. } => "invalid_field",
            Self::Vault(_) => "credentials_unreadable",
            Self::NotConfigured => "caldav_not_configured",
            Self::NotFound(_) => "not_found",
            Self::Contended => "try_again",
            Self::NotAllowed(_) => "not_allowed",
            Self::Taken { .. } => "slot_not_available",
        }
    }

    /// The same in a line of the log.
    pub fn in_log(&self, line: Line) -> Line {
        let line = line.code(self.code());
        match self {
            Self::Database(error) => line.database(error),
            Self::Sync(SyncError::Store(error)) => line.database(error),
            other => line.words(other),
        }
    }

    /// What a person reads in a connection's state: a database's own words are for the log.
    pub fn sentence(&self) -> String {
        match self {
            Self::Database(_) | Self::Sync(SyncError::Store(_)) => "the database did not answer".to_owned(),
            other => other.to_string(),
        }
    }
}
