//! `calendar_connections` with the calendar of each.

use super::{Database, DbError, Statement};
use kalends::port::{
    CalendarId, CalendarRow, Connection, ConnectionId, ConnectionState, Cursor, OwnerKey, Policy,
};
use kalends::vault::SealedCredentials;
use kalends::{Instant, Span};
use serde::Deserialize;

/// A connection as it is stored.
#[derive(Debug, Deserialize)]
pub struct ConnectionRow {
    pub id: String,
    pub tenant: String,
    pub owner: String,
    pub provider: String,
    pub wrapped_key: String,
    pub encrypted_username: String,
    pub encrypted_password: String,
    pub sync_status: ConnectionState,
    pub sync_interval: i64,
    pub bidirectional_sync: i64,
    pub auto_export: i64,
    pub conflict_policy: Policy,
    pub last_sync_at: Option<i64>,
    pub last_sync_error: Option<String>,
    pub updated_at: i64,
    pub calendar_id: String,
    pub calendar_url: String,
    pub calendar_name: String,
    pub color: Option<String>,
    pub cursor: Option<String>,
    pub window_start: Option<i64>,
    pub window_end: Option<i64>,
}

impl ConnectionRow {
    /// The sealed credentials.
    pub fn sealed(&self) -> SealedCredentials {
        SealedCredentials {
            wrapped_key: self.wrapped_key.clone(),
            username: self.encrypted_username.clone(),
            password: self.encrypted_password.clone(),
        }
    }

    /// The time of which every event is mirrored; none where that is all time.
    pub fn window(&self) -> Option<Span> {
        Span::new(Instant::from_millis(self.window_start?), Instant::from_millis(self.window_end?))
    }

    /// Whether its last run failed so recently that another one would only wait for the same.
    pub fn failed_just_now(&self, now: Instant) -> bool {
        self.sync_status == ConnectionState::Error && now.millis() - self.updated_at < HOLD_OFF
    }

    /// The connection as the core knows it.
    pub fn connection(&self) -> Connection {
        Connection {
            id: ConnectionId(self.id.clone()),
            owner: OwnerKey { tenant: self.tenant.clone(), owner: self.owner.clone() },
            state: self.sync_status,
            policy: self.conflict_policy,
            auto_export: self.auto_export != 0,
            bidirectional: self.bidirectional_sync != 0,
            calendar: CalendarRow {
                id: CalendarId(self.calendar_id.clone()),
                url: self.calendar_url.clone(),
                cursor: self.cursor.clone().map(Cursor),
                window: self.window(),
            },
        }
    }
}

/// A connection about to be stored.
pub struct NewConnection<'a> {
    pub id: &'a str,
    pub owner: &'a OwnerKey,
    pub provider: &'a str,
    pub account: &'a str,
    pub sealed: &'a SealedCredentials,
    pub settings: ConnectionSettings,
    pub calendar_id: &'a str,
    pub calendar_url: &'a str,
    pub calendar_name: &'a str,
    pub color: Option<&'a str>,
}

/// What the caller chooses; what is left out keeps its default, or on reconnecting its present value.
#[derive(Debug, Clone, Copy, Default)]
pub struct ConnectionSettings {
    pub sync_interval: Option<i64>,
    pub bidirectional_sync: Option<bool>,
    pub auto_export: Option<bool>,
    pub conflict_policy: Option<Policy>,
}

/// For so many milliseconds after a failure a calendar is not asked again by calls that do not name it.
const HOLD_OFF: i64 = 10_000;

const COLUMNS: &str = "c.id, c.tenant, c.owner, c.provider, c.wrapped_key, c.encrypted_username,
    c.encrypted_password, c.sync_status, c.sync_interval, c.bidirectional_sync, c.auto_export, c.conflict_policy,
    c.last_sync_at, c.last_sync_error, c.updated_at, k.id AS calendar_id, k.url AS calendar_url, k.name AS calendar_name, k.color,
    k.cursor, k.window_start, k.window_end FROM calendar_connections c JOIN calendars k ON k.connection_id = c.id";

/// The word that is stored and shown.
pub fn policy_word(policy: Policy) -> &'static str {
    match policy {
        Policy::LastWriteWins => "last_write_wins",
        Policy::ExternalWins => "external_wins",
        Policy::LocalWins => "local_wins",
    }
}

/// The word that is stored and shown.
pub fn state_word(state: ConnectionState) -> &'static str {
    match state {
        ConnectionState::Active => "ACTIVE",
        ConnectionState::Paused => "PAUSED",
        ConnectionState::Error => "ERROR",
        ConnectionState::NeedsReauth => "NEEDS_REAUTH",
    }
}

