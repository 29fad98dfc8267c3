//! Where somebody or something is reached: e-mail addresses, URIs, calendar user addresses.

use super::error::{FieldError, FieldFault, shown};
use crate::ics::Property;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde::Serialize;
use std::borrow::Cow;
use std::fmt;

/// An e-mail address as mail programs take it: a local part without quotes, and a domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Reads an address such as `ana@example.org`; white space around it is left out.
    pub fn parse(text: &str) -> Result<Email, FieldError> {
        let text = text.trim();
        match is_email(text) {
            true => Ok(Email(text.to_owned())),
            false => Err(FieldError::new("email", FieldFault::Email(shown(text)))),
        }
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let plain = |c: char| !c.is_control() && !c.is_whitespace();
    let in_local = |c: char| match c {
        '!' | '#'..='\'' | '*' | '+' | '-'..='9' | '=' | '?' | 'A'..='Z' | '^'..='~' => true,
        c => !c.is_ascii() && plain(c),
    };
    let in_label = |c: char| if c.is_ascii() { c.is_ascii_alphanumeric() || c == '-' } else { plain(c) };
    let is_label = |label: &str| !label.is_empty() && !label.starts_with('-') && label.chars().all(in_label);
    !local.is_empty()
        && text.len() <= 254
        && local.len() <= 64
        && local.chars().all(in_local)
        && domain.split('.').all(is_label)
}

/// A URI: a scheme and something after it, and nothing that could break a content line (RFC 5545 §3.3.13).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Uri(String);

/// What RFC 3986 does not let stand in a URI.
const NO_URI: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

impl Uri {
    /// Reads an absolute URI. Letters, spaces and quotes that cannot stand in one are percent-encoded, control
    /// characters are refused.
    pub fn parse(text: &str) -> Result<Uri, FieldError> {
        let text = text.trim();
        let is_scheme = |scheme: &str| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        };
        let is_uri = text.split_once(':').is_some_and(|(scheme, rest)| is_scheme(scheme) && !rest.is_empty());
        if !is_uri || text.chars().any(char::is_control) {
            return Err(FieldError::new("url", FieldFault::Uri(shown(text))));
        }
        Ok(Uri(utf8_percent_encode(text, NO_URI).to_string()))
    }

    /// The value of a property as it came, whatever it is: no control character is in it.
    pub(in crate::event) fn of(property: &Property) -> Option<Uri> {
        let value = property.value().trim();
        (!value.is_empty()).then(|| Uri(value.to_owned()))
    }

    /// The URI.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(in crate::event) fn property(&self, name: &str) -> Property<'static> {
        Property::known(name, self.0.as_str())
    }
}

/// Who somebody is to calendars: a URI, nearly always `mailto:` (RFC 5545 §3.3.3).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct CalAddress(String);

/// What must be percent-encoded in the address of a `mailto:` (RFC 6068 §2).
const NO_MAILTO: &AsciiSet =
    &NO_URI.add(b'%').add(b'/').add(b'?').add(b'#').add(b'[').add(b']').add(b'&').add(b';').add(b'=');

impl CalAddress {
    /// Reads an e-mail address, or a URI such as `mailto:ana@example.org` or `urn:uuid:...`.
    pub fn parse(text: &str) -> Result<CalAddress, FieldError> {
        let not_mail = match Email::parse(text) {
            Ok(email) => return Ok(CalAddress::of(&email)),
            Err(error) => error,
        };
        // What has no scheme was meant as an e-mail address.
        let uri = Uri::parse(text).map_err(|_| not_mail)?;
        match mail_of(uri.as_str()) {
            Some(mail) => Email::parse(&mail).map(|email| CalAddress::of(&email)),
            None => Ok(CalAddress(uri.0)),
        }
    }

    /// The address of somebody who is reached by e-mail.
    pub fn of(email: &Email) -> CalAddress {
        CalAddress(format!("mailto:{}", utf8_percent_encode(email.as_str(), NO_MAILTO)))
    }

