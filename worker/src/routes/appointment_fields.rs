//! What a caller says of an appointment, checked and worked into it.

use super::error::ApiError;
use super::input::{checked, given};
use super::moment::{self, Edge};
use crate::database::appointments::{Alternative, Beside};
use kalends::booking::{Appointment, Status};
use kalends::rule::RuleError;
use kalends::{Budget, Instant, Span, Zone};
use serde::Deserialize;
use utoipa::ToSchema;

/// So many other wishes may a client have, and so many reminders an appointment.
const MOST: usize = 10;
/// The earliest reminder in minutes: four weeks before.
const EARLIEST: u32 = 28 * 24 * 60;

/// The fields of a call.
#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = AppointmentFields)]
pub struct Fields {
    pub start_time: Option<String>,
    pub end_time: Option<String>,
    pub timezone: Option<String>,
    #[serde(default, deserialize_with = "given")]
    pub title: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    pub client_name: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    pub client_email: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    pub client_phone: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    pub description: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    pub location: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    pub recurrence: Option<Option<String>>,
    pub occurrence: Option<String>,
    pub status: Option<Status>,
    pub i_cloud_sync_enabled: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    #[schema(max_length = 200)]
    pub client_id: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(max_length = 200)]
    pub service_id: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<Wish>>, max_items = 10)]
    pub alternatives: Option<Option<Vec<Wish>>>,
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<u32>>, max_items = 10)]
    pub reminders: Option<Option<Vec<u32>>>,
    #[serde(default, deserialize_with = "given")]
    pub expires_at: Option<Option<String>>,
    pub hold_id: Option<String>,
}

/// A time that would suit the client as well; it lasts as long as the one that is booked unless it says otherwise.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = AlternativeTime)]
pub struct Wish {
    #[serde(alias = "start_time")]
    start_time: String,
    #[serde(alias = "end_time")]
    end_time: Option<String>,
}

impl Wish {
    fn read(&self, usual: i64, zone: &Zone) -> Result<Alternative, ApiError> {
        let start = moment::instant("alternatives", &self.start_time, zone, Edge::Start)?;
        let end = match &self.end_time {
            Some(text) => moment::instant("alternatives", text, zone, Edge::End)?,
            None => start.plus_millis(usual),
        };
        if end <= start {
            return Err(ApiError::field("alternatives", "alternatives: endTime must be after startTime"));
        }
        Ok(Alternative { start_time: start, end_time: end })
    }
}

impl Fields {
    /// Takes out what no calendar holds. `length` is that of the appointment.
    pub fn beside(&mut self, length: i64, zone: &Zone) -> Result<Beside, ApiError> {
        let id = |name: &str, given: Option<Option<String>>| match given {
            Some(Some(text)) if text.len() > 200 => {
                Err(ApiError::field(name, format!("{name} is longer than 200 bytes")))
            }
            Some(text) => checked(name, text).map(Some),
            None => Ok(None),
        };
        let wishes = self.alternatives.take().map(Option::unwrap_or_default);
        if wishes.as_ref().is_some_and(|wishes| wishes.len() > MOST) {
            return Err(ApiError::field("alternatives", format!("alternatives are {MOST} at most")));
        }
        let read = |wishes: Vec<Wish>| wishes.iter().map(|wish| wish.read(length, zone)).collect();
        let instant = |text: String| moment::instant("expiresAt", &text, zone, Edge::Start);
        let expires_at = match self.expires_at.take() {
            Some(text) => Some(text.map(instant).transpose()?),
            None => None,
        };
        Ok(Beside {
            expires_at,
            icloud_sync_enabled: self.i_cloud_sync_enabled.take(),
            client_id: id("clientId", self.client_id.take())?,
            service_id: id("serviceId", self.service_id.take())?,
            alternatives: wishes.map(read).transpose()?,
        })
    }

