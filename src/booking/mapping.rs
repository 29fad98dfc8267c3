//! Rules by which an event of the owner's own making is known to be about a client and a service.

use crate::event::{Email, FieldError, FieldFault};
use serde::{Deserialize, Serialize};

/// So many rules may an owner have.
const RULES: usize = 100;
/// The longest pattern, name or id, in bytes.
const TEXT: usize = 200;

/// Whom an event is with and what it is for, in the application's own ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Mapping {
    /// The client.
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub client_id: Option<String>,
    /// What the client is called.
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub client_name: Option<String>,
    /// The service.
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub service_id: Option<String>,
}

impl Mapping {
    /// The mapping, if it says anything; a text that is blank says nothing.
    pub fn checked(self) -> Result<Option<Mapping>, FieldError> {
        let mapping = Mapping {
            client_id: checked("clientId", self.client_id)?,
            client_name: checked("clientName", self.client_name)?,
            service_id: checked("serviceId", self.service_id)?,
        };
        Ok(Some(mapping).filter(|mapping| *mapping != Mapping::default()))
    }
}

/// A rule: what an event must look like, in all that is given, and what it is then about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MappingRule {
    /// The address of an attendee or the organizer, or `@` and the domain of one.
    #[serde(alias = "attendee_email")]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub attendee_email: Option<String>,
    /// The whole title, in which `*` stands for any text; the case of letters does not count.
    #[serde(alias = "title_pattern")]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub title_pattern: Option<String>,
    /// The client.
    #[serde(alias = "client_id")]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub client_id: Option<String>,
    /// What the client is called.
    #[serde(alias = "client_name")]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub client_name: Option<String>,
    /// The service.
    #[serde(alias = "service_id")]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub service_id: Option<String>,
}

impl MappingRule {
    /// What an event that fits is about.
    fn mapping(&self) -> Mapping {
        Mapping {
            client_id: self.client_id.clone(),
            client_name: self.client_name.clone(),
            service_id: self.service_id.clone(),
        }
    }

    fn checked(self) -> Result<MappingRule, FieldError> {
        let mapping = self.mapping().checked()?.ok_or_else(|| {
            FieldError::new(
                "clientId",
                FieldFault::Missing("a rule gives a clientId, a clientName or a serviceId"),
            )
        })?;
        let attendee_email = checked("attendeeEmail", self.attendee_email)?;
        if let Some(given) = &attendee_email {
            let address = if given.starts_with('@') { format!("any{given}") } else { given.clone() };
            let fault = |_| FieldError::new("attendeeEmail", FieldFault::Email(given.clone()));
            Email::parse(&address).map_err(fault)?;
        }
        let title_pattern = checked("titlePattern", self.title_pattern)?;
        if attendee_email.is_none() && title_pattern.is_none() {
            let why = FieldFault::Missing("a rule looks at an attendeeEmail, a titlePattern or both");
            return Err(FieldError::new("titlePattern", why));
        }
        let Mapping { client_id, client_name, service_id } = mapping;
        Ok(MappingRule { attendee_email, title_pattern, client_id, client_name, service_id })
    }
}

/// An owner's rules, each of which can be used.
///
/// ```
/// # use kalends::booking::{MappingRule, MappingRules};
/// let of_ana = MappingRule {
///     attendee_email: Some("ana@example.org".into()),
///     client_id: Some("client-7".into()),
///     ..MappingRule::default()
/// };
/// let cuts = MappingRule {
///     title_pattern: Some("cut *".into()),
///     service_id: Some("service-1".into()),
///     ..MappingRule::default()
/// };
/// let rules = MappingRules::new(vec![of_ana, cuts]).unwrap();
/// let found = rules.find("Cut for Ana", &["Ana@Example.org"]).unwrap();
/// assert_eq!(found.client_id.as_deref(), Some("client-7"));
/// assert_eq!(rules.find("Cut for Ben", &[]).unwrap().service_id.as_deref(), Some("service-1"));
/// assert_eq!(rules.find("Lunch", &["ben@example.org"]), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MappingRules {
    rules: Vec<MappingRule>,
    /// The pattern of each as titles are compared.
    patterns: Vec<Option<String>>,
}

