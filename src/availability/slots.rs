//! Free slots: where a booking of a given length fits between what is busy.

use super::hours::WorkingHours;
use super::merged;
use crate::time::{Date, Instant, Span, sort_by_time};
use crate::zone::Zone;
use chrono::{Datelike, NaiveTime, TimeDelta};

/// What is asked for. Lengths are in milliseconds.
#[derive(Clone, Debug)]
pub struct SlotRequest {
    /// Slots lie within this.
    pub span: Span,
    /// How long a slot lasts.
    pub duration: i64,
    /// How far apart slots start, counted from the beginning of the working hours, or of the day.
    pub step: i64,
    /// In which zone the working hours, and days, are meant.
    pub zone: Zone,
    /// When slots may be; always, where there are none.
    pub working_hours: Option<WorkingHours>,
    /// What must be free before a slot.
    pub buffer_before: i64,
    /// What must be free after a slot.
    pub buffer_after: i64,
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
/// # use kalends::availability::{SlotRequest, WorkingHours, free_slots};
/// let at = |text| Instant::parse(text).unwrap();
/// let request = SlotRequest {
///     span: Span::new(at("2026-11-23T00:00:00Z"), at("2026-11-24T00:00:00Z")).unwrap(),
///     duration: 3_600_000,
///     step: 3_600_000,
///     zone: Zone::iana("Europe/Berlin").unwrap(),
///     working_hours: Some(WorkingHours::none().with(Weekday::Mon, "09:00", "12:00").unwrap()),
///     buffer_before: 0,
///     buffer_after: 0,
/// };
/// let busy = [Span::lasting(at("2026-11-23T09:30:00Z"), 60_000)];
/// let free = free_slots(&request, &busy).unwrap();
/// let starts: Vec<_> = free.iter().map(|slot| slot.start().to_string()).collect();
/// assert_eq!(starts, ["2026-11-23T08:00:00Z", "2026-11-23T10:00:00Z"]);
/// ```
pub fn free_slots(request: &SlotRequest, busy: &[Span]) -> Result<Vec<Span>, SlotError> {
    check(request)?;
    let stretches = stretches(request);
    let open = merged(stretches.iter().copied());
    let busy = merged(busy.iter().copied());
    let mut free = Vec::new();
    let mut last = None;
    for stretch in stretches {
        let mut start = first_step(stretch.start(), request);
        while start < stretch.end() && start < request.span.end() {
            let slot = Span::lasting(start, request.duration);
            let fits =
                slot.millis() == request.duration && slot.end() <= request.span.end() && within(slot, &open);
            if fits && last.is_none_or(|last| start > last) && is_free(slot, request, &busy) {
                free.push(slot);
            }
            last = last.max(Some(start));
            start = start.plus_millis(request.step);
            if start == Instant::MAX {
                break;
            }
        }
    }
    Ok(free)
}

fn check(request: &SlotRequest) -> Result<(), SlotError> {
    if request.duration <= 0 {
        return Err(SlotError::Duration);
    }
    if request.step <= 0 {
        return Err(SlotError::Step);
    }
    if request.buffer_before < 0 || request.buffer_after < 0 {
        return Err(SlotError::Buffer);
    }
    let length = request.span.millis();
    if length > 366 * DAY || length / request.step > STEPS {
        return Err(SlotError::Window);
    }
    Ok(())
}

/// The stretches of working time that touch the window, in order of their starts.
fn stretches(request: &SlotRequest) -> Vec<Span> {
    let wall = |instant| request.zone.to_wall(instant).date();
    let mut day = wall(request.span.start()).pred_opt();
    let last = wall(request.span.end());
    let mut stretches = Vec::new();
    while let Some(date) = day.filter(|date| *date <= last) {
        let whole_day = [(0, 24 * 60)];
        let hours = request.working_hours.as_ref().map_or(&whole_day[..], |hours| hours.of(date.weekday()));
        for (from, to) in hours {
            let (from, to) = (instant(date, *from, &request.zone), instant(date, *to, &request.zone));
            stretches.extend(Span::new(from, to).filter(|span| span.overlaps(request.span)));
        }
        day = date.succ_opt();
    }
    sort_by_time(&mut stretches, |stretch| stretch.key());
    stretches
}

fn instant(date: Date, minutes: u16, zone: &Zone) -> Instant {
    let midnight = date.and_time(NaiveTime::MIN);
    zone.to_instant(midnight.checked_add_signed(TimeDelta::minutes(minutes.into())).unwrap_or(midnight))
}

/// The first step of a stretch that lies in the window.
fn first_step(start: Instant, request: &SlotRequest) -> Instant {
    let late = (request.span.start().millis() - start.millis()).max(0);
    let steps = late / request.step + i64::from(late % request.step != 0);
    start.plus_millis(steps.saturating_mul(request.step))
}

fn within(slot: Span, open: &[Span]) -> bool {
    let next = open.partition_point(|stretch| stretch.start() <= slot.start());
    next > 0 && slot.end() <= open[next - 1].end()
}

fn is_free(slot: Span, request: &SlotRequest, busy: &[Span]) -> bool {
    let start = slot.start().plus_millis(-request.buffer_before);
    let end = slot.end().plus_millis(request.buffer_after);
    let next = busy.partition_point(|span| span.end() <= start);
    busy.get(next).is_none_or(|span| span.start() >= end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Weekday;

    const MINUTE: i64 = 60_000;

    fn at(text: &str) -> Instant {
        Instant::parse(&format!("{text}:00Z")).unwrap()
    }

    fn span(from: &str, to: &str) -> Span {
        Span::new(at(from), at(to)).unwrap()
    }

    fn request(span: Span, minutes: i64, hours: &[(Weekday, &str, &str)]) -> SlotRequest {
        let add =
            |all: WorkingHours, (day, from, to): &(Weekday, &str, &str)| all.with(*day, from, to).unwrap();
        SlotRequest {
            span,
            duration: minutes * MINUTE,
            step: minutes * MINUTE,
            zone: Zone::iana("Europe/Berlin").unwrap(),
            working_hours: (!hours.is_empty()).then(|| hours.iter().fold(WorkingHours::none(), add)),
            buffer_before: 0,
            buffer_after: 0,
        }
    }

    fn starts(request: &SlotRequest, busy: &[Span]) -> Vec<String> {
        free_slots(request, busy)
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
        asked.buffer_before = 15 * MINUTE;
        assert_eq!(starts(&asked, &busy), ["11-23T08:00", "11-23T09:00", "11-23T12:00"]);
        asked.buffer_after = 15 * MINUTE;
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
        asked.step = 60 * MINUTE;
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
        let failing = |change: fn(&mut SlotRequest)| {
            let mut asked = request(day, 60, &[]);
            change(&mut asked);
            free_slots(&asked, &[]).unwrap_err()
        };
        assert_eq!(failing(|r| r.step = 0), SlotError::Step);
        assert_eq!(failing(|r| r.duration = -1), SlotError::Duration);
        assert_eq!(failing(|r| r.buffer_after = -1), SlotError::Buffer);
        assert_eq!(failing(|r| r.step = 1), SlotError::Window);
        assert_eq!(failing(|r| r.span = Span::new(Instant::MIN, Instant::MAX).unwrap()), SlotError::Window);
        let mut long = request(day, 60, &[]);
        long.duration = i64::MAX;
        assert_eq!(free_slots(&long, &[]), Ok(vec![]));
        (long.buffer_before, long.step) = (i64::MAX, i64::MAX);
        assert_eq!(free_slots(&long, &[]), Ok(vec![]));
    }
}
