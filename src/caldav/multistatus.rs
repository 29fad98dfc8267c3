//! Reads a DAV multistatus (RFC 4918 13), whatever its prefixes; only what a response says itself counts.

use super::props::{Privilege, Props};
use super::xml::{MultistatusError, Node, walk};
use serde::Serialize;

const DAV: &str = "DAV:";
const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";
const CALENDAR_SERVER: &str = "http://calendarserver.org/ns/";
const APPLE: &str = "http://apple.com/ns/ical/";
const NEXTCLOUD: &str = "http://nextcloud.com/ns";

pub(super) const MAX_RESPONSES: usize = 100_000;

/// A parsed multistatus.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Multistatus {
    /// One entry for each `response` and each resource that it names.
    pub entries: Vec<Entry>,
    /// The collection's new sync-token (RFC 6578).
    pub sync_token: Option<String>,
}

/// One `response`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The resource, as the server wrote it.
    pub href: String,
    /// The status of the whole response; only this one tells that a resource is gone.
    pub status: Option<u16>,
    /// The properties with success.
    pub props: Props,
    /// The properties that were refused, by name with their status; those that are merely absent (404) are not
    /// among them.
    pub refused: Vec<(String, u16)>,
    /// The names in `error`, such as `number-of-matches-within-limits` (RFC 4918 16).
    pub conditions: Vec<String>,
}

/// The elements that are told apart; everything else is `Other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tag {
    Multistatus,
    Response,
    Href,
    Status,
    Error,
    Propstat,
    Prop,
    SyncToken,
    Etag,
    Scheduled,
    ResourceType,
    Collection,
    Calendar,
    DeletedCalendar,
    DisplayName,
    Description,
    Principal,
    Unauthenticated,
    PrivilegeSet,
    All,
    Read,
    ReadFreeBusy,
    Write,
    WriteContent,
    Bind,
    ReportSet,
    Report,
    HomeSet,
    AddressSet,
    Components,
    Comp,
    TimeZone,
    TimeZoneId,
    MaxResourceSize,
    CalendarData,
    Ctag,
    Color,
    Order,
    Other,
}

/// An element of no declared namespace is taken for the one of that name: some servers forget the declaration.
fn tag(namespace: &str, local: &str) -> Tag {
    if namespace.is_empty() {
        let tags = [DAV, CALDAV, CALENDAR_SERVER, APPLE, NEXTCLOUD].map(|namespace| tag(namespace, local));
        return tags.into_iter().find(|tag| *tag != Tag::Other).unwrap_or(Tag::Other);
    }
    match (namespace, local) {
        (DAV, "multistatus") => Tag::Multistatus,
        (DAV, "response") => Tag::Response,
        (DAV, "href") => Tag::Href,
        (DAV, "status") => Tag::Status,
        (DAV, "error") => Tag::Error,
        (DAV, "propstat") => Tag::Propstat,
        (DAV, "prop") => Tag::Prop,
        (DAV, "sync-token") => Tag::SyncToken,
        (DAV, "getetag") => Tag::Etag,
        (DAV, "resourcetype") => Tag::ResourceType,
        (DAV, "collection") => Tag::Collection,
        (DAV, "displayname") => Tag::DisplayName,
        (DAV, "current-user-principal") => Tag::Principal,
        (DAV, "unauthenticated") => Tag::Unauthenticated,
        (DAV, "current-user-privilege-set") => Tag::PrivilegeSet,
        (DAV, "all") => Tag::All,
        (DAV, "read") => Tag::Read,
        (DAV, "write") => Tag::Write,
        (DAV, "write-content") => Tag::WriteContent,
        (DAV, "bind") => Tag::Bind,
        (DAV, "supported-report-set") => Tag::ReportSet,
        (DAV, "report") => Tag::Report,
        (CALDAV, "calendar") => Tag::Calendar,
        (CALDAV, "calendar-description") => Tag::Description,
        (CALDAV, "calendar-home-set") => Tag::HomeSet,
        (CALDAV, "calendar-user-address-set") => Tag::AddressSet,
        (CALDAV, "supported-calendar-component-set") => Tag::Components,
        (CALDAV, "comp") => Tag::Comp,
        (CALDAV, "calendar-timezone") => Tag::TimeZone,
        (CALDAV, "calendar-timezone-id") => Tag::TimeZoneId,
        (CALDAV, "max-resource-size") => Tag::MaxResourceSize,
        (CALDAV, "calendar-data") => Tag::CalendarData,
        (CALDAV, "schedule-tag") => Tag::Scheduled,
        (CALDAV, "read-free-busy") => Tag::ReadFreeBusy,
        (CALENDAR_SERVER, "getctag") => Tag::Ctag,
        (APPLE, "calendar-color") => Tag::Color,
        (APPLE, "calendar-order") => Tag::Order,
        (NEXTCLOUD, "deleted-calendar") => Tag::DeletedCalendar,
        _ => Tag::Other,
    }
}

