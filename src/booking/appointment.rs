//! The application's booking, and the event that stands for it.

use crate::event::{self, Content, Exception};
use crate::time::{Instant, Span};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The prefix of a pending appointment's event, so that it is told apart in any calendar application.
const REQUEST: &str = "REQUEST: ";

/// Where an appointment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Asked for, not yet agreed to; blocks its time.
    Pending,
    /// Agreed to; blocks its time.
    Confirmed,
    /// Called off.
    Cancelled,
    /// Refused.
    Declined,
    /// Was never agreed to in time.
    Expired,
}

impl Status {
    /// Whether an appointment with this status holds its time.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Pending | Self::Confirmed)
    }

    /// The word of the documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Confirmed => "CONFIRMED",
            Self::Cancelled => "CANCELLED",
            Self::Declined => "DECLINED",
            Self::Expired => "EXPIRED",
        }
    }

    /// Reads the word of the documents.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Pending, Self::Confirmed, Self::Cancelled, Self::Declined, Self::Expired]
            .into_iter()
            .find(|status| status.as_str() == word)
    }
}

/// Which side changed an appointment last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// Through the API.
    Application,
    /// In the calendar.
    Calendar,
}

impl Source {
    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Calendar => "calendar",
        }
    }
}

/// A booking of an owner's time.
#[derive(Debug, Clone, PartialEq)]
pub struct Appointment {
    /// Its id.
    pub id: String,
    /// When.
    pub span: Span,
    /// Whether it is given in dates: `span` is bounded by midnights of `time_zone`.
    pub all_day: bool,
    /// The IANA zone that it was booked in.
    pub time_zone: String,
    /// The RRULE of one that takes place again and again; `span` is the first.
    pub recurrence: Option<String>,
    /// Those times of it that are not as the first, by when they would be; none stands for one that does not take place.
    pub exceptions: BTreeMap<Instant, Option<Exception>>,
    /// What it is called; without one it is named after client and description.
    pub title: Option<String>,
    /// Who comes.
    pub client_name: Option<String>,
    /// The client's e-mail address.
    pub client_email: Option<String>,
    /// The client's telephone number.
    pub client_phone: Option<String>,
    /// What for.
    pub description: Option<String>,
    /// Where.
    pub location: Option<String>,
    /// So many minutes before it begins its owner is reminded: alarms of the event that is made for it.
    pub reminders: Vec<u32>,
    /// Where it stands.
    pub status: Status,
    /// Raised at every change.
    pub revision: i64,
    /// Which side changed it last.
    pub source: Source,
    /// When it was changed last.
    pub changed_at: Instant,
}

impl Appointment {
    /// A pending appointment about which nothing else is said, made at that time.
    pub fn new(id: &str, span: Span, time_zone: &str, at: Instant) -> Appointment {
        Appointment {
            id: id.to_owned(),
            span,
            all_day: false,
            time_zone: time_zone.to_owned(),
            recurrence: None,
            exceptions: BTreeMap::new(),
            title: None,
            client_name: None,
            client_email: None,
            client_phone: None,
            description: None,
            location: None,
            reminders: Vec::new(),
            status: Status::Pending,
            revision: 1,
            source: Source::Application,
            changed_at: at,
        }
    }

    /// The event that stands for this appointment; none once it is over and done with.
    pub fn content(&self) -> Option<Content> {
        if !self.status.is_live() {
            return None;
        }
        Some(self.described())
    }

    /// How it reads as an event, whether it takes place or not.
    pub(super) fn described(&self) -> Content {
        let name = self.name();
        let prefix = if self.status == Status::Pending { REQUEST } else { "" };
        let named = |other: &Exception| Exception {
            summary: other.summary.as_ref().map(|title| format!("{prefix}{title}")),
            ..other.clone()
        };
        Content {
            summary: format!("{prefix}{name}"),
            description: self.description.clone(),
            location: self.location.clone(),
            span: self.span,
            all_day: self.all_day,
            time_zone: Some(self.time_zone.clone()),
            status: match self.status {
                Status::Pending => event::Status::Tentative,
                Status::Confirmed => event::Status::Confirmed,
                Status::Cancelled | Status::Declined | Status::Expired => event::Status::Cancelled,
            },
            recurrence: self.recurrence.clone(),
            exceptions: self.exceptions.iter().map(|(at, other)| (*at, other.as_ref().map(named))).collect(),
        }
    }

