//! Physical lines joined into content lines: folds undone on bytes, since folding may split a character.

use super::control::before_control;
use std::borrow::Cow;

/// One content line with the number of its first physical line.
pub(super) struct Line<'a> {
    pub number: u32,
    pub bytes: Cow<'a, [u8]>,
    /// Whether there may be control characters in it.
    pub controls: bool,
}

/// Content lines of a text with any mixture of CRLF, LF and lone CR. Blank lines are skipped.
pub(super) struct Lines<'a> {
    rest: &'a [u8],
    number: u32,
    controls: bool,
}

impl<'a> Lines<'a> {
    pub fn new(text: &'a [u8]) -> Lines<'a> {
        Lines { rest: text, number: 0, controls: false }
    }

    fn physical(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let mut end = before_control(self.rest);
        while let Some(control) = self.rest.get(end).filter(|b| !matches!(b, b'\n' | b'\r')) {
            self.controls |= *control != b'\t';
            end += 1;
            end += before_control(&self.rest[end..]);
        }
        let (line, rest) = self.rest.split_at(end);
        self.rest = rest.strip_prefix(b"\r\n").unwrap_or(rest.get(1..).unwrap_or_default());
        Some(line)
    }

    /// Where the next physical line that is not empty begins.
    fn skip_blank(&mut self) {
        while let [b'\r' | b'\n', rest @ ..] = self.rest {
            self.number += u32::from(!(self.rest[0] == b'\r' && rest.first() == Some(&b'\n')));
            self.rest = rest;
        }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        self.skip_blank();
        self.controls = false;
        let first = begun(self.physical()?);
        let number = self.number;
        let mut bytes = Cow::Borrowed(first);
        loop {
            self.skip_blank();
            let [b' ' | b'\t', ..] = self.rest else { break };
            let Some(more) = self.physical() else { break };
            match bytes.is_empty() {
                true => bytes = Cow::Borrowed(begun(more)),
                false => bytes.to_mut().extend_from_slice(&more[1..]),
            }
        }
        Some(Line { number, bytes, controls: self.controls })
    }
}

/// A line without what belongs to no name: the byte order marks of files that were joined, and white space before the
/// first line, which continues none.
fn begun(mut line: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [0xef, 0xbb, 0xbf, rest @ ..] = line {
        line = rest;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Vec<(u32, String)> {
        Lines::new(text).map(|l| (l.number, String::from_utf8(l.bytes.into_owned()).unwrap())).collect()
    }

    #[test]
    fn every_line_end_and_every_fold_is_understood() {
        let text = b"\xef\xbb\xbfA:1\r\nB:2\n 3\n\t4\rC:5\r\r\n\n D\nE:6";
        let expected = [(1, "A:1"), (2, "B:234"), (5, "C:5D"), (9, "E:6")];
        assert_eq!(lines(text), expected.map(|(n, l)| (n, l.to_owned())));
    }

    #[test]
    fn what_stands_before_a_name_is_passed_over() {
        let text = "\u{feff}\u{feff}  A:1\n\u{feff}B:\u{feff}2\n \u{feff}3";
        assert_eq!(lines(text.as_bytes()), [(1, "A:1".into()), (2, "B:\u{feff}2\u{feff}3".into())]);
        assert_eq!(lines(b" \n\tA:1"), [(1, "A:1".into())]);
        assert_eq!(lines("\u{feff}\n \u{feff}\n A:1".as_bytes()), [(1, "A:1".into())]);
    }

    #[test]
    fn a_fold_inside_a_character_is_undone() {
        assert_eq!(lines(b"S:\xc3\r\n \xa4"), [(1, "S:\u{e4}".to_owned())]);
    }
}
