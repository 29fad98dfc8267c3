//! Which occurrences take time: TRANSP, STATUS, Outlook's busy status, and the owner's own refusal.

use crate::event::{Event, Series, Status};
use crate::ics::Component;
use crate::recurrence::{Budget, Occurrence, RecurrenceError, expand};
use crate::time::{Span, sort_by_time};
use crate::zone::{Zone, Zones};
use serde::{Deserialize, Serialize};

/// Time that is taken.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Block {
    /// When.
    pub span: Span,
    /// What it is called.
    pub summary: String,
    /// Of which event.
    pub uid: String,
    /// Whether it is given in dates.
    pub all_day: bool,
    /// Whether it is not settled yet (STATUS:TENTATIVE, or Outlook's).
    pub tentative: bool,
}

/// Whose calendar it is.
#[derive(Clone, Debug)]
pub struct Owner {
    /// In which zone dates and times without a zone are meant.
    pub zone: Zone,
    /// The owner's mail addresses: what the owner has declined takes no time.
    pub addresses: Vec<String>,
}

/// What takes time in the window, in order, and the UIDs of events that could not be expanded, with the reason.
/// `floating` is the zone in which dates, and times without a zone, are meant.
pub fn blocks<'e>(
    events: impl IntoIterator<Item = &'e Event>,
    window: Span,
    floating: &Zone,
    budget: &mut Budget,
) -> (Vec<Block>, Vec<(String, RecurrenceError)>) {
    blocks_of(&Owner { zone: floating.clone(), addresses: Vec::new() }, events, window, budget)
}

/// The same for an owner whose own answers to invitations count.
pub fn blocks_of<'e>(
    owner: &Owner,
    events: impl IntoIterator<Item = &'e Event>,
    window: Span,
    budget: &mut Budget,
) -> (Vec<Block>, Vec<(String, RecurrenceError)>) {
    let (mut blocks, mut problems) = (Vec::new(), Vec::new());
    for event in events {
        let zones = Zones::of(event.calendar());
        match blocks_of_series(owner, &event.series(), &zones, window, budget) {
            Ok(found) => blocks.extend(found),
            Err(error) => problems.push((event.uid().to_owned(), error)),
        }
    }
    sort_by_time(&mut blocks, |block| block.span.key());
    (blocks, problems)
}

/// What one series of a calendar takes.
pub(super) fn blocks_of_series(
    owner: &Owner,
    series: &Series<'_>,
    zones: &Zones<'_>,
    window: Span,
    budget: &mut Budget,
) -> Result<Vec<Block>, RecurrenceError> {
    let found = expand(series, zones, window, &owner.zone, budget)?;
    Ok(found.iter().filter_map(|occurrence| block(series.uid(), occurrence, owner)).collect())
}

/// Whether an occurrence takes its owner's time.
pub fn takes_time(occurrence: &Occurrence<'_>, owner: &Owner) -> bool {
    !(occurrence.span.is_empty()
        || occurrence.is_transparent()
        || occurrence.status() == Status::Cancelled
        || outlook_says(occurrence, "FREE")
        || is_declined(occurrence.event, &owner.addresses))
}

fn block(uid: &str, occurrence: &Occurrence<'_>, owner: &Owner) -> Option<Block> {
    takes_time(occurrence, owner).then(|| Block {
        span: occurrence.span,
        summary: occurrence.summary(),
        uid: uid.to_owned(),
        all_day: occurrence.all_day,
        tentative: occurrence.status() == Status::Tentative || outlook_says(occurrence, "TENTATIVE"),
    })
}

fn outlook_says(occurrence: &Occurrence<'_>, word: &str) -> bool {
    let status = occurrence.event.property("X-MICROSOFT-CDO-BUSYSTATUS");
    status.is_some_and(|status| status.value().trim().eq_ignore_ascii_case(word))
}

