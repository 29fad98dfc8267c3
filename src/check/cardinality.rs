//! Which properties each component may, must or may not hold, and of which type they are.

/// The components that RFCs define.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Calendar,
    Event,
    Todo,
    Journal,
    FreeBusy,
    TimeZone,
    /// STANDARD and DAYLIGHT.
    Observance,
    Alarm,
    Availability,
    Available,
    Participant,
    Location,
    Resource,
}

const KINDS: usize = 13;

impl Kind {
    /// None of X- components and of those that are not known.
    pub fn of(name: &str) -> Option<Kind> {
        const NAMES: &[(&str, Kind)] = &[
            ("VEVENT", Kind::Event),
            ("VALARM", Kind::Alarm),
            ("VTODO", Kind::Todo),
            ("VCALENDAR", Kind::Calendar),
            ("VTIMEZONE", Kind::TimeZone),
            ("STANDARD", Kind::Observance),
            ("DAYLIGHT", Kind::Observance),
            ("VJOURNAL", Kind::Journal),
            ("VFREEBUSY", Kind::FreeBusy),
            ("VAVAILABILITY", Kind::Availability),
            ("AVAILABLE", Kind::Available),
            ("PARTICIPANT", Kind::Participant),
            ("VLOCATION", Kind::Location),
            ("VRESOURCE", Kind::Resource),
        ];
        NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, kind)| *kind)
    }
}

/// What the value of a property is, as far as it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// A date or a time.
    Time,
    /// Several; those of RDATE may be periods.
    Times,
    /// A time in UTC.
    Stamp,
    Duration,
    /// A duration, or a time in UTC.
    Trigger,
    /// FREEBUSY.
    Periods,
    Rule,
    Offset,
    Text,
    /// Texts with commas between them.
    Texts,
    /// One of these words; of those in whose list is `*` any other may be meant.
    Words(&'static str),
    /// A whole number from 0 to this.
    Number(u32),
    Geo,
    Color,
    Uri,
    /// A URI, or octets.
    Attachment,
    /// What has a structure of its own.
    Any,
}

impl Type {
    /// Whether values of it decide when something is, each by itself.
    pub fn is_read(self) -> bool {
        matches!(self, Time | Times | Duration | Trigger | Periods | Offset)
    }
}

/// One property.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub name: &'static str,
    pub value: Type,
    /// Its own bit, which stands for it in `Cardinality`.
    pub bit: u64,
}

/// How often properties may be there in one kind of component.
#[derive(Clone, Copy)]
pub(super) struct Cardinality {
    pub allowed: u64,
    pub once: u64,
    pub required: u64,
}

use Type::*;

