//! `holds`: time that is kept for a while for somebody who has not booked yet.

use super::{Database, DbError, Guard, Statement};
use kalends::port::OwnerKey;
use kalends::{Instant, Span};
use serde::Deserialize;

/// A hold.
#[derive(Debug, Clone, Deserialize)]
pub struct HoldRow {
    pub id: String,
    pub owner: String,
    starts_at: i64,
    ends_at: i64,
    expires_at: i64,
}

impl HoldRow {
    /// The time that is kept.
    pub fn span(&self) -> Span {
        Span::lasting(Instant::from_millis(self.starts_at), self.ends_at - self.starts_at)
    }

    /// Until when.
    pub fn expires_at(&self) -> Instant {
        Instant::from_millis(self.expires_at)
    }
}

impl Database {
    /// One hold of a tenant that has not expired.
    pub async fn hold(&self, tenant: &str, id: &str, now: Instant) -> Result<Option<HoldRow>, DbError> {
        let sql = "SELECT * FROM holds WHERE id = ? AND tenant = ? AND expires_at > ?";
        self.first(sql, &[&id, &tenant, &now]).await
    }

    /// An owner's holds that touch a span and have not expired, but for one.
    pub async fn holds_in(
        &self,
        owner: &OwnerKey,
        span: Span,
        except: Option<&str>,
        now: Instant,
    ) -> Result<Vec<HoldRow>, DbError> {
        let sql = "SELECT * FROM holds WHERE tenant = ?1 AND owner = ?2 AND starts_at < ?4 AND ends_at > ?3
             AND expires_at > ?5 AND id IS NOT ?6 ORDER BY starts_at";
        self.all(sql, &[&owner.tenant, &owner.owner, &span.start(), &span.end(), &now, &except]).await
    }

    /// Keeps a time until then.
    pub fn put_hold(
        &self,
        owner: &OwnerKey,
        id: &str,
        span: Span,
        expires_at: Instant,
        now: Instant,
    ) -> Result<Statement, DbError> {
        self.statement(
            "INSERT INTO holds (id, tenant, owner, starts_at, ends_at, expires_at, created_at)
             VALUES (?, ?, ?, ?, ?, ?, ?)",
            &[&id, &owner.tenant, &owner.owner, &span.start(), &span.end(), &expires_at, &now],
        )
    }

    /// Gives the time free.
    pub fn drop_hold(&self, id: &str) -> Result<Statement, DbError> {
        self.statement("DELETE FROM holds WHERE id = ?", &[&id])
    }

    /// Refuses the batch if a hold, other than the one that is used, touches one of these times, each widened by `gap`
    /// milliseconds.
    pub fn assert_not_held(
        &self,
        owner: &OwnerKey,
        times: &[Span],
        gap: i64,
        except: Option<&str>,
        now: Instant,
    ) -> Result<Statement, DbError> {
        self.assert(
            Guard::SlotFree,
            "NOT EXISTS (SELECT 1 FROM json_each(?3) t CROSS JOIN holds h
               WHERE h.tenant = ?1 AND h.owner = ?2 AND h.starts_at < t.value ->> 1 + ?4
               AND h.ends_at > t.value ->> 0 - ?4 AND h.expires_at > ?5 AND h.id IS NOT ?6)",
            &[&owner.tenant, &owner.owner, &super::spans(times), &gap, &now, &except],
        )
    }

    /// Refuses the batch if on this day as many bookings or holds begin as may, but for those that are replaced.
    pub fn assert_day_open(
        &self,
        owner: &OwnerKey,
        day: Span,
        most: i64,
        [appointment, hold]: [Option<&str>; 2],
        now: Instant,
    ) -> Result<Statement, DbError> {
        self.assert(
            Guard::SlotFree,
            "(SELECT count(*) FROM reservations WHERE tenant = ?1 AND owner = ?2 AND starts_at >= ?3
               AND starts_at < ?4 AND appointment_id IS NOT ?6)
             + (SELECT count(*) FROM holds WHERE tenant = ?1 AND owner = ?2 AND starts_at >= ?3 AND starts_at < ?4
               AND id IS NOT ?7 AND expires_at > ?8) < ?5",
            &[&owner.tenant, &owner.owner, &day.start(), &day.end(), &most, &appointment, &hold, &now],
        )
    }

    /// Ends what nobody waits for any more: holds, and pending appointments that were not confirmed in time.
    pub async fn expire(&self, now: Instant) -> Result<(), DbError> {
        let holds = self.statement("DELETE FROM holds WHERE expires_at <= ?", &[&now])?;
        let reservations = self.statement(
            "DELETE FROM reservations WHERE appointment_id IN (SELECT id FROM appointments
               WHERE status = 'PENDING' AND expires_at IS NOT NULL AND expires_at <= ?)",
            &[&now],
        )?;
        let appointments = self.statement(
            "UPDATE appointments SET status = 'EXPIRED', revision = revision + 1, updated_at = ?1,
               last_modified_source = 'application'
             WHERE status = 'PENDING' AND expires_at IS NOT NULL AND expires_at <= ?1",
            &[&now],
        )?;
        self.batch(vec![holds, reservations, appointments]).await
    }
}
