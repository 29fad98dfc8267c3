//! Somebody else who uses the same calendar: plain requests, without preconditions, and what really stands there.

use crate::objects::HERE;
use crate::servers::Server;
use kalends::Event;
use kalends::port::Response;
use std::collections::BTreeMap;
use url::Url;

/// The other client.
#[derive(Clone)]
pub struct Phone {
    server: &'static Server,
    pub calendar: Url,
}

impl Phone {
    pub fn new(server: &'static Server, calendar: Url) -> Self {
        Self { server, calendar }
    }

    /// The address of a path, or of a name in the calendar, whatever characters it has.
    fn url(&self, name: &str) -> Url {
        let at = if name.starts_with('/') {
            self.calendar.join(name)
        } else {
            Url::parse(&format!("{}{name}", self.calendar))
        };
        at.unwrap()
    }

    fn send(&self, name: &str, body: &str) -> Response {
        let headers = [("content-type", "text/calendar; charset=utf-8")];
        self.server.ask("PUT", &self.url(name), &headers, Some(&body.replace(HERE, &self.mark())))
    }

    /// Cyrus wants a UID once in all calendars of an account, and tests run beside each other.
    fn mark(&self) -> String {
        format!(
            "@{}",
            self.calendar.path_segments().and_then(|mut parts| parts.nth_back(1)).unwrap_or_default()
        )
    }

    /// The UID of an event as a test wrote it.
    pub fn uid(&self, event: &Event) -> String {
        event.uid().trim_end_matches(&self.mark()).to_owned()
    }

    /// PUT without a precondition; whether it was taken.
    pub fn try_put(&self, name: &str, body: &str) -> bool {
        (200..300).contains(&self.send(name, body).status)
    }

    /// PUT that must succeed.
    pub fn put(&self, name: &str, body: &str) {
        let answer = self.send(name, body);
        assert!(matches!(answer.status, 200..300), "PUT {name} by the phone: {answer:?}\n{body}");
    }

    /// PUT over one version; the status.
    pub fn put_over(&self, name: &str, etag: &str, body: &str) -> u16 {
        let headers = [("content-type", "text/calendar; charset=utf-8"), ("if-match", etag)];
        self.server.ask("PUT", &self.url(name), &headers, Some(body)).status
    }

    /// A write under a precondition that does not hold; the status.
    pub fn try_precondition(
        &self,
        method: &str,
        name: &str,
        condition: (&str, &str),
        body: Option<&str>,
    ) -> u16 {
        let headers = [("content-type", "text/calendar; charset=utf-8"), condition];
        self.server.ask(method, &self.url(name), &headers, body).status
    }

    /// DELETE that must succeed.
    pub fn delete(&self, name: &str) {
        let answer = self.server.ask("DELETE", &self.url(name), &[], None);
        assert!(matches!(answer.status, 200..300), "DELETE {name} by the phone: {answer:?}");
    }

    /// What stands there, and its etag.
    pub fn get(&self, name: &str) -> Option<(String, String)> {
        let answer = self.server.ask("GET", &self.url(name), &[], None);
        let etag = answer.header("etag").unwrap_or_default().to_owned();
        match answer.status {
            200 => Some((answer.body, etag)),
            404 | 410 => None,
            _ => panic!("GET {name} by the phone: {answer:?}"),
        }
    }

    /// Edits an event as a phone does: the whole text anew.
    pub fn edit(&self, name: &str, edit: impl FnOnce(&str) -> String) {
        let (body, _) = self.get(name).unwrap_or_else(|| panic!("there is no {name} to be edited"));
        let edited = edit(&body);
        assert_ne!(edited, body, "an edit changes something");
        self.put(name, &edited);
    }

    /// The paths of all objects.
    pub fn paths(&self) -> Vec<String> {
        let listed = self.server.propfind(&self.calendar, "1", "<getetag/><resourcetype/>");
        let objects = listed.entries.iter().filter(|entry| !entry.props.is_collection);
        let paths = objects.map(|entry| self.url(&entry.href).path().to_owned());
        paths.filter(|path| path != self.calendar.path()).collect()
    }

    /// All events.
    pub fn events(&self) -> Vec<Event> {
        self.paths().into_iter().filter_map(|path| Event::parse(&self.get(&path)?.0).ok()).collect()
    }

    /// The summaries of all events by UID.
    pub fn summaries(&self) -> BTreeMap<String, String> {
        self.events().iter().map(|event| (self.uid(event), summary(event))).collect()
    }

    /// The only object: its path and what stands there.
    pub fn only(&self) -> (String, String) {
        let paths = self.paths();
        let [path] = &paths[..] else { panic!("there is one object: {paths:?}") };
        (path.clone(), self.get(path).expect("what is listed is there").0)
    }
}

/// The summary of an event, in plain text.
pub fn summary(event: &Event) -> String {
    event.main().property("SUMMARY").map(|summary| summary.unescaped().into_owned()).unwrap_or_default()
}
