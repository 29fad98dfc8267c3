//! Free slots: where a booking of a given length fits into somebody's time.

use super::person::{Diary, Person};
use crate::time::{Instant, Span};

/// What is asked for. Lengths are in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct SlotRequest {
    /// Slots lie within this.
    pub span: Span,
    /// How long a slot lasts.
    pub duration: i64,
    /// How far apart slots start, counted from the beginning of the working hours, or of the day.
    pub step: i64,
}

/// Why slots cannot be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlotError {
    /// The duration is not positive.
    #[error("a slot must last longer than nothing; give a positive duration")]
    Duration,
    /// The step is not positive.
    #[error("slots must start some time apart; give a positive step")]
    Step,
    /// A buffer is negative.
    #[error("a buffer cannot be negative")]
    Buffer,
    /// The window is longer than a year and a day, or holds more than 50,000 steps.
    #[error("the window is too long; ask for at most 366 days and 50,000 steps")]
    Window,
}

const DAY: i64 = 86_400_000;
const STEPS: i64 = 50_000;

/// The slots that are free, in order. Steps are counted in real time, so that on the day on which the clocks
/// change no slot comes twice and none is at a time that does not exist.
///
/// ```
/// # use kalends::{Instant, Span, Zone, time::Weekday};
/// # use kalends::availability::{Person, SlotRequest, WorkingHours, free_slots};
/// let at = |text| Instant::parse(text).unwrap();
/// let request = SlotRequest {
///     span: Span::new(at("2026-11-23T00:00:00Z"), at("2026-11-24T00:00:00Z")).unwrap(),
///     duration: 3_600_000,
///     step: 3_600_000,
/// };
/// let ana = Person {
///     working_hours: Some(WorkingHours::none().with(Weekday::Mon, "09:00", "12:00").unwrap()),
///     busy: vec![Span::lasting(at("2026-11-23T09:30:00Z"), 60_000)],
///     ..Person::new(Zone::iana("Europe/Berlin").unwrap())
/// };
/// let free = free_slots(&request, &ana).unwrap();
/// let starts: Vec<_> = free.iter().map(|slot| slot.start().to_string()).collect();
/// assert_eq!(starts, ["2026-11-23T08:00:00Z", "2026-11-23T10:00:00Z"]);
/// ```
pub fn free_slots(request: &SlotRequest, person: &Person) -> Result<Vec<Span>, SlotError> {
    check(request, [person])?;
    let stretches = person.stretches(request.span);
    let diary = Diary::of(person, &stretches);
    let mut free = steps(request, &stretches);
    free.retain(|slot| diary.takes(*slot));
    Ok(free)
}

pub(super) fn check<'p>(
    request: &SlotRequest,
    people: impl IntoIterator<Item = &'p Person>,
) -> Result<(), SlotError> {
    if request.duration <= 0 {
        return Err(SlotError::Duration);
    }
    if request.step <= 0 {
        return Err(SlotError::Step);
    }
    if people.into_iter().any(|person| person.buffer_before < 0 || person.buffer_after < 0) {
        return Err(SlotError::Buffer);
    }
    let length = request.span.millis();
    if length > 366 * DAY || length / request.step > STEPS {
        return Err(SlotError::Window);
    }
    Ok(())
}

/// Every slot of the window that begins a number of steps after a stretch does, in order, none twice.
pub(super) fn steps(request: &SlotRequest, stretches: &[Span]) -> Vec<Span> {
    let mut slots = Vec::new();
    let mut last = None;
    for stretch in stretches {
        let mut start = first_step(stretch.start(), request);
        while start < stretch.end() && start < request.span.end() {
            let slot = Span::lasting(start, request.duration);
            let fits = slot.millis() == request.duration && slot.end() <= request.span.end();
            if fits && last.is_none_or(|last| start > last) {
                slots.push(slot);
            }
            last = last.max(Some(start));
            start = start.plus_millis(request.step);
            if start == Instant::MAX {
                break;
            }
        }
    }
    slots
}

