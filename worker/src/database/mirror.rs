//! Links, mirrored events and the outbox.

use super::{Database, DbError, Statement};
use kalends::booking::Source;
use kalends::port::{
    ConflictId, ConnectionId, Intent, IntentKind, Link, LinkId, Mirrored, OpenConflict, OwnerKey, RemoteId,
    Version,
};
use kalends::{Instant, Span};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;

#[derive(Debug, Deserialize)]
struct LinkRow {
    id: String,
    remote: String,
    uid: String,
    version: Option<String>,
    entry_id: Option<String>,
    base: Option<String>,
    agreed_revision: i64,
    conflict_id: Option<String>,
    choice: Option<Source>,
}

impl From<LinkRow> for Link {
    fn from(row: LinkRow) -> Self {
        Self {
            id: LinkId(row.id),
            remote: RemoteId(row.remote),
            uid: row.uid,
            version: row.version.map(Version),
            entry: row.entry_id,
            base: row.base.and_then(|json| serde_json::from_str(&json).ok()),
            agreed_revision: row.agreed_revision,
            conflict: row.conflict_id.map(|id| OpenConflict { id: ConflictId(id), choice: row.choice }),
        }
    }
}

#[derive(Debug, Deserialize)]
struct IntentRow {
    id: String,
    link_id: String,
    kind: IntentKind,
    remote: String,
    base_version: Option<String>,
    body: String,
    content: Option<String>,
    revision: i64,
}

impl From<IntentRow> for Intent {
    fn from(row: IntentRow) -> Self {
        Self {
            id: row.id,
            link: LinkId(row.link_id),
            kind: row.kind,
            remote: RemoteId(row.remote),
            base_version: row.base_version.map(Version),
            body: row.body,
            content: row.content.and_then(|json| serde_json::from_str(&json).ok()),
            revision: row.revision,
        }
    }
}

/// A mirrored event that is no appointment's, with the calendar that it came from.
#[derive(Debug, Deserialize)]
pub struct EventRow {
    pub id: String,
    pub connection_id: String,
    pub owner: String,
    /// The task whose time it keeps free, by its own id and by the application's.
    pub entry_id: Option<String>,
    pub task_id: Option<String>,
    pub remote: String,
    pub uid: String,
    pub source: String,
    pub calendar_name: String,
    pub color: Option<String>,
    pub created_at: Option<i64>,
    pub updated_at: Option<i64>,
}

/// Where one appointment or task stands in one calendar.
#[derive(Debug, Deserialize)]
pub struct EntryLink {
    pub connection_id: String,
    pub remote: String,
    pub uid: String,
    /// None until the calendar has it.
    pub version: Option<String>,
}

/// A link of a calendar by the event that it stands for.
#[derive(Debug, Deserialize)]
pub struct EventLink {
    pub id: String,
    /// The appointment or task; none of an event of the owner's own.
    pub entry_id: Option<String>,
}

/// So many bytes of sources go into one statement: escaped as JSON they may double, and D1 takes two megabytes.
const TOGETHER: usize = 500_000;

const PUT_EVENTS: &str =
    "INSERT INTO events (link_id, tenant, owner, source, starts_at, ends_at, created_at, updated_at) ";
const OR_REPLACE: &str = " ON CONFLICT (link_id) DO UPDATE SET source = excluded.source,
    starts_at = excluded.starts_at, ends_at = excluded.ends_at, updated_at = excluded.updated_at";

const OWN_EVENT: &str =
    "SELECT l.id, l.connection_id, e.owner, l.entry_id, NULL AS task_id, l.remote, l.uid, e.source,
    k.name AS calendar_name, k.color, e.created_at, e.updated_at
    FROM links l JOIN events e ON e.link_id = l.id JOIN calendars k ON k.connection_id = l.connection_id
    WHERE l.entry_id IS NULL AND k.component = 'VEVENT' ";

const DAY: i64 = 86_400_000;

const LINK: &str = "SELECT id, remote, uid, version, entry_id, base, agreed_revision, conflict_id,
    (SELECT choice FROM conflicts WHERE conflicts.id = conflict_id) AS choice FROM links ";

impl Database {
    /// All links of a connection.
    pub async fn links(&self, connection: &ConnectionId) -> Result<Vec<Link>, DbError> {
        let rows: Vec<LinkRow> = self.all([LINK, "WHERE connection_id = ?"], &[&connection.0]).await?;
        Ok(rows.into_iter().map(Link::from).collect())
    }