impl Multistatus {
    /// Reads an answer's body.
    pub fn parse(body: &str) -> Result<Self, MultistatusError> {
        let mut state = State::default();
        walk(body, |node| {
            match node {
                Node::Open(namespace, local, name) => return state.open(tag(namespace, local), local, name),
                Node::Text(text) => state.text.push_str(text),
                Node::Close => state.close(),
            }
            true
        })?;
        match state.result.entries.len() > MAX_RESPONSES {
            true => Err(MultistatusError::TooLarge),
            false => Ok(state.result),
        }
    }
}

/// The names in the `error` body of an answer that is no multistatus (RFC 4918 16), such as `valid-sync-token`; none
/// where there is no such body.
pub fn conditions(body: &str) -> Vec<String> {
    let (mut depth, mut names) = (0usize, Vec::new());
    let read = walk(body, |node| {
        match node {
            Node::Open(namespace, local, _) => {
                if depth == 0 && tag(namespace, local) != Tag::Error {
                    return false;
                }
                if depth == 1 && names.len() < 16 {
                    names.push(local.to_owned());
                }
                depth += 1;
            }
            Node::Close => depth = depth.saturating_sub(1),
            Node::Text(_) => {}
        }
        true
    });
    read.map(|()| names).unwrap_or_default()
}

/// Where the reader stands.
#[derive(Default)]
struct State {
    path: Vec<Tag>,
    text: String,
    result: Multistatus,
    entry: Entry,
    /// A response may name several resources, which share its status.
    more: Vec<String>,
    /// What the propstat that is being read tells: its properties, their names, its status.
    props: Props,
    names: Vec<String>,
    propstat: Option<u16>,
    grants: Vec<Tag>,
}

impl State {
    /// Whether it can still be a multistatus.
    fn open(&mut self, tag: Tag, local: &str, name: Option<String>) -> bool {
        match (self.path.last(), tag) {
            (None, Tag::Multistatus) if self.result == Multistatus::default() => {}
            (None, _) => return false,
            (_, Tag::Response) => (self.entry, self.more) = Default::default(),
            (_, Tag::Propstat) => (self.props, self.names, self.propstat) = Default::default(),
            (Some(Tag::Prop), _) => self.names.push(local.to_owned()),
            (Some(Tag::Error), _) if self.entry.conditions.len() < 16 => {
                self.entry.conditions.push(local.to_owned())
            }
            (Some(Tag::ResourceType), Tag::Collection) => self.props.is_collection = true,
            (Some(Tag::ResourceType), Tag::Calendar) => self.props.is_calendar = true,
            (Some(Tag::ResourceType), Tag::DeletedCalendar) => self.props.is_deleted = true,
            (Some(Tag::Principal), Tag::Unauthenticated) => self.props.is_unauthenticated = true,
            (Some(Tag::Components), Tag::Comp) => self.props.components.extend(name),
            (Some(Tag::Report), _) if self.path.contains(&Tag::ReportSet) => {
                self.props.reports.push(local.to_owned())
            }
            (_, Tag::All | Tag::Read | Tag::ReadFreeBusy | Tag::Write | Tag::WriteContent | Tag::Bind) => {
                self.grants.push(tag);
            }
            _ => {}
        }
        if tag == Tag::PrivilegeSet {
            self.grants.clear();
        }
        self.path.push(tag);
        self.text.clear();
        true
    }

