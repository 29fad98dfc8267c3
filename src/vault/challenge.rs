//! `WWW-Authenticate` (RFC 9110 11.6.1): which challenges a server offers, each with its parameters.

/// One challenge; names are in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Challenge {
    pub scheme: String,
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// Every challenge of one header value; several header lines may have been joined by commas.
    pub fn list(header: &str) -> Vec<Challenge> {
        let mut list: Vec<Challenge> = Vec::new();
        let mut rest = header;
        loop {
            rest = rest.trim_start_matches([' ', '\t', ',']);
            let (word, after) = split_word(rest);
            if word.is_empty() {
                return list;
            }
            let value = after.trim_start_matches([' ', '\t']).strip_prefix('=');
            match (value, list.last_mut()) {
                (Some(value), Some(challenge)) => {
                    let (value, after) = read_value(value.trim_start_matches([' ', '\t']));
                    challenge.parameters.push((word.to_ascii_lowercase(), value));
                    rest = after;
                }
                // A token68, as Negotiate has it, or a parameter of nothing.
                (Some(after), None) => rest = after,
                (None, _) => {
                    list.push(Challenge { scheme: word.to_ascii_lowercase(), parameters: Vec::new() });
                    rest = after;
                }
            }
        }
    }

    /// The parameter of that name, in lower case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The characters up to a separator; where it begins with one that has no meaning here, that one alone.
fn split_word(text: &str) -> (&str, &str) {
    let end = text.find([' ', '\t', ',', '=', '"']).unwrap_or(text.len());
    if end > 0 {
        return text.split_at(end);
    }
    text.split_at(text.chars().next().map_or(0, char::len_utf8))
}

/// A token or a quoted string without its quotes and escapes.
fn read_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = text.split_at(text.find([',', ' ', '\t']).unwrap_or(text.len()));
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '"' => return (value, quoted.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            char => value.push(char),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_challenges_in_one_line_are_told_apart() {
        let list = Challenge::list(
            r#"Negotiate, Digest realm="a, \"b\"", qop="auth,auth-int",nonce = "n==", algorithm=SHA-256, stale=TRUE, Basic realm=x"#,
        );
        let schemes: Vec<&str> = list.iter().map(|challenge| challenge.scheme.as_str()).collect();
        assert_eq!(schemes, ["negotiate", "digest", "basic"]);
        assert_eq!(list[1].get("realm"), Some("a, \"b\""));
        assert_eq!(list[1].get("qop"), Some("auth,auth-int"));
        assert_eq!((list[1].get("nonce"), list[1].get("algorithm")), (Some("n=="), Some("SHA-256")));
        assert_eq!((list[1].get("stale"), list[2].get("realm")), (Some("TRUE"), Some("x")));
    }

    #[test]
    fn nonsense_ends() {
        for header in
            ["", ",,,", "=", "\"", "Digest realm=\"open", "Basic =x", "a=b=c, \u{e9}=\"\\", "Digest \"x\" y"]
        {
            assert!(Challenge::list(header).len() <= header.len(), "{header}");
        }
    }
}
