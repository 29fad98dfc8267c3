//! Busy time, conflicts and free slots for JavaScript.

use super::failure::Failure;
use super::flat::{Asked, Told};
use super::given::{span_between, zone};
use super::problem::{of_time, problem, tell_unusable};
use crate::availability::{self, Block, Owner, SlotRequest, WorkingHours, blocks_in};
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
    let owner = Owner { zone, addresses: asked.list(|asked| Ok(asked.text()?.to_owned()))? };
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
    told.flag(block.tentative);
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
    let zone = zone(asked.text()?)?;
    let span = span_between(asked.text()?, asked.text()?, &zone)?;
    let mut millis = || -> Result<i64, Failure> { Ok((asked.number()? * 60_000.0) as i64) };
    let [duration, step, buffer_before, buffer_after] = [millis()?, millis()?, millis()?, millis()?];
    let working_hours = if asked.flag()? { Some(hours(asked)?) } else { None };
    let busy = spans(asked, &zone)?;
    let wanted = SlotRequest { span, duration, step, zone, working_hours, buffer_before, buffer_after };
    let mut told = Told::default();
    told.list(&availability::free_slots(&wanted, &busy)?, slot);
    Ok(told)
}

/// For each weekday named, from when to when.
fn hours(asked: &mut Asked<'_>) -> Result<WorkingHours, Failure> {
    let mut hours = WorkingHours::none();
    for _ in 0..asked.count()? {
        let weekday = availability::weekday(asked.text()?)?;
        for _ in 0..asked.count()? {
            let (from, to) = (asked.text()?, asked.text()?);
            hours = hours.with(weekday, from, to)?;
        }
    }
    Ok(hours)
}