impl Database {
    /// One connection of a tenant.
    pub async fn connection(&self, tenant: &str, id: &str) -> Result<Option<ConnectionRow>, DbError> {
        self.first(&format!("SELECT {COLUMNS} WHERE c.tenant = ? AND c.id = ?"), &[&tenant, &id]).await
    }

    /// An owner's connections.
    pub async fn connections(
        &self,
        owner: &OwnerKey,
        id: Option<&str>,
    ) -> Result<Vec<ConnectionRow>, DbError> {
        let sql = format!(
            "SELECT {COLUMNS} WHERE c.tenant = ?1 AND c.owner = ?2 AND (?3 IS NULL OR c.id = ?3) ORDER BY c.created_at, c.id"
        );
        self.all(&sql, &[&owner.tenant, &owner.owner, &id]).await
    }

    /// Every connection that the clock looks at.
    pub async fn scheduled_connections(&self) -> Result<Vec<ConnectionRow>, DbError> {
        let sql = format!(
            "SELECT {COLUMNS} WHERE c.sync_enabled = 1 AND c.sync_status IN ('ACTIVE', 'ERROR') ORDER BY c.id"
        );
        self.all(&sql, &[]).await
    }

    /// Notes that a run could not even begin.
    pub async fn connection_failed(&self, id: &str, error: &str, now: Instant) -> Result<(), DbError> {
        let sql =
            "UPDATE calendar_connections SET sync_status = 'ERROR', last_sync_error = ?2, updated_at = ?3
             WHERE id = ?1 AND sync_status IN ('ACTIVE', 'ERROR')";
        self.run(sql, &[&id, &error, &now]).await
    }

    /// Stores a connection and its calendar; one that is there under the same id is renewed, and a run that still
    /// uses the old credentials is fenced off.
    pub fn put_connection(&self, new: &NewConnection<'_>, now: Instant) -> Result<Vec<Statement>, DbError> {
        let settings = new.settings;
        let connection = self.statement(
            "INSERT INTO calendar_connections (id, tenant, owner, provider, account, wrapped_key, encrypted_username,
               encrypted_password, sync_interval, bidirectional_sync, auto_export, conflict_policy, created_at,
               updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, coalesce(?9, 300), coalesce(?10, 1), coalesce(?11, 1),
               coalesce(?12, 'last_write_wins'), ?13, ?13)
             ON CONFLICT (id) DO UPDATE SET account = ?5, wrapped_key = ?6, encrypted_username = ?7,
               encrypted_password = ?8, sync_status = 'ACTIVE', last_sync_error = NULL,
               sync_interval = coalesce(?9, sync_interval), bidirectional_sync = coalesce(?10, bidirectional_sync),
               auto_export = coalesce(?11, auto_export), conflict_policy = coalesce(?12, conflict_policy),
               fence = fence + 1, lease_until = 0, updated_at = ?13",
            &[
                &new.id,
                &new.owner.tenant,
                &new.owner.owner,
                &new.provider,
                &new.account,
                &new.sealed.wrapped_key,
                &new.sealed.username,
                &new.sealed.password,
                &settings.sync_interval,
                &settings.bidirectional_sync,
                &settings.auto_export,
                &settings.conflict_policy.map(policy_word),
                &now,
            ],
        )?;
        let calendar = self.statement(
            "INSERT INTO calendars (id, connection_id, url, name, color) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (connection_id) DO UPDATE SET name = ?4, color = ?5",
            &[&new.calendar_id, &new.id, &new.calendar_url, &new.calendar_name, &new.color],
        )?;
        Ok(vec![connection, calendar])
    }

    /// Takes the lease if it is free; the new fence.
    pub async fn take_lease(
        &self,
        id: &ConnectionId,
        now: Instant,
        until: Instant,
    ) -> Result<Option<i64>, DbError> {
        #[derive(Deserialize)]
        struct Row {
            fence: i64,
        }
        let sql = "UPDATE calendar_connections SET fence = fence + 1, lease_until = ?3
             WHERE id = ?1 AND lease_until <= ?2 RETURNING fence";
        Ok(self.first::<Row>(sql, &[&id.0, &now, &until]).await?.map(|row| row.fence))
    }

    /// Gives the lease back.
    pub async fn release_lease(&self, id: &ConnectionId, fence: i64) -> Result<(), DbError> {
        let sql = "UPDATE calendar_connections SET lease_until = 0 WHERE id = ? AND fence = ?";
        self.run(sql, &[&id.0, &fence]).await
    }
}
