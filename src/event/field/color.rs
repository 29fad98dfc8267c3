//! Colours: COLOR, a name of CSS 3 (RFC 7986 §5.9), and the exact colour that Apple's programs read.

use super::error::{FieldError, FieldFault, shown};
use crate::ics::{Component, Property};
use serde::{Serialize, Serializer};
use std::fmt;

/// A colour. RFC 7986 knows the names of CSS 3 only: another colour is written as the nearest of them, and for a
/// calendar exactly as well.
///
/// ```
/// # use kalends::event::Color;
/// let red = Color::parse("#ff6348").unwrap();
/// assert_eq!((red.name(), red.to_string().as_str()), ("tomato", "#ff6348"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Color {
    name: &'static str,
    rgb: u32,
}

impl Color {
    /// Reads a name, or `#rgb` or `#rrggbb`, where how transparent it is may follow and does not count.
    pub fn parse(text: &str) -> Result<Color, FieldError> {
        let text = text.trim();
        let found = match text.strip_prefix('#') {
            Some(digits) => hex(digits).map(Color::of_rgb),
            None => known().find(|color| color.name.eq_ignore_ascii_case(text)),
        };
        found.ok_or_else(|| FieldError::new("color", FieldFault::Color(shown(text))))
    }

    /// The colour of a component: what COLOR says, else X-APPLE-CALENDAR-COLOR. Where both are the same colour to
    /// RFC 7986 the second, which is exact, counts.
    pub fn of(component: &Component) -> Option<Color> {
        let read = |name| component.property(name).and_then(|p| Color::parse(&p.unescaped()).ok());
        let exact = read(APPLE);
        match read("COLOR") {
            Some(color) => exact.filter(|exact| exact.name == color.name).or(Some(color)),
            None => exact,
        }
    }

    /// The name in CSS 3 of the colour, or of the nearest that has one.
    pub fn name(self) -> &'static str {
        self.name
    }

    fn of_rgb(rgb: u32) -> Color {
        let distance = |other: u32| -> u32 {
            let part = |color: u32, shift: u32| (color >> shift) & 0xff;
            [16, 8, 0].iter().map(|shift| part(rgb, *shift).abs_diff(part(other, *shift)).pow(2)).sum()
        };
        let name = known().min_by_key(|color| distance(color.rgb)).map_or("black", |color| color.name);
        Color { name, rgb }
    }

    pub(in crate::event) fn property(self) -> Property<'static> {
        Property::known("COLOR", self.name)
    }

    /// What Apple's programs read of a calendar.
    pub(in crate::event) fn exact_property(self) -> Property<'static> {
        Property::known(APPLE, format!("#{:06X}", self.rgb))
    }
}

const APPLE: &str = "X-APPLE-CALENDAR-COLOR";

fn hex(digits: &str) -> Option<u32> {
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let number = |digits: &str| u32::from_str_radix(digits, 16).ok();
    match digits.len() {
        3 | 4 => {
            let short = number(&digits[..3])?;
            Some([8, 4, 0].iter().fold(0, |rgb, shift| (rgb << 8) | (((short >> shift) & 0xf) * 0x11)))
        }
        6 | 8 => number(&digits[..6]),
        _ => None,
    }
}

fn known() -> impl Iterator<Item = Color> {
    let mut words = NAMES.split_ascii_whitespace();
    std::iter::from_fn(move || Some(Color { name: words.next()?, rgb: hex(words.next()?)? }))
}

impl fmt::Display for Color {
    /// As CSS writes it: by name where the colour has one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match known().any(|color| color == *self) {
            true => f.write_str(self.name),
            false => write!(f, "#{:06x}", self.rgb),
        }
    }
}

