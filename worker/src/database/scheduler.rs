//! Which ticks of the clock have been served: tells when a connection that had nothing new was looked at.

use super::{Database, DbError};
use kalends::Instant;
use serde::Deserialize;

/// One tick of the cron in milliseconds.
pub const TICK: i64 = 60_000;

/// The ticks that were served without a gap, both ends included.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Served {
    /// The first.
    pub unbroken_since: i64,
    /// The last.
    pub last_tick: i64,
}

impl Served {
    /// When a connection was last looked at by the clock, if within these ticks.
    pub fn last_look(self, connection: &str, interval: i64) -> Option<Instant> {
        let every = (interval * 1000 / TICK).max(1);
        let behind = (self.last_tick + slot(connection)).rem_euclid(every);
        let tick = self.last_tick - behind;
        (tick >= self.unbroken_since).then(|| Instant::from_millis(tick * TICK))
    }
}

/// Spreads connections over their interval.
pub fn slot(connection: &str) -> i64 {
    connection.bytes().fold(0i64, |sum, byte| (sum * 31 + i64::from(byte)) % 1_000_003)
}

/// Whether a connection is due at a tick.
pub fn due(connection: &str, interval: i64, tick: i64) -> bool {
    (tick + slot(connection)).rem_euclid((interval * 1000 / TICK).max(1)) == 0
}

impl Database {
    /// Notes that every connection due at `tick` was looked at.
    pub async fn tick_served(&self, tick: i64) -> Result<(), DbError> {
        self.run(
            "INSERT INTO scheduler (shard, unbroken_since, last_tick) VALUES (0, ?1, ?1)
             ON CONFLICT (shard) DO UPDATE SET
               unbroken_since = CASE WHEN last_tick = ?1 - 1 THEN unbroken_since ELSE ?1 END,
               last_tick = ?1 WHERE last_tick < ?1",
            &[&tick],
        )
        .await
    }

    /// The ticks that were served.
    pub async fn served(&self) -> Result<Option<Served>, DbError> {
        self.first("SELECT unbroken_since, last_tick FROM scheduler WHERE shard = 0", &[]).await
    }
}