    fn close(&mut self) {
        let Some(tag) = self.path.pop() else { return };
        let text = std::mem::take(&mut self.text);
        let trimmed = || Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        match (self.path.last(), tag) {
            (Some(Tag::Response), Tag::Href) if self.entry.href.is_empty() => {
                self.entry.href = text.trim().to_owned();
            }
            (Some(Tag::Response), Tag::Href) => self.more.extend(trimmed()),
            (Some(Tag::Response), Tag::Status) => self.entry.status = status(&text),
            (Some(Tag::Propstat), Tag::Status) => self.propstat = status(&text),
            (Some(Tag::Response), Tag::Propstat) => self.propstat(),
            (_, Tag::Response) => self.response(),
            (Some(Tag::Multistatus), Tag::SyncToken) => self.result.sync_token = trimmed(),
            (Some(Tag::Prop), Tag::SyncToken) => self.props.sync_token = trimmed(),
            (Some(Tag::Prop), Tag::Etag) => self.props.etag = trimmed(),
            (Some(Tag::Prop), Tag::Scheduled) => self.props.schedule_tag = trimmed(),
            (Some(Tag::Prop), Tag::Ctag) => self.props.ctag = trimmed(),
            (Some(Tag::Prop), Tag::DisplayName) => self.props.display_name = trimmed(),
            (Some(Tag::Prop), Tag::Description) => self.props.description = trimmed(),
            (Some(Tag::Prop), Tag::Color) => self.props.color = trimmed(),
            (Some(Tag::Prop), Tag::Order) => self.props.order = text.trim().parse().ok(),
            (Some(Tag::Prop), Tag::TimeZone) => self.props.time_zone = trimmed(),
            (Some(Tag::Prop), Tag::TimeZoneId) => self.props.time_zone_id = trimmed(),
            (Some(Tag::Prop), Tag::MaxResourceSize) => {
                self.props.max_resource_size = text.trim().parse().ok()
            }
            (Some(Tag::Prop), Tag::CalendarData) => {
                self.props.calendar_data = Some(text).filter(|text| !text.trim().is_empty());
            }
            (Some(Tag::Principal), Tag::Href) => self.props.principal = trimmed(),
            (Some(Tag::HomeSet), Tag::Href) => self.props.homes.extend(trimmed()),
            (Some(Tag::AddressSet), Tag::Href) => self.props.addresses.extend(trimmed()),
            (_, Tag::PrivilegeSet) => self.props.privilege = Some(granted(&self.grants)),
            _ => {}
        }
    }

    fn propstat(&mut self) {
        let (props, names) = (std::mem::take(&mut self.props), std::mem::take(&mut self.names));
        match self.propstat.unwrap_or(200) {
            200..300 => self.entry.props.add(props),
            404 => {}
            status => self.entry.refused.extend(names.into_iter().map(|name| (name, status))),
        }
    }

    fn response(&mut self) {
        let entry = std::mem::take(&mut self.entry);
        let status = entry.status;
        self.result.entries.push(entry);
        // Several resources share a status and no properties (RFC 4918 14.24). One more than may be is enough to tell.
        let room = (MAX_RESPONSES + 1).saturating_sub(self.result.entries.len());
        let more = std::mem::take(&mut self.more).into_iter().take(room);
        self.result.entries.extend(more.map(|href| Entry { href, status, ..Entry::default() }));
    }
}

fn granted(grants: &[Tag]) -> Privilege {
    let has = |tag| grants.contains(&tag);
    if has(Tag::All) || has(Tag::Write) || (has(Tag::WriteContent) && has(Tag::Bind)) {
        Privilege::Write
    } else if has(Tag::ReadFreeBusy) && !has(Tag::Read) {
        Privilege::FreeBusy
    } else {
        Privilege::Read
    }
}

