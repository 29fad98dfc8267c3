//! The data keys of connections and of secrets that tokens and webhooks are signed with, as they lie wrapped, for a
//! rotation of the master key.

use super::{Database, DbError};
use serde::{Deserialize, Serialize};

/// A data key that another than the present master key has wrapped.
#[derive(Debug, Deserialize)]
pub struct WrappedRow {
    /// The connection or token key.
    pub id: String,
    /// Its tenant.
    pub tenant: String,
    /// The data key.
    pub wrapped_key: String,
}

/// One data key before and after.
#[derive(Debug, Serialize)]
pub struct Rewrapped {
    /// The connection or token key.
    pub id: String,
    /// As it was read.
    pub old: String,
    /// Wrapped by the present master key.
    pub new: String,
}

impl Database {
    /// The next data keys that do not begin like those of the present master key, by id.
    pub async fn wrapped_by_others(
        &self,
        beginning: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<WrappedRow>, DbError> {
        self.all(
            "SELECT id, tenant, wrapped_key FROM calendar_connections
             WHERE id > ?2 AND wrapped_key <> '' AND substr(wrapped_key, 1, 6) <> ?1
             UNION ALL SELECT id, tenant, wrapped_key FROM api_keys
             WHERE id > ?2 AND wrapped_key <> '' AND substr(wrapped_key, 1, 6) <> ?1
             UNION ALL SELECT id, tenant, wrapped_key FROM webhooks
             WHERE id > ?2 AND substr(wrapped_key, 1, 6) <> ?1 ORDER BY id LIMIT ?3",
            &[&beginning, &after, &limit],
        )
        .await
    }

    /// How many there are of them.
    pub async fn count_wrapped_by_others(&self, beginning: &str) -> Result<i64, DbError> {
        #[derive(Deserialize)]
        struct Row {
            count: i64,
        }
        // Two ranges: of what is not equal, SQLite would look at every row.
        let sql = "SELECT (SELECT count(*) FROM calendar_connections
               WHERE wrapped_key <> '' AND substr(wrapped_key, 1, 6) < ?1)
             + (SELECT count(*) FROM calendar_connections
               WHERE wrapped_key <> '' AND substr(wrapped_key, 1, 6) > ?1)
             + (SELECT count(*) FROM api_keys WHERE wrapped_key <> '' AND substr(wrapped_key, 1, 6) < ?1)
             + (SELECT count(*) FROM api_keys WHERE wrapped_key <> '' AND substr(wrapped_key, 1, 6) > ?1)
             + (SELECT count(*) FROM webhooks WHERE substr(wrapped_key, 1, 6) < ?1)
             + (SELECT count(*) FROM webhooks WHERE substr(wrapped_key, 1, 6) > ?1) AS count";
        Ok(self.first::<Row>(sql, &[&beginning]).await?.map_or(0, |row| row.count))
    }

    /// Puts rewrapped data keys in place; how many. A connection that was connected anew or forgotten since
    /// its key was read has another key, or none, and is left as it is. No lease is taken: what a key has sealed does not
    /// change, so that a run that is under way is not disturbed.
    pub async fn put_rewrapped(&self, keys: &[Rewrapped]) -> Result<usize, DbError> {
        #[derive(Deserialize)]
        struct Row {}
        let keys = serde_json::to_string(keys).map_err(|error| DbError::Failed(error.to_string()))?;
        let sql = "UPDATE calendar_connections SET wrapped_key = k.value ->> 'new'
             FROM json_each(?1) AS k WHERE calendar_connections.id = k.value ->> 'id'
               AND calendar_connections.wrapped_key = k.value ->> 'old' RETURNING calendar_connections.id";
        let of_connections = self.all::<Row>(sql, &[&keys]).await?.len();
        let sql = "UPDATE api_keys SET wrapped_key = k.value ->> 'new'
             FROM json_each(?1) AS k WHERE api_keys.id = k.value ->> 'id'
               AND api_keys.wrapped_key = k.value ->> 'old' RETURNING api_keys.id";
        let of_tokens = self.all::<Row>(sql, &[&keys]).await?.len();
        let sql = "UPDATE webhooks SET wrapped_key = k.value ->> 'new'
             FROM json_each(?1) AS k WHERE webhooks.id = k.value ->> 'id'
               AND webhooks.wrapped_key = k.value ->> 'old' RETURNING webhooks.id";
        Ok(of_connections + of_tokens + self.all::<Row>(sql, &[&keys]).await?.len())
    }
}
