//! What JavaScript calls of CalDAV, for those who bring their own `fetch`: pure request builders and response parsers.
//! Values cross as JSON; `pkg/kalends` says what they mean.

use crate::caldav::request::{self, Base, calendar_query, free_busy_query, mkcalendar, mkcol, proppatch};
use crate::caldav::{
    Bring, CalendarInfo, CalendarProps, Entry, Multistatus, MultistatusError, Property, PutReply, Removable,
    Service, conditions, resolve, same_resource,
};
use crate::port::{RemoteId, Request, Response, Version};
use crate::time::{Instant, Span};
use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use url::Url;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// An http or https URL.
struct Address(Url);

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        address(&text).map(Address).map_err(|failure| de::Error::custom(failure.message))
    }
}

/// A header's value; a line break would make two of it.
struct HeaderValue(String);

impl<'de> Deserialize<'de> for HeaderValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.chars().any(char::is_control) {
            true => Err(de::Error::custom("an etag with a control character")),
            false => Ok(Self(text)),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
enum Ask {
    Propfind {
        url: Address,
        depth: u8,
        properties: Vec<Property>,
    },
    Proppatch {
        url: Address,
        set: CalendarProps,
        remove: Vec<Removable>,
    },
    CalendarQuery {
        url: Address,
        component: String,
        from: Option<Instant>,
        to: Option<Instant>,
        data: bool,
    },
    CalendarMultiget {
        url: Address,
        hrefs: Vec<String>,
    },
    SyncCollection {
        url: Address,
        sync_token: Option<String>,
    },
    FreeBusyQuery {
        url: Address,
        from: Instant,
        to: Instant,
    },
    Mkcalendar {
        url: Address,
        props: CalendarProps,
        components: Vec<String>,
    },
    Mkcol {
        url: Address,
        props: CalendarProps,
        components: Vec<String>,
    },
    Get {
        url: Address,
    },
    Put {
        url: Address,
        ics: String,
        if_match: Option<HeaderValue>,
        if_schedule_tag_match: Option<HeaderValue>,
    },
    Delete {
        url: Address,
        if_match: Option<HeaderValue>,
        if_schedule_tag_match: Option<HeaderValue>,
    },
    Options {
        url: Address,
    },
}

impl Ask {
    fn request(self) -> Result<Request, Failure> {
        let object = |url: &Url| RemoteId(url.as_str().to_owned());
        let request = match self {
            Self::Propfind { url, depth, properties } => {
                let depth = match depth {
                    0 => "0",
                    1 => "1",
                    _ => return Err(Failure::new("invalid_argument", "depth must be 0 or 1")),
                };
                Some(request::propfind(url.0, depth, &properties))
            }
            Self::Proppatch { url, set, remove } => Some(proppatch(url.0, &set, &remove)),
            Self::CalendarQuery { url, component, from, to, data } => {
                let bring = if data { Bring::Bodies } else { Bring::Etags };
                Some(calendar_query(url.0, &component, from, to, bring))
            }
            Self::CalendarMultiget { url, hrefs } => {
                let ids: Vec<RemoteId> = hrefs.into_iter().map(RemoteId).collect();
                Some(request::multiget(url.0, &ids))
            }
            Self::SyncCollection { url, sync_token } => {
                Some(request::sync_collection(url.0, sync_token.as_deref()))
            }
            Self::FreeBusyQuery { url, from, to } => {
                let span = Span::new(from, to).filter(|span| !span.is_empty());
                let span = span.ok_or_else(|| Failure::new("invalid_time", "to must be after from"))?;
                Some(free_busy_query(url.0, span))
            }
            Self::Mkcalendar { url, props, components } => Some(mkcalendar(url.0, &props, &components)),
            Self::Mkcol { url, props, components } => Some(mkcol(url.0, &props, &components)),
            Self::Get { url } => request::get(&url.0, &object(&url.0)),
            Self::Put { url, ics, if_match: None, if_schedule_tag_match: None } => {
                request::create(&url.0, &object(&url.0), &ics)
            }
            Self::Put { url, ics, if_match, if_schedule_tag_match } => {
                based(if_match, if_schedule_tag_match, |base| {
                    request::update(&url.0, &object(&url.0), base, &ics)
                })?
            }
            Self::Delete { url, if_match, if_schedule_tag_match } => {
                based(if_match, if_schedule_tag_match, |base| request::delete(&url.0, &object(&url.0), base))?
            }
            Self::Options { url } => Some(request::options(url.0)),
        };
        request.ok_or_else(|| Failure::new("invalid_url", "the address cannot be resolved"))
    }
}

/// A request on the one condition that is given.
fn based(
    if_match: Option<HeaderValue>,
    if_schedule_tag_match: Option<HeaderValue>,
    request: impl FnOnce(Base<'_>) -> Option<Request>,
) -> Result<Option<Request>, Failure> {
    match (if_match, if_schedule_tag_match) {
        (Some(etag), None) => Ok(request(Base::Version(&Version(etag.0)))),
        (None, Some(tag)) => Ok(request(Base::ScheduleTag(&tag.0))),
        _ => Err(Failure::new("invalid_argument", "give either ifMatch or ifScheduleTagMatch")),
    }
}

#[derive(Serialize)]
struct Asked<'a> {
    method: &'static str,
    url: &'a str,
    headers: BTreeMap<&'static str, &'a str>,
    body: Option<&'a str>,
}

/// An entry with the URL that its href means.
#[derive(Serialize)]
struct Located {
    #[serde(flatten)]
    entry: Entry,
    url: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listing {
    entries: Vec<Located>,
    sync_token: Option<String>,
}

/// A stable word, and a sentence.
struct Failure {
    code: &'static str,
    message: String,
}

impl Failure {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> JsValue {
        format!("{} {}", failure.code, failure.message).into()
    }
}

impl From<MultistatusError> for Failure {
    fn from(error: MultistatusError) -> Self {
        let code = match &error {
            MultistatusError::Malformed { .. } => "malformed_xml",
            MultistatusError::Doctype => "doctype",
            MultistatusError::TooLarge => "too_large",
            MultistatusError::NotMultistatus => "not_multistatus",
        };
        Self::new(code, error.to_string())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        // The place is that in the JSON, which no caller has seen.
        let sentence = error.to_string();
        let end = sentence.rfind(" at line ").unwrap_or(sentence.len());
        Self::new("invalid_argument", sentence.get(..end).unwrap_or_default())
    }
}

fn address(text: &str) -> Result<Url, Failure> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let shown: String = text.chars().filter(|char| !char.is_control()).take(80).collect();
    url.ok_or_else(|| Failure::new("invalid_url", format!("\"{shown}\" is not a whole http or https URL")))
}

fn told(value: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::new("internal", error.to_string()))
}

