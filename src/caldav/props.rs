//! The properties that Kalends asks for and understands, and their names in requests.

use crate::zone::{Zone, Zones};
use serde::{Deserialize, Serialize};

/// The privilege that matters here (RFC 3744, RFC 4791 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Privilege {
    /// `all`, `write`, or both `write-content` and `bind`.
    Write,
    /// `read` without any of these, or nothing that is known here.
    Read,
    /// `read-free-busy` alone.
    FreeBusy,
}

/// What a server says of a resource; none where it said nothing, or that it has none.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Props {
    /// Whether `resourcetype` names a calendar.
    pub is_calendar: bool,
    /// Whether `resourcetype` names a collection.
    pub is_collection: bool,
    /// Whether `resourcetype` says that it lies in a bin (Nextcloud).
    pub is_deleted: bool,
    /// Whether `current-user-principal` says that nobody is logged in (RFC 5397).
    pub is_unauthenticated: bool,
    /// `displayname`.
    pub display_name: Option<String>,
    /// `calendar-description` (RFC 4791 5.2.1).
    pub description: Option<String>,
    /// Apple's `calendar-color`.
    pub color: Option<String>,
    /// Apple's `calendar-order`: where it stands among the account's calendars.
    pub order: Option<i64>,
    /// `supported-calendar-component-set` (RFC 4791 5.2.3); empty means all.
    pub components: Vec<String>,
    /// What `current-user-privilege-set` grants (RFC 3744 5.4).
    pub privilege: Option<Privilege>,
    /// `calendar-timezone` (RFC 4791 5.2.2): a VCALENDAR with one VTIMEZONE.
    pub time_zone: Option<String>,
    /// `calendar-timezone-id` (RFC 7809 5.2).
    pub time_zone_id: Option<String>,
    /// `supported-report-set` (RFC 3253 3.1.5).
    pub reports: Vec<String>,
    /// `max-resource-size` in bytes (RFC 4791 5.2.5).
    pub max_resource_size: Option<u64>,
    /// `getetag`.
    pub etag: Option<String>,
    /// `schedule-tag` (RFC 6638 3.2.10).
    pub schedule_tag: Option<String>,
    /// Calendar Server's `getctag`.
    pub ctag: Option<String>,
    /// `sync-token` (RFC 6578 4).
    pub sync_token: Option<String>,
    /// `resource-id` (RFC 5842 3.1): another one in a calendar that was made again.
    pub resource_id: Option<String>,
    /// `calendar-data` (RFC 4791 9.6).
    pub calendar_data: Option<String>,
    /// `current-user-principal` (RFC 5397).
    pub principal: Option<String>,
    /// `calendar-home-set` (RFC 4791 6.2.1).
    pub homes: Vec<String>,
    /// `calendar-user-address-set` (RFC 6638 2.4.1).
    pub addresses: Vec<String>,
}

