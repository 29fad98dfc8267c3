//! What an event or task says of itself, told to JavaScript and asked of it; `pkg/kalends/src/details.js` is the other
//! side.

use super::failure::Failure;
use super::flat::{Asked, Told};
use super::given::Given;
use crate::event::{
    Action, Alarm, Attachment, Attendee, CalAddress, CalendarUser, Class, Color, Conference, Details, Email,
    Feature, FieldError, Geo, ParticipationStatus, Priority, Repeat, Role, Trigger, Uri, UserType,
};
use crate::ics::Duration;
use crate::time::Instant;
use crate::zone::Zone;

pub(super) fn tell(details: &Details, told: &mut Told) {
    told.text(&details.summary);
    for text in [&details.description, &details.html, &details.location] {
        told.optional(text.as_deref());
    }
    told.optional(details.url.as_ref().map(Uri::as_str));
    told.flag(details.geo.is_some());
    if let Some(geo) = details.geo {
        told.number(geo.latitude());
        told.number(geo.longitude());
    }
    told.optional(details.class.map(Class::as_str));
    told.number(details.priority.map_or(-1.0, |priority| priority.get().into()));
    told.number(details.sequence.into());
    told.list(&details.categories, |told, category| told.text(category));
    told.optional(details.color.map(|color| color.to_string()).as_deref());
    told.flag(details.organizer.is_some());
    details.organizer.iter().for_each(|organizer| user(told, organizer));
    told.list(&details.attendees, attendee);
    told.list(&details.alarms, alarm);
    told.list(&details.conferences, |told, conference| {
        told.text(conference.uri.as_str());
        told.list(&conference.features, |told, feature| told.text(feature.as_str()));
        told.optional(conference.label.as_deref());
    });
    for links in [&details.images, &details.attachments] {
        told.list(links, |told, link| {
            told.text(link.uri.as_str());
            told.optional(link.media_type.as_deref());
        });
    }
    for instant in [details.created, details.last_modified] {
        told.optional(instant.map(|at| at.to_string()).as_deref());
    }
}

fn user(told: &mut Told, user: &CalendarUser) {
    told.text(user.address.as_str());
    told.optional(user.name.as_deref());
    told.optional(user.email.as_ref().map(Email::as_str));
    told.optional(user.sent_by.as_ref().map(CalAddress::as_str));
}

fn attendee(told: &mut Told, attendee: &Attendee) {
    user(told, &attendee.user);
    told.text(attendee.role.as_str());
    told.text(attendee.status.as_str());
    told.flag(attendee.rsvp);
    told.text(attendee.user_type.as_str());
    for addresses in [&attendee.delegated_to, &attendee.delegated_from] {
        told.list(addresses, |told, address| told.text(address.as_str()));
    }
}

fn alarm(told: &mut Told, alarm: &Alarm) {
    told.text(alarm.action.as_str());
    let (kind, text) = match alarm.trigger {
        Trigger::Start(offset) => ("start", offset.to_string()),
        Trigger::End(offset) => ("end", offset.to_string()),
        Trigger::At(instant) => ("at", instant.to_string()),
    };
    told.text(kind);
    told.text(&text);
    told.number(alarm.repeat.map_or(0.0, |repeat| repeat.count().into()));
    told.optional(alarm.repeat.map(|repeat| repeat.every().to_string()).as_deref());
    told.optional(alarm.description.as_deref());
    told.optional(alarm.summary.as_deref());
    told.list(&alarm.attendees, user);
    told.list(&alarm.attachments, |told, uri| told.text(uri.as_str()));
    told.optional(alarm.acknowledged.map(|at| at.to_string()).as_deref());
}

