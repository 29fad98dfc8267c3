//! Busy time, conflicts and free slots.

mod blocks;
mod calendar;
mod free_busy;
mod hours;
mod person;
mod slots;
mod stated;
mod together;

pub use blocks::{Block, Counts, Owner, Reason, blocks, blocks_of, takes_time};
pub use calendar::blocks_in;
pub use hours::{HoursError, WorkingHours, weekday};
pub use person::Person;
pub use slots::{SlotError, SlotRequest, free_slots};
pub use together::{Offer, best, nearest, slots_of_all, slots_of_any, turn};

use crate::time::{Span, sort_by_time};

/// The spans joined where they overlap or touch, in order; empty ones left out.
///
/// ```
/// # use kalends::{Instant, Span, availability::merged};
/// let span = |from, to| Span::new(Instant::from_millis(from), Instant::from_millis(to)).unwrap();
/// assert_eq!(merged([span(5, 9), span(0, 3), span(3, 5), span(20, 20)]), [span(0, 9)]);
/// ```
pub fn merged(spans: impl IntoIterator<Item = Span>) -> Vec<Span> {
    let mut sorted: Vec<Span> = spans.into_iter().filter(|span| !span.is_empty()).collect();
    sort_by_time(&mut sorted, |span| span.key());
    let mut joined: Vec<Span> = Vec::with_capacity(sorted.len());
    for span in sorted {
        match joined.last_mut() {
            Some(last) if span.start() <= last.end() => {
                *last = Span::new(last.start(), last.end().max(span.end())).unwrap_or(*last);
            }
            _ => joined.push(span),
        }
    }
    joined
}

/// The blocks that a request would overlap.
pub fn conflicts(request: Span, blocks: &[Block]) -> Vec<&Block> {
    blocks.iter().filter(|block| block.span.overlaps(request)).collect()
}
