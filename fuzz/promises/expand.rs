//! Events to occurrences: a window shows what the whole shows of it, within its budget; a patch reads back.

use kalends::availability::{Owner, blocks_in};
use kalends::check::{self, Strictness};
use kalends::event::Series;
use kalends::ics::parse;
use kalends::recurrence::expand;
use kalends::zone::Zones;
use kalends::{Budget, Event, Instant, Occurrence, RecurrenceError, Span, Zone, occurrences};

const STEPS: u64 = 2000;
const DAY: i64 = 86_400_000;

/// The promises for octets that should be a calendar with events.
pub fn keeps(octets: &[u8]) {
    // Each event gets a copy of what its calendar says of all, so that the work grows with the square.
    if octets.len() > 10_000 {
        return;
    }
    let zone = Zone::iana("Europe/Berlin").expect("a zone that exists");
    let owner = Owner { addresses: vec!["mailto:me@example.org".into()], ..Owner::new(zone.clone()) };
    let text = String::from_utf8_lossy(octets);
    check::problems(text.as_bytes(), &parse(&text), Strictness::Strict);
    let (events, _) = Event::all(&text);
    let mut alone = events.iter();
    for calendar in &parse(&text).calendars {
        let window = Span::lasting(Instant::from_millis(1_767_225_600_000), 400 * DAY);
        let (blocks, _) = blocks_in(&owner, calendar, window, &mut Budget::new(STEPS));
        assert!(blocks.iter().all(|block| block.span.touches(window)), "a block outside the window");
        for series in Series::all(calendar) {
            let event = alone.next().expect("as many events as series");
            assert_eq!(event.uid(), series.uid());
            if calendar.is("VEVENT") {
                // It was alone already, with what should stand in a calendar perhaps in it.
                continue;
            }
            let zones = Zones::of(calendar);
            let found = expand(&series, &zones, window, &zone, &mut Budget::new(STEPS));
            let same = occurrences(event, window, &zone, &mut Budget::new(STEPS));
            // One without UID gets it only when it is alone.
            let times = |found: Result<Vec<Occurrence<'_>>, RecurrenceError>| {
                let time = |o: &Occurrence<'_>| (o.span, o.recurrence_id, o.all_day);
                found.map(|found| found.iter().map(time).collect::<Vec<_>>()).ok()
            };
            assert_eq!(times(found), times(same), "alone it has other occurrences: {}", event.to_ics());
        }
    }
    assert!(alone.next().is_none(), "more events than series");
    for event in &events {
        let content = event.content(&zone);
        let begin = content.as_ref().map_or(Instant::MIN, |content| content.span.start());
        windows(event, begin, &zone);
        if let Ok(mut content) = content {
            content.summary.push('!');
            content.span = Span::lasting(begin.plus_millis(3_600_000), 60_000);
            if let Ok(patched) = event.patched(&content, Instant::MIN) {
                assert_eq!(
                    Event::parse(&patched.to_ics()).as_ref(),
                    Ok(&patched),
                    "the patch reads otherwise"
                );
            }
        }
    }
}

/// Two years from a day before the first occurrence, and parts of them.
fn windows(event: &Event, begin: Instant, zone: &Zone) {
    let whole = Span::lasting(begin.plus_millis(-DAY), 730 * DAY);
    let mut budget = Budget::new(STEPS);
    let all = occurrences(event, whole, zone, &mut budget);
    let spent = STEPS - budget.left();
    for (from, days) in [(0, 1), (1, 1), (7, 30), (300, 100), (729, 1)] {
        let part = Span::lasting(whole.start().plus_millis(from * DAY), days * DAY);
        let found = occurrences(event, part, zone, &mut Budget::new(STEPS));
        match (&all, found) {
            (Ok(all), Ok(found)) => {
                assert!(all.len() as u64 <= STEPS, "more occurrences than steps");
                let expected: Vec<_> = all.iter().filter(|o| o.span.touches(part)).copied().collect();
                assert_eq!(found, expected, "in {part:?} of {}", event.to_ics());
                found.iter().take(5).for_each(|o| drop(o.alarms(zone)));
            }
            (Err(RecurrenceError::Budget(_)), _) => {}
            (Ok(_), Err(RecurrenceError::Budget(_))) if spent > STEPS / 4 => {}
            (Err(all), Err(found)) => assert_eq!(all, &found),
            (all, found) => panic!("{all:?} in all, {found:?} in {part:?} of {}", event.to_ics()),
        }
    }
}
