//! `appointments` and the reservations that keep them from colliding.

use super::{Database, DbError, Guard, Statement};
use kalends::booking::{Appointment, Source, Status};
use kalends::port::OwnerKey;
use kalends::{Instant, Span};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An appointment as it is stored, with the link that the documents show beside it.
#[derive(Debug, Clone, Deserialize)]
pub struct AppointmentRow {
    pub id: String,
    pub tenant: String,
    pub owner: String,
    pub start_time: i64,
    pub end_time: i64,
    pub timezone: String,
    pub all_day: i64,
    pub recurrence: Option<String>,
    exceptions: Option<String>,
    pub title: Option<String>,
    pub client_name: Option<String>,
    pub client_email: Option<String>,
    pub client_phone: Option<String>,
    pub description: Option<String>,
    pub location: Option<String>,
    pub status: Status,
    pub icloud_sync_enabled: Option<i64>,
    pub client_id: Option<String>,
    pub service_id: Option<String>,
    alternatives: Option<String>,
    reminders: Option<String>,
    pub expires_at: Option<i64>,
    pub last_modified_source: Source,
    pub revision: i64,
    pub created_at: i64,
    pub updated_at: i64,
    pub connection_id: Option<String>,
    pub remote: Option<String>,
    pub uid: Option<String>,
    pub version: Option<String>,
    pub calendar_url: Option<String>,
}

impl AppointmentRow {
    /// The appointment as the core knows it.
    pub fn appointment(&self) -> Appointment {
        let start = Instant::from_millis(self.start_time);
        Appointment {
            id: self.id.clone(),
            span: Span::lasting(start, self.end_time - self.start_time),
            all_day: self.all_day != 0,
            time_zone: self.timezone.clone(),
            recurrence: self.recurrence.clone(),
            exceptions: self
                .exceptions
                .as_deref()
                .and_then(|json| serde_json::from_str(json).ok())
                .unwrap_or_default(),
            title: self.title.clone(),
            client_name: self.client_name.clone(),
            client_email: self.client_email.clone(),
            client_phone: self.client_phone.clone(),
            description: self.description.clone(),
            location: self.location.clone(),
            reminders: self
                .reminders
                .as_deref()
                .and_then(|json| serde_json::from_str(json).ok())
                .unwrap_or_default(),
            status: self.status,
            revision: self.revision,
            source: self.last_modified_source,
            changed_at: Instant::from_millis(self.updated_at),
        }
    }
}

impl AppointmentRow {
    /// The client's other wishes.
    pub fn alternatives(&self) -> Vec<Alternative> {
        self.alternatives.as_deref().and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }
}

/// A time that would suit the client as well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Alternative {
    /// From.
    pub start_time: Instant,
    /// To.
    pub end_time: Instant,
}

/// What an appointment says that no calendar holds; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Beside {
    /// Whether it reaches calendars, whatever their `auto_export` says.
    pub icloud_sync_enabled: Option<bool>,
    /// The application's client.
    pub client_id: Option<Option<String>>,
    /// The application's service.
    pub service_id: Option<Option<String>>,
    /// The client's other wishes.
    pub alternatives: Option<Vec<Alternative>>,
    /// Until when it waits to be confirmed.
    pub expires_at: Option<Option<Instant>>,
}

/// Which appointments a list shows.
#[derive(Debug, Default)]
pub struct Filter {
    pub status: Option<Status>,
    pub from: Option<Instant>,
    pub to: Option<Instant>,
    /// Those after this one, by when it begins and its id.
    pub after: Option<(i64, String)>,
    /// So many at most.
    pub limit: Option<i64>,
}

const SELECT: &str = "SELECT a.*, l.connection_id, l.remote, l.uid, l.version, k.url AS calendar_url
    FROM appointments a
    LEFT JOIN links l ON l.id = (SELECT min(id) FROM links WHERE entry_id = a.id)
    LEFT JOIN calendars k ON k.connection_id = l.connection_id ";

impl Database {
    /// One appointment of a tenant.
    pub async fn appointment(&self, tenant: &str, id: &str) -> Result<Option<AppointmentRow>, DbError> {
        self.first([SELECT, "WHERE a.tenant = ? AND a.id = ?"], &[&tenant, &id]).await
    }

