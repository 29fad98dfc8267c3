//! `webhooks`, and what is still to be told to them.

use super::{Database, DbError, Statement};
use kalends::Instant;
use kalends::vault::SealedCredentials;
use serde::Deserialize;

/// Where an application wants to be told what happens.
#[derive(Debug, Deserialize)]
pub struct WebhookRow {
    pub id: String,
    pub url: String,
    /// A JSON list of their names.
    events: String,
    pub created_at: i64,
}

impl WebhookRow {
    /// What it wants to be told.
    pub fn events(&self) -> Vec<String> {
        serde_json::from_str(&self.events).unwrap_or_default()
    }
}

/// Something that is to be told now.
#[derive(Debug, Deserialize)]
pub struct Delivery {
    pub id: i64,
    pub event: String,
    pub owner: String,
    pub thing: String,
    /// A JSON object.
    pub details: String,
    pub created_at: i64,
    /// How often it was tried, this time included.
    pub tries: i64,
    pub webhook_id: String,
    pub tenant: String,
    pub url: String,
    wrapped_key: String,
    encrypted_secret: String,
}

impl Delivery {
    /// The sealed secret that signs it.
    pub fn sealed(&self) -> SealedCredentials {
        SealedCredentials {
            wrapped_key: self.wrapped_key.clone(),
            username: String::new(),
            password: self.encrypted_secret.clone(),
        }
    }
}

impl Database {
    /// Adds one.
    pub async fn add_webhook(
        &self,
        [id, tenant, url]: [&str; 3],
        events: &[String],
        sealed: &SealedCredentials,
        now: Instant,
    ) -> Result<(), DbError> {
        let events = serde_json::to_string(events).unwrap_or_default();
        self.run(
            "INSERT INTO webhooks (id, tenant, url, events, wrapped_key, encrypted_secret, created_at)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            &[&id, &tenant, &url, &events, &sealed.wrapped_key, &sealed.password, &now],
        )
        .await
    }

    /// A tenant's, in the order in which they were made.
    pub async fn webhooks(&self, tenant: &str) -> Result<Vec<WebhookRow>, DbError> {
        let sql = "SELECT id, url, events, created_at FROM webhooks WHERE tenant = ?
             ORDER BY created_at, id";
        self.all(sql, &[&tenant]).await
    }

    /// One of a tenant's.
    pub async fn webhook(&self, tenant: &str, id: &str) -> Result<Option<WebhookRow>, DbError> {
        let sql = "SELECT id, url, events, created_at FROM webhooks WHERE id = ? AND tenant = ?";
        self.first(sql, &[&id, &tenant]).await
    }

    /// Forgets one, and what it was still to be told.
    pub async fn drop_webhook(&self, id: &str) -> Result<(), DbError> {
        self.run("DELETE FROM webhooks WHERE id = ?", &[&id]).await
    }

    /// Takes up to so many that are to be told by now: nobody else gets them before `until`.
    pub async fn take_deliveries(
        &self,
        now: Instant,
        until: Instant,
        limit: usize,
    ) -> Result<Vec<Delivery>, DbError> {
        #[derive(Deserialize)]
        struct Taken {
            id: i64,
        }
        let taken: Vec<Taken> = self
            .all(
                "UPDATE webhook_deliveries SET next_at = ?2, tries = tries + 1 WHERE id IN
                   (SELECT id FROM webhook_deliveries WHERE next_at <= ?1 ORDER BY next_at LIMIT ?3) RETURNING id",
                &[&now, &until, &(limit as i64)],
            )
            .await?;
        let ids: Vec<i64> = taken.iter().map(|taken| taken.id).collect();
        let sql = "SELECT d.id, d.event, d.owner, d.thing, d.details, d.created_at, d.tries, d.webhook_id, w.tenant,
               w.url, w.wrapped_key, w.encrypted_secret
             FROM json_each(?) one JOIN webhook_deliveries d ON d.id = one.value JOIN webhooks w ON w.id = d.webhook_id
             ORDER BY d.id";
        self.all(sql, &[&serde_json::to_string(&ids).unwrap_or_default()]).await
    }

    /// It was taken, or is given up.
    pub async fn drop_delivery(&self, id: i64) -> Result<(), DbError> {
        self.run("DELETE FROM webhook_deliveries WHERE id = ?", &[&id]).await
    }

    /// It is tried again then.
    pub async fn put_off(&self, id: i64, next: Instant) -> Result<(), DbError> {
        self.run("UPDATE webhook_deliveries SET next_at = ?2 WHERE id = ?1", &[&id, &next]).await
    }

    /// Has told what reminders have become due since this was asked last. Of a series those of its first time count.
    pub async fn remind(&self, now: Instant) -> Result<(), DbError> {
        let due: Statement = self.statement(
            "INSERT INTO webhook_deliveries (webhook_id, tenant, event, owner, thing, details, created_at, next_at)
             SELECT w.id, w.tenant, 'reminder.due', a.owner, a.id,
               json_object('minutes', r.value, 'startTime', strftime('%Y-%m-%dT%H:%M:%SZ', a.start_time / 1000, 'unixepoch')),
               ?1, ?1
             FROM reminder_clock c CROSS JOIN appointments a CROSS JOIN json_each(a.reminders) r
               CROSS JOIN webhooks w
             WHERE c.id = 1 AND a.reminders IS NOT NULL AND a.status IN ('PENDING', 'CONFIRMED')
               AND a.start_time > c.until AND a.start_time <= ?1 + 2419200000
               AND a.start_time - r.value * 60000 > c.until AND a.start_time - r.value * 60000 <= ?1
               AND w.tenant = a.tenant AND instr(w.events, '\"reminder.due\"') > 0",
            &[&now],
        )?;
        let until =
            self.statement("UPDATE reminder_clock SET until = max(until, ?) WHERE id = 1", &[&now])?;
        self.batch(vec![due, until]).await
    }
}
