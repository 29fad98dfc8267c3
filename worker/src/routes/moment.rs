//! Times as callers write them: RFC 3339, a bare local time, or a date.

use super::error::ApiError;
use kalends::time::{Date, Wall};
use kalends::{Instant, Span, Zone};

/// Which end of a range a date stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// The day's first instant.
    Start,
    /// The instant after the day's last.
    End,
}

/// Reads a time. A bare local time is read in `zone`; so is a date, which includes its whole day.
pub fn instant(field: &str, text: &str, zone: &Zone, edge: Edge) -> Result<Instant, ApiError> {
    let text = text.trim();
    if let Ok(instant) = Instant::parse(text) {
        return Ok(instant);
    }
    for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"] {
        if let Ok(wall) = Wall::parse_from_str(text, format) {
            return Ok(zone.to_instant(wall));
        }
    }
    let day = Date::parse_from_str(text, "%Y-%m-%d").ok();
    let day = day.and_then(|day| if edge == Edge::End { day.succ_opt() } else { Some(day) });
    match day.and_then(|day| day.and_hms_opt(0, 0, 0)) {
        Some(midnight) => Ok(zone.to_instant(midnight)),
        None => {
            Err(ApiError::field(field, format!("{field} is not a time; write it as 2026-11-21T14:00:00Z")))
        }
    }
}

/// Reads an IANA zone name.
pub fn zone(field: &str, name: &str) -> Result<Zone, ApiError> {
    Zone::iana(name).map_err(|_| ApiError::field(field, format!("{field}: there is no time zone \"{name}\"")))
}

/// Reads two times that may be hours of a day, which is then told beside them.
pub fn span_on(date: Option<&str>, start: &str, end: &str, zone: &Zone) -> Result<Span, ApiError> {
    let on_day = |field: &str, text: &str, edge| {
        if !text.contains(':') || text.contains('-') {
            return instant(field, text, zone, edge);
        }
        let date = date.ok_or_else(|| ApiError::field("date", "date is missing: the times are hours"))?;
        let day = Date::parse_from_str(date.trim(), "%Y-%m-%d")
            .map_err(|_| ApiError::field("date", "date is not a day; write it as 2026-11-21"))?;
        instant(field, &format!("{day}T{}", text.trim()), zone, edge)
    };
    let (start, end) = (on_day("startTime", start, Edge::Start)?, on_day("endTime", end, Edge::End)?);
    let span = Span::new(start, end).filter(|span| !span.is_empty());
    span.ok_or_else(|| ApiError::field("endTime", "endTime must be after startTime"))
}