    /// As it came, whatever it is. The text is a value or a parameter of a content line: only a parameter can hold a
    /// line break, and it is left out.
    pub(in crate::event) fn as_it_came(text: &str) -> Option<CalAddress> {
        let address = text.trim().replace('\n', "");
        (!address.is_empty()).then_some(CalAddress(address))
    }

    /// The URI.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The e-mail address, where it is one.
    pub fn email(&self) -> Option<Email> {
        // Some write the address alone.
        match mail_of(&self.0) {
            Some(mail) => Email::parse(&mail).ok(),
            None => Email::parse(&self.0).ok(),
        }
    }

    /// Whether the two mean the same: the case of letters does not count, since no mail server that matters
    /// tells it apart.
    pub fn is(&self, other: &CalAddress) -> bool {
        let bare = |address: &CalAddress| address.email().map_or_else(|| address.0.clone(), |email| email.0);
        bare(self).eq_ignore_ascii_case(&bare(other))
    }
}

/// What stands in a `mailto:`, without header fields.
fn mail_of(uri: &str) -> Option<Cow<'_, str>> {
    let rest = uri.get(7..).filter(|_| uri[..7].eq_ignore_ascii_case("mailto:"))?;
    let address = rest.split_once('?').map_or(rest, |(address, _)| address);
    Some(percent_decode_str(address).decode_utf8_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_mail_takes_are_taken_and_others_refused() {
        for good in [
            "a@b.c",
            " ana.pop+x@example.org ",
            "o'neil&co=1?@example.org",
            "ana@müller.example",
            "a@localhost",
        ] {
            let email = Email::parse(good).unwrap();
            let address = CalAddress::of(&email);
            assert!(address.as_str().is_ascii());
            assert_eq!(address.email(), Some(email), "{good}");
        }
        let long = format!("{}@example.org", "a".repeat(65));
        for bad in [
            "",
            "ana",
            "@b.c",
            "a@",
            "a@b..c",
            "a@.c",
            "a b@c.d",
            "a@b.c\r\nX:y",
            "a@b@c.d",
            "\"a\"@b.c",
            "a@-b.c",
            "a,b@c.d",
            "<a@b.c>",
            "a\u{2028}b@c.d",
            "a@[127.0.0.1]",
            &long,
        ] {
            let error = Email::parse(bad).unwrap_err();
            assert_eq!((error.field(), error.code()), ("email", "invalid_email"), "{bad}");
        }
    }

    #[test]
    fn a_uri_needs_a_scheme_and_cannot_break_a_line() {
        for (given, kept) in [
            ("https://example.org/a;b,c?d=%20", "https://example.org/a;b,c?d=%20"),
            (" tel:+1-412-555-0123,,,654321 ", "tel:+1-412-555-0123,,,654321"),
            ("https://example.org/straße \"x\"", "https://example.org/stra%C3%9Fe%20%22x%22"),
        ] {
            assert_eq!(Uri::parse(given).unwrap().as_str(), kept);
        }
        for bad in [
            "",
            "www.example.org",
            "https:",
            "://x",
            "1a:b",
            "https://a\r\nX:y",
            "https://a\tb",
            "a\u{85}b:c",
        ] {
            assert_eq!(Uri::parse(bad).unwrap_err().code(), "invalid_uri", "{bad:?}");
        }
    }

    #[test]
    fn a_calendar_user_address_is_mailto_or_any_other_uri() {
        for (given, address, email) in [
            ("ana@example.org", "mailto:ana@example.org", Some("ana@example.org")),
            ("MAILTO:ana@example.org?subject=x", "mailto:ana@example.org", Some("ana@example.org")),
            ("urn:uuid:1b2", "urn:uuid:1b2", None),
        ] {
            let read = CalAddress::parse(given).unwrap();
            assert_eq!((read.as_str(), read.email().as_ref().map(Email::as_str)), (address, email));
        }
        assert_eq!(CalAddress::parse("mailto:nobody").unwrap_err().code(), "invalid_email");
        assert_eq!(CalAddress::parse("nobody").unwrap_err().code(), "invalid_email");
        let (one, other) = (CalAddress::parse("Ana@Example.org"), CalAddress::parse("ana@example.ORG"));
        assert!(one.unwrap().is(&other.unwrap()));
    }
}