/// How often each property may be there in each kind of component, in the order of `Kind`: always once `1`, at most
/// once `?`, any number `*`, never `-` (RFC 5545 §3.6, RFC 7953 §3.1, RFC 9073 §7, RFC 9074 §3).
#[rustfmt::skip]
const TABLE: &[(&str, Type, &str)] = &[
    // RFC 5545 §3.7, §3.8.1, §3.8.2
    //                                 CETJFZOAVBPLR
    ("CALSCALE", Words("GREGORIAN"),  "?------------"),
    ("METHOD", Any,                   "?------------"),
    ("PRODID", Text,                  "1------------"),
    ("VERSION", Words("2.0"),         "1------------"),
    ("ATTACH", Attachment,            "-***---*--*--"),
    ("CATEGORIES", Texts,             "****----***--"),
    ("CLASS", Any,                    "-???----?----"),
    ("COMMENT", Text,                 "-****-*-***--"),
    ("DESCRIPTION", Text,             "*??*---??????"),
    ("GEO", Geo,                      "-??-------???"),
    ("LOCATION", Text,                "-??-----??*--"),
    ("PERCENT-COMPLETE", Number(100), "--?----------"),
    ("PRIORITY", Number(9),           "-??-----?-?--"),
    ("RESOURCES", Texts,              "-**-------*--"),
    ("STATUS", Any,                   "-???------?--"),
    ("SUMMARY", Text,                 "-???---????--"),
    ("COMPLETED", Stamp,              "--?----------"),
    ("DTEND", Time,                   "-?--?---??---"),
    ("DUE", Time,                     "--?----------"),
    ("DTSTART", Time,                 "-????-1-?1---"),
    ("DURATION", Duration,            "-??----???---"),
    ("FREEBUSY", Periods,             "----*--------"),
    ("TRANSP", Words("OPAQUE TRANSPARENT"), "-?-----------"),
    // §3.8.3
    ("TZID", Text,                    "-----1-------"),
    ("TZNAME", Text,                  "------*------"),
    ("TZOFFSETFROM", Offset,          "------1------"),
    ("TZOFFSETTO", Offset,            "------1------"),
    ("TZURL", Uri,                    "-----?-------"),
    // §3.8.4
    ("ATTENDEE", Uri,                 "-****--*-----"),
    ("CONTACT", Text,                 "-***?---***--"),
    ("ORGANIZER", Uri,                "-????---?----"),
    ("RECURRENCE-ID", Time,           "-???-----?---"),
    ("RELATED-TO", Text,              "-***---*--*--"),
    ("URL", Uri,                      "?????---?-??-"),
    ("UID", Text,                     "?1111--?11111"),
    // §3.8.5; EXRULE is RFC 2445's.
    ("EXDATE", Times,                 "-***-----*---"),
    ("EXRULE", Rule,                  "-***---------"),
    ("RDATE", Times,                  "-***--*--*---"),
    ("RRULE", Rule,                   "-***--*--*---"),
    // §3.8.6
    ("ACTION", Any,                   "-------1-----"),
    ("REPEAT", Number(u32::MAX),      "-------?-----"),
    ("TRIGGER", Trigger,              "-------1-----"),
    // §3.8.7, §3.8.8
    ("CREATED", Stamp,                "-???----???--"),
    ("DTSTAMP", Stamp,                "-1111---11?--"),
    ("LAST-MODIFIED", Stamp,          "????-?--???--"),
    ("SEQUENCE", Number(u32::MAX),    "-???----?-?--"),
    ("REQUEST-STATUS", Any,           "-****-----*--"),
    // RFC 7808 §7
    ("TZUNTIL", Stamp,                "-----?-------"),
    ("TZID-ALIAS-OF", Text,           "-----*-------"),
    // RFC 7953 §3.2
    ("BUSYTYPE", Words("BUSY BUSY-UNAVAILABLE BUSY-TENTATIVE *"), "--------?----"),
    // RFC 7986 §5
    ("NAME", Text,                    "*----------??"),
    ("REFRESH-INTERVAL", Duration,    "?------------"),
    ("SOURCE", Uri,                   "?------------"),
    ("COLOR", Color,                  "????---------"),
    ("IMAGE", Attachment,             "****---------"),
    ("CONFERENCE", Uri,               "-**----------"),
    // RFC 9073 §6
    ("LOCATION-TYPE", Texts,          "-----------?-"),
    ("PARTICIPANT-TYPE", Any,         "----------1--"),
    ("RESOURCE-TYPE", Any,            "------------?"),
    ("CALENDAR-ADDRESS", Uri,         "----------?--"),
    ("STYLED-DESCRIPTION", Any,       "-****--******"),
    ("STRUCTURED-DATA", Any,          "-****--*--***"),
    // RFC 9074 §6, §8
    ("ACKNOWLEDGED", Stamp,           "-------?-----"),
    ("PROXIMITY", Words("ARRIVE DEPART CONNECT DISCONNECT *"), "-------?-----"),
];

static ROWS: [Row; TABLE.len()] = {
    let mut rows = [Row { name: "", value: Any, bit: 0 }; TABLE.len()];
    let mut at = 0;
    while at < rows.len() {
        rows[at] = Row { name: TABLE[at].0, value: TABLE[at].1, bit: 1 << at };
        at += 1;
    }
    rows
};

