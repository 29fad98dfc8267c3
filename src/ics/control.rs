//! Control characters, which no content line may hold (RFC 5545 §3.1).

/// What RFC 5545 calls CONTROL: it cannot stand in a content line. A tab can.
pub(super) fn is_control(c: char) -> bool {
    (c < ' ' && c != '\t') || c == '\u{7f}'
}

/// The first control character in a text.
pub(super) fn first_control(text: &str) -> Option<u8> {
    let mut rest = text.as_bytes();
    loop {
        rest = &rest[before_control(rest)..];
        match rest.split_first()? {
            (b'\t', after) => rest = after,
            (control, _) => return Some(*control),
        }
    }
}

/// How many octets come before the first control character, tabs and line ends included. Eight at a time.
pub(super) fn before_control(bytes: &[u8]) -> usize {
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

    #[test]
    fn the_first_control_character_is_found_wherever_it_stands() {
        for control in (0..0x20).chain([0x7f]) {
            for at in 0..20 {
                let mut text = [0xff_u8, b' ', 0x80, b'~', b'!', 0xc3, 0x9f].repeat(3);
                text[at] = control;
                assert_eq!(before_control(&text), at);
                text[at + 1] = 0x7f;
                assert_eq!(before_control(&text), at);
            }
        }
        assert_eq!(before_control("clean ä text, of some length".as_bytes()), 29);
    }
}
