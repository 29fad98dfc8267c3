//! Answers of a simulated server: HTTP, and the XML of WebDAV.

use kalends::port::{Request, Response};

/// An answer with a status and headers.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Response { status, headers: headers.collect(), body: body.to_owned() }
}

/// A header of a request.
pub fn said(request: &Request, name: &str) -> Option<String> {
    request.headers.iter().find(|(header, _)| *header == name).map(|(_, value)| value.clone())
}

/// Every text between two others.
pub fn between<'t>(text: &'t str, open: &str, close: &str) -> Vec<&'t str> {
    text.split(open).skip(1).filter_map(|rest| rest.split(close).next()).collect()
}

/// 207 with these responses.
pub fn multistatus(responses: &str, token: Option<String>) -> Response {
    let token = token.map(|token| format!("<sync-token>{token}</sync-token>")).unwrap_or_default();
    let body = format!(
        "<multistatus xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav' xmlns:S='http://calendarserver.org/ns/'>{responses}{token}</multistatus>"
    );
    answer(207, &[], &body)
}

/// A response that is a status alone.
pub fn status(href: &str, status: u16) -> String {
    format!("<response><href>{href}</href><status>HTTP/1.1 {status} X</status></response>")
}

/// A response with properties.
pub fn props(href: &str, props: &str) -> String {
    format!(
        "<response><href>{href}</href><propstat><prop>{props}</prop><status>HTTP/1.1 200 OK</status></propstat></response>"
    )
}

/// A text as XML has it.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