static CARDINALITIES: [Cardinality; KINDS] = {
    let mut all = [Cardinality { allowed: 0, once: 0, required: 0 }; KINDS];
    let mut at = 0;
    while at < TABLE.len() {
        let often = TABLE[at].2.as_bytes();
        let mut kind = 0;
        while kind < KINDS {
            let (bit, often) = (1 << at, often[kind]);
            all[kind].allowed |= if often == b'-' { 0 } else { bit };
            all[kind].once |= if often == b'1' || often == b'?' { bit } else { 0 };
            all[kind].required |= if often == b'1' { bit } else { 0 };
            kind += 1;
        }
        at += 1;
    }
    all
};

const SLOTS: usize = 256;

/// Where each name stands: the place of its row and 1, in the first slot from its own on that was free.
static PLACES: [u8; SLOTS] = {
    let mut places = [0; SLOTS];
    let mut at = 0;
    while at < TABLE.len() {
        let mut slot = slot(TABLE[at].0.as_bytes());
        while places[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        places[slot] = at as u8 + 1;
        at += 1;
    }
    places
};

/// The same for any case of letters.
const fn slot(name: &[u8]) -> usize {
    let (mut slot, length) = (name.len(), name.len());
    if length > 0 {
        slot += (name[0] & 0xdf) as usize * 7;
        slot += (name[length / 2] & 0xdf) as usize * 31;
        slot += (name[length - 1] & 0xdf) as usize * 101;
    }
    slot % SLOTS
}

/// What is known of a property; nothing of X- properties and of those that no RFC here names.
pub(super) fn row(name: &str) -> Option<&'static Row> {
    let mut slot = slot(name.as_bytes());
    while let Some(place) = PLACES[slot].checked_sub(1) {
        let row = &ROWS[usize::from(place)];
        if row.name == name || row.name.eq_ignore_ascii_case(name) {
            return Some(row);
        }
        slot = (slot + 1) % SLOTS;
    }
    None
}

/// The names of some properties.
pub(super) fn named(bits: u64) -> impl Iterator<Item = &'static str> {
    ROWS.iter().filter(move |row| row.bit & bits != 0).map(|row| row.name)
}

/// The bits of some properties, all of which are known.
pub(super) const fn bits(names: &[&str]) -> u64 {
    let (mut bits, mut at) = (0, 0);
    while at < names.len() {
        let mut row = 0;
        while !same(names[at], TABLE[row].0) {
            row += 1;
        }
        bits |= 1 << row;
        at += 1;
    }
    bits
}

const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() && one[at] == other[at] {
        at += 1;
    }
    at == one.len() && at == other.len()
}

impl Kind {
    pub fn cardinality(self) -> &'static Cardinality {
        &CARDINALITIES[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_is_found_by_its_name_in_any_case() {
        assert!(TABLE.len() <= 64, "each is a bit");
        for (name, _, often) in TABLE {
            assert_eq!(often.len(), KINDS, "{name}");
            assert_eq!(row(name).unwrap().name, *name);
            assert_eq!(row(&name.to_lowercase()).unwrap().name, *name);
            assert!(row(&format!("X-{name}")).is_none());
        }
        assert!(row("").is_none());
    }

    #[test]
    fn a_component_may_hold_what_its_rfc_says() {
        let names = |bits| named(bits).collect::<Vec<_>>();
        let event = Kind::of("vevent").unwrap().cardinality();
        assert_eq!(names(event.required), ["UID", "DTSTAMP"]);
        assert_eq!(names(Kind::Alarm.cardinality().required), ["ACTION", "TRIGGER"]);
        assert_eq!(names(bits(&["DUE"]) & event.allowed), [""; 0]);
        assert_eq!(names(bits(&["DTSTART", "RRULE"]) & event.once), ["DTSTART"]);
    }
}
