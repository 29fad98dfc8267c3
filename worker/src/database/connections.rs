//! `calendar_connections` with the calendar of each.

use super::scheduler::{TICK, due};
use super::{Database, DbError, Statement};
use kalends::booking::Kind;
use kalends::port::{
    CalendarId, CalendarRow, Connection, ConnectionId, ConnectionState, Cursor, OwnerKey, Policy, Retry,
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
    pub origins: String,
    pub wrapped_key: String,
    pub encrypted_username: String,
    pub encrypted_password: String,
    pub credentials: Source,
    sync_enabled: i64,
    pub sync_status: ConnectionState,
    pub sync_interval: i64,
    pub bidirectional_sync: i64,
    pub auto_export: i64,
    pub conflict_policy: Policy,
    pub last_sync_at: Option<i64>,
    pub last_sync_error: Option<String>,
    failures: u32,
    pub retry_at: Option<i64>,
    hold_until: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
    lease_until: i64,
    /// Later connections have a higher one.
    pub position: i64,
    pub calendar_id: String,
    pub calendar_url: String,
    pub calendar_name: String,
    pub color: Option<String>,
    pub component: String,
    pub cursor: Option<String>,
    pub window_start: Option<i64>,
    pub window_end: Option<i64>,
}

/// Whose credentials a connection uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Those that are sealed in its row.
    Own,
    /// The service account's.
    Service,
}

