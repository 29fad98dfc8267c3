//! What the runs of a time come to: by day, by owner, and what went wrong most often.

use super::{Database, DbError};
use kalends::{Instant, Span};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// So many owners and errors are told.
const MOST: i64 = 100;

/// What some runs come to.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all(serialize = "camelCase"))]
#[schema(rename_all = "camelCase")]
pub struct Totals {
    /// How many there were.
    pub runs: i64,
    /// How many of them could not be carried out.
    pub failed: i64,
    /// Counts, as the documents name them.
    pub events_imported: i64,
    pub events_exported: i64,
    pub events_updated: i64,
    pub events_deleted: i64,
    pub conflicts_resolved: i64,
    /// Milliseconds of all of them.
    #[serde(skip_serializing)]
    #[schema(ignore)]
    pub duration: i64,
    /// Those of the longest.
    pub longest_duration: i64,
}

/// The runs of one day in UTC or of one owner.
#[derive(Debug, Deserialize)]
pub struct Group<K> {
    /// Days since 1970, or the owner.
    pub name: K,
    /// What they come to.
    #[serde(flatten)]
    pub totals: Totals,
}

/// An error that came again and again.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all(serialize = "camelCase"))]
#[schema(rename_all = "camelCase")]
pub struct ErrorPattern {
    /// Its sentence.
    pub error_message: String,
    /// How often it came.
    pub count: i64,
    /// When it came last.
    #[serde(serialize_with = "as_instant")]
    #[schema(value_type = Instant)]
    pub last_at: i64,
}

fn as_instant<S: serde::Serializer>(millis: &i64, to: S) -> Result<S::Ok, S::Error> {
    Instant::from_millis(*millis).serialize(to)
}

/// Whose runs are looked at, and when.
pub struct Runs<'a> {
    pub tenant: &'a str,
    pub owner: Option<&'a str>,
    pub connection: Option<&'a str>,
    pub span: Span,
}

const TOTALS: &str =
    "count(*) AS runs, total(status = 'failed') AS failed, total(events_imported) AS events_imported,
    total(events_exported) AS events_exported, total(events_updated) AS events_updated,
    total(events_deleted) AS events_deleted, total(conflicts_resolved) AS conflicts_resolved,
    total(duration) AS duration, max(duration) AS longest_duration ";
const WHICH: &str = "FROM calendar_sync_logs WHERE tenant = ?1 AND (?2 IS NULL OR owner = ?2)
    AND (?3 IS NULL OR connection_id = ?3) AND created_at >= ?4 AND created_at < ?5 ";

impl Database {
    /// The runs by the day on which they ended.
    pub async fn runs_by_day(&self, runs: &Runs<'_>) -> Result<Vec<Group<i64>>, DbError> {
        let sql = ["SELECT created_at / 86400000 AS name, ", TOTALS, WHICH, "GROUP BY name ORDER BY name"];
        let Runs { tenant, owner, connection, span } = runs;
        self.all(sql, &[tenant, owner, connection, &span.start(), &span.end()]).await
    }

    /// The runs by owner, those of the most first.
    pub async fn runs_by_owner(&self, runs: &Runs<'_>) -> Result<Vec<Group<String>>, DbError> {
        let sql =
            ["SELECT owner AS name, ", TOTALS, WHICH, "GROUP BY name ORDER BY runs DESC, name LIMIT ?6"];
        let Runs { tenant, owner, connection, span } = runs;
        self.all(sql, &[tenant, owner, connection, &span.start(), &span.end(), &MOST]).await
    }

    /// What went wrong, the most frequent first.
    pub async fn error_patterns(&self, runs: &Runs<'_>) -> Result<Vec<ErrorPattern>, DbError> {
        let sql = [
            "SELECT error_message, count(*) AS count, max(created_at) AS last_at ",
            WHICH,
            "AND error_message IS NOT NULL GROUP BY error_message ORDER BY count DESC, last_at DESC LIMIT ?6",
        ];
        let Runs { tenant, owner, connection, span } = runs;
        self.all(sql, &[tenant, owner, connection, &span.start(), &span.end(), &MOST]).await
    }
}