    /// The links whose objects were listed and never read.
    pub async fn unread(&self, connection: &ConnectionId) -> Result<Vec<LinkId>, DbError> {
        #[derive(Deserialize)]
        struct Row {
            id: String,
        }
        let sql = "SELECT l.id FROM links l LEFT JOIN events e ON e.link_id = l.id
             WHERE l.connection_id = ? AND l.version IS NOT NULL AND e.link_id IS NULL";
        let rows: Vec<Row> = self.all(sql, &[&connection.0]).await?;
        Ok(rows.into_iter().map(|row| LinkId(row.id)).collect())
    }

    /// The sources of what is mirrored of some links; their ids travel as one value, since D1 binds a hundred at most.
    pub async fn sources_of(&self, links: &[LinkId]) -> Result<HashMap<LinkId, String>, DbError> {
        #[derive(Deserialize)]
        struct Row {
            link_id: String,
            source: String,
        }
        let ids = serde_json::to_string(links).unwrap_or_default();
        let sql = "SELECT link_id, source FROM events WHERE link_id IN (SELECT value FROM json_each(?))";
        let rows: Vec<Row> = self.all(sql, &[&ids]).await?;
        Ok(rows.into_iter().map(|row| (LinkId(row.link_id), row.source)).collect())
    }

    /// The owner's own events and the times of tasks that may touch a span; events that stand for appointments are left
    /// out, and so are task lists. A day more on either side: bounds of dates and floating times were taken in the zone that the owner
    /// had then. The index is named because it knows the bounds: only what they let through is looked up.
    pub async fn events_in(&self, owner: &OwnerKey, span: Span) -> Result<Vec<EventRow>, DbError> {
        self.all(
            "SELECT l.id, l.connection_id, e.owner, l.entry_id, (SELECT task_id FROM tasks WHERE id = l.entry_id) AS task_id,
               l.remote, l.uid, e.source, k.name AS calendar_name, k.color, e.created_at, e.updated_at
             FROM events e INDEXED BY events_by_time JOIN links l ON l.id = e.link_id
               JOIN calendars k ON k.connection_id = l.connection_id
             WHERE e.tenant = ?1 AND e.owner = ?2 AND k.component = 'VEVENT'
               AND (l.entry_id IS NULL OR EXISTS (SELECT 1 FROM tasks WHERE id = l.entry_id))
               AND (e.starts_at IS NULL OR e.starts_at < ?4) AND (e.ends_at IS NULL OR e.ends_at > ?3)",
            &[&owner.tenant, &owner.owner, &span.start().plus_millis(-DAY), &span.end().plus_millis(DAY)],
        )
        .await
    }

    /// One event of the owner's own of a tenant, by its link.
    pub async fn own_event(&self, tenant: &str, link: &str) -> Result<Option<EventRow>, DbError> {
        self.first([OWN_EVENT, "AND l.id = ?1 AND e.tenant = ?2"], &[&link, &tenant]).await
    }

    /// The event of the owner's own that a connection knows by a UID.
    pub async fn own_event_by_uid(&self, connection: &str, uid: &str) -> Result<Option<EventRow>, DbError> {
        self.first([OWN_EVENT, "AND l.connection_id = ?1 AND l.uid = ?2"], &[&connection, &uid]).await
    }

    /// The event of an owner that calendars know by a UID; of the calendars that know it the first.
    pub async fn event_by_uid(&self, owner: &OwnerKey, uid: &str) -> Result<Option<EventLink>, DbError> {
        self.first(
            "SELECT l.id, l.entry_id FROM calendar_connections c
               JOIN calendars k ON k.connection_id = c.id JOIN links l ON l.connection_id = c.id
             WHERE c.tenant = ?1 AND c.owner = ?2 AND k.component = 'VEVENT' AND l.uid = ?3
             ORDER BY c.created_at, c.id LIMIT 1",
            &[&owner.tenant, &owner.owner, &uid],
        )
        .await
    }

    /// Where an appointment or task stands.
    pub async fn links_of(&self, entry: &str) -> Result<Vec<EntryLink>, DbError> {
        self.all("SELECT connection_id, remote, uid, version FROM links WHERE entry_id = ?", &[&entry]).await
    }