fn is_declined(event: &Component, addresses: &[String]) -> bool {
    let own = |address: &str| addresses.iter().any(|own| own.eq_ignore_ascii_case(address));
    event.properties("ATTENDEE").any(|attendee| {
        let value = attendee.value().trim();
        let mail = value.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
        own(mail.map_or(value, |scheme| &value[scheme.len()..]))
            && attendee.parameter("PARTSTAT").is_some_and(|answer| answer.eq_ignore_ascii_case("DECLINED"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::availability::conflicts;
    use crate::time::Instant;

    fn found(lines: &[&str]) -> (Vec<Block>, Vec<(String, RecurrenceError)>) {
        let event = |(n, lines): (usize, &&str)| {
            let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u{n}\n{lines}\nEND:VEVENT\nEND:VCALENDAR");
            Event::parse(&text.replace("UID:u_", &format!("UID:u{n}"))).unwrap()
        };
        let events: Vec<Event> = lines.iter().enumerate().map(event).collect();
        let window = Span::lasting(Instant::parse("2026-11-21T00:00:00Z").unwrap(), 7 * 86_400_000);
        let owner =
            Owner { zone: Zone::iana("Europe/Berlin").unwrap(), addresses: vec!["me@example.org".into()] };
        blocks_of(&owner, &events, window, &mut Budget::default())
    }

    const AT_NINE: &str = "DTSTART:20261121T090000Z\nDURATION:PT1H\n";

    #[test]
    fn only_what_takes_time_blocks() {
        for (line, blocks) in [
            ("SUMMARY:x", true),
            ("TRANSP:OPAQUE", true),
            ("transp: transparent", false),
            ("STATUS:CANCELLED", false),
            ("X-MICROSOFT-CDO-BUSYSTATUS:FREE", false),
            ("X-MICROSOFT-CDO-BUSYSTATUS:OOF", true),
            ("ATTENDEE;PARTSTAT=DECLINED:MAILTO:Me@example.org", false),
            ("ATTENDEE;PARTSTAT=DECLINED:mailto:you@example.org", true),
            ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:me@example.org", true),
        ] {
            assert_eq!(found(&[&format!("{AT_NINE}{line}")]).0.len(), usize::from(blocks), "{line}");
        }
        assert!(found(&["DTSTART:20261121T090000Z"]).0.is_empty(), "no length");
    }

    #[test]
    fn what_is_not_settled_is_marked() {
        for line in ["STATUS:TENTATIVE", "X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE"] {
            assert!(found(&[&format!("{AT_NINE}{line}")]).0[0].tentative);
        }
    }

    #[test]
    fn a_cancelled_or_free_override_leaves_its_hour_free() {
        let daily = "DTSTART:20261121T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4\nEND:VEVENT\n\
            BEGIN:VEVENT\nUID:u_\nRECURRENCE-ID:20261122T090000Z\nDTSTART:20261122T090000Z\nDURATION:PT1H\nSTATUS:CANCELLED\n\
            END:VEVENT\nBEGIN:VEVENT\nUID:u_\nRECURRENCE-ID:20261123T090000Z\nDTSTART:20261123T120000Z\nDURATION:PT1H\n\
            TRANSP:TRANSPARENT";
        let starts: Vec<String> = found(&[daily]).0.iter().map(|b| b.span.start().to_string()).collect();
        assert_eq!(starts, ["2026-11-21T09:00:00Z", "2026-11-24T09:00:00Z"]);
    }

    #[test]
    fn an_event_that_cannot_be_read_is_told_and_the_others_count() {
        let (blocks, problems) = found(&["DTSTART;TZID=Nowhere:20261121T090000\nDURATION:PT1H", AT_NINE]);
        assert_eq!((blocks.len(), problems[0].0.as_str()), (1, "u0"));
        assert!(problems[0].1.to_string().contains("Nowhere"));
    }

    #[test]
    fn an_all_day_event_blocks_the_owners_day() {
        let (blocks, _) = found(&["DTSTART;VALUE=DATE:20261124\nSUMMARY:Fair", AT_NINE]);
        let span = |text: &str| Span::lasting(Instant::parse(text).unwrap(), 60_000);
        assert_eq!(conflicts(span("2026-11-23T23:00:00Z"), &blocks)[0].summary, "Fair");
        assert!(conflicts(span("2026-11-24T23:00:00Z"), &blocks).is_empty());
        assert!(conflicts(span("2026-11-21T10:00:00Z"), &blocks).is_empty());
    }
}
