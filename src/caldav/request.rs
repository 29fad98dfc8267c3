//! Request builders: one function for each request that Kalends sends to a CalDAV server.

pub use super::collection::{mkcalendar, mkcol, proppatch};
pub use super::query::{calendar_query, free_busy_query};

use super::Property;
use super::href::resolve;
use crate::port::{Method, RemoteId, Request, Version};
use quick_xml::escape::escape;
use url::Url;

const XML: &str = "application/xml; charset=utf-8";
pub(super) const NAMESPACES: &str = concat!(
    r#"xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" "#,
    r#"xmlns:a="http://apple.com/ns/ical/" xmlns:cs="http://calendarserver.org/ns/""#
);

/// PROPFIND (RFC 4918 9.1) for some properties, of the resource alone (`"0"`) or of its members, too (`"1"`).
pub fn propfind(url: Url, depth: &'static str, properties: &[Property]) -> Request {
    let names: String = properties.iter().map(|property| format!("<{}/>", property.element())).collect();
    find(url, depth, &names)
}

/// PROPFIND for who we are and where our calendars are (RFC 5397, RFC 4791 6.2.1).
pub fn find_home(url: Url) -> Request {
    find(url, "0", "<d:current-user-principal/><c:calendar-home-set/><d:resourcetype/>")
}

/// Whether calendars are asked for their ctag and sync-token, too: some servers read a whole calendar for either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// For both.
    Asked,
    /// For neither.
    Left,
}

/// PROPFIND for calendars: Depth 1 in a home, Depth 0 on one calendar.
pub fn find_calendars(url: Url, depth: &'static str, state: State) -> Request {
    let described = concat!(
        "<d:resourcetype/><d:displayname/><a:calendar-color/><a:calendar-order/><c:calendar-description/>",
        "<c:calendar-timezone/><c:calendar-timezone-id/><c:supported-calendar-component-set/>",
        "<d:current-user-privilege-set/><d:resource-id/>"
    );
    match state {
        State::Asked => find(url, depth, &format!("{described}<cs:getctag/><d:sync-token/>")),
        State::Left => find(url, depth, described),
    }
}

/// PROPFIND for whether a calendar has changed: for its sync-token, and for its ctag where that counts.
pub fn find_state(url: Url, with_ctag: bool) -> Request {
    let ctag = if with_ctag { "<cs:getctag/>" } else { "" };
    find(url, "0", &format!("<d:resourcetype/>{ctag}<d:sync-token/><d:resource-id/>"))
}

/// PROPFIND that lists every member with its etag.
pub fn list_etags(url: Url) -> Request {
    find(url, "1", "<d:getetag/><d:resourcetype/>")
}

/// REPORT sync-collection (RFC 6578) without a limit: one server answers a limit by losing events for good.
pub fn sync_collection(url: Url, token: Option<&str>) -> Request {
    let token = escape(token.unwrap_or_default());
    let body = format!(
        "<d:sync-collection {NAMESPACES}><d:sync-token>{token}</d:sync-token>\
         <d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>"
    );
    report(url, "0", body)
}

/// REPORT calendar-multiget (RFC 4791 7.9).
pub fn multiget(url: Url, ids: &[RemoteId]) -> Request {
    let hrefs: String = ids.iter().map(|id| format!("<d:href>{}</d:href>", escape(id.0.as_str()))).collect();
    let body = format!(
        "<c:calendar-multiget {NAMESPACES}><d:prop><d:getetag/><c:calendar-data/></d:prop>{hrefs}</c:calendar-multiget>"
    );
    report(url, "1", body)
}

/// REPORT calendar-multiget that asks for no bodies: the collection's own state, and whether members are as they were.
pub fn witness(url: Url, ids: &[&str]) -> Request {
    let hrefs: String = ids.iter().map(|id| format!("<d:href>{}</d:href>", escape(*id))).collect();
    let body = format!(
        "<c:calendar-multiget {NAMESPACES}><d:prop><d:getetag/><d:resourcetype/><cs:getctag/></d:prop>{hrefs}</c:calendar-multiget>"
    );
    report(url, "1", body)
}