impl MappingRules {
    /// Rules in the order in which they are tried. The error names the field, such as `mappingRules[2].titlePattern`.
    pub fn new(rules: Vec<MappingRule>) -> Result<MappingRules, FieldError> {
        if rules.len() > RULES {
            return Err(FieldError::new("mappingRules", FieldFault::Range("a list of 100 rules at most")));
        }
        let checked = rules.into_iter().enumerate().map(|(place, rule)| {
            rule.checked().map_err(|error| error.within(format!("mappingRules[{place}]")))
        });
        let rules = checked.collect::<Result<Vec<_>, _>>()?;
        let patterns = rules.iter().map(|rule| rule.title_pattern.as_deref().map(folded)).collect();
        Ok(MappingRules { rules, patterns })
    }

    /// The rules as they are kept and shown.
    pub fn rules(&self) -> &[MappingRule] {
        &self.rules
    }

    /// What the first rule that fits gives an event of that title, with those e-mail addresses of its attendees and
    /// its organizer. Each rule takes time in proportion to the title and the addresses.
    pub fn find(&self, title: &str, addresses: &[&str]) -> Option<Mapping> {
        let title = folded(title);
        let fits = |(rule, pattern): &(&MappingRule, &Option<String>)| {
            pattern.as_deref().is_none_or(|pattern| is_like(&title, pattern))
                && rule
                    .attendee_email
                    .as_deref()
                    .is_none_or(|wanted| addresses.iter().any(|address| is_address(address, wanted)))
        };
        self.rules.iter().zip(&self.patterns).find(fits).map(|(rule, _)| rule.mapping())
    }
}

/// Whether an address is the wanted one, or of the wanted domain. The case of letters does not count.
fn is_address(address: &str, wanted: &str) -> bool {
    let compared = match wanted.starts_with('@') {
        true => address.rfind('@').map_or("", |at| &address[at..]),
        false => address,
    };
    compared.eq_ignore_ascii_case(wanted)
}

/// A text as texts are compared: by way of capitals, so that "ß" is "SS" and every sigma one.
fn folded(text: &str) -> String {
    text.trim().chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// Whether the whole title is like the pattern. What stands between two stars is looked for where it comes first:
/// that leaves the most for the rest, so nothing is tried twice.
fn is_like(title: &str, pattern: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return title == pattern };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    let inner = title.strip_prefix(start).and_then(|title| title.strip_suffix(end));
    let after = |left: &str, part: &str| left.find(part).map(|at| at + part.len());
    inner.is_some_and(|inner| {
        middle.split('*').try_fold(inner, |left, part| Some(&left[after(left, part)?..])).is_some()
    })
}

