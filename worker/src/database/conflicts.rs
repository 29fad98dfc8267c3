//! `conflicts`: what was changed on both sides, both versions of it, and which stands.

use super::{Database, DbError, Statement};
use kalends::Instant;
use kalends::booking::Source;
use kalends::event::{EntryContent, Field};
use kalends::port::{Conflict, ConflictId, Connection, Outcome, OwnerKey};
use serde::Deserialize;

/// A conflict as it is stored.
#[derive(Debug, Deserialize)]
pub struct ConflictRow {
    pub id: String,
    pub connection_id: String,
    pub owner: String,
    pub entry_id: String,
    fields: String,
    application: Option<String>,
    calendar: Option<String>,
    pub outcome: Outcome,
    pub choice: Option<Source>,
    pub created_at: i64,
    pub decided_at: Option<i64>,
    pub position: i64,
}

impl ConflictRow {
    /// The conflict as the core knows it.
    pub fn conflict(&self) -> Conflict {
        let content = |json: &Option<String>| {
            json.as_deref().and_then(|json| serde_json::from_str::<EntryContent>(json).ok())
        };
        Conflict {
            id: ConflictId(self.id.clone()),
            entry: self.entry_id.clone(),
            fields: serde_json::from_str::<Vec<Field>>(&self.fields).unwrap_or_default(),
            application: content(&self.application),
            calendar: content(&self.calendar),
            outcome: self.outcome,
        }
    }
}

/// The word that is stored and shown.
pub fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Open => "open",
        Outcome::Application => "application",
        Outcome::Calendar => "calendar",
        Outcome::Agreed => "agreed",
    }
}

const SELECT: &str =
    "SELECT id, connection_id, owner, entry_id, fields, application, calendar, outcome, choice,
    created_at, decided_at, rowid AS position FROM conflicts ";

impl Database {
    /// Inserts or replaces a conflict.
    pub fn put_conflict(
        &self,
        connection: &Connection,
        conflict: &Conflict,
        now: Instant,
    ) -> Result<Statement, DbError> {
        let json = |content: &Option<EntryContent>| {
            content.as_ref().and_then(|content| serde_json::to_string(content).ok())
        };
        let decided = (conflict.outcome != Outcome::Open).then_some(now);
        self.statement(
            "INSERT INTO conflicts (id, connection_id, tenant, owner, entry_id, fields, application, calendar, outcome,
               created_at, decided_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT (id) DO UPDATE SET fields = ?6, application = ?7, calendar = ?8, outcome = ?9, decided_at = ?11",
            &[
                &conflict.id.0,
                &connection.id.0,
                &connection.owner.tenant,
                &connection.owner.owner,
                &conflict.entry,
                &serde_json::to_string(&conflict.fields).unwrap_or_default(),
                &json(&conflict.application),
                &json(&conflict.calendar),
                &outcome_word(conflict.outcome),
                &now,
                &decided,
            ],
        )
    }

    /// Ends a conflict in which that stands now.
    pub fn end_conflict(&self, id: &str, outcome: Outcome, now: Instant) -> Result<Statement, DbError> {
        self.statement(
            "UPDATE conflicts SET outcome = ?2, decided_at = ?3 WHERE id = ?1",
            &[&id, &outcome_word(outcome), &now],
        )
    }

    /// Notes what a person has chosen of an open conflict.
    pub async fn choose(&self, id: &str, choice: Source) -> Result<(), DbError> {
        let sql = "UPDATE conflicts SET choice = ?2 WHERE id = ?1 AND outcome = 'open'";
        self.run(sql, &[&id, &choice.as_str()]).await
    }

    /// One conflict of a tenant.
    pub async fn conflict(&self, tenant: &str, id: &str) -> Result<Option<ConflictRow>, DbError> {
        self.first([SELECT, "WHERE id = ? AND tenant = ?"], &[&id, &tenant]).await
    }

    /// An owner's conflicts, the newest first, those before a position.
    pub async fn conflicts(
        &self,
        owner: &OwnerKey,
        outcome: Option<Outcome>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<ConflictRow>, DbError> {
        let sql = [
            SELECT,
            "WHERE tenant = ?1 AND owner = ?2 AND (?3 IS NULL OR outcome = ?3)
             AND (?4 IS NULL OR rowid < ?4) ORDER BY rowid DESC LIMIT ?5",
        ];
        let outcome = outcome.map(outcome_word);
        self.all(sql, &[&owner.tenant, &owner.owner, &outcome, &before, &limit]).await
    }
}