/// The first step of a stretch that lies in the window.
fn first_step(start: Instant, request: &SlotRequest) -> Instant {
    let late = (request.span.start().millis() - start.millis()).max(0);
    let steps = late / request.step + i64::from(late % request.step != 0);
    start.plus_millis(steps.saturating_mul(request.step))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::availability::WorkingHours;
    use crate::time::Weekday;
    use crate::zone::Zone;

    const MINUTE: i64 = 60_000;

    fn at(text: &str) -> Instant {
        Instant::parse(&format!("{text}:00Z")).unwrap()
    }

    fn span(from: &str, to: &str) -> Span {
        Span::new(at(from), at(to)).unwrap()
    }

    fn request(span: Span, minutes: i64, hours: &[(Weekday, &str, &str)]) -> (SlotRequest, Person) {
        let add =
            |all: WorkingHours, (day, from, to): &(Weekday, &str, &str)| all.with(*day, from, to).unwrap();
        let person = Person {
            working_hours: (!hours.is_empty()).then(|| hours.iter().fold(WorkingHours::none(), add)),
            ..Person::new(Zone::iana("Europe/Berlin").unwrap())
        };
        (SlotRequest { span, duration: minutes * MINUTE, step: minutes * MINUTE }, person)
    }

    fn starts((request, person): &(SlotRequest, Person), busy: &[Span]) -> Vec<String> {
        free_slots(request, &Person { busy: busy.to_vec(), ..person.clone() })
            .unwrap()
            .iter()
            .map(|slot| slot.start().to_string()[5..16].to_owned())
            .collect()
    }

    #[test]
    fn slots_lie_between_what_is_busy_with_the_buffers_kept() {
        let mut asked =
            request(span("2026-11-23T00:00", "2026-11-24T00:00"), 60, &[(Weekday::Mon, "09:00", "14:00")]);
        let busy = [span("2026-11-23T10:00", "2026-11-23T11:00")];
        assert_eq!(starts(&asked, &busy), ["11-23T08:00", "11-23T09:00", "11-23T11:00", "11-23T12:00"]);
        asked.1.buffer_before = 15 * MINUTE;
        assert_eq!(starts(&asked, &busy), ["11-23T08:00", "11-23T09:00", "11-23T12:00"]);
        asked.1.buffer_after = 15 * MINUTE;
        assert_eq!(starts(&asked, &busy), ["11-23T08:00", "11-23T12:00"]);
    }

    #[test]
    fn steps_count_from_the_working_hours_whenever_the_window_begins() {
        let hours = [(Weekday::Mon, "09:10", "12:00")];
        let asked = request(span("2026-11-23T08:25", "2026-11-24T00:00"), 30, &hours);
        assert_eq!(starts(&asked, &[]), ["11-23T08:40", "11-23T09:10", "11-23T09:40", "11-23T10:10"]);
    }

    #[test]
    fn a_slot_may_cross_from_one_stretch_into_the_next_and_over_midnight() {
        let hours = [(Weekday::Mon, "22:00", "24:00"), (Weekday::Tue, "00:00", "01:00")];
        let mut asked = request(span("2026-11-23T12:00", "2026-11-24T12:00"), 90, &hours);
        asked.0.step = 60 * MINUTE;
        assert_eq!(starts(&asked, &[]), ["11-23T21:00", "11-23T22:00"]);
        let asked =
            request(span("2026-11-23T12:00", "2026-11-24T12:00"), 60, &[(Weekday::Mon, "23:00", "01:00")]);
        assert_eq!(starts(&asked, &[]), ["11-23T22:00", "11-23T23:00"]);
    }

    #[test]
    fn days_on_which_the_clocks_change_have_23_and_25_hours() {
        assert_eq!(starts(&request(span("2026-03-28T23:00", "2026-03-29T22:00"), 60, &[]), &[]).len(), 23);
        assert_eq!(starts(&request(span("2026-10-24T22:00", "2026-10-25T23:00"), 60, &[]), &[]).len(), 25);
        let night = [(Weekday::Sun, "01:00", "04:00")];
        let spring = request(span("2026-03-28T12:00", "2026-03-29T12:00"), 60, &night);
        assert_eq!(starts(&spring, &[]), ["03-29T00:00", "03-29T01:00"]);
        let winter =
            request(span("2026-11-22T00:00", "2026-11-22T12:00"), 60, &[(Weekday::Sun, "09:00", "10:00")]);
        let summer =
            request(span("2026-06-21T00:00", "2026-06-21T12:00"), 60, &[(Weekday::Sun, "09:00", "10:00")]);
        assert_eq!(
            (starts(&winter, &[]), starts(&summer, &[])),
            (vec!["11-22T08:00".into()], vec!["06-21T07:00".into()])
        );
    }

    #[test]
    fn slots_without_length_or_end_are_refused() {
        let day = span("2026-11-23T00:00", "2026-11-24T00:00");
        let failing = |change: fn(&mut SlotRequest, &mut Person)| {
            let (mut asked, mut person) = request(day, 60, &[]);
            change(&mut asked, &mut person);
            free_slots(&asked, &person).unwrap_err()
        };
        assert_eq!(failing(|r, _| r.step = 0), SlotError::Step);
        assert_eq!(failing(|r, _| r.duration = -1), SlotError::Duration);
        assert_eq!(failing(|_, p| p.buffer_after = -1), SlotError::Buffer);
        assert_eq!(failing(|r, _| r.step = 1), SlotError::Window);
        assert_eq!(
            failing(|r, _| r.span = Span::new(Instant::MIN, Instant::MAX).unwrap()),
            SlotError::Window
        );
        let (mut long, mut person) = request(day, 60, &[]);
        long.duration = i64::MAX;
        assert_eq!(free_slots(&long, &person), Ok(vec![]));
        (person.buffer_before, long.step) = (i64::MAX, i64::MAX);
        assert_eq!(free_slots(&long, &person), Ok(vec![]));
    }

    #[test]
    fn notice_is_kept_and_a_day_that_is_full_has_no_slot() {
        let asked = request(
            span("2026-11-23T00:00", "2026-11-25T00:00"),
            60,
            &[(Weekday::Mon, "09:00", "12:00"), (Weekday::Tue, "09:00", "12:00")],
        );
        let with = |change: fn(&mut Person)| {
            let mut asked = asked.clone();
            change(&mut asked.1);
            starts(&asked, &[])
        };
        assert_eq!(with(|p| p.not_before = Some(at("2026-11-23T09:30")))[0], "11-23T10:00");
        let booked = with(|p| {
            (p.maximum_per_day, p.bookings) = (Some(1), vec![span("2026-11-23T08:00", "2026-11-23T09:00")])
        });
        assert_eq!(booked, ["11-24T08:00", "11-24T09:00", "11-24T10:00"]);
        let room = with(|p| {
            (p.maximum_per_day, p.bookings) = (Some(2), vec![span("2026-11-23T08:00", "2026-11-23T09:00")])
        });
        assert_eq!(room.len(), 5, "what is booked is busy");
    }

    #[test]
    fn between_two_bookings_lies_the_longer_buffer() {
        let (request, ana) =
            request(span("2026-11-23T00:00", "2026-11-24T00:00"), 30, &[(Weekday::Mon, "09:00", "12:00")]);
        let ana = Person { buffer_after: 30 * MINUTE, ..ana };
        let nine = span("2026-11-23T09:00", "2026-11-23T09:30");
        let busy = (request, Person { busy: vec![nine], ..ana.clone() });
        let booked = (request, Person { bookings: vec![nine], ..ana });
        let starts = |(request, person): &(SlotRequest, Person)| {
            let free = free_slots(request, person).unwrap();
            free.iter().map(|slot| slot.start().to_string()[11..16].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(starts(&busy), ["08:00", "09:30", "10:00", "10:30"]);
        assert_eq!(starts(&booked), ["08:00", "10:00", "10:30"]);
    }

    #[test]
    fn an_owner_and_a_visitor_in_different_zones_mean_the_same_slots() {
        let (mut request, berlin) =
            request(span("2026-03-28T23:00", "2026-03-29T22:00"), 60, &[(Weekday::Sun, "09:00", "11:00")]);
        let owners = free_slots(&request, &berlin).unwrap();
        // The visitor's day in New York begins and ends later.
        request.span = span("2026-03-29T04:00", "2026-03-30T04:00");
        let visitors = free_slots(&request, &berlin).unwrap();
        assert_eq!((owners[0].start(), visitors), (at("2026-03-29T07:00"), owners));
    }
}