/// The number in `HTTP/1.1 404 Not Found`, in `404`, and in what lies between.
fn status(line: &str) -> Option<u16> {
    let numbers = line.split_whitespace().filter_map(|word| word.parse().ok());
    numbers.into_iter().find(|number| (100..600).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(inner: &str) -> Multistatus {
        Multistatus::parse(&format!(
            "<?xml version='1.0'?><D:multistatus xmlns:D='DAV:' xmlns='urn:ietf:params:xml:ns:caldav'>{inner}</D:multistatus>"
        ))
        .unwrap()
    }

    #[test]
    fn only_properties_with_success_count() {
        let read = parse(
            "<D:response><D:href>/c/</D:href>\
             <D:propstat><D:prop><D:displayname>Caf\u{e9} &amp; more</D:displayname></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat>\
             <D:propstat><D:prop><D:getetag>\"no\"</D:getetag></D:prop><D:status>HTTP/1.1 404 Not Found</D:status></D:propstat></D:response>",
        );
        assert_eq!(read.entries[0].props.display_name.as_deref(), Some("Caf\u{e9} & more"));
        assert_eq!((&read.entries[0].props.etag, read.entries[0].status), (&None, None));
    }

    #[test]
    fn a_deletion_is_the_status_of_the_response() {
        let read = parse(
            "<D:response><D:href>/c/a.ics</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response><D:sync-token>0</D:sync-token>",
        );
        assert_eq!((read.entries[0].status, read.sync_token.as_deref()), (Some(404), Some("0")));
    }

    #[test]
    fn calendar_data_keeps_its_lines_in_text_cdata_and_references() {
        let read = parse(
            "<D:response><D:href>/c/a.ics</D:href><D:propstat><D:prop>\
             <calendar-data>BEGIN:VCALENDAR&#13;\n<![CDATA[SUMMARY:a<b]]>&#xD;\nDESCRIPTION:&#55357;&#56517; &lt;</calendar-data>\
             </D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>",
        );
        let data = read.entries[0].props.calendar_data.as_deref().unwrap();
        assert_eq!(data, "BEGIN:VCALENDAR\r\nSUMMARY:a<b\r\nDESCRIPTION:\u{1f4c5} <");
    }

    #[test]
    fn a_calendar_tells_its_type_components_and_rights() {
        let read = parse(
            "<D:response><D:href>/c/</D:href><D:propstat><D:prop><D:resourcetype><D:collection/><calendar/></D:resourcetype>\
             <supported-calendar-component-set><comp name=\"VEVENT\"/><comp name=\"VTODO\"/></supported-calendar-component-set>\
             <D:current-user-privilege-set><D:privilege><D:read/></D:privilege></D:current-user-privilege-set></D:prop>\
             <D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>",
        );
        let props = &read.entries[0].props;
        assert!(props.is_calendar && props.is_collection);
        assert_eq!(props.components, ["VEVENT", "VTODO"]);
        assert_eq!(props.privilege, Some(Privilege::Read));
    }

    #[test]
    fn surrogates_join_only_where_they_meet() {
        let text = |inner: &str| {
            let read = parse(&format!(
                "<D:response><D:propstat><D:prop><D:displayname>{inner}</D:displayname></D:prop></D:propstat></D:response>"
            ));
            read.entries[0].props.display_name.clone().unwrap()
        };
        assert_eq!(text("&#55357;&#56517;"), "\u{1f4c5}");
        assert_eq!(text("&#xD83D;&#xdcc5;"), "\u{1f4c5}");
        assert_eq!(text("a&#55357;b&#56517;c"), "a\u{fffd}b\u{fffd}c");
        assert_eq!(text("&#55357;&#55357;&#56517;"), "\u{fffd}\u{1f4c5}");
        assert_eq!(text("&#0;&#99999999;&nbsp;"), "\u{fffd}\u{fffd}&nbsp;");
    }

    #[test]
    fn prefixes_and_forgotten_namespaces_do_not_matter() {
        let body = "\u{feff}\n<?xml version='1.0'?><x:multistatus xmlns:x='DAV:'><x:response><x:href>/c/</x:href><x:propstat><x:prop>\
             <x:resourcetype><cal:calendar/><collection xmlns=''/></x:resourcetype><getctag>7</getctag>\
             <y:getetag xmlns:y='urn:other'>no</y:getetag></x:prop><x:status>200 OK</x:status></x:propstat></x:response></x:multistatus>";
        let props = &Multistatus::parse(body).unwrap().entries[0].props;
        assert!(props.is_calendar && props.is_collection);
        assert_eq!((props.ctag.as_deref(), props.etag.as_deref()), (Some("7"), None));
    }

    #[test]
    fn odd_status_lines_are_read() {
        for (line, number) in [
            ("HTTP/1.1 404 Not Found", Some(404)),
            ("HTTP/2 507", Some(507)),
            (" \r\n HTTP/1.1  200  OK ", Some(200)),
            ("404", Some(404)),
            ("404 Not Found", Some(404)),
            ("http/1.0 200", Some(200)),
            ("", None),
            ("HTTP/1.1 gone 99", None),
        ] {
            assert_eq!(status(line), number, "{line}");
        }
    }

    #[test]
    fn one_response_may_tell_of_several_resources() {
        let read = parse(
            "<D:response><D:href>/a.ics</D:href><D:href>/b.ics</D:href><D:status>HTTP/1.1 404 Not Found</D:status></D:response>",
        );
        let told: Vec<_> = read.entries.iter().map(|entry| (entry.href.as_str(), entry.status)).collect();
        assert_eq!(told, [("/a.ics", Some(404)), ("/b.ics", Some(404))]);
    }

    #[test]
    fn what_was_refused_and_why_is_told() {
        let read = parse(
            "<D:response><D:href>/c/</D:href><D:propstat><D:prop><calendar-description/></D:prop><D:status>HTTP/1.1 403 Forbidden</D:status></D:propstat>\
             <D:propstat><D:prop><D:displayname>x</D:displayname></D:prop><D:status>HTTP/1.1 424 Failed Dependency</D:status></D:propstat>\
             <D:error><number-of-matches-within-limits/></D:error></D:response>",
        );
        let entry = &read.entries[0];
        assert_eq!(
            entry.refused,
            [("calendar-description".to_owned(), 403), ("displayname".to_owned(), 424)]
        );
        assert_eq!(entry.conditions, ["number-of-matches-within-limits"]);
        assert_eq!(entry.props, Props::default());
        let error =
            "<?xml version='1.0'?><e:error xmlns:e='DAV:'><e:valid-sync-token/><s xmlns='x'>no</s></e:error>";
        assert_eq!(conditions(error), ["valid-sync-token", "s"]);
        assert_eq!(conditions("<html><valid-sync-token/></html>"), [""; 0]);
    }

    #[test]
    fn privileges_tell_what_may_be_done() {
        let granted = |inner: &str| {
            let inner: String =
                inner.split(' ').map(|name| format!("<D:privilege>{name}</D:privilege>")).collect();
            parse(&format!("<D:response><D:propstat><D:prop><D:current-user-privilege-set>{inner}</D:current-user-privilege-set></D:prop></D:propstat></D:response>"))
                .entries[0].props.privilege
        };
        assert_eq!(granted("<D:read/> <D:write/>"), Some(Privilege::Write));
        assert_eq!(granted("<D:all/>"), Some(Privilege::Write));
        assert_eq!(granted("<D:write-content/> <D:bind/>"), Some(Privilege::Write));
        assert_eq!(granted("<D:read/> <D:write-properties/>"), Some(Privilege::Read));
        assert_eq!(granted("<read-free-busy/>"), Some(Privilege::FreeBusy));
        assert_eq!(granted("<read-free-busy/> <D:read/>"), Some(Privilege::Read));
    }

    #[test]
    fn attributes_and_responses_are_counted() {
        let attributes: String = (0..70).map(|n| format!(" a{n}='1'")).collect();
        let many = format!("<multistatus xmlns='DAV:'{attributes}/>");
        assert_eq!(Multistatus::parse(&many), Err(MultistatusError::TooLarge));
        let responses = "<response/>".repeat(MAX_RESPONSES + 1);
        let many = format!("<multistatus xmlns='DAV:'>{responses}</multistatus>");
        assert_eq!(Multistatus::parse(&many), Err(MultistatusError::TooLarge));
        let hrefs = "<href>a</href>".repeat(MAX_RESPONSES + 2);
        let many = format!("<multistatus xmlns='DAV:'><response>{hrefs}</response></multistatus>");
        assert_eq!(Multistatus::parse(&many), Err(MultistatusError::TooLarge));
    }

    #[test]
    fn hostile_and_broken_answers_are_errors() {
        assert_eq!(Multistatus::parse("<html><body/></html>"), Err(MultistatusError::NotMultistatus));
        assert_eq!(Multistatus::parse("hello"), Err(MultistatusError::NotMultistatus));
        assert_eq!(
            Multistatus::parse("<!DOCTYPE x [<!ENTITY a 'b'>]><multistatus xmlns='DAV:'/>"),
            Err(MultistatusError::Doctype)
        );
        let deep = format!("<multistatus xmlns='DAV:'>{}", "<a>".repeat(100));
        assert_eq!(Multistatus::parse(&deep), Err(MultistatusError::TooLarge));
        assert!(matches!(
            Multistatus::parse("<multistatus xmlns='DAV:'><response>"),
            Err(MultistatusError::Malformed { .. })
        ));
    }
}