/// A text of a rule or mapping; one that is blank is none.
fn checked(field: &str, text: Option<String>) -> Result<Option<String>, FieldError> {
    let Some(text) = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    if text.len() > TEXT || text.contains(char::is_control) {
        let range = FieldFault::Range("a text of 200 bytes at most, without control characters");
        return Err(FieldError::new(field, range));
    }
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(email: &str, pattern: &str, service: &str) -> MappingRule {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        MappingRule {
            attendee_email: text(email),
            title_pattern: text(pattern),
            service_id: text(service),
            ..MappingRule::default()
        }
    }

    fn like(title: &str, pattern: &str) -> bool {
        let rules = MappingRules::new(vec![rule("", pattern, "s")]).unwrap();
        rules.find(title, &[]).is_some()
    }

    #[test]
    fn a_pattern_is_about_the_whole_title_whatever_its_case() {
        for (title, pattern) in [
            ("Haircut", "haircut"),
            (" Haircut ", "HAIRCUT"),
            ("", "*"),
            ("Haircut Ana", "haircut*"),
            ("Haircut", "haircut*"),
            ("Ana: haircut, long", "*: haircut*"),
            ("aab", "*ab"),
            ("abcabd", "a*b*abd"),
            ("Straße 5", "STRASSE *"),
            ("ΟΔΟΣ Α", "οδος*"),
            ("a*b", "a**b"),
        ] {
            assert!(like(title, pattern), "{title:?} is like {pattern:?}");
        }
        for (title, pattern) in [
            ("Haircut Ana", "haircut"),
            ("My haircut", "haircut*"),
            ("ab", "ab*b"),
            ("aba", "ab*ba"),
            ("abd", "a*b*b*d"),
            ("", "a*"),
            ("x", "."),
        ] {
            assert!(!like(title, pattern), "{title:?} is not like {pattern:?}");
        }
    }

    #[test]
    fn a_pattern_answers_as_trying_everything_would() {
        fn tried(title: &[u8], pattern: &[u8]) -> bool {
            match (pattern.split_first(), title.split_first()) {
                (None, left) => left.is_none(),
                (Some((b'*', rest)), _) => (0..=title.len()).any(|skip| tried(&title[skip..], rest)),
                (Some((a, rest)), Some((b, left))) => a == b && tried(left, rest),
                (Some(_), None) => false,
            }
        }
        fn words(letters: &str, most: usize) -> Vec<String> {
            let (mut words, mut longest) = (vec![String::new()], vec![String::new()]);
            for _ in 0..most {
                let longer = |word: String| letters.chars().map(move |letter| format!("{word}{letter}"));
                longest = longest.into_iter().flat_map(longer).collect();
                words.extend_from_slice(&longest);
            }
            words
        }
        let titles = words("ab", 5);
        for pattern in words("ab*", 5) {
            for title in &titles {
                let expected = tried(title.as_bytes(), pattern.as_bytes());
                assert_eq!(is_like(title, &pattern), expected, "{title:?} {pattern:?}");
            }
        }
    }

    #[test]
    fn a_pattern_of_many_stars_ends_soon_on_a_long_title() {
        assert!(!like(&"a".repeat(1_000_000), &format!("{}b", "a*".repeat(99))));
    }

    #[test]
    fn an_address_is_meant_exactly_and_a_domain_without_its_subdomains() {
        let fits = |wanted, address| {
            let rules = MappingRules::new(vec![rule(wanted, "", "s")]).unwrap();
            rules.find("", &["somebody@else.example", address]).is_some()
        };
        assert!(fits("ana@example.org", "Ana@EXAMPLE.org"));
        assert!(fits("@example.org", "ana@Example.org"));
        assert!(!fits("ana@example.org", "joana@example.org"));
        assert!(!fits("@example.org", "ana@mail.example.org"));
        assert!(!fits("@example.org", "ana@notexample.org"));
    }

    #[test]
    fn all_conditions_of_a_rule_must_hold_and_the_first_that_fits_counts() {
        let both = rule("ana@example.org", "cut*", "1");
        let rules = MappingRules::new(vec![both, rule("", "cut*", "2"), rule("", "*", "3")]).unwrap();
        let service = |title, address| rules.find(title, &[address]).and_then(|found| found.service_id);
        assert_eq!(service("Cut", "ana@example.org").as_deref(), Some("1"));
        assert_eq!(service("Cut", "ben@example.org").as_deref(), Some("2"));
        assert_eq!(service("Lunch", "ana@example.org").as_deref(), Some("3"));
    }

    #[test]
    fn what_no_event_could_fit_or_gives_nothing_is_refused_by_its_field() {
        let long = "x".repeat(201);
        for (bad, field) in [
            (rule("ana", "", "s"), "mappingRules[1].attendeeEmail"),
            (rule("@", "", "s"), "mappingRules[1].attendeeEmail"),
            (rule("", &long, "s"), "mappingRules[1].titlePattern"),
            (rule("", "a\nb", "s"), "mappingRules[1].titlePattern"),
            (rule("", " ", "s"), "mappingRules[1].titlePattern"),
            (rule("", "a", ""), "mappingRules[1].clientId"),
            (rule("", "a", &long), "mappingRules[1].serviceId"),
        ] {
            let error = MappingRules::new(vec![rule("", "a", "s"), bad]).unwrap_err();
            assert_eq!(error.field(), field);
        }
        let many = vec![rule("", "a", "s"); 101];
        assert_eq!(MappingRules::new(many).unwrap_err().field(), "mappingRules");
    }

    #[test]
    fn rules_are_read_as_they_are_shown() {
        let json = r#"[{"attendeeEmail":"@a.example","titlePattern":null,"clientId":"1","clientName":null,"serviceId":null}]"#;
        let rules = MappingRules::new(serde_json::from_str(json).unwrap()).unwrap();
        assert_eq!(serde_json::to_string(rules.rules()).unwrap(), json);
        assert!(serde_json::from_str::<MappingRule>(r#"{"title":"x"}"#).is_err());
    }
}
