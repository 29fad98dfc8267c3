//! Generated series with damage in their text: nothing panics, hangs or breaks a content line.

use super::generated::{Dice, random};
use super::*;
use crate::recurrence::occurrences;

const MINUTE: i64 = 60_000;

#[test]
fn hostile_events_are_errors_at_worst() {
    let mut dice = Dice(7);
    for _ in 0..60 {
        let mut text = random(&mut dice).to_ics().into_bytes();
        for _ in 0..1 + dice.below(4) {
            let place = dice.below(text.len() as u64) as usize;
            match dice.below(4) {
                0 => text[place] = dice.pick(&[b"0", b"9", b";", b",", b":", b"\n", b"Z", b"-"])[0],
                1 => drop(text.remove(place)),
                2 => text.insert(place, b"0123456789TZ-:;,\r"[dice.below(17) as usize]),
                _ => {
                    let line = [
                        &b"\r\nDTSTART:99991231T235959Z\r\n"[..],
                        b"\r\nEXDATE:00000101\r\n",
                        b"\r\nCOUNT=9\r\n",
                    ];
                    text.splice(place..place, line[dice.below(3) as usize].iter().copied());
                }
            }
        }
        let Ok(event) = Event::parse_bytes(&text) else { continue };
        let Ok(series) = Editor::of(&event, &berlin(), STAMP) else { continue };
        let series = series.with_budget(Budget::new(20_000));
        let window = Span::new(Instant::MIN, Instant::MAX).unwrap();
        let some = Span::lasting(Instant::parse("2026-01-01T00:00:00Z").unwrap(), 40 * 1440 * MINUTE);
        let listed = [window, some]
            .into_iter()
            .filter_map(|window| occurrences(&event, window, &berlin(), &mut Budget::new(5000)).ok());
        let ids: Vec<Instant> = listed.flatten().map(|o| o.recurrence_id.unwrap_or(o.span.start())).collect();
        for at in ids.iter().take(3).chain(ids.last()).chain([&Instant::MIN, &Instant::MAX]) {
            let Ok(mut content) = series.content(*at) else { continue };
            content.summary = "b\r\nX:1".into();
            content.span =
                Span::lasting(content.span.start().plus_millis(91 * MINUTE), content.span.millis());
            let rule = Rule::parse("FREQ=MONTHLY;BYDAY=2TU;COUNT=3").unwrap();
            let split = series.change_following(*at, &content, Repeat::AsItIs, NEW);
            let changed = [
                series.change_this(*at, &content).ok(),
                series.delete_this(*at).ok().flatten(),
                series.delete_following(*at).ok().flatten(),
                series.change_all(*at, &content, Repeat::AsItIs).ok(),
                series.change_all(*at, &content, Repeat::By(&rule)).ok(),
                series.change_all(*at, &content, Repeat::Never).ok(),
                split.as_ref().ok().map(|split| split.series.clone()),
                split.ok().and_then(|split| split.following),
            ];
            for event in changed.iter().flatten() {
                assert_eq!(Event::parse(&event.to_ics()).as_ref().map(Event::uid), Ok(event.uid()));
                assert!(!event.to_ics().contains("\r\nX:1"));
            }
        }
    }
}