    /// Which of some appointments the owner has.
    pub async fn known_appointments(&self, owner: &OwnerKey, ids: &[String]) -> Result<Vec<String>, DbError> {
        #[derive(Deserialize)]
        struct Row {
            id: String,
        }
        let ids = serde_json::to_string(ids).unwrap_or_default();
        let sql = "SELECT a.id FROM json_each(?3) w JOIN appointments a ON a.id = w.value
             WHERE a.tenant = ?1 AND a.owner = ?2";
        let rows: Vec<Row> = self.all(sql, &[&owner.tenant, &owner.owner, &ids]).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// An owner's appointments by time.
    pub async fn appointments(
        &self,
        owner: &OwnerKey,
        filter: &Filter,
    ) -> Result<Vec<AppointmentRow>, DbError> {
        let sql = [
            SELECT,
            "WHERE a.tenant = ?1 AND a.owner = ?2 AND (?3 IS NULL OR a.status = ?3)
             AND (?4 IS NULL OR a.end_time > ?4 OR a.recurrence IS NOT NULL) AND (?5 IS NULL OR a.start_time < ?5)
             AND (?6 IS NULL OR (a.start_time, a.id) > (?6, ?7)) ORDER BY a.start_time, a.id LIMIT coalesce(?8, -1)",
        ];
        let status = filter.status.map(Status::as_str);
        let (start, id) =
            (filter.after.as_ref().map(|after| after.0), filter.after.as_ref().map(|after| &after.1));
        let Filter { from, to, limit, .. } = filter;
        self.all(sql, &[&owner.tenant, &owner.owner, &status, from, to, &start, &id, limit]).await
    }

    /// Live appointments of an owner in a span, but for one.
    pub async fn appointments_in(
        &self,
        owner: &OwnerKey,
        span: Span,
        except: Option<&str>,
    ) -> Result<Vec<AppointmentRow>, DbError> {
        let sql = [
            SELECT,
            "WHERE a.id IN (SELECT appointment_id FROM reservations
               WHERE tenant = ?1 AND owner = ?2 AND starts_at < ?4 AND ends_at > ?3)
             AND a.id IS NOT ?5 ORDER BY a.start_time",
        ];
        self.all(sql, &[&owner.tenant, &owner.owner, &span.start(), &span.end(), &except]).await
    }

    /// Live appointments of an owner that take place again and again, but for one.
    pub async fn recurring_appointments(
        &self,
        owner: &OwnerKey,
        except: Option<&str>,
    ) -> Result<Vec<AppointmentRow>, DbError> {
        let sql = [
            SELECT,
            "WHERE a.tenant = ?1 AND a.owner = ?2 AND a.recurrence IS NOT NULL
             AND a.status IN ('PENDING', 'CONFIRMED') AND a.id IS NOT ?3 ORDER BY a.start_time",
        ];
        self.all(sql, &[&owner.tenant, &owner.owner, &except]).await
    }

