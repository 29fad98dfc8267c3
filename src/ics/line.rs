//! Physical lines joined into content lines: folds undone on bytes, since folding may split a character.

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
        let rest = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        Lines { rest, number: 0, controls: false }
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
        let first = self.physical()?;
        let number = self.number;
        let mut bytes = Cow::Borrowed(first);
        loop {
            self.skip_blank();
            let [b' ' | b'\t', ..] = self.rest else { break };
            let Some(more) = self.physical() else { break };
            bytes.to_mut().extend_from_slice(&more[1..]);
        }
        Some(Line { number, bytes, controls: self.controls })
    }
}

/// How many octets come before the first control character, tabs and line ends included. Eight at a time.
fn before_control(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES * 0x80;
    let (words, rest) = bytes.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let delete = word ^ (ONES * 0x7f);
        // The lowest octet marked is below 0x20 or is 0x7f; a borrow can only mark one above it.
        let marked = (word.wrapping_sub(ONES * 0x20) & !word | delete.wrapping_sub(ONES) & !delete) & HIGH;
        if marked != 0 {
            return place * 8 + (marked.trailing_zeros() / 8) as usize;
        }
    }
    let before = bytes.len() - rest.len();
    before + rest.iter().position(u8::is_ascii_control).unwrap_or(rest.len())
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
    fn a_fold_inside_a_character_is_undone() {
        assert_eq!(lines(b"S:\xc3\r\n \xa4"), [(1, "S:\u{e4}".to_owned())]);
    }

    #[test]
    fn the_first_control_character_is_found_wherever_it_stands() {
        for control in (0..0x20).chain([0x7f]) {
            for at in 0..20 {
                let mut text = vec![0xff_u8, b' ', 0x80, b'~', b'!', 0xc3, 0x9f].repeat(3);
                text[at] = control;
                assert_eq!(before_control(&text), at);
                text[at + 1] = 0x7f;
                assert_eq!(before_control(&text), at);
            }
        }
        assert_eq!(before_control("clean ä text, of some length".as_bytes()), 29);
    }
}
