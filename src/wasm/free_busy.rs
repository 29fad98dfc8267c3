//! Busy time, conflicts and free slots for JavaScript.

use super::failure::Failure;
use super::flat::{Asked, Told};
use super::given::{Given, span_between, zone};
use super::problem::{of_time, problem, tell_unusable};
use crate::availability::{self, Block, Counts, Owner, Person, SlotRequest, WorkingHours, blocks_in};
use crate::ics::parse_bytes;
use crate::recurrence::Budget;
use crate::time::{Span, sort_by_time};
use crate::zone::Zone;

/// Shared by all events of a call.
const STEPS: u64 = 1_000_000;

/// What takes its owner's time in a window, and what could not be read.
pub(super) fn busy(texts: &[Vec<u8>], asked: &mut Asked<'_>) -> Result<Told, Failure> {
    let zone = zone(asked.text()?)?;
    let window = span_between(asked.text()?, asked.text()?, &zone)?;
    let addresses = asked.list(|asked| Ok(asked.text()?.to_owned()))?;
    let mut counts = || Ok::<_, Failure>(if asked.flag()? { Counts::Free } else { Counts::Busy });
    let owner = Owner { addresses, all_day: counts()?, tentative: counts()?, ..Owner::new(zone) };
    let mut budget = Budget::new(STEPS);
    let (mut blocks, mut problems) = (Vec::new(), Vec::new());
    for text in texts {
        let parsed = parse_bytes(text);
        problems.append(&mut of_time(text, &parsed));
        for calendar in &parsed.calendars {
            let (found, unreadable) = blocks_in(&owner, calendar, window, &mut budget);
            blocks.extend(found);
            for (uid, error) in &unreadable {
                tell_unusable(None, uid, error, &mut problems);
            }
        }
    }
    sort_by_time(&mut blocks, |block| block.span.key());
    let mut told = Told::default();
    told.list(&blocks, block);
    told.list(&problems, problem);
    Ok(told)
}

fn block(told: &mut Told, block: &Block) {
    slot(told, &block.span);
    told.text(&block.summary);
    told.text(&block.uid);
    told.flag(block.all_day);
    told.text(block.reason.as_str());
}

fn slot(told: &mut Told, span: &Span) {
    told.text(&span.start().to_string());
    told.text(&span.end().to_string());
}

fn spans(asked: &mut Asked<'_>, zone: &Zone) -> Result<Vec<Span>, Failure> {
    asked.list(|asked| span_between(asked.text()?, asked.text()?, zone))
}

/// The places, in the list of what is taken, of what a request overlaps.
pub(super) fn conflicts(asked: &mut Asked<'_>) -> Result<Vec<u32>, Failure> {
    let zone = zone(asked.text()?)?;
    let wanted = span_between(asked.text()?, asked.text()?, &zone)?;
    let taken = spans(asked, &zone)?;
    Ok((0..).zip(&taken).filter(|(_, taken)| taken.overlaps(wanted)).map(|(place, _)| place).collect())
}

pub(super) fn free_slots(asked: &mut Asked<'_>) -> Result<Told, Failure> {
    let request = request(asked)?;
    let mut told = Told::default();
    told.list(&availability::free_slots(&request, &person(asked)?)?, slot);
    Ok(told)
}

pub(super) fn best_slots(asked: &mut Asked<'_>) -> Result<Told, Failure> {
    let (request, count) = (request(asked)?, asked.count()?);
    let mut told = Told::default();
    told.list(&availability::best(&request, &person(asked)?, count)?, slot);
    Ok(told)
}

pub(super) fn slots_of_all(asked: &mut Asked<'_>) -> Result<Told, Failure> {
    let request = request(asked)?;
    let mut told = Told::default();
    told.list(&availability::slots_of_all(&request, &asked.list(person)?)?, slot);
    Ok(told)
}

pub(super) fn slots_of_any(asked: &mut Asked<'_>) -> Result<Told, Failure> {
    let (request, people) = (request(asked)?, asked.list(person)?);
    let mut told = Told::default();
    told.list(&availability::slots_of_any(&request, &people)?, |told, offer| {
        slot(told, &offer.span);
        told.list(&offer.people, |told, place| told.number(*place as f64));
        told.number(availability::turn(offer, &people).unwrap_or_default() as f64);
    });
    Ok(told)
}

/// The places of the nearest of some slots.
pub(super) fn nearest_slots(asked: &mut Asked<'_>) -> Result<Vec<u32>, Failure> {
    let instant =
        |asked: &mut Asked<'_>| Ok::<_, Failure>(Given::parse(asked.text()?)?.instant(&Zone::utc()));
    let (wanted, count) = (instant(asked)?, asked.count()?);
    let starts = asked.list(instant)?;
    Ok(availability::nearest(&starts, wanted, count).into_iter().map(|place| place as u32).collect())
}

fn request(asked: &mut Asked<'_>) -> Result<SlotRequest, Failure> {
    let zone = zone(asked.text()?)?;
    let span = span_between(asked.text()?, asked.text()?, &zone)?;
    Ok(SlotRequest { span, duration: millis(asked)?, step: millis(asked)? })
}

fn millis(asked: &mut Asked<'_>) -> Result<i64, Failure> {
    Ok((asked.number()? * 60_000.0) as i64)
}

fn person(asked: &mut Asked<'_>) -> Result<Person, Failure> {
    let zone = zone(asked.text()?)?;
    let (buffer_before, buffer_after) = (millis(asked)?, millis(asked)?);
    let working_hours = if asked.flag()? { Some(hours(asked)?) } else { None };
    let not_before = if asked.flag()? { Some(Given::parse(asked.text()?)?.instant(&zone)) } else { None };
    let maximum_per_day = if asked.flag()? { Some(asked.number()? as u32) } else { None };
    let (bookings, busy) = (spans(asked, &zone)?, spans(asked, &zone)?);
    Ok(Person {
        zone,
        working_hours,
        buffer_before,
        buffer_after,
        not_before,
        maximum_per_day,
        bookings,
        busy,
    })
}

/// For each weekday or date named, from when to when.
fn hours(asked: &mut Asked<'_>) -> Result<WorkingHours, Failure> {
    let mut hours = WorkingHours::none();
    for _ in 0..asked.count()? {
        let day = asked.text()?.to_owned();
        let stretches = asked.list(|asked| Ok((asked.text()?.to_owned(), asked.text()?.to_owned())))?;
        let stretches: Vec<(&str, &str)> =
            stretches.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
        hours = hours.named(&day, &stretches)?;
    }
    Ok(hours)
}
