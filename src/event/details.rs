//! What an event or task says of itself besides its times: read from any component, written into a new one.

use super::field::{
    Alarm, Attachment, Attendee, CalendarUser, Color, Conference, FieldError, FieldFault, Geo, Trigger, Uri,
    instant_of, text_of, words, write_text,
};
use super::sequence_of;
use crate::ics::{Component, DateTime, Property};
use crate::time::Instant;
use serde::Serialize;

/// The descriptive properties that VEVENT and VTODO share (RFC 5545 §3.8.1, §3.8.4, §3.8.7, RFC 7986 §5), and
/// their alarms.
///
/// ```
/// # use kalends::{event::Details, ics};
/// let text = "BEGIN:VEVENT\nSUMMARY:Lunch\nCATEGORIES:FOOD\nATTENDEE;CN=Ana:mailto:ana@example.org\nEND:VEVENT";
/// let details = Details::of(&ics::parse(text).calendars[0]);
/// assert_eq!((details.summary.as_str(), details.categories[0].as_str()), ("Lunch", "FOOD"));
/// assert_eq!(details.attendees[0].user.name.as_deref(), Some("Ana"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// SUMMARY in plain text.
    pub summary: String,
    /// DESCRIPTION in plain text.
    pub description: Option<String>,
    /// The same as HTML, which Outlook shows instead (X-ALT-DESC).
    pub html: Option<String>,
    /// LOCATION in plain text.
    pub location: Option<String>,
    /// Where on Earth.
    pub geo: Option<Geo>,
    /// A page about it.
    pub url: Option<Uri>,
    /// Who may see it.
    pub class: Option<Class>,
    /// How important it is.
    pub priority: Option<Priority>,
    /// How many times it was changed in a way that matters to attendees.
    pub sequence: u32,
    /// What it belongs to.
    pub categories: Vec<String>,
    /// In which colour it is shown.
    pub color: Option<Color>,
    /// Who calls to it.
    pub organizer: Option<CalendarUser>,
    /// Who is asked to it.
    pub attendees: Vec<Attendee>,
    /// Its alarms.
    pub alarms: Vec<Alarm>,
    /// Ways into it that are no place.
    pub conferences: Vec<Conference>,
    /// Images of it.
    pub images: Vec<Attachment>,
    /// What goes with it.
    pub attachments: Vec<Attachment>,
    /// When it was made.
    pub created: Option<Instant>,
    /// When it was changed last.
    pub last_modified: Option<Instant>,
}

words! {
    /// Who may see an event or task (CLASS, RFC 5545 §3.8.1.3).
    Class, "class" {
        /// Everybody.
        Public = "PUBLIC",
        /// Its owner.
        Private = "PRIVATE",
        /// Whom its owner trusts.
        Confidential = "CONFIDENTIAL",
    }
}

/// A number that goes from 0 to so many.
macro_rules! up_to {
    ($(#[$about:meta])* $name:ident, $property:literal, $field:literal, $most:literal) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(u8);

        impl $name {
            /// The number, where it may be that.
            pub fn new(number: u8) -> Result<$name, FieldError> {
                let outside = FieldFault::Range(concat!("a whole number from 0 to ", $most));
                if number <= $most { Ok($name(number)) } else { Err(FieldError::new($field, outside)) }
            }

            /// The number.
            pub fn get(self) -> u8 {
                self.0
            }

            pub(super) fn of(component: &Component) -> Option<$name> {
                $name::new(component.property($property)?.value().trim().parse().ok()?).ok()
            }

            pub(super) fn property(self) -> Property<'static> {
                Property::known($property, self.0.to_string())
            }
        }
    };
}

up_to! {
    /// How important something is: 1 is the highest, 9 the lowest, 0 is none (PRIORITY, RFC 5545 §3.8.1.9).
    Priority, "PRIORITY", "priority", 9
}

up_to! {
    /// How much of a task is done (PERCENT-COMPLETE, RFC 5545 §3.8.1.8).
    Percent, "PERCENT-COMPLETE", "percentComplete", 100
}

/// Which ends of it an alarm can count from.
#[derive(Clone, Copy)]
pub(super) struct Ends {
    pub start: bool,
    pub end: bool,
}

impl Details {
    /// What a component says; what cannot be read counts as not said.
    pub fn of(component: &Component) -> Details {
        let class = |p: &Property| Class::parse(p.value()).unwrap_or(Class::Private);
        Details {
            summary: text_of(component, "SUMMARY").unwrap_or_default(),
            description: text_of(component, "DESCRIPTION"),
            html: html_of(component),
            location: text_of(component, "LOCATION"),
            geo: Geo::of(component),
            url: component.property("URL").and_then(Uri::of),
            class: component.property("CLASS").map(class),
            priority: Priority::of(component),
            sequence: sequence_of(component).clamp(0, i32::MAX.into()) as u32,
            categories: component.properties("CATEGORIES").flat_map(|p| p.texts()).collect(),
            color: Color::of(component),
            organizer: CalendarUser::organizer(component),
            attendees: Attendee::all(component),
            alarms: Alarm::all(component),
            conferences: Conference::all(component),
            images: Attachment::images(component),
            attachments: Attachment::all(component),
            created: instant_of(component, "CREATED"),
            last_modified: instant_of(component, "LAST-MODIFIED"),
        }
    }

