//! Owners: made by the first call that connects or creates something for them.

use super::{Database, DbError, Statement};
use kalends::availability::WorkingHours;
use kalends::booking::MappingRules;
use kalends::port::OwnerKey;
use kalends::{Instant, Zone};
use serde::Deserialize;
use std::collections::BTreeMap;

/// An owner.
#[derive(Debug, Deserialize)]
pub struct OwnerRow {
    /// The IANA zone in which the owner's floating times and dates are read.
    pub timezone: String,
    /// Raised with every change of the mirror.
    pub revision: i64,
    /// When the owner takes bookings.
    #[serde(flatten)]
    pub rules: BookingRules,
}

impl OwnerRow {
    /// The owner's zone.
    pub fn zone(&self) -> Zone {
        Zone::iana(&self.timezone).unwrap_or_else(|_| Zone::utc())
    }
}

/// When an owner takes bookings. Lengths are in minutes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct BookingRules {
    /// JSON by weekday and date; always, where there is none.
    pub working_hours: Option<String>,
    pub buffer_before: i64,
    pub buffer_after: i64,
    pub minimum_notice: i64,
    pub maximum_per_day: Option<u32>,
}

impl BookingRules {
    /// The hours, as the core knows them.
    pub fn hours(&self) -> Option<WorkingHours> {
        self.working_hours.as_deref().and_then(|json| serde_json::from_str(json).ok())
    }

    /// How far apart two bookings are at least, in milliseconds: each has what goes before and after it.
    pub fn gap(&self) -> i64 {
        self.buffer_before.max(self.buffer_after) * 60_000
    }
}

/// What was chosen for an owner.
#[derive(Debug)]
pub struct OwnerSettings {
    /// The IANA zone in which the owner's floating times and dates are read.
    pub timezone: String,
    /// What imported events are about.
    pub mapping_rules: MappingRules,
    /// The connection of each category of the owner's tasks.
    pub category_calendars: BTreeMap<String, String>,
}

/// An owner in a list.
#[derive(Debug, Deserialize)]
pub struct ListedOwner {
    pub id: String,
    pub timezone: String,
    pub created_at: i64,
    /// Later ones have a higher one.
    pub position: i64,
}

impl Database {
    /// A tenant's owners, or one of them, the newest first, those before a position.
    pub async fn owners(
        &self,
        tenant: &str,
        id: Option<&str>,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<ListedOwner>, DbError> {
        self.all(
            "SELECT id, timezone, created_at, rowid AS position FROM owners WHERE tenant = ?1
               AND (?2 IS NULL OR id = ?2) AND (?3 IS NULL OR rowid < ?3) ORDER BY rowid DESC LIMIT ?4",
            &[&tenant, &id, &before, &limit],
        )
        .await
    }

    /// The owner, if known.
    pub async fn owner(&self, key: &OwnerKey) -> Result<Option<OwnerRow>, DbError> {
        let sql = "SELECT timezone, revision, working_hours, buffer_before, buffer_after, minimum_notice,
               maximum_per_day
             FROM owners WHERE tenant = ? AND id = ?";
        self.first(sql, &[&key.tenant, &key.owner]).await
    }

    /// Makes the owner if there is none; a zone that is given is kept.
    pub fn ensure_owner(
        &self,
        key: &OwnerKey,
        zone: Option<&str>,
        now: Instant,
    ) -> Result<Statement, DbError> {
        self.statement(
            "INSERT INTO owners (tenant, id, timezone, created_at) VALUES (?1, ?2, coalesce(?3, 'UTC'), ?4)
             ON CONFLICT (tenant, id) DO UPDATE SET timezone = coalesce(?3, timezone)",
            &[&key.tenant, &key.owner, &zone, &now],
        )
    }

    /// What was chosen for the owner, if known.
    pub async fn owner_settings(&self, key: &OwnerKey) -> Result<Option<OwnerSettings>, DbError> {
        #[derive(Deserialize)]
        struct Row {
            timezone: String,
            mapping_rules: String,
            category_calendars: String,
        }
        let sql =
            "SELECT timezone, mapping_rules, category_calendars FROM owners WHERE tenant = ? AND id = ?";
        let row: Option<Row> = self.first(sql, &[&key.tenant, &key.owner]).await?;
        row.map(|row| {
            let unreadable = |error: String| DbError::Failed(format!("mapping_rules of {key:?}: {error}"));
            let rules = serde_json::from_str(&row.mapping_rules).map_err(|e| unreadable(e.to_string()))?;
            let mapping_rules = MappingRules::new(rules).map_err(|e| unreadable(e.to_string()))?;
            let category_calendars = serde_json::from_str(&row.category_calendars).unwrap_or_default();
            Ok(OwnerSettings { timezone: row.timezone, mapping_rules, category_calendars })
        })
        .transpose()
    }

    /// Changes what is given, and makes the owner if there is none. Another zone moves all-day events: a booking that was
    /// checked in the old one is checked again.
    pub async fn configure_owner(
        &self,
        key: &OwnerKey,
        zone: Option<&str>,
        rules: Option<&MappingRules>,
        now: Instant,
    ) -> Result<(), DbError> {
        let rules = rules.map(|rules| serde_json::to_string(rules.rules()).unwrap_or_default());
        self.run(
            "INSERT INTO owners (tenant, id, timezone, mapping_rules, created_at)
             VALUES (?1, ?2, coalesce(?3, 'UTC'), coalesce(?4, '[]'), ?5)
             ON CONFLICT (tenant, id) DO UPDATE SET timezone = coalesce(?3, timezone),
               mapping_rules = coalesce(?4, mapping_rules), revision = revision + (timezone <> coalesce(?3, timezone))",
            &[&key.tenant, &key.owner, &zone, &rules, &now],
        )
        .await
    }

    /// Changes when the owner takes bookings; what is being checked by the old rules is checked again.
    pub async fn put_booking_rules(&self, key: &OwnerKey, rules: &BookingRules) -> Result<(), DbError> {
        self.run(
            "UPDATE owners SET working_hours = ?3, buffer_before = ?4, buffer_after = ?5, minimum_notice = ?6,
               maximum_per_day = ?7, revision = revision + 1 WHERE tenant = ?1 AND id = ?2",
            &[
                &key.tenant,
                &key.owner,
                &rules.working_hours,
                &rules.buffer_before,
                &rules.buffer_after,
                &rules.minimum_notice,
                &rules.maximum_per_day.map(i64::from),
            ],
        )
        .await
    }

    /// Says which calendar each category of tasks has.
    pub async fn set_category_calendars(
        &self,
        key: &OwnerKey,
        calendars: &BTreeMap<String, String>,
    ) -> Result<(), DbError> {
        let calendars = serde_json::to_string(calendars).unwrap_or_default();
        let sql = "UPDATE owners SET category_calendars = ?3 WHERE tenant = ?1 AND id = ?2";
        self.run(sql, &[&key.tenant, &key.owner, &calendars]).await
    }

    /// Tells bookings that the mirror has changed.
    pub fn raise_revision(&self, key: &OwnerKey) -> Result<Statement, DbError> {
        let sql = "UPDATE owners SET revision = revision + 1 WHERE tenant = ? AND id = ?";
        self.statement(sql, &[&key.tenant, &key.owner])
    }
}