    /// Works what was given into an appointment. A hold is for new ones alone.
    pub fn apply(&mut self, mut to: Appointment, zone: &Zone) -> Result<Appointment, ApiError> {
        for (name, field, text) in [
            ("title", &mut to.title, self.title.take()),
            ("clientName", &mut to.client_name, self.client_name.take()),
            ("clientEmail", &mut to.client_email, self.client_email.take()),
            ("clientPhone", &mut to.client_phone, self.client_phone.take()),
            ("description", &mut to.description, self.description.take()),
            ("location", &mut to.location, self.location.take()),
        ] {
            if let Some(text) = text {
                *field = checked(name, text)?;
            }
        }
        if self.hold_id.is_some() {
            return Err(ApiError::field("holdId", "holdId is for a new appointment"));
        }
        let (mut start, mut end) = (to.span.start(), to.span.end());
        if let Some(text) = &self.start_time {
            let length = to.span.millis();
            start = moment::instant("startTime", text, zone, Edge::Start)?;
            // A start alone moves the appointment; its length stays.
            end = start.plus_millis(length);
        }
        if let Some(text) = &self.end_time {
            end = moment::instant("endTime", text, zone, Edge::End)?;
        }
        let span = Span::new(start, end).filter(|span| !span.is_empty());
        // One of whole days stays so while it begins and ends at midnight.
        let midnight = |at: Instant| zone.to_wall(at).time() == Default::default();
        to.all_day &= midnight(start) && midnight(end);
        let span = span.ok_or_else(|| ApiError::field("endTime", "endTime must be after startTime"))?;
        match self.recurrence.take() {
            Some(rule) => to = to.repeated(span, rule.as_deref()).map_err(unrepeatable)?,
            None if span != to.span => to = to.moved(span).map_err(unrepeatable)?,
            None => {}
        }
        if let Some(minutes) = self.reminders.take() {
            to.reminders = reminders(minutes.unwrap_or_default())?;
        }
        if let Some(status) = self.status {
            to.status = status;
        }
        if let Some(name) = self.timezone.take() {
            to.time_zone = name;
        }
        Ok(to)
    }

    /// Works what was given into one time of an appointment that recurs.
    pub fn apply_to_occurrence(self, mut to: Appointment, named: &str) -> Result<Appointment, ApiError> {
        let given = [
            &self.client_name,
            &self.client_email,
            &self.client_phone,
            &self.recurrence,
            &self.client_id,
            &self.service_id,
        ];
        if given.iter().any(|field| field.is_some())
            || self.timezone.is_some()
            || self.i_cloud_sync_enabled.is_some()
            || self.alternatives.is_some()
            || self.reminders.is_some()
            || self.expires_at.is_some()
        {
            let sentence =
                "One occurrence has startTime, endTime, title, description, location and status alone";
            return Err(ApiError::field("occurrence", sentence));
        }
        let zone = moment::zone("timezone", &to.time_zone)?;
        let at = moment::instant("occurrence", named, &zone, Edge::Start)?;
        let found = to.occurrence(at, &mut Budget::default());
        let found = found.map_err(|error| ApiError::field("occurrence", error.to_string()))?;
        let mut other = found.ok_or_else(|| {
            ApiError::field(
                "occurrence",
                format!(
                    "The appointment does not take place at {at}; give the time at which its rule has it"
                ),
            )
        })?;
        if let Some(text) = &self.start_time {
            let start = moment::instant("startTime", text, &zone, Edge::Start)?;
            other.span = Span::lasting(start, other.span.millis());
        }
        if let Some(text) = &self.end_time {
            let end = moment::instant("endTime", text, &zone, Edge::End)?;
            let span = Span::new(other.span.start(), end).filter(|span| !span.is_empty());
            other.span = span.ok_or_else(|| ApiError::field("endTime", "endTime must be after startTime"))?;
        }
        for (name, field, text) in [
            ("title", &mut other.summary, self.title),
            ("description", &mut other.description, self.description),
            ("location", &mut other.location, self.location),
        ] {
            if let Some(text) = text {
                *field = Some(checked(name, text)?.unwrap_or_default());
            }
        }
        let off = match self.status {
            None => false,
            Some(Status::Cancelled) => true,
            Some(_) => {
                return Err(ApiError::field("status", "One occurrence can be CANCELLED, and nothing else"));
            }
        };
        to.exceptions.insert(at, Some(other).filter(|_| !off));
        Ok(to)
    }
}

/// Minutes before the beginning.
pub fn reminders(minutes: Vec<u32>) -> Result<Vec<u32>, ApiError> {
    if minutes.len() > MOST || minutes.iter().any(|minutes| *minutes > EARLIEST) {
        let sentence = format!("reminders are {MOST} numbers of minutes at most, up to {EARLIEST} each");
        return Err(ApiError::field("reminders", sentence));
    }
    Ok(minutes)
}

fn unrepeatable(error: RuleError) -> ApiError {
    ApiError::field("recurrence", error.to_string())
}
