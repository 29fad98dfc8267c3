//! How servers write the addresses of objects, and what they read in those that they get.

use crate::manner::Spelling;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

/// What a path cannot hold by itself.
const NEEDED: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'<').add(b'>').add(b'?');
const MORE: &AsciiSet = &NEEDED.add(b'@').add(b':');

impl Spelling {
    /// The address of what lies at a path, as the server writes it.
    pub fn told(self, origin: &str, path: &str) -> String {
        let plain = || utf8_percent_encode(path, NEEDED).to_string();
        match self {
            Self::Plain => plain(),
            Self::Encoded => utf8_percent_encode(path, MORE).to_string(),
            Self::LowerCase => lower(&utf8_percent_encode(path, MORE).to_string()),
            Self::Whole => format!("{origin}{}", plain()),
            Self::Relative if path.contains(':') => {
                plain().rsplit_once('/').map_or(String::new(), |(_, name)| name.to_owned())
            }
            Self::Relative => plain(),
        }
    }
}

/// The same with its percent-encoded octets in lower case.
fn lower(encoded: &str) -> String {
    let mut pieces = encoded.split('%');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| {
        let (octet, rest) = piece.split_at(2);
        format!("{text}%{}{rest}", octet.to_ascii_lowercase())
    })
}

/// The path that an address means in a calendar at `/cal/`.
pub fn path_of(address: &str) -> String {
    let path = match address.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        None => address,
    };
    let path = percent_decode_str(path).decode_utf8_lossy().into_owned();
    if path.starts_with('/') { path } else { format!("/cal/{path}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_an_address_is_written_it_means_its_path() {
        let all =
            [Spelling::Plain, Spelling::Encoded, Spelling::LowerCase, Spelling::Whole, Spelling::Relative];
        for path in ["/cal/a.ics", "/cal/a@b.ics", "/cal/a:b.ics", "/cal/\u{e1} 5%.ics"] {
            for spelling in all {
                let told = spelling.told("http://127.0.0.1", path);
                assert_eq!(path_of(&told), path, "{spelling:?} {told}");
            }
        }
        assert_eq!(Spelling::LowerCase.told("", "/cal/\u{e1}@.ics"), "/cal/%c3%a1%40.ics");
    }
}