impl Serialize for Color {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The names of CSS Color Module Level 3 §4.3, each with its colour. One text: a table of pairs is twice its size.
const NAMES: &str = "\
    aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc \
    bisque ffe4c4 black 000000 blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a \
    burlywood deb887 cadetblue 5f9ea0 chartreuse 7fff00 chocolate d2691e coral ff7f50 \
    cornflowerblue 6495ed cornsilk fff8dc crimson dc143c cyan 00ffff darkblue 00008b darkcyan 008b8b \
    darkgoldenrod b8860b darkgray a9a9a9 darkgreen 006400 darkgrey a9a9a9 darkkhaki bdb76b \
    darkmagenta 8b008b darkolivegreen 556b2f darkorange ff8c00 darkorchid 9932cc darkred 8b0000 \
    darksalmon e9967a darkseagreen 8fbc8f darkslateblue 483d8b darkslategray 2f4f4f \
    darkslategrey 2f4f4f darkturquoise 00ced1 darkviolet 9400d3 deeppink ff1493 deepskyblue 00bfff \
    dimgray 696969 dimgrey 696969 dodgerblue 1e90ff firebrick b22222 floralwhite fffaf0 \
    forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff gold ffd700 goldenrod daa520 \
    gray 808080 green 008000 greenyellow adff2f grey 808080 honeydew f0fff0 hotpink ff69b4 \
    indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa lavenderblush fff0f5 \
    lawngreen 7cfc00 lemonchiffon fffacd lightblue add8e6 lightcoral f08080 lightcyan e0ffff \
    lightgoldenrodyellow fafad2 lightgray d3d3d3 lightgreen 90ee90 lightgrey d3d3d3 lightpink ffb6c1 \
    lightsalmon ffa07a lightseagreen 20b2aa lightskyblue 87cefa lightslategray 778899 \
    lightslategrey 778899 lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32 \
    linen faf0e6 magenta ff00ff maroon 800000 mediumaquamarine 66cdaa mediumblue 0000cd \
    mediumorchid ba55d3 mediumpurple 9370db mediumseagreen 3cb371 mediumslateblue 7b68ee \
    mediumspringgreen 00fa9a mediumturquoise 48d1cc mediumvioletred c71585 midnightblue 191970 \
    mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead navy 000080 oldlace fdf5e6 \
    olive 808000 olivedrab 6b8e23 orange ffa500 orangered ff4500 orchid da70d6 palegoldenrod eee8aa \
    palegreen 98fb98 paleturquoise afeeee palevioletred db7093 papayawhip ffefd5 peachpuff ffdab9 \
    peru cd853f pink ffc0cb plum dda0dd powderblue b0e0e6 purple 800080 red ff0000 rosybrown bc8f8f \
    royalblue 4169e1 saddlebrown 8b4513 salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee \
    sienna a0522d silver c0c0c0 skyblue 87ceeb slateblue 6a5acd slategray 708090 slategrey 708090 \
    snow fffafa springgreen 00ff7f steelblue 4682b4 tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 \
    turquoise 40e0d0 violet ee82ee wheat f5deb3 white ffffff whitesmoke f5f5f5 yellow ffff00 \
    yellowgreen 9acd32";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ics::parse;

    #[test]
    fn names_and_numbers_are_read() {
        for (text, name, shown) in [
            ("tomato", "tomato", "tomato"),
            (" Grey ", "grey", "grey"),
            ("#808080", "gray", "gray"),
            ("#0f0", "lime", "lime"),
            ("#1BADF8FF", "dodgerblue", "#1badf8"),
            ("#FFF8", "white", "white"),
        ] {
            let color = Color::parse(text).unwrap();
            assert_eq!((color.name(), color.to_string().as_str()), (name, shown), "{text}");
            assert_eq!(Color::parse(shown).unwrap(), color, "{text}");
        }
        assert_eq!(known().count(), 147);
        assert!(known().all(|color| Color::parse(color.name) == Ok(color)));
    }

    #[test]
    fn what_is_no_colour_is_refused() {
        for text in
            ["", "#", "#12", "#12345", "#gggggg", "rgb(1,2,3)", "reddish", "ff0000", "#é12", "red\r\nX:y"]
        {
            let error = Color::parse(text).unwrap_err();
            assert_eq!((error.field(), error.code()), ("color", "invalid_color"), "{text}");
        }
    }

    #[test]
    fn of_a_calendar_the_exact_colour_is_read_unless_it_is_another() {
        let read = |lines: &str| {
            let text = format!("BEGIN:VCALENDAR\n{lines}\nEND:VCALENDAR");
            Color::of(&parse(&text).calendars[0]).map(|color| color.to_string())
        };
        assert_eq!(read("X-APPLE-CALENDAR-COLOR:#FF6348FF").unwrap(), "#ff6348");
        assert_eq!(read("COLOR:TOMATO\nX-APPLE-CALENDAR-COLOR:#FF6348").unwrap(), "#ff6348");
        assert_eq!(read("COLOR:blue\nX-APPLE-CALENDAR-COLOR:#FF6348").unwrap(), "blue");
        assert_eq!(read("COLOR:x"), None);
    }
}
