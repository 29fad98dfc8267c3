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
    /// Why it is taken.
    pub reason: Reason,
}

/// Why time is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Something is on.
    Busy,
    /// Something may be on: it is not settled yet (STATUS:TENTATIVE, or Outlook's).
    Tentative,
    /// Its owner is away (Outlook's OOF).
    OutOfOffice,
    /// Its owner takes nothing then (VAVAILABILITY, or BUSY-UNAVAILABLE).
    Unavailable,
}

impl Reason {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Tentative => "tentative",
            Self::OutOfOffice => "out-of-office",
            Self::Unavailable => "unavailable",
        }
    }
}

/// Whether something takes time where opinions differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Counts {
    /// It does.
    #[default]
    Busy,
    /// It does not.
    Free,
}

/// Whose calendar it is.
#[derive(Clone, Debug)]
pub struct Owner {
    /// In which zone dates and times without a zone are meant.
    pub zone: Zone,
    /// The owner's mail addresses: what the owner has declined takes no time.
    pub addresses: Vec<String>,
    /// What becomes of events that are given in dates.
    pub all_day: Counts,
    /// What becomes of what is not settled yet.
    pub tentative: Counts,
}

impl Owner {
    /// An owner without known addresses, for whom everything counts.
    pub fn new(zone: Zone) -> Owner {
        Owner { zone, addresses: Vec::new(), all_day: Counts::Busy, tentative: Counts::Busy }
    }

    pub(super) fn minds(&self, block: &Block) -> bool {
        !(block.all_day && self.all_day == Counts::Free
            || block.reason == Reason::Tentative && self.tentative == Counts::Free)
    }
}

/// What takes time in the window, in order, and the UIDs of events that could not be expanded, with the reason.
/// `floating` is the zone in which dates, and times without a zone, are meant.
pub fn blocks<'e>(
    events: impl IntoIterator<Item = &'e Event>,
    window: Span,
    floating: &Zone,
    budget: &mut Budget,
) -> (Vec<Block>, Vec<(String, RecurrenceError)>) {
    blocks_of(&Owner::new(floating.clone()), events, window, budget)
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
    block("", occurrence, owner).is_some()
}

fn is_busy(occurrence: &Occurrence<'_>, owner: &Owner) -> bool {
    !(occurrence.span.is_empty()
        || occurrence.is_transparent()
        || occurrence.status() == Status::Cancelled
        || outlook_says(occurrence, "FREE")
        || is_declined(occurrence.event, &owner.addresses))
}

fn block(uid: &str, occurrence: &Occurrence<'_>, owner: &Owner) -> Option<Block> {
    let block = || Block {
        span: occurrence.span,
        summary: occurrence.summary(),
        uid: uid.to_owned(),
        all_day: occurrence.all_day,
        reason: reason(occurrence),
    };
    is_busy(occurrence, owner).then(block).filter(|block| owner.minds(block))
}

fn reason(occurrence: &Occurrence<'_>) -> Reason {
    if occurrence.status() == Status::Tentative || outlook_says(occurrence, "TENTATIVE") {
        return Reason::Tentative;
    }
    if outlook_says(occurrence, "OOF") { Reason::OutOfOffice } else { Reason::Busy }
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
        let berlin = Owner::new(Zone::iana("Europe/Berlin").unwrap());
        let owner = Owner { addresses: vec!["me@example.org".into()], ..berlin };
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
            assert_eq!(found(&[&format!("{AT_NINE}{line}")]).0[0].reason, Reason::Tentative);
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

    #[test]
    fn whether_days_and_what_is_not_settled_count_is_for_each_to_say() {
        let lines = ["DTSTART;VALUE=DATE:20261124", &format!("{AT_NINE}STATUS:TENTATIVE"), AT_NINE];
        let event = |lines: &&str| {
            let text = format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\n{lines}\nEND:VEVENT\nEND:VCALENDAR");
            Event::parse(&text).unwrap()
        };
        let events: Vec<Event> = lines.iter().map(event).collect();
        let window = Span::lasting(Instant::parse("2026-11-21T00:00:00Z").unwrap(), 7 * 86_400_000);
        let count = |all_day, tentative| {
            let owner = Owner { all_day, tentative, ..Owner::new(Zone::utc()) };
            blocks_of(&owner, &events, window, &mut Budget::default()).0.len()
        };
        assert_eq!(count(Counts::Busy, Counts::Busy), 3);
        assert_eq!((count(Counts::Free, Counts::Busy), count(Counts::Busy, Counts::Free)), (2, 2));
        assert_eq!(count(Counts::Free, Counts::Free), 1);
    }

    #[test]
    fn why_it_is_taken_is_told() {
        let reason = |line: &str| found(&[&format!("{AT_NINE}{line}")]).0[0].reason;
        assert_eq!(reason("X-MICROSOFT-CDO-BUSYSTATUS:OOF"), Reason::OutOfOffice);
        assert_eq!(reason("STATUS:CONFIRMED"), Reason::Busy);
    }
}
