//! What a VFREEBUSY says is taken (RFC 5545 §3.6.4), and what kind of busy there is.

use super::blocks::{Block, Reason};
use crate::event::EventError;
use crate::ics::{Component, DateTime, Duration, Property, ValueError};
use crate::time::Span;
use crate::zone::{Zone, Zones};

/// FBTYPE and BUSYTYPE (RFC 5545 §3.2.9, RFC 7953 §3.2), as far as it matters for a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Free,
    Tentative,
    Busy,
    Unavailable,
}

impl Kind {
    /// What is not known is busy, as §3.2.9 has it.
    pub fn read(text: &str) -> Kind {
        match text.trim() {
            free if free.eq_ignore_ascii_case("FREE") => Kind::Free,
            tentative if tentative.eq_ignore_ascii_case("BUSY-TENTATIVE") => Kind::Tentative,
            away if away.eq_ignore_ascii_case("BUSY-UNAVAILABLE") => Kind::Unavailable,
            _ => Kind::Busy,
        }
    }

    /// A block of this kind that a component of the calendar states; none where it is free or takes no time.
    pub fn block(self, component: &Component, span: Span) -> Option<Block> {
        let text = |name| component.property(name).map(|p| p.unescaped().into_owned()).unwrap_or_default();
        let reason = match self {
            Kind::Free => return None,
            Kind::Tentative => Reason::Tentative,
            Kind::Busy => Reason::Busy,
            Kind::Unavailable => Reason::Unavailable,
        };
        (!span.is_empty()).then(|| Block {
            span,
            summary: text("SUMMARY"),
            uid: text("UID"),
            all_day: false,
            reason,
        })
    }
}

/// The blocks of one VFREEBUSY in the window, each period by itself.
pub(super) fn stated(
    component: &Component,
    zones: &Zones<'_>,
    window: Span,
    zone: &Zone,
) -> Result<Vec<Block>, EventError> {
    let mut blocks = Vec::new();
    for property in component.properties("FREEBUSY") {
        let kind = property.parameter("FBTYPE").map_or(Kind::Busy, Kind::read);
        for item in property.value().split(',').filter(|item| !item.trim().is_empty()) {
            let span = period(property, item, zones, zone)?;
            blocks.extend(kind.block(component, span).filter(|block| block.span.overlaps(window)));
        }
    }
    Ok(blocks)
}

fn period(property: &Property, item: &str, zones: &Zones<'_>, zone: &Zone) -> Result<Span, EventError> {
    let error = || ValueError::new(property.name(), item, "period, such as 20261121T090000Z/PT1H");
    let (start, end) = item.split_once('/').ok_or_else(error)?;
    let instant = |text| {
        let value = DateTime::read(property, text).map_err(|_| error())?;
        Ok::<_, EventError>(zones.instant_of(&value, zone)?)
    };
    let start = instant(start)?;
    match Duration::parse(end) {
        // In UTC, as the RFC requires it here, a day is 24 hours.
        Some(length) => Ok(Span::lasting(start, (length.days() * 86_400 + length.seconds()) * 1000)),
        None => Ok(Span::new(start, instant(end)?).unwrap_or(Span::lasting(start, 0))),
    }
}