impl Props {
    /// Several propstats with success are one set of properties.
    pub(super) fn add(&mut self, more: Self) {
        self.is_calendar |= more.is_calendar;
        self.is_collection |= more.is_collection;
        self.is_deleted |= more.is_deleted;
        self.is_unauthenticated |= more.is_unauthenticated;
        self.components.extend(more.components);
        self.reports.extend(more.reports);
        self.homes.extend(more.homes);
        self.addresses.extend(more.addresses);
        self.privilege = self.privilege.or(more.privilege);
        self.order = self.order.or(more.order);
        self.max_resource_size = self.max_resource_size.or(more.max_resource_size);
        for (mine, new) in [
            (&mut self.display_name, more.display_name),
            (&mut self.description, more.description),
            (&mut self.color, more.color),
            (&mut self.time_zone, more.time_zone),
            (&mut self.time_zone_id, more.time_zone_id),
            (&mut self.etag, more.etag),
            (&mut self.schedule_tag, more.schedule_tag),
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

    /// The name that the server gives the calendar's own zone, whatever it means.
    pub(super) fn zone_told(&self) -> Option<String> {
        let defined =
            || self.time_zone.as_deref()?.lines().find_map(|line| line.trim().strip_prefix("TZID:"));
        self.time_zone_id.as_deref().or_else(defined).map(|name| name.trim().to_owned())
    }

    /// The IANA name of the calendar's own zone; none where it has none, or one of its own making.
    pub fn zone_name(&self) -> Option<String> {
        let named = self.time_zone_id.as_deref().and_then(|name| Zone::named(name).ok());
        let zone = named.or_else(|| {
            let parsed = crate::ics::parse(self.time_zone.as_deref()?);
            let calendar = parsed.calendars.first()?;
            let tzid = calendar.components("VTIMEZONE").next()?.property("TZID")?.unescaped().into_owned();
            Zones::of(calendar).resolve(&tzid).ok()
        })?;
        Zone::iana(zone.name()).ok().map(|zone| zone.name().to_owned())
    }
}

/// A property as a request names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Property {
    /// RFC 4918.
    #[serde(rename = "resourcetype")]
    ResourceType,
    /// RFC 4918.
    #[serde(rename = "displayname")]
    DisplayName,
    /// RFC 4918.
    #[serde(rename = "getetag")]
    Etag,
    /// RFC 5397.
    CurrentUserPrincipal,
    /// RFC 3744.
    CurrentUserPrivilegeSet,
    /// RFC 3253.
    SupportedReportSet,
    /// RFC 6578.
    SyncToken,
    /// RFC 4791.
    CalendarHomeSet,
    /// RFC 4791.
    CalendarDescription,
    /// RFC 4791.
    CalendarTimezone,
    /// RFC 7809.
    CalendarTimezoneId,
    /// RFC 4791.
    SupportedCalendarComponentSet,
    /// RFC 4791.
    MaxResourceSize,
    /// RFC 4791.
    CalendarData,
    /// RFC 6638.
    CalendarUserAddressSet,
    /// RFC 6638.
    ScheduleTag,
    /// Apple's.
    CalendarColor,
    /// Apple's.
    CalendarOrder,
    /// Calendar Server's.
    #[serde(rename = "getctag")]
    Ctag,
}

impl Property {
    /// The element's name, with the prefixes of the request builders.
    pub(super) fn element(self) -> &'static str {
        match self {
            Self::ResourceType => "d:resourcetype",
            Self::DisplayName => "d:displayname",
            Self::Etag => "d:getetag",
            Self::CurrentUserPrincipal => "d:current-user-principal",
            Self::CurrentUserPrivilegeSet => "d:current-user-privilege-set",
            Self::SupportedReportSet => "d:supported-report-set",
            Self::SyncToken => "d:sync-token",
            Self::CalendarHomeSet => "c:calendar-home-set",
            Self::CalendarDescription => "c:calendar-description",
            Self::CalendarTimezone => "c:calendar-timezone",
            Self::CalendarTimezoneId => "c:calendar-timezone-id",
            Self::SupportedCalendarComponentSet => "c:supported-calendar-component-set",
            Self::MaxResourceSize => "c:max-resource-size",
            Self::CalendarData => "c:calendar-data",
            Self::CalendarUserAddressSet => "c:calendar-user-address-set",
            Self::ScheduleTag => "c:schedule-tag",
            Self::CalendarColor => "a:calendar-color",
            Self::CalendarOrder => "a:calendar-order",
            Self::Ctag => "cs:getctag",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendars_zone_is_known_by_its_id_or_its_definition() {
        let zone = |id: Option<&str>, text: Option<&str>| {
            let (time_zone_id, time_zone) = (id.map(str::to_owned), text.map(str::to_owned));
            Props { time_zone_id, time_zone, ..Props::default() }.zone_name()
        };
        let defined = |tzid: &str| {
            format!(
                "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:{tzid}\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\n\
                 TZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n"
            )
        };
        assert_eq!(zone(Some("Europe/Madrid"), None).as_deref(), Some("Europe/Madrid"));
        assert_eq!(zone(None, Some(&defined("Europe/Madrid"))).as_deref(), Some("Europe/Madrid"));
        assert_eq!(zone(None, Some(&defined("W. Europe Standard Time"))).as_deref(), Some("Europe/Berlin"));
        assert_eq!(zone(None, Some(&defined("Our own"))), None);
        assert_eq!(zone(Some("Nowhere"), Some("nonsense")), None);
        assert_eq!(zone(None, None), None);
        let told = |text: &str| Props { time_zone: Some(text.into()), ..Props::default() }.zone_told();
        assert_eq!(told(&defined("Our own")).as_deref(), Some("Our own"));
        assert_eq!(told("nonsense"), None);
    }

    #[test]
    fn a_property_is_read_by_the_name_that_requests_give_it() {
        for (name, element) in [
            ("displayname", "d:displayname"),
            ("getctag", "cs:getctag"),
            ("calendar-timezone-id", "c:calendar-timezone-id"),
            ("supported-calendar-component-set", "c:supported-calendar-component-set"),
        ] {
            let property: Property = serde_json::from_str(&format!("\"{name}\"")).unwrap();
            assert_eq!(property.element(), element);
        }
    }
}