/// OPTIONS (RFC 9110 9.3.7, RFC 4791 5.1): what the server can do; [`super::Service`] reads the answer.
pub fn options(url: Url) -> Request {
    Request::new(Method::Options, url)
}

/// GET of one object.
pub fn get(calendar: &Url, id: &RemoteId) -> Option<Request> {
    Some(Request::new(Method::Get, resolve(calendar, &id.0)?))
}

/// PUT of a new object, which must not exist.
pub fn create(calendar: &Url, id: &RemoteId, body: &str) -> Option<Request> {
    Some(put(calendar, id, body)?.header("if-none-match", "*"))
}

/// What a write is derived from: it is refused where something else is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base<'b> {
    /// This version.
    Version(&'b Version),
    /// This `Schedule-Tag` (RFC 6638 3.2.10): replies of attendees that the server has worked in since do not matter.
    ScheduleTag(&'b str),
}

impl Base<'_> {
    fn guard(self, request: Request) -> Request {
        match self {
            Self::Version(version) => request.header("if-match", version.0.as_str()),
            Self::ScheduleTag(tag) => request.header("if-schedule-tag-match", tag),
        }
    }
}

/// PUT over what the change was derived from.
pub fn update(calendar: &Url, id: &RemoteId, base: Base<'_>, body: &str) -> Option<Request> {
    Some(base.guard(put(calendar, id, body)?))
}

/// DELETE of what was last seen.
pub fn delete(calendar: &Url, id: &RemoteId, base: Base<'_>) -> Option<Request> {
    Some(base.guard(Request::new(Method::Delete, resolve(calendar, &id.0)?)))
}

fn put(calendar: &Url, id: &RemoteId, body: &str) -> Option<Request> {
    Some(Request::new(Method::Put, resolve(calendar, &id.0)?).body("text/calendar; charset=utf-8", body))
}

fn find(url: Url, depth: &'static str, props: &str) -> Request {
    let body = format!("<d:propfind {NAMESPACES}><d:prop>{props}</d:prop></d:propfind>");
    dav(Method::Propfind, url, depth, body)
}

pub(super) fn report(url: Url, depth: &'static str, body: String) -> Request {
    dav(Method::Report, url, depth, body)
}

pub(super) fn dav(method: Method, url: Url, depth: &'static str, body: String) -> Request {
    xml(Request::new(method, url).header("depth", depth), &body)
}

/// The same request with an XML body.
pub(super) fn xml(request: Request, body: &str) -> Request {
    request.body(XML, format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>{body}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar() -> Url {
        Url::parse("https://cal.example.org/dav/ana/studio/").unwrap()
    }

    #[test]
    fn a_create_must_not_overwrite() {
        let request = create(&calendar(), &RemoteId("/dav/ana/studio/u1.ics".into()), "x").unwrap();
        assert_eq!(request.url.path(), "/dav/ana/studio/u1.ics");
        assert!(request.headers.contains(&("if-none-match", "*".into())));
    }

    #[test]
    fn an_update_and_a_delete_name_the_version_they_came_from() {
        let (id, base) = (RemoteId("u1.ics".into()), Version("\"e1\"".into()));
        for (base, header) in [
            (Base::Version(&base), ("if-match", "\"e1\"")),
            (Base::ScheduleTag("\"s1\""), ("if-schedule-tag-match", "\"s1\"")),
        ] {
            for request in
                [update(&calendar(), &id, base, "x").unwrap(), delete(&calendar(), &id, base).unwrap()]
            {
                assert!(request.headers.contains(&(header.0, header.1.into())), "{request:?}");
                assert!(request.headers.iter().filter(|(name, _)| name.starts_with("if-")).count() == 1);
            }
        }
    }

    #[test]
    fn tokens_and_hrefs_are_escaped() {
        let body = sync_collection(calendar(), Some("a&<b")).body.unwrap();
        assert!(body.contains("<d:sync-token>a&amp;&lt;b</d:sync-token>"), "{body}");
        let body = multiget(calendar(), &[RemoteId("/a&b.ics".into())]).body.unwrap();
        assert!(body.contains("<d:href>/a&amp;b.ics</d:href>"), "{body}");
    }
}
