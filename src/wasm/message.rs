//! Messages for mail: a calendar with its METHOD.

use super::failure::Failure;
use super::flat::Asked;
use crate::event::{CalAddress, Message, ParticipationStatus};
use crate::ics::parse_bytes;
use crate::time::Instant;

pub(super) fn message(text: &[u8], asked: &mut Asked<'_>, now: f64) -> Result<String, Failure> {
    let (method, attendee, answer) = (asked.text()?, asked.optional()?, asked.optional()?);
    let comment = asked.optional()?;
    let attendee = attendee.map(CalAddress::parse).transpose().map_err(|error| error.at("attendee"))?;
    let message = match (method.to_ascii_uppercase().as_str(), &attendee, answer) {
        ("PUBLISH", ..) => Message::Publish,
        ("REQUEST", ..) => Message::Request,
        ("CANCEL", ..) => Message::Cancel,
        ("REPLY", Some(attendee), Some(answer)) => {
            let answer = ParticipationStatus::parse(answer).map_err(|error| error.at("answer"))?;
            Message::Reply { attendee, answer, comment }
        }
        ("REPLY", ..) => {
            return Err(Failure::new("invalid_argument", "a REPLY needs `attendee` and `answer`"));
        }
        _ => {
            let known = "write PUBLISH, REQUEST, CANCEL or REPLY";
            return Err(Failure::new("invalid_argument", format!("\"{method}\" is no method; {known}")));
        }
    };
    let calendar = parse_bytes(text).calendars.into_iter().find(|calendar| calendar.is("VCALENDAR"));
    let calendar = calendar.ok_or(crate::EventError::NoEvent)?.into_owned();
    Ok(message.carrying(calendar, Instant::from_millis(now as i64))?.write())
}
