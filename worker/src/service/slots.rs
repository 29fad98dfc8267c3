//! Slots of owners: where a booking fits between what their calendars, appointments and holds take.

use super::ServiceError;
use super::availability::{self, Age, But};
use crate::database::Database;
use crate::ports::RuntimeClock;
use crate::settings::Settings;
use kalends::availability::{
    Offer, Person, SlotError, SlotRequest, free_slots, nearest, slots_of_all, slots_of_any,
};
use kalends::port::{Clock, OwnerKey};
use kalends::{Instant, Span};

/// What lies outside of a window may still count: buffers, and the bookings of a day.
const AROUND: i64 = 2 * 86_400_000;

/// How far before and after a refused time others are looked for.
const NEAR: i64 = 7 * 86_400_000;

/// So many are offered.
const OFFERED: usize = 3;

/// An owner's time in a window, and how sure it is.
pub struct Known {
    /// Whose.
    pub owner: String,
    /// The owner as somebody who takes bookings.
    pub person: Person,
    /// When the oldest of the calendars was last read, if there is any.
    pub as_of: Option<Instant>,
    /// Why something may be missing.
    pub doubt: Option<String>,
}

/// What is known of an owner's time in a window.
pub async fn known(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    window: Span,
    but: But<'_>,
) -> Result<Known, ServiceError> {
    let around = availability::around(window, AROUND);
    let taken = availability::taken(database, settings, owner, around, but, Age::Recent).await?;
    let person = taken.person(RuntimeClock.now());
    Ok(Known { owner: owner.owner.clone(), person, as_of: taken.as_of, doubt: taken.doubt })
}

/// The slots of one owner.
pub fn of_one(request: &SlotRequest, known: &Known) -> Result<Vec<Span>, ServiceError> {
    free_slots(request, &known.person).map_err(refused)
}

/// The slots at which all of several owners are free.
pub fn of_all(request: &SlotRequest, known: &[Known]) -> Result<Vec<Span>, ServiceError> {
    slots_of_all(request, &people(known)).map_err(refused)
}

/// The slots at which any of several owners is free, each with whose turn it is.
pub fn of_any(request: &SlotRequest, known: &[Known]) -> Result<Vec<(Offer, Option<usize>)>, ServiceError> {
    let people = people(known);
    let offers = slots_of_any(request, &people).map_err(refused)?;
    Ok(offers
        .into_iter()
        .map(|offer| (offer.clone(), kalends::availability::turn(&offer, &people)))
        .collect())
}

/// The slots of the same length that are nearest to a time which is taken.
pub async fn instead(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    wanted: Span,
    but: But<'_>,
) -> Result<Vec<Span>, ServiceError> {
    let now = RuntimeClock.now();
    let from = wanted.start().plus_millis(-NEAR).max(now);
    let Some(window) = Span::new(from, wanted.end().plus_millis(NEAR)) else { return Ok(Vec::new()) };
    let known = known(database, settings, owner, window, but).await?;
    let step = wanted.millis().clamp(STEP, 4 * STEP);
    let Ok(free) = free_slots(&SlotRequest { span: window, duration: wanted.millis(), step }, &known.person)
    else {
        return Ok(Vec::new());
    };
    let starts: Vec<Instant> = free.iter().map(|slot| slot.start()).collect();
    Ok(nearest(&starts, wanted.start(), OFFERED).into_iter().map(|place| free[place]).collect())
}

/// A quarter of an hour.
const STEP: i64 = 15 * 60_000;

fn people(known: &[Known]) -> Vec<Person> {
    known.iter().map(|known| known.person.clone()).collect()
}

fn refused(error: SlotError) -> ServiceError {
    let field = match error {
        SlotError::Duration => "duration",
        SlotError::Step => "step",
        SlotError::Window => "endDate",
        SlotError::Buffer => "bufferBefore",
    };
    ServiceError::Invalid { field, sentence: format!("{field}: {error}") }
}
