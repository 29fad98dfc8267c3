//! Requests for what lies in a span of time: calendar-query and free-busy-query (RFC 4791 7.8, 7.10).

use super::request::{NAMESPACES, report};
use crate::ics::DateTime;
use crate::port::Request;
use crate::time::{Instant, Span};
use quick_xml::escape::escape;
use url::Url;

/// What a query brings of each object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bring {
    /// Its etag.
    Etags,
    /// Its etag and its calendar data.
    Bodies,
}

/// REPORT calendar-query (RFC 4791 7.8) for the objects with a component of that name, `VEVENT` or `VTODO`, and in a
/// window only those that overlap it; either end may be open. The filter on a component is always there, since
/// iCloud answers nothing without. Servers differ on the edges of a window: what comes is to be filtered again.
pub fn calendar_query(
    url: Url,
    component: &str,
    from: Option<Instant>,
    to: Option<Instant>,
    bring: Bring,
) -> Request {
    let bound = |name: &str, time: Option<Instant>| {
        time.map(|time| format!(" {name}=\"{}\"", DateTime::Utc(time))).unwrap_or_default()
    };
    let range = match (from, to) {
        (None, None) => String::new(),
        (from, to) => format!("<c:time-range{}{}/>", bound("start", from), bound("end", to)),
    };
    let data = match bring {
        Bring::Etags => "",
        Bring::Bodies => "<c:calendar-data/>",
    };
    let component = escape(component);
    let body = format!(
        "<c:calendar-query {NAMESPACES}><d:prop><d:getetag/>{data}</d:prop><c:filter>\
         <c:comp-filter name=\"VCALENDAR\"><c:comp-filter name=\"{component}\">{range}</c:comp-filter></c:comp-filter>\
         </c:filter></c:calendar-query>"
    );
    report(url, "1", body)
}

/// REPORT free-busy-query (RFC 4791 7.10), answered by a VFREEBUSY; optional everywhere.
pub fn free_busy_query(url: Url, span: Span) -> Request {
    let (start, end) = (DateTime::Utc(span.start()), DateTime::Utc(span.end()));
    let body = format!(
        "<c:free-busy-query {NAMESPACES}><c:time-range start=\"{start}\" end=\"{end}\"/></c:free-busy-query>"
    );
    report(url, "1", body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url() -> Url {
        Url::parse("https://cal.example.org/dav/ana/studio/").unwrap()
    }

    fn at(text: &str) -> Instant {
        Instant::parse(text).unwrap()
    }

    #[test]
    fn a_query_always_filters_by_component_and_by_time_where_it_is_given() {
        let (from, to) = (Some(at("2026-11-01T00:00:00Z")), Some(at("2026-12-01T12:30:05Z")));
        let request = calendar_query(url(), "VEVENT", from, to, Bring::Bodies);
        assert!(request.headers.contains(&("depth", "1".into())));
        let body = request.body.unwrap();
        assert!(body.contains(r#"<c:comp-filter name="VEVENT"><c:time-range start="20261101T000000Z" end="20261201T123005Z"/>"#), "{body}");
        assert!(body.contains("<c:calendar-data/>"), "{body}");
        let body = calendar_query(url(), "VTODO", None, to, Bring::Etags).body.unwrap();
        assert!(
            body.contains(r#"name="VTODO"><c:time-range end="20261201T123005Z"/>"#)
                && !body.contains("calendar-data"),
            "{body}"
        );
        let body = calendar_query(url(), "V\"&", None, None, Bring::Etags).body.unwrap();
        assert!(body.contains(r#"<c:comp-filter name="V&quot;&amp;"></c:comp-filter>"#), "{body}");
    }

    #[test]
    fn free_busy_is_asked_in_utc() {
        let span = Span::new(at("2026-11-01T00:00:00Z"), at("2026-11-02T00:00:00Z")).unwrap();
        let body = free_busy_query(url(), span).body.unwrap();
        assert!(
            body.contains(r#"<c:time-range start="20261101T000000Z" end="20261102T000000Z"/>"#),
            "{body}"
        );
    }
}