    /// The outbox of a connection, oldest first.
    pub async fn outbox(&self, connection: &ConnectionId) -> Result<Vec<Intent>, DbError> {
        let sql = "SELECT id, link_id, kind, remote, base_version, body, content, revision FROM outbox
             WHERE connection_id = ? ORDER BY created_at, rowid";
        let rows: Vec<IntentRow> = self.all(sql, &[&connection.0]).await?;
        Ok(rows.into_iter().map(Intent::from).collect())
    }

    /// Inserts or replaces links, all in one statement.
    pub fn put_links(&self, connection: &ConnectionId, links: &[&Link]) -> Result<Statement, DbError> {
        let row = |link: &&Link| {
            let base = link.base.as_ref().and_then(|base| serde_json::to_string(base).ok());
            let version = link.version.as_ref().map(|version| &version.0);
            let conflict = link.conflict.as_ref().map(|open| &open.id);
            let agreed = link.agreed_revision;
            json!([link.id.0, link.remote.0, link.uid, version, link.entry, base, agreed, conflict])
        };
        let rows: Value = links.iter().map(row).collect();
        self.statement(
            "INSERT INTO links (id, connection_id, remote, uid, version, entry_id, base, agreed_revision, conflict_id)
             SELECT value ->> 0, ?1, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
               value ->> 7 FROM json_each(?2) WHERE true
             ON CONFLICT (id) DO UPDATE SET remote = excluded.remote, uid = excluded.uid, version = excluded.version,
               entry_id = excluded.entry_id, base = excluded.base,
               agreed_revision = excluded.agreed_revision, conflict_id = excluded.conflict_id",
            &[&connection.0, &rows.to_string()],
        )
    }

    /// Inserts or replaces what is mirrored of links, in as few statements as their size allows.
    pub fn put_events(
        &self,
        owner: &OwnerKey,
        events: &[(&LinkId, &Mirrored)],
        now: Instant,
    ) -> Result<Vec<Statement>, DbError> {
        let (mut statements, mut rows, mut bytes) = (Vec::new(), Vec::new(), 0);
        for (at, (link, event)) in events.iter().enumerate() {
            let bounds = event.bounds;
            if event.source.len() > TOGETHER {
                statements.push(self.statement(
                    [PUT_EVENTS, "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)", OR_REPLACE],
                    &[&link.0, &owner.tenant, &owner.owner, &event.source, &bounds.start, &bounds.end, &now],
                )?);
            } else {
                bytes += event.source.len();
                let millis = |at: Option<Instant>| at.map(Instant::millis);
                rows.push(json!([link.0, event.source, millis(bounds.start), millis(bounds.end)]));
            }
            let next = events.get(at + 1).map_or(TOGETHER, |(_, event)| event.source.len());
            if bytes + next > TOGETHER && !rows.is_empty() {
                bytes = 0;
                statements.push(self.statement(
                    [
                        PUT_EVENTS,
                        "SELECT value ->> 0, ?1, ?2, value ->> 1, value ->> 2, value ->> 3, ?4, ?4
                         FROM json_each(?3) WHERE true",
                        OR_REPLACE,
                    ],
                    &[&owner.tenant, &owner.owner, &Value::from(std::mem::take(&mut rows)).to_string(), &now],
                )?);
            }
        }
        Ok(statements)
    }

    /// Removes a link with its event and intents.
    pub fn drop_link(&self, link: &LinkId) -> Result<Statement, DbError> {
        self.statement("DELETE FROM links WHERE id = ?", &[&link.0])
    }

    /// Adds an intent.
    pub fn put_intent(
        &self,
        connection: &ConnectionId,
        intent: &Intent,
        now: kalends::Instant,
    ) -> Result<Statement, DbError> {
        let kind = match intent.kind {
            IntentKind::Create => "create",
            IntentKind::Update => "update",
            IntentKind::Delete => "delete",
        };
        let content = intent.content.as_ref().and_then(|content| serde_json::to_string(content).ok());
        self.statement(
            "INSERT INTO outbox (id, connection_id, link_id, kind, remote, base_version, body, content, revision,
               created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            &[
                &intent.id,
                &connection.0,
                &intent.link.0,
                &kind,
                &intent.remote.0,
                &intent.base_version.as_ref().map(|version| version.0.as_str()),
                &intent.body,
                &content,
                &intent.revision,
                &now,
            ],
        )
    }
}
