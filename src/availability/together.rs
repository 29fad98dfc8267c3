//! Slots of several people, and which of many slots to offer: the nearest to a wish, or the best for a task.

use super::merged;
use super::person::{Diary, Person};
use super::slots::{SlotError, SlotRequest, check, free_slots, steps};
use crate::time::{Instant, Span};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// A slot, and who could take it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The slot.
    pub span: Span,
    /// Their places among the people who were asked for.
    pub people: Vec<usize>,
}

/// The slots at which everybody is free, in order, counted from when their common hours begin; none of nobody.
///
/// # Errors
///
/// As [`free_slots`].
pub fn slots_of_all(request: &SlotRequest, people: &[Person]) -> Result<Vec<Span>, SlotError> {
    check(request, people)?;
    let stretches: Vec<Vec<Span>> = people.iter().map(|person| person.stretches(request.span)).collect();
    // Who is always there does not say when the hours begin.
    let bounded = |place: &usize| people[*place].working_hours.is_some();
    let Some(first) = (0..people.len()).find(bounded).or((!people.is_empty()).then_some(0)) else {
        return Ok(Vec::new());
    };
    let others = (0..people.len()).filter(|place| *place != first).filter(bounded);
    let common = others.fold(stretches[first].clone(), |common, place| {
        let open = merged(stretches[place].iter().copied());
        common.into_iter().flat_map(|stretch| shared(stretch, &open)).collect()
    });
    let diaries: Vec<Diary> = people.iter().zip(&stretches).map(|(one, own)| Diary::of(one, own)).collect();
    let mut free = steps(request, &common);
    free.retain(|slot| diaries.iter().all(|diary| diary.takes(*slot)));
    Ok(free)
}

/// The slots at which somebody is free, in order, each with who is.
///
/// # Errors
///
/// As [`free_slots`].
///
/// ```
/// # use kalends::{Instant, Span, Zone};
/// # use kalends::availability::{Person, SlotRequest, slots_of_any, turn};
/// let hour = |text| Span::lasting(Instant::parse(text).unwrap(), 3_600_000);
/// let request = SlotRequest { span: hour("2026-11-23T09:00:00Z"), duration: 3_600_000, step: 3_600_000 };
/// let (ana, ben) = (Person::new(Zone::utc()), Person::new(Zone::utc()));
/// let ana = Person { bookings: vec![hour("2026-11-20T09:00:00Z")], ..ana };
/// let offers = slots_of_any(&request, &[ana.clone(), ben.clone()]).unwrap();
/// assert_eq!(offers[0].people, [0, 1]);
/// assert_eq!(turn(&offers[0], &[ana, ben]), Some(1), "Ben has none yet");
/// ```
pub fn slots_of_any(request: &SlotRequest, people: &[Person]) -> Result<Vec<Offer>, SlotError> {
    let mut offers: BTreeMap<Instant, Offer> = BTreeMap::new();
    for (place, person) in people.iter().enumerate() {
        for span in free_slots(request, person)? {
            let offer = offers.entry(span.start()).or_insert(Offer { span, people: Vec::new() });
            offer.people.push(place);
        }
    }
    Ok(offers.into_values().collect())
}

/// Who takes a slot when turns are taken: who has the fewest bookings, and of those whose last one begins earliest.
pub fn turn(offer: &Offer, people: &[Person]) -> Option<usize> {
    let load = |place: &usize| {
        let bookings = people.get(*place).map(|person| &person.bookings[..]).unwrap_or_default();
        (bookings.len(), bookings.iter().map(|booking| booking.start()).max())
    };
    offer.people.iter().copied().min_by_key(load)
}

/// The places of up to so many of the starts, the nearest to a wish first; of two as near the earlier.
pub fn nearest(starts: &[Instant], wanted: Instant, count: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..starts.len()).collect();
    places.sort_by_key(|place| (starts[*place].millis().abs_diff(wanted.millis()), starts[*place]));
    places.truncate(count);
    places
}

/// Up to so many slots for a task, the best first: of each day, the earlier days before the later, the one that breaks up
/// the least free time; then the second of each day, and so on.
///
/// # Errors
///
/// As [`free_slots`].
pub fn best(request: &SlotRequest, person: &Person, count: usize) -> Result<Vec<Span>, SlotError> {
    let diary = Diary::of(person, &person.stretches(request.span));
    let mut slots = free_slots(request, person)?;
    slots.sort_by_key(|slot| (person.date(slot.start()), Reverse(diary.touches(*slot)), slot.start()));
    let mut before: HashMap<_, usize> = HashMap::new();
    let mut ranked: Vec<(usize, Span)> = Vec::with_capacity(slots.len());
    for slot in slots {
        let rank = before.entry(person.date(slot.start())).or_default();
        ranked.push((*rank, slot));
        *rank += 1;
    }
    ranked.sort_by_key(|(rank, _)| *rank);
    Ok(ranked.into_iter().map(|(_, slot)| slot).take(count).collect())
}

