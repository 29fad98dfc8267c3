//! What a server says of itself in the headers of its answers.

use super::quirks::PRODUCTS;
use crate::port::Response;
use serde::Serialize;

/// What a server can do (RFC 4918 10.1, RFC 4791 5.1), and what it is called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Service {
    /// The classes of its `DAV` headers, in lower case: `calendar-access`, `calendar-auto-schedule`,
    /// `extended-mkcol` and others. A server may tell none at the address that a person types, and these at a calendar.
    pub dav: Vec<String>,
    /// The methods of its `Allow` header.
    pub allow: Vec<String>,
    /// Which program it is, by `Server` or a header of its own; many hide it.
    pub product: Option<String>,
}

impl Service {
    /// Reads the headers of any answer; that of OPTIONS has them all.
    pub fn read(response: &Response) -> Self {
        let words = |name: &str| -> Vec<String> {
            let values = response.headers_of(name).flat_map(|value| value.split(','));
            values.map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
        };
        let product = PRODUCTS.iter().find_map(|(name, program)| {
            let value = response.header(name)?.trim();
            let value: String = value.chars().filter(|char| !char.is_control()).take(120).collect();
            Some(format!("{program}{value}")).filter(|_| !value.is_empty())
        });
        let dav = words("dav").into_iter().map(|word| word.to_ascii_lowercase()).collect();
        Self { dav, allow: words("allow"), product }
    }

    /// Whether a class is told (RFC 4918 18, RFC 4791 5.1).
    pub fn has(&self, class: &str) -> bool {
        self.dav.iter().any(|word| word == class)
    }
}

/// What the answer to a PUT tells of the stored object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PutReply {
    /// Its `ETag`; no proof that the octets were kept (RFC 4791 5.3.4), since servers rewrite and still tell one.
    pub etag: Option<String>,
    /// Its `Schedule-Tag` (RFC 6638 3.2.10).
    pub schedule_tag: Option<String>,
    /// `Location`: where it lies if not where it was put.
    pub location: Option<String>,
}

impl PutReply {
    /// Reads the headers of the answer.
    pub fn read(response: &Response) -> Self {
        let own = |name| {
            response.header(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        Self { etag: own("etag"), schedule_tag: own("schedule-tag"), location: own("location") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(headers: &[(&str, &str)]) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Response { status: 200, headers, body: String::new() }
    }

    #[test]
    fn several_dav_headers_are_one_list() {
        let read = Service::read(&response(&[
            ("dav", "1, 3, Calendar-Access"),
            ("dav", "calendar-auto-schedule,"),
            ("allow", "OPTIONS, PUT ,MKCALENDAR"),
            ("server", "Apache"),
            ("x-davical-version", "DAViCal/1.1.12; DB/1.3.5"),
        ]));
        assert!(read.has("calendar-access") && read.has("calendar-auto-schedule") && !read.has("2"));
        assert_eq!(read.allow, ["OPTIONS", "PUT", "MKCALENDAR"]);
        assert_eq!(read.product.as_deref(), Some("DAViCal/1.1.12; DB/1.3.5"));
        assert_eq!(Service::read(&response(&[])), Service::default());
    }

    #[test]
    fn what_was_stored_is_read_from_the_headers() {
        let read = PutReply::read(&response(&[
            ("etag", "\"1\""),
            ("location", "/c/other.ics"),
            ("schedule-tag", ""),
        ]));
        assert_eq!((read.etag.as_deref(), read.location.as_deref()), (Some("\"1\""), Some("/c/other.ics")));
        assert_eq!(read.schedule_tag, None);
    }
}
