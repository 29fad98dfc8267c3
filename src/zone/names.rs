//! Names of zones as programs write them: Windows', with path prefixes, display names, and plain offsets.

use super::windows::WINDOWS;
use super::{Zone, ZoneError, database};

/// A zone by a name that needs no definition: IANA's, or Windows'.
pub(super) fn known(name: &str) -> Option<Zone> {
    let name = name.trim();
    if let Ok(zone) = Zone::iana(name) {
        return Some(zone);
    }
    let lower = name.to_ascii_lowercase();
    if matches!(lower.as_str(), "z" | "coordinated universal time" | "tzone://microsoft/utc") {
        return Some(Zone::utc());
    }
    let place = WINDOWS.iter().find(|(windows, _)| windows.eq_ignore_ascii_case(name))?;
    Zone::iana(place.1).ok()
}

/// The zone at the end of a path, such as `/mozilla.org/20050126_1/Europe/Berlin` or `posix/Europe/Vaduz`.
pub(super) fn at_end_of_path(name: &str) -> Option<Zone> {
    let mut rest = name.trim();
    while let Some((_, tail)) = rest.split_once('/') {
        rest = tail;
        // A last part alone would make Japan of /example.org/Japan, but also Berlin of nothing: both are right.
        if let Some(zone) = known(rest) {
            return Some(zone);
        }
    }
    None
}

/// No display name has more.
const PLACES: usize = 16;

/// What a display name says: `(UTC+01:00)` alone is that offset; with places in it, such as
/// `(UTC+01:00) Amsterdam, Berlin` or `Kuala Lumpur, Singapore`, the zone of the first place that IANA knows and
/// whose standard time is that offset.
pub(super) fn displayed(name: &str) -> Option<Zone> {
    let name = name.trim();
    if let Some(zone) = short(name) {
        return Some(zone);
    }
    let (offset, places) = match name.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((inside, places)) => (Some(offset(inside)?), places.trim()),
        None => match offset(name) {
            Some(seconds) => return Some(Zone::fixed(seconds)),
            None => (None, name),
        },
    };
    if places.is_empty() {
        return offset.map(Zone::fixed);
    }
    let fits = |zone: &Zone| offset.is_none_or(|seconds| zone.standard_offset() == seconds);
    let part = |part: &str| {
        let part = part.trim();
        let american = AMERICAN.iter().find(|(start, _)| part.starts_with(start));
        if let Some(zone) = american.and_then(|(_, iana)| Zone::iana(iana).ok()).filter(fits) {
            return Some(zone);
        }
        let city = part.replace(' ', "_");
        let named = |iana: &&str| {
            let (iana, city) = (iana.as_bytes(), city.as_bytes());
            let slash = iana.len().checked_sub(city.len() + 1);
            slash.is_some_and(|at| iana[at] == b'/' && iana[at + 1..].eq_ignore_ascii_case(city))
        };
        let found = database::available().find(named)?;
        Zone::iana(found).ok().filter(fits)
    };
    places.split(',').take(PLACES).find_map(part)
}

/// Windows' names without their end, as Lotus Notes writes them, and its own one.
fn short(name: &str) -> Option<Zone> {
    let is_it = |windows: &str| {
        windows.strip_suffix(" Standard Time").is_some_and(|short| short.eq_ignore_ascii_case(name))
    };
    if name.eq_ignore_ascii_case("Western/Central Europe") {
        return Zone::iana("Europe/Berlin").ok();
    }
    Zone::iana(WINDOWS.iter().find(|(windows, _)| is_it(windows))?.1).ok()
}

/// How Windows displays the zones of North America, which it does not name by a city.
const AMERICAN: &[(&str, &str)] = &[
    ("Eastern Time", "America/New_York"),
    ("Central Time", "America/Chicago"),
    ("Mountain Time", "America/Denver"),
    ("Pacific Time", "America/Los_Angeles"),
    ("Atlantic Time", "America/Halifax"),
    ("Arizona", "America/Phoenix"),
    ("Alaska", "America/Anchorage"),
    ("Hawaii", "Pacific/Honolulu"),
];

/// `+01:00`, `UTC+1`, `GMT -0330` in seconds.
fn offset(text: &str) -> Option<i32> {
    let text = text.trim();
    let bare = ["UTC", "GMT"].iter().find_map(|prefix| text.strip_prefix(prefix));
    let text = bare.unwrap_or(text).trim();
    if text.is_empty() && bare.is_some() {
        return Some(0);
    }
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() > 2 && digits.is_ascii() => digits.split_at(digits.len() - 2),
        None => (digits, "0"),
    };
    let number = |text: &str| text.parse::<i32>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours <= 18 && minutes < 60).then(|| sign * (hours * 3600 + minutes * 60))
}

impl Zone {
    /// The zone that a person, a program or an old calendar means by this name, without any definition.
    ///
    /// IANA's and Windows' names in any case of letters, Lotus Notes' short ones, paths that end in one, offsets such as `UTC+01:00`, and
    /// display names whose place and offset agree.
    pub fn named(name: &str) -> Result<Zone, ZoneError> {
        let found = known(name).or_else(|| at_end_of_path(name)).or_else(|| displayed(name));
        found.ok_or_else(|| ZoneError::Unknown(name.chars().take(80).collect()))
    }

    /// The offset in winter, now.
    fn standard_offset(&self) -> i32 {
        // 2026-01-01 and 2026-07-01: summer time is the greater of the two.
        let offsets = [1_767_225_600, 1_782_864_000].map(|at| self.period_at(at).offset);
        offsets[0].min(offsets[1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_windows_name_leads_to_a_zone() {
        for (windows, iana) in WINDOWS {
            assert_eq!(Zone::named(windows).unwrap().name(), Zone::iana(iana).unwrap().name());
        }
        assert_eq!(Zone::named("w. europe standard time").unwrap().name(), "Europe/Berlin");
    }

    #[test]
    fn names_in_the_wild_are_understood() {
        for (name, meant) in [
            ("/mozilla.org/20050126_1/Europe/Berlin", "Europe/Berlin"),
            (
                "/freeassociation.sourceforge.net/America/Argentina/Buenos_Aires",
                "America/Argentina/Buenos_Aires",
            ),
            ("/Europe/Stockholm", "Europe/Stockholm"),
            ("posix/Europe/Vaduz", "Europe/Vaduz"),
            ("tzone://Microsoft/Utc", "UTC"),
            ("etc/utc", "UTC"),
            ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Amsterdam"),
            ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
            ("Pacific Time (US & Canada), Tijuana", "America/Los_Angeles"),
            ("Kuala Lumpur, Singapore", "Asia/Kuala_Lumpur"),
            ("Pacific", "America/Los_Angeles"),
            ("W. Europe", "Europe/Berlin"),
            ("Western/Central Europe", "Europe/Berlin"),
            ("(GMT +01:00)", "UTC+01:00"),
            ("GMT+0530", "UTC+05:30"),
            ("-03:30", "UTC-03:30"),
            ("(UTC)", "UTC"),
        ] {
            assert_eq!(Zone::named(name).map(|zone| zone.name().to_owned()), Ok(meant.to_owned()), "{name}");
        }
    }

    #[test]
    fn what_nobody_can_know_is_refused() {
        for name in [
            "",
            "Customized Time Zone",
            "(UTC+02:00) Berlin",
            "(UTC+01:00) Atlantis",
            "UTC+99",
            "UTC+2147483647:59",
            "/x/",
            "é/é",
        ] {
            assert!(Zone::named(name).is_err(), "{name}");
        }
    }
}
