//! Reads a DAV multistatus (RFC 4918 13) with limits on depth, elements and entities.

use quick_xml::NsReader;
use quick_xml::events::Event as Xml;
use quick_xml::name::{Namespace, ResolveResult};

const DAV: &str = "DAV:";
const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";
const CALENDAR_SERVER: &str = "http://calendarserver.org/ns/";
const APPLE: &str = "http://apple.com/ns/ical/";

const MAX_DEPTH: usize = 32;
const MAX_ELEMENTS: usize = 2_000_000;

/// A parsed multistatus.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Multistatus {
    /// One entry for each `response`.
    pub entries: Vec<Entry>,
    /// The collection's new sync-token (RFC 6578).
    pub sync_token: Option<String>,
}

/// One `response`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entry {
    /// The resource, as the server wrote it.
    pub href: String,
    /// The status of the whole response; only this one tells that a resource is gone.
    pub status: Option<u16>,
    /// The properties with status 200.
    pub props: Props,
}

/// A privilege that matters here (RFC 3744).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privilege {
    /// `all`, `write`, or both `write-content` and `bind`.
    Write,
    /// Anything else that was listed.
    Read,
}

/// The properties that Kalends asks for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Props {
    /// Whether `resourcetype` names a calendar.
    pub is_calendar: bool,
    /// Whether `resourcetype` names a collection.
    pub is_collection: bool,
    /// `displayname`.
    pub display_name: Option<String>,
    /// Apple's `calendar-color`.
    pub color: Option<String>,
    /// `supported-calendar-component-set`; empty means all.
    pub components: Vec<String>,
    /// What `current-user-privilege-set` grants; none where it was not told.
    pub privilege: Option<Privilege>,
    /// `getetag`.
    pub etag: Option<String>,
    /// Calendar Server's `getctag`.
    pub ctag: Option<String>,
    /// `sync-token`.
    pub sync_token: Option<String>,
    /// `resource-id` (RFC 5842 3.1): another one in a calendar that was made again.
    pub resource_id: Option<String>,
    /// `calendar-data`.
    pub calendar_data: Option<String>,
    /// `current-user-principal`.
    pub principal: Option<String>,
    /// `calendar-home-set`.
    pub homes: Vec<String>,
}

/// Why an answer is no multistatus.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MultistatusError {
    /// Not well-formed.
    #[error("the XML breaks off or is not well-formed at byte {at}: {what}")]
    Malformed {
        /// Where.
        at: u64,
        /// What the reader says.
        what: String,
    },
    /// A document type declaration, which no DAV server needs.
    #[error("the XML declares a document type, which is refused")]
    Doctype,
    /// Nested or long beyond any calendar server's answer.
    #[error("the XML is nested deeper than {MAX_DEPTH} or has more than {MAX_ELEMENTS} elements")]
    TooLarge,
    /// Something else than a multistatus.
    #[error("the answer is not a DAV multistatus")]
    NotMultistatus,
}

/// The elements that are told apart; everything else is `Other`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tag {
    Multistatus,
    Response,
    Href,
    Status,
    Propstat,
    Prop,
    SyncToken,
    Etag,
    ResourceType,
    Collection,
    Calendar,
    DisplayName,
    Principal,
    PrivilegeSet,
    All,
    Write,
    WriteContent,
    Bind,
    HomeSet,
    Components,
    Comp,
    CalendarData,
    Ctag,
    Color,
    ResourceId,
    Other,
}

fn tag(namespace: &str, local: &str) -> Tag {
    match (namespace, local) {
        (DAV, "multistatus") => Tag::Multistatus,
        (DAV, "response") => Tag::Response,
        (DAV, "href") => Tag::Href,
        (DAV, "status") => Tag::Status,
        (DAV, "propstat") => Tag::Propstat,
        (DAV, "prop") => Tag::Prop,
        (DAV, "sync-token") => Tag::SyncToken,
        (DAV, "getetag") => Tag::Etag,
        (DAV, "resourcetype") => Tag::ResourceType,
        (DAV, "collection") => Tag::Collection,
        (DAV, "displayname") => Tag::DisplayName,
        (DAV, "resource-id") => Tag::ResourceId,
        (DAV, "current-user-principal") => Tag::Principal,
        (DAV, "current-user-privilege-set") => Tag::PrivilegeSet,
        (DAV, "all") => Tag::All,
        (DAV, "write") => Tag::Write,
        (DAV, "write-content") => Tag::WriteContent,
        (DAV, "bind") => Tag::Bind,
        (CALDAV, "calendar") => Tag::Calendar,
        (CALDAV, "calendar-home-set") => Tag::HomeSet,
        (CALDAV, "supported-calendar-component-set") => Tag::Components,
        (CALDAV, "comp") => Tag::Comp,
        (CALDAV, "calendar-data") => Tag::CalendarData,
        (CALENDAR_SERVER, "getctag") => Tag::Ctag,
        (APPLE, "calendar-color") => Tag::Color,
        _ => Tag::Other,
    }
}

