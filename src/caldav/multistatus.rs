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
    ResourceId,
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
        (DAV, "resource-id") => Tag::ResourceId,
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
    /// What the propstat that is being read tells: its properties, their names with a blank after each, its status.
    props: Props,
    names: String,
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
            (_, Tag::Propstat) => {
                (self.props, self.propstat) = Default::default();
                self.names.clear();
            }
            (Some(Tag::Prop), _) => {
                self.names.push_str(local);
                self.names.push(' ');
            }
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
            (Some(Tag::ResourceId), Tag::Href) | (Some(Tag::Prop), Tag::ResourceId) => {
                self.props.resource_id = trimmed().or(self.props.resource_id.take());
            }
            (Some(Tag::Principal), Tag::Href) => self.props.principal = trimmed(),
            (Some(Tag::HomeSet), Tag::Href) => self.props.homes.extend(trimmed()),
            (Some(Tag::AddressSet), Tag::Href) => self.props.addresses.extend(trimmed()),
            (_, Tag::PrivilegeSet) => self.props.privilege = Some(granted(&self.grants)),
            _ => {}
        }
    }

    fn propstat(&mut self) {
        let props = std::mem::take(&mut self.props);
        match self.propstat.unwrap_or(200) {
            200..300 => self.entry.props.add(props),
            404 => {}
            status => {
                let names = self.names.split_whitespace();
                self.entry.refused.extend(names.map(|name| (name.to_owned(), status)));
            }
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
mod tests;