/// What a span has in common with these, which are in order and do not overlap.
fn shared(span: Span, others: &[Span]) -> Vec<Span> {
    let common = |other: &Span| Span::new(span.start().max(other.start()), span.end().min(other.end()));
    others.iter().filter(|other| other.overlaps(span)).filter_map(common).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::availability::WorkingHours;
    use crate::time::Weekday;
    use crate::zone::Zone;

    const HOUR: i64 = 3_600_000;

    fn at(time: &str) -> Instant {
        Instant::parse(&format!("2026-11-{time}:00Z")).unwrap()
    }

    fn hour(time: &str) -> Span {
        Span::lasting(at(time), HOUR)
    }

    /// Monday and Tuesday, by the hour.
    fn request() -> SlotRequest {
        SlotRequest { span: Span::lasting(at("23T00:00"), 48 * HOUR), duration: HOUR, step: HOUR }
    }

    fn person(zone: &str, from: &str, to: &str, busy: &[&str]) -> Person {
        let hours = [Weekday::Mon, Weekday::Tue]
            .into_iter()
            .fold(WorkingHours::none(), |all, day| all.with(day, from, to).unwrap());
        Person {
            working_hours: Some(hours),
            busy: busy.iter().map(|time| hour(time)).collect(),
            ..Person::new(Zone::iana(zone).unwrap())
        }
    }

    fn starts(slots: &[Span]) -> Vec<String> {
        slots.iter().map(|slot| slot.start().to_string()[8..16].to_owned()).collect()
    }

    #[test]
    fn all_are_there_in_their_common_hours_wherever_they_live() {
        let people = [
            Person::new(Zone::utc()),
            person("Europe/Berlin", "09:00", "17:00", &["23T15:00"]),
            person("America/New_York", "08:30", "12:00", &[]),
        ];
        let all = slots_of_all(&request(), &people).unwrap();
        assert_eq!(starts(&all), ["23T13:30", "24T13:30", "24T14:30"]);
        assert_eq!(slots_of_all(&request(), &[]), Ok(vec![]));
        let away = person("UTC", "20:00", "21:00", &[]);
        assert_eq!(slots_of_all(&request(), &[people[1].clone(), away]), Ok(vec![]));
    }

    #[test]
    fn any_of_them_is_told_with_who_it_is_and_turns_are_taken() {
        let mut people = [
            person("UTC", "09:00", "11:00", &["23T09:00", "24T09:00", "24T10:00"]),
            person("UTC", "09:00", "10:00", &[]),
        ];
        let offers = slots_of_any(&request(), &people).unwrap();
        let told: Vec<_> =
            offers.iter().map(|offer| (starts(&[offer.span])[0].clone(), &offer.people[..])).collect();
        assert_eq!(
            told,
            [("23T09:00".into(), &[1][..]), ("23T10:00".into(), &[0][..]), ("24T09:00".into(), &[1][..])]
        );
        let both = Offer { span: hour("25T09:00"), people: vec![0, 1] };
        assert_eq!(turn(&both, &people), Some(0));
        people[0].bookings = vec![hour("20T09:00")];
        people[1].bookings = vec![hour("19T09:00")];
        assert_eq!(turn(&both, &people), Some(1), "whose last one is longer ago");
        people[1].bookings.push(hour("18T09:00"));
        assert_eq!(turn(&both, &people), Some(0), "who has fewer");
    }

    #[test]
    fn what_is_nearest_to_a_wish_is_told_first() {
        let free = free_slots(&request(), &person("UTC", "09:00", "14:00", &["23T11:00"])).unwrap();
        let begin: Vec<Instant> = free.iter().map(|slot| slot.start()).collect();
        let near: Vec<Span> =
            nearest(&begin, at("23T11:00"), 3).into_iter().map(|place| free[place]).collect();
        assert_eq!(starts(&near), ["23T10:00", "23T12:00", "23T09:00"]);
        assert!(nearest(&[], at("23T11:00"), 3).is_empty());
    }

    #[test]
    fn the_best_time_for_a_task_breaks_up_no_free_time_and_comes_soon() {
        // Free on Monday: nine to twelve, and thirteen to fourteen; on Tuesday all day.
        let ana = person("UTC", "09:00", "14:00", &["23T12:00"]);
        let best = best(&request(), &ana, 4).unwrap();
        assert_eq!(starts(&best), ["23T13:00", "24T09:00", "23T09:00", "24T13:00"]);
    }
}
