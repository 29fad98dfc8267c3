//! Points and stretches of time: `Instant`, `Span`, and the civil types they are resolved from.

use chrono::{DateTime, Datelike, Timelike};
pub use chrono::{NaiveDate as Date, NaiveDateTime as Wall, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
///
/// Always within the years 0000 to 9999, so that every instant can be written as RFC 3339 and as RFC 5545;
/// values beyond are clamped. Serialised as an RFC 3339 string in UTC.
///
/// ```
/// # use kalends::Instant;
/// let start = Instant::parse("2026-11-21T10:00:00+01:00").unwrap();
/// assert_eq!(start.to_string(), "2026-11-21T09:00:00Z");
/// assert_eq!(start.plus_millis(1_500).to_string(), "2026-11-21T09:00:01.500Z");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

/// Text that is no RFC 3339 date-time with an offset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no RFC 3339 date-time with an offset; write one as 2026-11-21T09:00:00Z")]
pub struct InstantError(pub String);

impl Instant {
    /// 0000-01-01T00:00:00Z.
    pub const MIN: Instant = Instant(-62_167_219_200_000);
    /// 9999-12-31T23:59:59.999Z.
    pub const MAX: Instant = Instant(253_402_300_799_999);

    /// The instant that many milliseconds after 1970, clamped to the years 0000 to 9999.
    pub const fn from_millis(millis: i64) -> Instant {
        if millis < Self::MIN.0 {
            Self::MIN
        } else if millis > Self::MAX.0 {
            Self::MAX
        } else {
            Instant(millis)
        }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Reads an RFC 3339 date-time, whose offset is required; what is finer than a millisecond is cut off.
    pub fn parse(text: &str) -> Result<Instant, InstantError> {
        let parsed = DateTime::parse_from_rfc3339(text.trim());
        parsed.map(|t| Instant::from_millis(t.timestamp_millis())).map_err(|_| InstantError(text.to_owned()))
    }

    /// This instant moved by so many milliseconds, stopping at `MIN` and `MAX`.
    pub const fn plus_millis(self, millis: i64) -> Instant {
        Instant::from_millis(self.0.saturating_add(millis))
    }

    /// This instant moved by so many milliseconds, or nothing where that leaves the years 0000 to 9999.
    pub const fn checked_add_millis(self, millis: i64) -> Option<Instant> {
        match self.0.checked_add(millis) {
            Some(sum) if sum >= Self::MIN.0 && sum <= Self::MAX.0 => Some(Instant(sum)),
            _ => None,
        }
    }

    /// The wall time in UTC.
    pub fn to_utc(self) -> Wall {
        DateTime::from_timestamp_millis(self.0).map_or(Wall::MIN, |t| t.naive_utc())
    }

    /// The instant of a wall time in UTC.
    pub fn from_utc(wall: Wall) -> Instant {
        Instant::from_millis(wall.and_utc().timestamp_millis())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wall = self.to_utc();
        // By hand: chrono's format strings cost 20 KB of WebAssembly.
        write!(f, "{:04}-{:02}-{:02}T", wall.year(), wall.month(), wall.day())?;
        write!(f, "{:02}:{:02}:{:02}", wall.hour(), wall.minute(), wall.second())?;
        match self.0.rem_euclid(1000) {
            0 => write!(f, "Z"),
            millis => write!(f, ".{millis:03}Z"),
        }
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Instant {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        ObjectBuilder::new().schema_type(Type::String).format(Some(format)).into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Instant {}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Instant::parse(&text).map_err(de::Error::custom)
    }
}

/// A half-open stretch of time: `start` is inside, `end` is not; never ends before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    start: Instant,
    end: Instant,
}

impl Span {
    /// A span, or nothing where `end` is before `start`.
    pub const fn new(start: Instant, end: Instant) -> Option<Span> {
        if end.0 >= start.0 { Some(Span { start, end }) } else { None }
    }

    /// The span that begins at `start` and lasts so many milliseconds; a negative length counts as none.
    pub const fn lasting(start: Instant, millis: i64) -> Span {
        let end = start.plus_millis(if millis < 0 { 0 } else { millis });
        Span { start, end }
    }

    /// The first instant.
    pub const fn start(self) -> Instant {
        self.start
    }

    /// The instant at which it is over.
    pub const fn end(self) -> Instant {
        self.end
    }

    /// How long it lasts, in milliseconds.
    pub const fn millis(self) -> i64 {
        self.end.0 - self.start.0
    }

    /// Whether it has no length.
    pub const fn is_empty(self) -> bool {
        self.end.0 == self.start.0
    }

    /// Whether the two share any time. Touching ends share none, and an empty span overlaps nothing: it takes
    /// no time, so nothing can be in its way.
    pub const fn overlaps(self, other: Span) -> bool {
        self.start.0 < other.end.0 && other.start.0 < self.end.0 && !self.is_empty() && !other.is_empty()
    }

    /// Whether the instant lies inside.
    pub const fn contains(self, instant: Instant) -> bool {
        self.start.0 <= instant.0 && instant.0 < self.end.0
    }

    /// Whether it belongs to a listing of `window`: it overlaps it, or is empty and starts in it (RFC 4791 §9.9).
    pub const fn touches(self, window: Span) -> bool {
        self.overlaps(window) || (self.is_empty() && window.contains(self.start))
    }
}

/// Sorts by up to three instants or numbers; what is equal keeps its order.
///
/// Every kind of element that the standard library sorts is some kilobytes of WebAssembly more. So what is sorted are
/// keys and places, always of one kind.
pub(crate) fn sort_by_time<T>(items: &mut Vec<T>, key: impl Fn(&T) -> [i64; 3]) {
    let mut order: Vec<([i64; 3], usize)> = items.iter().map(key).zip(0..).collect();
    if order.is_sorted() {
        return;
    }
    order.sort_unstable();
    let mut unsorted: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(order.into_iter().filter_map(|(_, place)| unsorted[place].take()));
}

impl Span {
    /// As a key to sort by: what starts first, then what ends first.
    pub(crate) const fn key(self) -> [i64; 3] {
        [self.start.0, self.end.0, 0]
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Ends {
            start: Instant,
            end: Instant,
        }
        let ends = Ends::deserialize(deserializer)?;
        Span::new(ends.start, ends.end).ok_or_else(|| de::Error::custom("`end` is before `start`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    #[test]
    fn an_instant_prints_as_it_reads() {
        for text in ["2026-11-21T09:00:00Z", "1969-12-31T23:59:59.001Z", "0000-01-01T00:00:00Z"] {
            assert_eq!(at(text).to_string(), text);
        }
        assert_eq!(at("2026-11-21T09:00:00.1239+01:00").to_string(), "2026-11-21T08:00:00.123Z");
    }

    #[test]
    fn text_without_an_offset_is_refused() {
        assert!(Instant::parse("2026-11-21T09:00:00").unwrap_err().to_string().contains("offset"));
        assert!(Instant::parse("").is_err());
    }

    #[test]
    fn every_instant_can_be_written() {
        assert_eq!(Instant::from_millis(i64::MAX).to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Instant::from_millis(i64::MIN), Instant::MIN);
        assert_eq!(Instant::MAX.checked_add_millis(1), None);
        assert_eq!(Instant::MAX.plus_millis(i64::MAX), Instant::MAX);
        assert_eq!(Instant::from_utc(Instant::MIN.to_utc()), Instant::MIN);
    }

    #[test]
    fn what_is_sorted_by_time_keeps_its_order_where_times_are_equal() {
        let mut items = vec![(2, 'a'), (1, 'b'), (2, 'c'), (1, 'd')];
        sort_by_time(&mut items, |(time, _)| [*time, 0, 0]);
        assert_eq!(items, [(1, 'b'), (1, 'd'), (2, 'a'), (2, 'c')]);
    }

    #[test]
    fn spans_that_touch_do_not_overlap_and_empty_ones_overlap_nothing() {
        let hour =
            |from: i64, to: i64| Span::new(Instant::from_millis(from), Instant::from_millis(to)).unwrap();
        assert!(hour(0, 10).overlaps(hour(9, 11)));
        assert!(!hour(0, 10).overlaps(hour(10, 11)));
        assert!(!hour(0, 10).overlaps(hour(5, 5)));
        assert!(hour(5, 5).touches(hour(0, 10)) && !hour(10, 10).touches(hour(0, 10)));
        assert_eq!(Span::new(Instant::from_millis(1), Instant::from_millis(0)), None);
    }
}