    /// What RFC 5545 calls change management: it stands at the beginning.
    pub(super) fn write_versions(&self, out: &mut Vec<Property<'static>>) {
        for (name, instant) in [("CREATED", self.created), ("LAST-MODIFIED", self.last_modified)] {
            out.extend(instant.map(|at| DateTime::Utc(at).property(name)));
        }
        out.push(Property::known("SEQUENCE", self.sequence.min(i32::MAX as u32).to_string()));
    }

    /// All other properties, and the alarms.
    pub(super) fn write(&self, component: &mut Component<'static>, ends: Ends) -> Result<(), FieldError> {
        let out = &mut component.properties;
        write_text(out, "SUMMARY", Some(&self.summary));
        write_text(out, "DESCRIPTION", self.description.as_deref());
        if let Some(html) = self.html.as_deref().filter(|html| !html.is_empty()) {
            out.push(Property::text("X-ALT-DESC", html).with_parameter("FMTTYPE", "text/html"));
        }
        write_text(out, "LOCATION", self.location.as_deref());
        out.extend(self.geo.map(Geo::property));
        out.extend(self.url.as_ref().map(|url| url.property("URL")));
        out.extend(self.class.map(|class| Property::known("CLASS", class.as_str())));
        out.extend(self.priority.map(Priority::property));
        out.extend(categories(&self.categories));
        out.extend(self.color.map(Color::property));
        out.extend(self.organizer.as_ref().map(|user| user.property("ORGANIZER")));
        out.extend(self.attendees.iter().map(Attendee::property));
        out.extend(self.conferences.iter().map(Conference::property));
        out.extend(self.images.iter().map(|image| image.property("IMAGE")));
        out.extend(self.attachments.iter().map(|attachment| attachment.property("ATTACH")));
        for (place, alarm) in self.alarms.iter().enumerate() {
            let written = counted_from(alarm, ends).and_then(|alarm| alarm.component(&self.summary));
            let written = written.map_err(|error| error.within(format!("alarms[{place}]")));
            component.components.push(written?);
        }
        Ok(())
    }
}

/// The alarm as it can be written: a trigger must not count from an end that is not there (RFC 5545 §3.8.6.3). It
/// counts from the other one: what has no length ends as it starts, and of a task that has a due time only that is
/// meant.
fn counted_from(alarm: &Alarm, ends: Ends) -> Result<Alarm, FieldError> {
    let trigger = match alarm.trigger {
        Trigger::Start(offset) if !ends.start && ends.end => Trigger::End(offset),
        Trigger::End(offset) if !ends.end && ends.start => Trigger::Start(offset),
        Trigger::Start(_) | Trigger::End(_) if !ends.start && !ends.end => {
            let why =
                "the alarm counts from a start or due time; give one, or let it ring at a time of its own";
            return Err(FieldError::new("trigger", FieldFault::Missing(why)));
        }
        trigger => trigger,
    };
    Ok(Alarm { trigger, ..alarm.clone() })
}

/// A list of TEXT: the commas between the items are not escaped, those inside are.
fn categories(categories: &[String]) -> Option<Property<'static>> {
    let mut list = String::new();
    for category in categories.iter().map(|category| category.trim()).filter(|category| !category.is_empty())
    {
        if !list.is_empty() {
            list.push(',');
        }
        list.push_str(Property::text("CATEGORIES", category).value());
    }
    (!list.is_empty()).then(|| Property::known("CATEGORIES", list))
}

fn html_of(component: &Component) -> Option<String> {
    let is_html = |p: &&Property| p.parameter("FMTTYPE").is_some_and(|t| t.eq_ignore_ascii_case("text/html"));
    let html = component.properties("X-ALT-DESC").find(is_html)?.unescaped().into_owned();
    Some(html).filter(|html| !html.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ics::parse;

    #[test]
    fn what_cannot_be_read_counts_as_not_said_and_a_class_that_nobody_knows_as_private() {
        let text = "BEGIN:VEVENT\nPRIORITY:10\nSEQUENCE:-1\nCLASS:X-FRIENDS\nGEO:x\nCOLOR:reddish\nURL:\n\
            CREATED:20260101\nDESCRIPTION:\nX-ALT-DESC:<p>\nCATEGORIES:,\nEND:VEVENT";
        let expected = Details { class: Some(Class::Private), ..Details::default() };
        assert_eq!(Details::of(&parse(text).calendars[0]), expected);
    }

    #[test]
    fn a_number_outside_of_its_range_is_refused() {
        assert_eq!((Priority::new(9).unwrap().get(), Percent::new(100).unwrap().get()), (9, 100));
        let error = Priority::new(10).unwrap_err();
        assert_eq!(error.to_string(), "priority: it must be a whole number from 0 to 9");
        assert_eq!(Percent::new(101).unwrap_err().field(), "percentComplete");
    }

    #[test]
    fn serialised_it_is_camel_case_and_whole() {
        let json = serde_json::to_value(Details::default()).unwrap();
        assert_eq!((&json["lastModified"], &json["attendees"]), (&().into(), &serde_json::json!([])));
        let color = Details {
            color: Color::parse("#1badf8").ok(),
            geo: Geo::new(1.5, 2.0).ok(),
            ..Details::default()
        };
        let json = serde_json::to_value(color).unwrap();
        assert_eq!((&json["color"], &json["geo"]["latitude"]), (&"#1badf8".into(), &1.5.into()));
    }
}
