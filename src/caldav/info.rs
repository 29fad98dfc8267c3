//! A calendar as its server describes it, to choose from.

use super::href::{resolve, same_calendar};
use super::multistatus::{Entry, Multistatus};
use super::props::Privilege;
use super::quirks::{Names, Server};
use crate::port::Response;
use quick_xml::escape::unescape;
use serde::Serialize;
use url::Url;

/// A calendar to choose from.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CalendarInfo {
    /// Its address.
    #[serde(serialize_with = "as_text")]
    pub url: Url,
    /// Its display name, or the last part of its address.
    pub name: String,
    /// What it is for, in its owner's words.
    pub description: Option<String>,
    /// Its colour as the server tells it.
    pub color: Option<String>,
    /// Where its owner has put it among the others.
    pub order: Option<i64>,
    /// The components that it takes; empty means all.
    pub components: Vec<String>,
    /// Whether it may be written; a server that does not tell is believed to allow it.
    pub writable: bool,
    /// The IANA name of its zone, for dates and times without one.
    pub time_zone: Option<String>,
    /// Its ctag: it moves with every change.
    pub ctag: Option<String>,
    /// Its sync-token (RFC 6578).
    pub sync_token: Option<String>,
    /// Its `resource-id` (RFC 5842 3.1): a calendar made again at the same address has another.
    #[serde(skip)]
    pub resource_id: Option<String>,
    /// Whether it is the address that was asked for.
    pub asked_for: bool,
}

impl CalendarInfo {
    /// Whether it holds events.
    pub fn holds_events(&self) -> bool {
        self.holds("VEVENT")
    }

    /// Whether it holds tasks.
    pub fn holds_tasks(&self) -> bool {
        self.holds("VTODO")
    }

    fn holds(&self, component: &str) -> bool {
        self.components.is_empty() || self.components.iter().any(|name| name.eq_ignore_ascii_case(component))
    }

    /// The calendars of a listing: a multistatus that came from `base` in this answer. Their zones have the names that
    /// the server gives them, so that no table of zones is needed.
    pub fn list(base: &Url, status: &Multistatus, answer: &Response) -> Vec<Self> {
        let names = Server::detect(base, &[answer], None).quirks().names;
        let named = |entry: &Entry| {
            Some(Self { time_zone: entry.props.zone_told(), ..Self::described(base, entry, base, names)? })
        };
        status.entries.iter().filter_map(named).collect()
    }

    /// What an entry of a listing says, if it is a calendar; `given` is the address that was asked for.
    pub(super) fn read(base: &Url, entry: &Entry, given: &Url, names: Names) -> Option<Self> {
        Some(Self { time_zone: entry.props.zone_name(), ..Self::described(base, entry, given, names)? })
    }

    /// The same without its zone.
    fn described(base: &Url, entry: &Entry, given: &Url, names: Names) -> Option<Self> {
        let props = &entry.props;
        if !props.is_calendar || props.is_deleted {
            return None;
        }
        let url = resolve(base, &entry.href)?;
        let last =
            url.path_segments().and_then(|mut parts| parts.rfind(|part| !part.is_empty()).map(str::to_owned));
        let text = |text: &Option<String>| match text.as_deref().map(unescape) {
            Some(Ok(unescaped)) if names == Names::EscapedTwice => Some(unescaped.into_owned()),
            _ => text.clone(),
        };
        Some(Self {
            name: text(&props.display_name).or(last).unwrap_or_else(|| "Calendar".to_owned()),
            description: text(&props.description),
            color: props.color.clone(),
            order: props.order,
            components: props.components.clone(),
            writable: props.privilege.is_none_or(|privilege| privilege == Privilege::Write),
            time_zone: None,
            ctag: props.ctag.clone(),
            sync_token: props.sync_token.clone(),
            resource_id: props.resource_id.clone(),
            asked_for: same_calendar(&url, given),
            url,
        })
    }
}

fn as_text<S: serde::Serializer>(url: &Url, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(url.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caldav::Props;

    fn entry(href: &str, props: Props) -> Entry {
        Entry { href: href.into(), props: Props { is_calendar: true, ..props }, ..Entry::default() }
    }

    fn read(entry: &Entry, names: Names) -> Option<CalendarInfo> {
        let base = Url::parse("https://cal.example.org/dav/ana/").unwrap();
        CalendarInfo::read(&base, entry, &base.join("stu%64io").unwrap(), names)
    }

    #[test]
    fn names_that_were_escaped_twice_read_as_they_were_meant() {
        let named = |name: &str| entry("a/", Props { display_name: Some(name.into()), ..Props::default() });
        assert_eq!(
            read(&named("Caf\u{e9} &amp; more"), Names::EscapedTwice).unwrap().name,
            "Caf\u{e9} & more"
        );
        assert_eq!(read(&named("Caf\u{e9} &amp; more"), Names::Text).unwrap().name, "Caf\u{e9} &amp; more");
        assert_eq!(read(&named("a & b"), Names::EscapedTwice).unwrap().name, "a & b");
    }

    #[test]
    fn what_is_not_told_has_a_careful_meaning() {
        let info = read(&entry("/dav/ana/studio/", Props::default()), Names::Text).unwrap();
        assert_eq!((info.name.as_str(), info.writable, info.asked_for), ("studio", true, true));
        assert!(info.holds_events() && info.holds_tasks());
        let tasks =
            Props { components: vec!["vtodo".into()], privilege: Some(Privilege::Read), ..Props::default() };
        let info = read(&entry("t/", tasks), Names::Text).unwrap();
        assert!(!info.holds_events() && info.holds_tasks() && !info.writable && !info.asked_for);
        assert_eq!(read(&entry("bin/", Props { is_deleted: true, ..Props::default() }), Names::Text), None);
    }
}