impl Multistatus {
    /// Reads an answer's body.
    pub fn parse(body: &str) -> Result<Self, MultistatusError> {
        let mut reader = NsReader::from_str(body);
        let mut state = State::default();
        let mut elements = 0;
        loop {
            let at = reader.buffer_position();
            let (resolved, event) = reader
                .read_resolved_event()
                .map_err(|error| MultistatusError::Malformed { at, what: error.to_string() })?;
            let namespace = match resolved {
                ResolveResult::Bound(Namespace(name)) => name,
                _ => "",
            };
            match event {
                Xml::Start(start) => {
                    elements += 1;
                    if state.path.len() >= MAX_DEPTH || elements > MAX_ELEMENTS {
                        return Err(MultistatusError::TooLarge);
                    }
                    let tag = tag(namespace, start.local_name().as_ref());
                    state.open(tag, component_name(&start))?;
                }
                Xml::Empty(start) => {
                    elements += 1;
                    if elements > MAX_ELEMENTS {
                        return Err(MultistatusError::TooLarge);
                    }
                    let tag = tag(namespace, start.local_name().as_ref());
                    state.open(tag, component_name(&start))?;
                    state.close();
                }
                Xml::End(_) => state.close(),
                Xml::Text(text) => state.text.push_str(&text),
                Xml::CData(data) => state.text.push_str(&data),
                Xml::GeneralRef(reference) => state.reference(&reference),
                Xml::DocType(_) => return Err(MultistatusError::Doctype),
                Xml::Eof if state.path.is_empty() && state.seen_root => return Ok(state.result),
                Xml::Eof if state.seen_root => {
                    let what = "the end came too early".to_owned();
                    return Err(MultistatusError::Malformed { at, what });
                }
                Xml::Eof => return Err(MultistatusError::NotMultistatus),
                Xml::Decl(_) | Xml::PI(_) | Xml::Comment(_) => {}
            }
        }
    }
}

fn component_name(start: &quick_xml::events::BytesStart<'_>) -> Option<String> {
    let attribute = start.try_get_attribute("name").ok().flatten()?;
    Some(attribute.value.into_owned())
}

/// Where the reader stands.
#[derive(Default)]
struct State {
    path: Vec<Tag>,
    seen_root: bool,
    text: String,
    /// A high surrogate that one server writes as a reference of its own.
    surrogate: Option<u32>,
    result: Multistatus,
    entry: Entry,
    /// Properties of the propstat that is being read, and its status.
    props: Props,
    propstat: Option<u16>,
    grants: Vec<Tag>,
}

impl State {
    fn open(&mut self, tag: Tag, name: Option<String>) -> Result<(), MultistatusError> {
        if !self.seen_root {
            if tag != Tag::Multistatus {
                return Err(MultistatusError::NotMultistatus);
            }
            self.seen_root = true;
        }
        match (self.path.last(), tag) {
            (_, Tag::Response) => self.entry = Entry::default(),
            (_, Tag::Propstat) => (self.props, self.propstat) = (Props::default(), None),
            (Some(Tag::ResourceType), Tag::Collection) => self.props.is_collection = true,
            (Some(Tag::ResourceType), Tag::Calendar) => self.props.is_calendar = true,
            (Some(Tag::Components), Tag::Comp) => self.props.components.extend(name),
            (_, Tag::PrivilegeSet) => self.grants.clear(),
            (_, Tag::All | Tag::Write | Tag::WriteContent | Tag::Bind) => self.grants.push(tag),
            _ => {}
        }
        self.path.push(tag);
        self.text.clear();
        Ok(())
    }

