//! What in the form of lines breaks RFC 5545 and disturbs no reader: told in strict mode only (§3.1, §3.2).

use super::line::Lines;
use super::problem::{Fault, Problem, brief};

/// Octets that a line may have without its end.
const LENGTH: usize = 75;

/// What is wrong with the lines of a text, without the component that they stand in.
pub(crate) fn faults_of_form(text: &[u8], problems: &mut Vec<Problem>) {
    of_physical_lines(text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text), problems);
    for line in Lines::new(text) {
        of_content_line(line.number, &line.bytes, problems);
    }
}

/// Lines that are too long or begin with what belongs to no name, and the first that does not end in CR LF.
fn of_physical_lines(text: &[u8], problems: &mut Vec<Problem>) {
    let (mut rest, mut number, mut told) = (text, 0, false);
    while !rest.is_empty() {
        number += 1;
        let is_joined = rest.starts_with(b"\xef\xbb\xbf");
        if is_joined || (number == 1 && matches!(rest, [b' ' | b'\t', ..])) {
            problems.push(Problem::at(Fault::Name, number, 1));
        }
        let length = rest.iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(rest.len());
        if length > LENGTH {
            problems.push(Problem::at(Fault::LongLine, number, LENGTH as u32 + 1));
        }
        rest = &rest[length..];
        let ended = rest.strip_prefix(b"\r\n");
        if ended.is_none() && !told {
            told = true;
            problems.push(Problem::at(Fault::LineEnd, number, length as u32 + 1));
        }
        rest = ended.unwrap_or(rest.get(1..).unwrap_or_default());
    }
}

/// Names, and the parameters between a name and the colon. What has no colon is told by the parser.
fn of_content_line(number: u32, line: &[u8], problems: &mut Vec<Problem>) {
    let until = |from: usize, stops: &[u8]| {
        let found = line[from..].iter().position(|b| stops.contains(b));
        found.map_or(line.len(), |at| from + at)
    };
    let mut at = until(0, b":;");
    if at == 0 || at == line.len() {
        return;
    }
    let name = &line[..at];
    let mut tell = |what, at: usize| {
        let property = Some(brief(&String::from_utf8_lossy(name)));
        problems.push(Problem { property, ..Problem::at(what, number, at as u32 + 1) });
    };
    if !is_name(name) {
        tell(Fault::Name, 0);
    }
    while line.get(at) == Some(&b';') {
        let begin = at + 1;
        at = until(begin, b"=;:");
        if !is_name(&line[begin..at]) {
            tell(if begin == at { Fault::Quoting } else { Fault::Name }, begin);
        }
        if line.get(at) != Some(&b'=') {
            if begin != at {
                tell(Fault::Quoting, begin);
            }
            continue;
        }
        let is_zone = line[begin..at].eq_ignore_ascii_case(b"TZID");
        while matches!(line.get(at), Some(b'=' | b',')) {
            let value = at + 1;
            at = match line.get(value) {
                Some(b'"') => (until(value + 1, b"\"") + 1).min(line.len()),
                _ => until(value, b",;:\""),
            };
            // Outlook's names of zones, with a colon that has no quotation marks around it.
            let colon = is_zone && line.get(at) == Some(&b':') && line[value..at].starts_with(b"(");
            match line.get(at) {
                Some(b',' | b';' | b':') if !colon => {}
                Some(_) => return tell(Fault::Quoting, value),
                None => return,
            }
        }
    }
}

fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(Fault, u32, u32)> {
        let mut problems = Vec::new();
        faults_of_form(text.as_bytes(), &mut problems);
        problems.iter().map(|p| (p.what, p.line, p.column)).collect()
    }

    #[test]
    fn lines_are_told_that_are_too_long_or_end_in_another_way() {
        let (fits, long) = ("x".repeat(73), "ä".repeat(40));
        assert_eq!(told(&format!("A:{fits}\r\n B{fits}\r\n")), []);
        assert_eq!(told(&format!("A:1\r\nB:{long}\r\n")), [(Fault::LongLine, 2, 76)]);
        assert_eq!(told("\u{feff}A:1\r\n\u{feff}B:2\r\n"), [(Fault::Name, 2, 1)]);
        assert_eq!(told(" A:1\r\n"), [(Fault::Name, 1, 1)]);
        assert_eq!(told("\u{feff}A:1\r\nB:2\nC:3\rD:4\r\n"), [(Fault::LineEnd, 2, 4)]);
        assert_eq!(told("A:1\r\nB:2"), [(Fault::LineEnd, 2, 4)], "the last line has an end, too");
    }

    #[test]
    fn parameters_are_names_and_values_with_their_quotation_marks() {
        let elsewhere = ["nonsense", ":x", "A;B=c", "A;B=\"c:d"];
        let good = ["A;B=c:d", "A;B=\"c:;,\",d,\"\":e", "A;B=:c", "A;B=^'c^':d", "A:;\""];
        for good in good.into_iter().chain(elsewhere) {
            assert_eq!(told(&format!("{good}\r\n")), [], "{good}");
        }
        for (bad, what, column) in [
            ("A;B:c", Fault::Quoting, 3),
            ("A;:c", Fault::Quoting, 3),
            ("A;=c:d", Fault::Quoting, 3),
            ("A;B=c\"d\":e", Fault::Quoting, 5),
            ("A;B=\"c\"d:e", Fault::Quoting, 5),
            ("A;TZID=(UTC+01:00) Berlin:e", Fault::Quoting, 8),
            ("A;B_C=d:e", Fault::Name, 3),
            ("A_B:c", Fault::Name, 1),
        ] {
            assert_eq!(told(&format!("{bad}\r\n")), [(what, 1, column)], "{bad}");
        }
    }
}