fn answer(headers: &str) -> Result<Response, Failure> {
    let headers: Vec<(String, String)> = serde_json::from_str(headers)?;
    Ok(Response { status: 200, headers, body: String::new() })
}

fn asked(ask: &str) -> Result<String, Failure> {
    let request = serde_json::from_str::<Ask>(ask)?.request()?;
    told(&Asked {
        method: request.method.as_str(),
        url: request.url.as_str(),
        headers: request.headers.iter().map(|(name, value)| (*name, value.as_str())).collect(),
        body: request.body.as_deref(),
    })
}

fn listing(body: &str, base: &str) -> Result<String, Failure> {
    let base = address(base)?;
    let status = Multistatus::parse(body)?;
    let locate = |entry: Entry| {
        let url = resolve(&base, &entry.href).map(String::from);
        Located { entry, url }
    };
    told(&Listing {
        entries: status.entries.into_iter().map(locate).collect(),
        sync_token: status.sync_token,
    })
}

/// A request: `ask` has what it needs under the name of its kind.
#[wasm_bindgen]
pub fn ask(ask: &str) -> Result<String, JsValue> {
    Ok(asked(ask)?)
}

/// The entries of a multistatus that came from `base`.
#[wasm_bindgen(js_name = readMultistatus)]
pub fn read_multistatus(body: &str, base: &str) -> Result<String, JsValue> {
    Ok(listing(body, base)?)
}

/// The calendars among them; `headers` of the same answer tell whether its names are escaped twice.
#[wasm_bindgen(js_name = readCalendars)]
pub fn read_calendars(body: &str, base: &str, headers: &str) -> Result<String, JsValue> {
    let (base, response) = (address(base)?, answer(headers)?);
    let status = Multistatus::parse(body).map_err(Failure::from)?;
    Ok(told(&CalendarInfo::list(&base, &status, &response))?)
}

/// The names in an `error` body.
#[wasm_bindgen(js_name = readConditions)]
pub fn read_conditions(body: &str) -> Vec<String> {
    conditions(body)
}

/// What the headers of an answer tell of the server.
#[wasm_bindgen(js_name = readService)]
pub fn read_service(headers: &str) -> Result<String, JsValue> {
    Ok(told(&Service::read(&answer(headers)?))?)
}

/// What the headers of the answer to a PUT tell of the object.
#[wasm_bindgen(js_name = readStored)]
pub fn read_stored(headers: &str) -> Result<String, JsValue> {
    Ok(told(&PutReply::read(&answer(headers)?))?)
}

/// The URL that an href means (RFC 3986), its percent-encoding as the server wrote it.
#[wasm_bindgen(js_name = resolveHref)]
pub fn resolve_href(base: &str, href: &str) -> Result<Option<String>, JsValue> {
    Ok(resolve(&address(base)?, href).map(String::from))
}

/// Whether two hrefs name one resource, however each is percent-encoded.
#[wasm_bindgen(js_name = sameResource)]
pub fn is_same_resource(one: &str, other: &str) -> bool {
    same_resource(one, other)
}
