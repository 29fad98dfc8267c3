//! Reads compiled zone data in place (RFC 9636), without copying it.

use super::Period;
use super::posix::{Posix, Rhythm};

/// The 64-bit block of a TZif file and its footer.
#[derive(Clone)]
pub(super) struct Tzif {
    times: &'static [[u8; 8]],
    kinds: &'static [u8],
    types: &'static [[u8; 6]],
    footer: Option<Posix>,
}

impl Tzif {
    /// Reads version 2 or later; nothing where the data is damaged.
    pub fn read(data: &'static [u8]) -> Option<Tzif> {
        let (first, rest) = Header::read(data)?;
        let (header, rest) = Header::read(rest.get(first.length(4)..)?)?;
        let footer = rest.get(header.length(8)..)?;
        let (times, rest) = rest.split_at_checked(header.times * 8)?;
        let (kinds, rest) = rest.split_at_checked(header.times)?;
        let (types, _) = rest.split_at_checked(header.types * 6)?;
        let (times, types) = (times.as_chunks().0, types.as_chunks().0);
        if types.is_empty() || kinds.iter().any(|kind| usize::from(*kind) >= types.len()) {
            return None;
        }
        let footer = std::str::from_utf8(footer).ok()?.trim_matches('\n');
        let footer = if footer.is_empty() { None } else { Some(Posix::parse(footer)?) };
        Some(Tzif { times, kinds, types, footer })
    }

    /// The yearly changes of the clocks, and since when they are all that there is.
    pub fn rhythm(&self) -> Option<(i64, Vec<Rhythm>)> {
        let since = self.times.last().map_or(i64::MIN, |time| i64::from_be_bytes(*time));
        Some((since, self.footer.as_ref()?.rhythm()?))
    }

    pub fn period_at(&self, seconds: i64) -> Period {
        let next = self.times.partition_point(|time| i64::from_be_bytes(*time) <= seconds);
        let from = next.checked_sub(1).map(|last| i64::from_be_bytes(self.times[last]));
        if next == self.times.len()
            && let Some(footer) = &self.footer
        {
            let period = footer.period_at(seconds);
            return Period { from: period.from.max(from.unwrap_or(i64::MIN)), ..period };
        }
        let kind = next.checked_sub(1).map_or(0, |last| usize::from(self.kinds[last]));
        let [a, b, c, d, ..] = self.types[kind];
        Period {
            offset: i32::from_be_bytes([a, b, c, d]),
            from: from.unwrap_or(i64::MIN),
            until: self.times.get(next).map_or(i64::MAX, |time| i64::from_be_bytes(*time)),
        }
    }
}

struct Header {
    times: usize,
    types: usize,
    chars: usize,
    leaps: usize,
    standard: usize,
    universal: usize,
}

impl Header {
    fn read(data: &'static [u8]) -> Option<(Header, &'static [u8])> {
        let (head, rest) = data.split_at_checked(44)?;
        if !head.starts_with(b"TZif") || head[4] < b'2' {
            return None;
        }
        let count = |i: usize| {
            let at = 20 + i * 4;
            u32::from_be_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]) as usize
        };
        let [universal, standard, leaps, times, types, chars] = std::array::from_fn(count);
        Some((Header { times, types, chars, leaps, standard, universal }, rest))
    }

    /// The length of the block that follows, with times of so many octets.
    fn length(&self, time: usize) -> usize {
        self.times * (time + 1)
            + self.types * 6
            + self.chars
            + self.leaps * (time + 4)
            + self.standard
            + self.universal
    }
}