    fn close(&mut self) {
        let Some(tag) = self.path.pop() else { return };
        let text = std::mem::take(&mut self.text);
        let trimmed = || Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        match (self.path.last(), tag) {
            (Some(Tag::Response), Tag::Href) => self.entry.href = text.trim().to_owned(),
            (Some(Tag::Response), Tag::Status) => self.entry.status = status(&text),
            (Some(Tag::Propstat), Tag::Status) => self.propstat = status(&text),
            (Some(Tag::Response), Tag::Propstat)
                if self.propstat.is_none_or(|status| (200..300).contains(&status)) =>
            {
                self.entry.props.add(std::mem::take(&mut self.props));
            }
            (_, Tag::Response) => self.result.entries.push(std::mem::take(&mut self.entry)),
            (Some(Tag::Multistatus), Tag::SyncToken) => self.result.sync_token = trimmed(),
            (Some(Tag::Prop), Tag::SyncToken) => self.props.sync_token = trimmed(),
            (Some(Tag::Prop), Tag::Etag) => self.props.etag = trimmed(),
            (Some(Tag::Prop), Tag::Ctag) => self.props.ctag = trimmed(),
            (Some(Tag::Prop), Tag::DisplayName) => self.props.display_name = trimmed(),
            (Some(Tag::Prop), Tag::Color) => self.props.color = trimmed(),
            (Some(Tag::Prop), Tag::CalendarData) => self.props.calendar_data = Some(text),
            (Some(Tag::ResourceId), Tag::Href) | (Some(Tag::Prop), Tag::ResourceId) => {
                self.props.resource_id = trimmed().or(self.props.resource_id.take());
            }
            (Some(Tag::Principal), Tag::Href) => self.props.principal = trimmed(),
            (Some(Tag::HomeSet), Tag::Href) => self.props.homes.extend(trimmed()),
            (_, Tag::PrivilegeSet) => {
                let has = |tag| self.grants.contains(&tag);
                let write = has(Tag::All) || has(Tag::Write) || (has(Tag::WriteContent) && has(Tag::Bind));
                self.props.privilege = Some(if write { Privilege::Write } else { Privilege::Read });
            }
            _ => {}
        }
    }

    /// A reference: one of XML's five, or a character number; others stand as they were written.
    fn reference(&mut self, reference: &quick_xml::events::BytesRef<'_>) {
        let name = reference.to_string();
        let number = match name.strip_prefix('#') {
            Some(digits) => match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => digits.parse().ok(),
            },
            None => None,
        };
        let before = self.surrogate.take();
        match (number, name.as_str()) {
            (Some(high @ 0xd800..0xdc00), _) => self.surrogate = Some(high),
            (Some(low @ 0xdc00..0xe000), _) => {
                let joined = before
                    .and_then(|high| char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)));
                self.text.push(joined.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            (Some(number), _) => {
                self.text.push(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER))
            }
            (None, "amp") => self.text.push('&'),
            (None, "lt") => self.text.push('<'),
            (None, "gt") => self.text.push('>'),
            (None, "quot") => self.text.push('"'),
            (None, "apos") => self.text.push('\''),
            (None, other) => self.text.push_str(&format!("&{other};")),
        }
    }
}

impl Props {
    /// Several propstats with success are one set of properties.
    fn add(&mut self, more: Self) {
        self.is_calendar |= more.is_calendar;
        self.is_collection |= more.is_collection;
        self.components.extend(more.components);
        self.homes.extend(more.homes);
        self.privilege = self.privilege.or(more.privilege);
        for (mine, new) in [
            (&mut self.display_name, more.display_name),
            (&mut self.color, more.color),
            (&mut self.etag, more.etag),
            (&mut self.ctag, more.ctag),
            (&mut self.sync_token, more.sync_token),
            (&mut self.resource_id, more.resource_id),
            (&mut self.calendar_data, more.calendar_data),
            (&mut self.principal, more.principal),
        ] {
            if new.is_some() {
                *mine = new;
            }
        }
    }
}

/// The number in `HTTP/1.1 404 Not Found`.
fn status(line: &str) -> Option<u16> {
    line.split_whitespace().nth(1)?.parse().ok()
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