    /// What a person calls it: its title, else "client - description".
    pub fn name(&self) -> String {
        if let Some(title) = &self.title {
            return title.clone();
        }
        let parts: Vec<&str> =
            [&self.client_name, &self.description].into_iter().flatten().map(String::as_str).collect();
        if parts.is_empty() { "Appointment".to_owned() } else { parts.join(" - ") }
    }

    /// Takes over what the calendar says. A changed summary becomes the title; the calendar cannot confirm. An event of
    /// whole days brings the zone in which these begin.
    pub fn accept(&mut self, content: &Content) {
        if self.content().is_some_and(|own| own.summary != content.summary) {
            let name = content.summary.strip_prefix(REQUEST).unwrap_or(&content.summary);
            self.title = Some(name.to_owned());
        }
        self.description.clone_from(&content.description);
        self.location.clone_from(&content.location);
        (self.span, self.all_day) = (content.span, content.all_day);
        self.recurrence.clone_from(&content.recurrence);
        self.exceptions.clone_from(&content.exceptions);
        for other in self.exceptions.values_mut().flatten() {
            let title = other.summary.as_ref().and_then(|title| title.strip_prefix(REQUEST));
            other.summary = title.map(str::to_owned).or(other.summary.take());
        }
        if let (true, Some(zone)) = (content.all_day, &content.time_zone) {
            self.time_zone.clone_from(zone);
        }
        self.source = Source::Calendar;
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn appointment() -> Appointment {
        let start = Instant::from_millis(0);
        Appointment {
            client_name: Some("Ana Pop".into()),
            description: Some("Dragon, left arm".into()),
            ..Appointment::new("apt_1", Span::lasting(start, 3_600_000), "Europe/Berlin", start)
        }
    }

    #[test]
    fn a_pending_appointment_is_a_request_and_loses_the_word_when_confirmed() {
        let mut booked = appointment();
        assert_eq!(booked.content().unwrap().summary, "REQUEST: Ana Pop - Dragon, left arm");
        booked.status = Status::Confirmed;
        assert_eq!(booked.content().unwrap().summary, "Ana Pop - Dragon, left arm");
    }

    #[test]
    fn a_cancelled_appointment_has_no_event() {
        let booked = Appointment { status: Status::Cancelled, ..appointment() };
        assert_eq!(booked.content(), None);
    }

    #[test]
    fn a_name_given_in_the_calendar_becomes_the_title_without_the_word_request() {
        let mut booked = appointment();
        let said = Content { summary: "REQUEST: Dragon with Ana".into(), ..booked.content().unwrap() };
        booked.accept(&said);
        assert_eq!(booked.title.as_deref(), Some("Dragon with Ana"));
        assert_eq!(booked.content().unwrap().summary, said.summary);
    }

    #[test]
    fn an_event_made_all_day_is_written_in_the_same_dates_again() {
        let mut booked = appointment();
        let day = Span::new(Instant::from_millis(0), Instant::from_millis(86_400_000)).unwrap();
        let said =
            Content { span: day, all_day: true, time_zone: Some("UTC".into()), ..booked.content().unwrap() };
        booked.accept(&said);
        assert_eq!(booked.content(), Some(said));
        booked.accept(&appointment().content().unwrap());
        assert!(!booked.all_day);
    }

    #[test]
    fn a_move_in_the_calendar_keeps_the_name() {
        let mut booked = appointment();
        let later = Span::new(Instant::from_millis(7_200_000), Instant::from_millis(10_800_000)).unwrap();
        booked.accept(&Content { span: later, ..booked.content().unwrap() });
        assert_eq!((booked.title, booked.span, booked.source), (None, later, Source::Calendar));
    }
}
