//! Requests that make calendars and change what they say of themselves (RFC 4791 5.3.1, RFC 5689, RFC 4918 9.2).

use super::request::{NAMESPACES, dav, xml};
use crate::port::{Method, Request};
use quick_xml::escape::escape;
use serde::Deserialize;
use url::Url;

/// What a calendar says of itself and its owner may change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CalendarProps {
    /// `displayname`.
    pub display_name: Option<String>,
    /// `calendar-description`.
    pub description: Option<String>,
    /// Apple's `calendar-color`: `#rrggbb` or `#rrggbbaa`.
    pub color: Option<String>,
    /// Apple's `calendar-order`.
    pub order: Option<i64>,
    /// `calendar-timezone`: a VCALENDAR with one VTIMEZONE.
    pub time_zone: Option<String>,
}

/// A property that can be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Removable {
    /// `displayname`.
    DisplayName,
    /// `calendar-description`.
    Description,
    /// Apple's `calendar-color`.
    Color,
    /// Apple's `calendar-order`.
    Order,
    /// `calendar-timezone`.
    TimeZone,
}

impl Removable {
    fn element(self) -> &'static str {
        match self {
            Self::DisplayName => "d:displayname",
            Self::Description => "c:calendar-description",
            Self::Color => "a:calendar-color",
            Self::Order => "a:calendar-order",
            Self::TimeZone => "c:calendar-timezone",
        }
    }
}

impl CalendarProps {
    fn elements(&self) -> String {
        let order = self.order.map(|order| order.to_string());
        let given = [
            (Removable::DisplayName, &self.display_name),
            (Removable::Description, &self.description),
            (Removable::Color, &self.color),
            (Removable::Order, &order),
            (Removable::TimeZone, &self.time_zone),
        ];
        let element = |(name, value): (Removable, &Option<String>)| {
            let (name, value) = (name.element(), escape(value.as_deref()?));
            Some(format!("<{name}>{value}</{name}>"))
        };
        given.into_iter().filter_map(element).collect()
    }
}

/// MKCALENDAR (RFC 4791 5.3.1): a calendar for these components, all where none is named.
pub fn mkcalendar(url: Url, props: &CalendarProps, components: &[String]) -> Request {
    let props = props.elements() + &component_set(components);
    let body = format!("<c:mkcalendar {NAMESPACES}><d:set><d:prop>{props}</d:prop></d:set></c:mkcalendar>");
    xml(Request::new(Method::Mkcalendar, url), &body)
}

/// Extended MKCOL (RFC 5689 3): the same, for servers without MKCALENDAR.
pub fn mkcol(url: Url, props: &CalendarProps, components: &[String]) -> Request {
    let props = props.elements() + &component_set(components);
    let body = format!(
        "<d:mkcol {NAMESPACES}><d:set><d:prop><d:resourcetype><d:collection/><c:calendar/></d:resourcetype>{props}\
         </d:prop></d:set></d:mkcol>"
    );
    xml(Request::new(Method::Mkcol, url), &body)
}

/// PROPPATCH (RFC 4918 9.2): sets what is given and takes away what is named. The answer is a multistatus; what
/// was refused is in its entry's `refused`.
pub fn proppatch(url: Url, set: &CalendarProps, remove: &[Removable]) -> Request {
    let mut changes = String::new();
    let set = set.elements();
    if !set.is_empty() {
        changes.push_str(&format!("<d:set><d:prop>{set}</d:prop></d:set>"));
    }
    if !remove.is_empty() {
        let names: String = remove.iter().map(|name| format!("<{}/>", name.element())).collect();
        changes.push_str(&format!("<d:remove><d:prop>{names}</d:prop></d:remove>"));
    }
    dav(Method::Proppatch, url, "0", format!("<d:propertyupdate {NAMESPACES}>{changes}</d:propertyupdate>"))
}

fn component_set(components: &[String]) -> String {
    if components.is_empty() {
        return String::new();
    }
    let names: String =
        components.iter().map(|name| format!("<c:comp name=\"{}\"/>", escape(name.as_str()))).collect();
    format!("<c:supported-calendar-component-set>{names}</c:supported-calendar-component-set>")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url() -> Url {
        Url::parse("https://cal.example.org/dav/ana/new/").unwrap()
    }

    fn studio() -> CalendarProps {
        let text = |text: &str| Some(text.to_owned());
        CalendarProps {
            display_name: text("Caf\u{e9} & <more>"),
            color: text("#3b7dd8"),
            order: Some(3),
            ..Default::default()
        }
    }

    #[test]
    fn a_calendar_is_made_with_its_properties_in_both_ways() {
        let set = "<d:displayname>Caf\u{e9} &amp; &lt;more&gt;</d:displayname><a:calendar-color>#3b7dd8</a:calendar-color>\
                   <a:calendar-order>3</a:calendar-order><c:supported-calendar-component-set><c:comp name=\"VTODO\"/>\
                   </c:supported-calendar-component-set></d:prop></d:set>";
        let made = mkcalendar(url(), &studio(), &["VTODO".to_owned()]);
        assert_eq!(made.method, Method::Mkcalendar);
        assert!(made.body.unwrap().contains(&format!("<d:set><d:prop>{set}")));
        let made = mkcol(url(), &studio(), &["VTODO".to_owned()]);
        let kind = "<d:set><d:prop><d:resourcetype><d:collection/><c:calendar/></d:resourcetype>";
        assert!(made.body.unwrap().contains(&format!("{kind}{set}")));
        assert!(!mkcalendar(url(), &studio(), &[]).body.unwrap().contains("component-set"));
    }

    #[test]
    fn a_change_sets_and_removes() {
        let body = proppatch(url(), &studio(), &[Removable::Description]).body.unwrap();
        assert!(
            body.contains(
                "<d:remove><d:prop><c:calendar-description/></d:prop></d:remove></d:propertyupdate>"
            ),
            "{body}"
        );
        let body = proppatch(url(), &CalendarProps::default(), &[Removable::Color]).body.unwrap();
        assert!(!body.contains("<d:set>"), "{body}");
    }
}