    /// Refuses the batch if a live reservation, other than the appointment's that is moved, touches one of these times,
    /// each widened by `gap` milliseconds.
    pub fn assert_slots_free(
        &self,
        owner: &OwnerKey,
        times: &[Span],
        gap: i64,
        except: Option<&str>,
    ) -> Result<Statement, DbError> {
        self.assert(
            Guard::SlotFree,
            "NOT EXISTS (SELECT 1 FROM json_each(?3) t CROSS JOIN reservations r
               WHERE r.tenant = ?1 AND r.owner = ?2 AND r.starts_at < t.value ->> 1 + ?4
               AND r.ends_at > t.value ->> 0 - ?4 AND r.appointment_id IS NOT ?5)",
            &[&owner.tenant, &owner.owner, &super::spans(times), &gap, &except],
        )
    }

    /// Refuses the batch if the owner's mirror has changed since `revision` was read.
    pub fn assert_mirror(&self, owner: &OwnerKey, revision: i64) -> Result<Statement, DbError> {
        self.assert(
            Guard::MirrorUnchanged,
            "EXISTS (SELECT 1 FROM owners WHERE tenant = ? AND id = ? AND revision = ?)",
            &[&owner.tenant, &owner.owner, &revision],
        )
    }

    /// Writes an appointment and reserves its time: a new one, or one whose revision is still `before`.
    pub fn put_appointment(
        &self,
        owner: &OwnerKey,
        appointment: &Appointment,
        before: Option<i64>,
    ) -> Result<Vec<Statement>, DbError> {
        let id = &appointment.id;
        let unchanged = self.assert(
            Guard::EntryUnchanged,
            "?2 IS (SELECT revision FROM appointments WHERE id = ?1)",
            &[id, &before],
        )?;
        // What recurs has no reservation that others could run into: they look again.
        let raise = self.statement(
            "UPDATE owners SET revision = revision + 1 WHERE tenant = ?1 AND id = ?2
               AND (?4 OR EXISTS (SELECT 1 FROM appointments WHERE id = ?3 AND recurrence IS NOT NULL))",
            &[&owner.tenant, &owner.owner, id, &appointment.recurrence.is_some()],
        )?;
        let exceptions = serde_json::to_string(&appointment.exceptions).ok();
        let exceptions = exceptions.filter(|_| !appointment.exceptions.is_empty());
        let reminders = serde_json::to_string(&appointment.reminders).ok();
        let reminders = reminders.filter(|_| !appointment.reminders.is_empty());
        let write = self.statement(
            "INSERT INTO appointments (id, tenant, owner, start_time, end_time, timezone, title, client_name,
               client_email, client_phone, description, location, status, last_modified_source, created_at, updated_at,
               all_day, recurrence, exceptions, reminders)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?15, ?16, ?17, ?18, ?19)
             ON CONFLICT (id) DO UPDATE SET start_time = ?4, end_time = ?5, timezone = ?6, title = ?7,
               client_name = ?8, client_email = ?9, client_phone = ?10, description = ?11, location = ?12,
               status = ?13, last_modified_source = ?14, updated_at = ?15, all_day = ?16, recurrence = ?17,
               exceptions = ?18, reminders = ?19, revision = revision + 1",
            &[
                id,
                &owner.tenant,
                &owner.owner,
                &appointment.span.start(),
                &appointment.span.end(),
                &appointment.time_zone,
                &appointment.title,
                &appointment.client_name,
                &appointment.client_email,
                &appointment.client_phone,
                &appointment.description,
                &appointment.location,
                &appointment.status.as_str(),
                &appointment.source.as_str(),
                &appointment.changed_at,
                &i64::from(appointment.all_day),
                &appointment.recurrence,
                &exceptions,
                &reminders,
            ],
        )?;
        let free = self.statement("DELETE FROM reservations WHERE appointment_id = ?", &[id])?;
        let reserve = self.statement(
            "INSERT INTO reservations (appointment_id, tenant, owner, starts_at, ends_at)
             SELECT id, tenant, owner, start_time, end_time FROM appointments
             WHERE id = ? AND status IN ('PENDING', 'CONFIRMED') AND recurrence IS NULL",
            &[id],
        )?;
        Ok(vec![unchanged, raise, write, free, reserve])
    }

    /// Writes what an appointment says that no calendar holds.
    pub fn put_beside(&self, id: &str, beside: &Beside) -> Result<Statement, DbError> {
        let json = |list: &Vec<Alternative>| serde_json::to_string(list).unwrap_or_default();
        self.statement(
            "UPDATE appointments SET icloud_sync_enabled = coalesce(?2, icloud_sync_enabled),
               client_id = CASE WHEN ?3 THEN ?4 ELSE client_id END,
               service_id = CASE WHEN ?5 THEN ?6 ELSE service_id END, alternatives = coalesce(?7, alternatives),
               expires_at = CASE WHEN ?8 THEN ?9 ELSE expires_at END
             WHERE id = ?1",
            &[
                &id,
                &beside.icloud_sync_enabled,
                &beside.client_id.is_some(),
                &beside.client_id.as_ref().and_then(Option::as_ref),
                &beside.service_id.is_some(),
                &beside.service_id.as_ref().and_then(Option::as_ref),
                &beside.alternatives.as_ref().map(json),
                &beside.expires_at.is_some(),
                &beside.expires_at.flatten(),
            ],
        )
    }
}