/// What is asked to be said; an error names its field.
pub(super) fn asked(asked: &mut Asked<'_>, zone: &Zone) -> Result<Details, Failure> {
    let summary = asked.text()?.to_owned();
    let mut own = || -> Result<Option<String>, Failure> { Ok(asked.optional()?.map(str::to_owned)) };
    let (description, html, location) = (own()?, own()?, own()?);
    let url = parsed(asked, "url", Uri::parse)?;
    let geo = match asked.flag()? {
        true => Some(Geo::new(asked.number()?, asked.number()?)?),
        false => None,
    };
    let class = parsed(asked, "class", Class::parse)?;
    let priority = match asked.number()? {
        none if none < 0.0 => None,
        // More than fits is out of range in either case.
        number => Some(Priority::new(number as u8)?),
    };
    let sequence = asked.number()? as u32;
    let categories = asked.list(|asked| Ok(asked.text()?.to_owned()))?;
    let color = parsed(asked, "color", Color::parse)?;
    let organizer = match asked.flag()? {
        true => Some(asked_user(asked).map_err(|failure| failure.within("organizer"))?),
        false => None,
    };
    let attendees = asked.each("attendees", asked_attendee)?;
    let alarms = asked.each("alarms", |asked| asked_alarm(asked, zone))?;
    let conferences = asked.list(|asked| {
        let uri = Uri::parse(asked.text()?).map_err(|error| error.at("conferences"))?;
        let features = asked.list(|asked| Ok(Feature::parse(asked.text()?)?))?;
        Ok(Conference { uri, features, label: asked.optional()?.map(str::to_owned) })
    })?;
    let mut links = |field: &str| {
        asked.list(|asked| {
            let uri = Uri::parse(asked.text()?).map_err(|error| error.at(field))?;
            Ok(Attachment { uri, media_type: asked.optional()?.map(str::to_owned) })
        })
    };
    let (images, attachments) = (links("images")?, links("attachments")?);
    let (created, last_modified) = (instant(asked, zone)?, instant(asked, zone)?);
    Ok(Details {
        summary,
        description,
        html,
        location,
        geo,
        url,
        class,
        priority,
        sequence,
        categories,
        color,
        organizer,
        attendees,
        alarms,
        conferences,
        images,
        attachments,
        created,
        last_modified,
    })
}

/// A text that is read by `parse`, where there is one.
pub(super) fn parsed<T>(
    asked: &mut Asked<'_>,
    field: &str,
    parse: impl FnOnce(&str) -> Result<T, FieldError>,
) -> Result<Option<T>, Failure> {
    Ok(asked.optional()?.map(|text| parse(text).map_err(|error| error.at(field))).transpose()?)
}

/// An instant, where there is one.
pub(super) fn instant(asked: &mut Asked<'_>, zone: &Zone) -> Result<Option<Instant>, Failure> {
    asked.optional()?.map(|text| Ok(Given::parse(text)?.instant(zone))).transpose()
}

pub(super) fn duration(text: &str) -> Result<Duration, Failure> {
    let wrong =
        || Failure::new("invalid_duration", format!("\"{text}\" is no duration; write -PT15M or P1D"));
    Duration::parse(text).ok_or_else(wrong)
}

fn asked_user(asked: &mut Asked<'_>) -> Result<CalendarUser, Failure> {
    let (address, name) = (asked.text()?, asked.optional()?);
    let user = CalendarUser::parse(address, name)?;
    let email = parsed(asked, "email", Email::parse)?.or(user.email);
    Ok(CalendarUser { email, sent_by: parsed(asked, "sentBy", CalAddress::parse)?, ..user })
}

fn asked_attendee(asked: &mut Asked<'_>) -> Result<Attendee, Failure> {
    let user = asked_user(asked)?;
    let role = parsed(asked, "role", Role::parse)?.unwrap_or_default();
    let status = parsed(asked, "status", ParticipationStatus::parse)?.unwrap_or_default();
    let rsvp = asked.flag()?;
    let user_type = parsed(asked, "userType", UserType::parse)?.unwrap_or_default();
    let mut addresses = || asked.list(|asked| Ok(CalAddress::parse(asked.text()?)?));
    let (delegated_to, delegated_from) = (addresses()?, addresses()?);
    Ok(Attendee { user, role, status, rsvp, user_type, delegated_to, delegated_from })
}

fn asked_alarm(asked: &mut Asked<'_>, zone: &Zone) -> Result<Alarm, Failure> {
    let action = parsed(asked, "action", Action::parse)?.unwrap_or(Action::Display);
    let (kind, text) = (asked.text()?, asked.text()?);
    let trigger = match kind {
        "start" => Trigger::Start(duration(text)?),
        "end" => Trigger::End(duration(text)?),
        _ => Trigger::At(Given::parse(text)?.instant(zone)),
    };
    let repeat = match (asked.number()? as u32, asked.optional()?) {
        (count, Some(every)) => Some(Repeat::new(count, duration(every)?)?),
        _ => None,
    };
    let (description, summary) = (asked.optional()?.map(str::to_owned), asked.optional()?.map(str::to_owned));
    let attendees = asked.list(asked_user)?;
    let attachments = asked.list(|asked| Ok(Uri::parse(asked.text()?)?))?;
    let acknowledged = instant(asked, zone)?;
    Ok(Alarm { action, trigger, repeat, description, summary, attendees, attachments, acknowledged })
}
