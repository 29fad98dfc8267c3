//! Where on Earth: GEO (RFC 5545 §3.8.1.6).

use super::error::{FieldError, FieldFault};
use crate::ics::{Component, Property};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// A latitude and a longitude, to the millionth of a degree: RFC 5545 writes no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Geo {
    latitude: i32,
    longitude: i32,
}

const DEGREE: i32 = 1_000_000;

impl Geo {
    /// Degrees north and degrees east; south and west are negative.
    pub fn new(latitude: f64, longitude: f64) -> Result<Geo, FieldError> {
        let outside = |field, allowed| FieldError::new(field, FieldFault::Range(allowed)).within("geo");
        let latitude =
            degrees(latitude, 90).ok_or_else(|| outside("latitude", "a number of degrees from -90 to 90"))?;
        let longitude = degrees(longitude, 180)
            .ok_or_else(|| outside("longitude", "a number of degrees from -180 to 180"))?;
        Ok(Geo { latitude, longitude })
    }

    /// The GEO of a component; nothing where it cannot be read.
    pub fn of(component: &Component) -> Option<Geo> {
        let value = component.property("GEO")?.unescaped();
        // Some write a comma.
        let (latitude, longitude) = value.split_once(';').or_else(|| value.split_once(','))?;
        let inside = |text, most: i32| decimal(text).filter(|n| n.abs() <= most * DEGREE);
        Some(Geo { latitude: inside(latitude, 90)?, longitude: inside(longitude, 180)? })
    }

    /// Degrees north.
    pub fn latitude(self) -> f64 {
        f64::from(self.latitude) / f64::from(DEGREE)
    }

    /// Degrees east.
    pub fn longitude(self) -> f64 {
        f64::from(self.longitude) / f64::from(DEGREE)
    }

    pub(in crate::event) fn property(self) -> Property<'static> {
        // By hand: the formatting of floating-point numbers costs several KB of WebAssembly.
        let text = |n: i32| {
            let (sign, n) = (if n < 0 { "-" } else { "" }, n.abs());
            format!("{sign}{}.{:06}", n / DEGREE, n % DEGREE)
        };
        Property::known("GEO", format!("{};{}", text(self.latitude), text(self.longitude)))
    }
}

fn degrees(number: f64, most: i32) -> Option<i32> {
    (number.abs() <= f64::from(most)).then(|| (number * f64::from(DEGREE)).round() as i32)
}

/// Reads `-12.3456789`; what is finer than a millionth is cut off.
fn decimal(text: &str) -> Option<i32> {
    let text = text.trim();
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole: i32 = whole.parse().ok().filter(|whole| *whole <= 180)?;
    let millionths = fraction.bytes().chain(std::iter::repeat(b'0')).take(6);
    let fraction = millionths.fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0'));
    Some(sign * (whole * DEGREE + fraction))
}

impl Serialize for Geo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut geo = serializer.serialize_struct("Geo", 2)?;
        geo.serialize_field("latitude", &self.latitude())?;
        geo.serialize_field("longitude", &self.longitude())?;
        geo.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ics::parse;

    fn read(value: &str) -> Option<Geo> {
        Geo::of(&parse(&format!("BEGIN:VEVENT\nGEO:{value}\nEND:VEVENT")).calendars[0])
    }

    #[test]
    fn a_place_reads_back_as_it_was_given() {
        for (latitude, longitude, written) in [
            (37.386013, -122.082932, "37.386013;-122.082932"),
            (-0.0000001, 180.0, "0.000000;180.000000"),
            (-90.0, -0.5, "-90.000000;-0.500000"),
        ] {
            let geo = Geo::new(latitude, longitude).unwrap();
            assert_eq!(geo.property().value(), written);
            assert_eq!(read(written), Some(geo));
        }
        assert_eq!(read("52.5;13.4").unwrap().latitude(), 52.5);
    }

    #[test]
    fn what_is_not_on_earth_is_refused() {
        for (latitude, longitude, field) in [
            (90.1, 0.0, "geo.latitude"),
            (f64::NAN, 0.0, "geo.latitude"),
            (0.0, -180.000001, "geo.longitude"),
            (0.0, f64::INFINITY, "geo.longitude"),
        ] {
            let error = Geo::new(latitude, longitude).unwrap_err();
            assert_eq!((error.field(), error.code()), (field, "out_of_range"));
        }
        for value in ["", "1", "a;b", "91;0", "1;-181", "1;2;3", "1e1;2", "99999999999;1", ";", "1;é"] {
            assert_eq!(read(value), None, "{value}");
        }
        assert_eq!(read(r"48.2\;16.37"), read("48.2,16.37"));
        assert_eq!(read("+1.23456789;-1.5"), Geo::new(1.234567, -1.5).ok());
    }
}
