//! `idempotency_keys`: what a call was answered, for the same call again.

use super::{Database, DbError};
use kalends::Instant;
use serde::Deserialize;

/// For so many milliseconds a key is kept.
const KEPT: i64 = 24 * 60 * 60_000;

/// After so many milliseconds a call that has not been answered is given up: it was cut off.
const CUT_OFF: i64 = 60_000;

/// A call that carried a key.
pub struct Keyed {
    /// Whose key it is.
    pub tenant: String,
    /// For whom the call was.
    pub owner: String,
    /// The key.
    pub key: String,
    /// A hash of all that the call said.
    pub asked: String,
}

/// Where such a call stands.
pub enum Standing {
    /// It is this one's to carry out.
    Ours,
    /// It was answered.
    Answered {
        /// The status.
        status: u16,
        /// The body.
        body: String,
    },
    /// Another one is at work.
    UnderWay,
    /// The key was used for something else.
    Other,
}

impl Database {
    /// Takes a call's key, unless the call was answered or is under way.
    pub async fn take_key(&self, call: &Keyed, now: Instant) -> Result<Standing, DbError> {
        #[derive(Deserialize)]
        struct Row {
            asked: String,
            status: Option<u16>,
            body: Option<String>,
        }
        let sql =
            "INSERT INTO idempotency_keys (tenant, owner, key, asked, begun_at) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (tenant, owner, key) DO UPDATE SET begun_at = ?5
               WHERE status IS NULL AND asked = ?4 AND begun_at < ?6 RETURNING asked, status, body";
        let values: [&dyn super::Bind; 6] =
            [&call.tenant, &call.owner, &call.key, &call.asked, &now, &now.plus_millis(-CUT_OFF)];
        if self.first::<Row>(sql, &values).await?.is_some() {
            return Ok(Standing::Ours);
        }
        let sql =
            "SELECT asked, status, body FROM idempotency_keys WHERE tenant = ? AND owner = ? AND key = ?";
        let row = self.first::<Row>(sql, &[&call.tenant, &call.owner, &call.key]).await?;
        Ok(match row {
            Some(row) if row.asked != call.asked => Standing::Other,
            Some(Row { status: Some(status), body: Some(body), .. }) => Standing::Answered { status, body },
            _ => Standing::UnderWay,
        })
    }

    /// Keeps the answer to a call.
    pub async fn keep_answer(&self, call: &Keyed, status: u16, body: &str) -> Result<(), DbError> {
        let sql = "UPDATE idempotency_keys SET status = ?5, body = ?6
             WHERE tenant = ?1 AND owner = ?2 AND key = ?3 AND asked = ?4";
        let values: [&dyn super::Bind; 6] =
            [&call.tenant, &call.owner, &call.key, &call.asked, &i64::from(status), &body];
        self.run(sql, &values).await
    }

    /// Gives up the key of a call that made nothing.
    pub async fn give_up_key(&self, call: &Keyed) -> Result<(), DbError> {
        let sql = "DELETE FROM idempotency_keys
             WHERE tenant = ?1 AND owner = ?2 AND key = ?3 AND asked = ?4 AND status IS NULL";
        self.run(sql, &[&call.tenant, &call.owner, &call.key, &call.asked]).await
    }

    /// Forgets the keys of calls that are long answered.
    pub async fn forget_keys(&self, now: Instant) -> Result<(), DbError> {
        let sql = "DELETE FROM idempotency_keys WHERE begun_at < ?";
        self.run(sql, &[&now.plus_millis(-KEPT)]).await
    }
}