impl Source {
    fn word(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Service => "service",
        }
    }
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

    /// What the calendar is connected for.
    pub fn kind(&self) -> Kind {
        Kind::parse(&self.component).unwrap_or(Kind::Event)
    }

    /// The time of which every event is mirrored; none where that is all time.
    pub fn window(&self) -> Option<Span> {
        window(self.window_start, self.window_end)
    }

    /// What was chosen for it.
    pub fn settings(&self) -> ConnectionSettings {
        ConnectionSettings {
            sync_interval: Some(self.sync_interval),
            bidirectional_sync: Some(self.bidirectional_sync != 0),
            auto_export: Some(self.auto_export != 0),
            conflict_policy: Some(self.conflict_policy),
            sync_enabled: Some(self.sync_enabled != 0),
        }
    }

    /// Whether its owner wants it synced by itself.
    pub fn is_synced(&self) -> bool {
        self.sync_enabled != 0
    }

    /// Whether a run of it is under way.
    pub fn is_syncing(&self, now: Instant) -> bool {
        self.lease_until > now.millis()
    }

    /// Whether it is to be left alone for now: its service wants that, or it failed so recently that another run would
    /// only wait for the same.
    pub fn must_wait(&self, now: Instant) -> bool {
        self.hold_until.is_some_and(|until| until > now.millis())
            || self.sync_status == ConnectionState::Error && now.millis() - self.updated_at < HOLD_OFF
    }

    /// Whether the clock looks at it at a tick: in its turn, or when it is tried again.
    pub fn is_due(&self, tick: i64) -> bool {
        match self.retry_at {
            Some(at) => at < (tick + 1) * TICK,
            None => self.sync_status != ConnectionState::Paused && due(&self.id, self.sync_interval, tick),
        }
    }

    /// The connection as the core knows it.
    pub fn connection(&self) -> Connection {
        Connection {
            id: ConnectionId(self.id.clone()),
            owner: OwnerKey { tenant: self.tenant.clone(), owner: self.owner.clone() },
            state: self.sync_status,
            retry: Retry {
                failures: self.failures,
                at: self.retry_at.map(Instant::from_millis),
                hold_until: self.hold_until.map(Instant::from_millis),
            },
            policy: self.conflict_policy,
            auto_export: self.auto_export != 0,
            bidirectional: self.bidirectional_sync != 0,
            calendar: CalendarRow {
                id: CalendarId(self.calendar_id.clone()),
                url: self.calendar_url.clone(),
                kind: self.kind(),
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
    pub origins: &'a str,
    /// None of one that uses the service account.
    pub sealed: Option<&'a SealedCredentials>,
    pub settings: ConnectionSettings,
    pub calendar_id: &'a str,
    pub calendar_url: &'a str,
    pub calendar_name: &'a str,
    pub color: Option<&'a str>,
    pub kind: Kind,
}

/// What the caller chooses; what is left out keeps its default, or on reconnecting its present value.
#[derive(Debug, Clone, Copy, Default)]
pub struct ConnectionSettings {
    pub sync_interval: Option<i64>,
    pub bidirectional_sync: Option<bool>,
    pub auto_export: Option<bool>,
    pub conflict_policy: Option<Policy>,
    pub sync_enabled: Option<bool>,
}

impl ConnectionSettings {
    /// What is left out, as another has it.
    pub fn or(self, other: Self) -> Self {
        Self {
            sync_interval: self.sync_interval.or(other.sync_interval),
            bidirectional_sync: self.bidirectional_sync.or(other.bidirectional_sync),
            auto_export: self.auto_export.or(other.auto_export),
            conflict_policy: self.conflict_policy.or(other.conflict_policy),
            sync_enabled: self.sync_enabled.or(other.sync_enabled),
        }
    }
}

pub(super) fn window(start: Option<i64>, end: Option<i64>) -> Option<Span> {
    Span::new(Instant::from_millis(start?), Instant::from_millis(end?))
}

/// For so many milliseconds after a failure a calendar is not asked again by calls that do not name it.
const HOLD_OFF: i64 = 10_000;

const SELECT: &str = "SELECT c.id, c.tenant, c.owner, c.provider, c.origins, c.wrapped_key, c.encrypted_username,
    c.encrypted_password, c.credentials, c.sync_enabled, c.sync_status, c.sync_interval, c.bidirectional_sync, c.auto_export, c.conflict_policy,
    c.last_sync_at, c.last_sync_error, c.failures, c.retry_at, c.hold_until, c.created_at, c.updated_at, c.lease_until,
    c.rowid AS position, k.id AS calendar_id, k.url AS calendar_url, k.name AS calendar_name, k.color, k.component,
    k.cursor, k.window_start, k.window_end FROM calendar_connections c JOIN calendars k ON k.connection_id = c.id ";

/// The word that is stored and shown.
pub fn policy_word(policy: Policy) -> &'static str {
    match policy {
        Policy::LastWriteWins => "last_write_wins",
        Policy::ExternalWins => "external_wins",
        Policy::LocalWins => "local_wins",
        Policy::Manual => "manual",
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
        self.first([SELECT, "WHERE c.tenant = ? AND c.id = ?"], &[&tenant, &id]).await
    }

    /// An owner's connections.
    pub async fn connections(
        &self,
        owner: &OwnerKey,
        id: Option<&str>,
    ) -> Result<Vec<ConnectionRow>, DbError> {
        let sql = [
            SELECT,
            "WHERE c.tenant = ?1 AND c.owner = ?2 AND (?3 IS NULL OR c.id = ?3) ORDER BY c.created_at, c.id",
        ];
        self.all(sql, &[&owner.tenant, &owner.owner, &id]).await
    }

    /// An owner's connections, the newest first, those before a position.
    pub async fn connections_before(
        &self,
        owner: &OwnerKey,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<ConnectionRow>, DbError> {
        let sql = [
            SELECT,
            "WHERE c.tenant = ?1 AND c.owner = ?2 AND (?3 IS NULL OR c.rowid < ?3) ORDER BY c.rowid DESC LIMIT ?4",
        ];
        self.all(sql, &[&owner.tenant, &owner.owner, &before, &limit]).await
    }

    /// A tenant's connections, of one owner or of all.
    pub async fn tenant_connections(
        &self,
        tenant: &str,
        owner: Option<&str>,
    ) -> Result<Vec<ConnectionRow>, DbError> {
        let sql = [
            SELECT,
            "WHERE c.tenant = ?1 AND (?2 IS NULL OR c.owner = ?2) ORDER BY c.owner, c.created_at, c.id",
        ];
        self.all(sql, &[&tenant, &owner]).await
    }

    /// Every connection that the clock looks at.
    pub async fn scheduled_connections(&self) -> Result<Vec<ConnectionRow>, DbError> {
        let sql = [
            SELECT,
            "WHERE c.sync_enabled = 1 AND (c.sync_status IN ('ACTIVE', 'ERROR')
               OR c.sync_status = 'PAUSED' AND c.retry_at IS NOT NULL) ORDER BY c.id",
        ];
        self.all(sql, &[]).await
    }

    /// Notes that a run could not even begin.
    pub async fn connection_failed(&self, id: &str, error: &str, now: Instant) -> Result<(), DbError> {
        let sql =
            "UPDATE calendar_connections SET sync_status = 'ERROR', last_sync_error = ?2, updated_at = ?3
             WHERE id = ?1 AND sync_status IN ('ACTIVE', 'ERROR')";
        self.run(sql, &[&id, &error, &now]).await
    }

    /// Stores a connection and its calendar. The fence begins at the time, above that of a connection that had the same id
    /// and was forgotten while a run of it went on; one that is there under the same id is renewed, and a run that still
    /// uses the old credentials is fenced off.
    pub fn put_connection(&self, new: &NewConnection<'_>, now: Instant) -> Result<Vec<Statement>, DbError> {
        let settings = new.settings;
        let source = if new.sealed.is_some() { Source::Own } else { Source::Service };
        let [wrapped_key, username, password] = match new.sealed {
            Some(sealed) => [&*sealed.wrapped_key, &*sealed.username, &*sealed.password],
            None => [""; 3],
        };
        let connection = self.statement(
            "INSERT INTO calendar_connections (id, tenant, owner, provider, origins, wrapped_key, encrypted_username,
               encrypted_password, sync_interval, bidirectional_sync, auto_export, conflict_policy, created_at,
               updated_at, credentials, sync_enabled, fence)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, coalesce(?9, (SELECT sync_interval FROM tenants WHERE id = ?2), 300), coalesce(?10, 1),
               coalesce(?11, 1), coalesce(?12, (SELECT conflict_policy FROM tenants WHERE id = ?2), 'last_write_wins'), ?13, ?13, ?14, coalesce(?15, 1), ?13)
             ON CONFLICT (id) DO UPDATE SET origins = ?5, wrapped_key = ?6, encrypted_username = ?7,
               encrypted_password = ?8, credentials = ?14, sync_status = 'ACTIVE', last_sync_error = NULL, failures = 0, retry_at = NULL, hold_until = NULL,
               sync_interval = coalesce(?9, sync_interval), bidirectional_sync = coalesce(?10, bidirectional_sync),
               auto_export = coalesce(?11, auto_export), conflict_policy = coalesce(?12, conflict_policy),
               sync_enabled = coalesce(?15, sync_enabled), fence = fence + 1, lease_until = 0, updated_at = ?13",
            &[
                &new.id,
                &new.owner.tenant,
                &new.owner.owner,
                &new.provider,
                &new.origins,
                &wrapped_key,
                &username,
                &password,
                &settings.sync_interval,
                &settings.bidirectional_sync,
                &settings.auto_export,
                &settings.conflict_policy.map(policy_word),
                &now,
                &source.word(),
                &settings.sync_enabled,
            ],
        )?;
        let calendar = self.statement(
            "INSERT INTO calendars (id, connection_id, url, name, color, component) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (connection_id) DO UPDATE SET name = ?4, color = ?5",
            &[
                &new.calendar_id,
                &new.id,
                &new.calendar_url,
                &new.calendar_name,
                &new.color,
                &new.kind.component(),
            ],
        )?;
        Ok(vec![connection, calendar])
    }

    /// Changes what the caller has chosen; what is left out stays.
    pub async fn configure(
        &self,
        id: &str,
        settings: ConnectionSettings,
        name: Option<&str>,
        now: Instant,
    ) -> Result<(), DbError> {
        let connection = self.statement(
            "UPDATE calendar_connections SET sync_interval = coalesce(?2, sync_interval),
               bidirectional_sync = coalesce(?3, bidirectional_sync), auto_export = coalesce(?4, auto_export),
               conflict_policy = coalesce(?5, conflict_policy), sync_enabled = coalesce(?6, sync_enabled),
               updated_at = ?7 WHERE id = ?1",
            &[
                &id,
                &settings.sync_interval,
                &settings.bidirectional_sync,
                &settings.auto_export,
                &settings.conflict_policy.map(policy_word),
                &settings.sync_enabled,
                &now,
            ],
        )?;
        let sql = "UPDATE calendars SET name = coalesce(?2, name) WHERE connection_id = ?1";
        self.batch(vec![connection, self.statement(sql, &[&id, &name])?]).await
    }

    /// Stops the clock for a connection, with the reason, or lets it go on; a run that is under way is fenced off.
    pub async fn set_state(
        &self,
        id: &str,
        state: ConnectionState,
        reason: Option<&str>,
        now: Instant,
    ) -> Result<(), DbError> {
        let sql = "UPDATE calendar_connections SET sync_status = ?2, last_sync_error = ?3, fence = fence + 1,
               lease_until = 0, updated_at = ?4, failures = 0, retry_at = NULL WHERE id = ?1";
        self.run(sql, &[&id, &state_word(state), &reason, &now]).await
    }

    /// Forgets a connection with its credentials and all that was mirrored through it; the calendar stays as it is. A
    /// run that is under way is fenced off.
    pub async fn disconnect(&self, row: &ConnectionRow, now: Instant) -> Result<(), DbError> {
        let gone = self.statement("DELETE FROM calendar_connections WHERE id = ?", &[&row.id])?;
        // Nothing is left to be chosen: what the application says stays.
        let sql = "UPDATE conflicts SET outcome = 'application', decided_at = ?2 WHERE connection_id = ?1 AND outcome = 'open'";
        let ended = self.statement(sql, &[&row.id, &now])?;
        self.batch(vec![gone, ended, self.raise_revision(&row.connection().owner)?]).await
    }

    /// Forgets what the runs of a connection did, and its conflicts.
    pub async fn forget_history(&self, row: &ConnectionRow) -> Result<(), DbError> {
        let logs = "DELETE FROM calendar_sync_logs WHERE tenant = ? AND owner = ? AND connection_id = ?";
        let conflicts = "DELETE FROM conflicts WHERE tenant = ? AND owner = ? AND connection_id = ?";
        let whose: [&dyn super::Bind; 3] = [&row.tenant, &row.owner, &row.id];
        self.batch(vec![self.statement(logs, &whose)?, self.statement(conflicts, &whose)?]).await
    }
}
