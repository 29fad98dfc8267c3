//! Conditional writes, and what the reply to one means.

use super::answer::{is_over_quota, retry_after};
use super::calendar::CalDavCalendar;
use super::etag;
use super::href::{resolve, same_resource};
use super::multistatus::Multistatus;
use super::quirks::UpdateOfNothing;
use super::request::{self, Base};
use crate::port::{Intent, IntentKind, RemoteId, Request, Response, Transport, Version};
use crate::provider::{ProviderError, Written};
use url::Url;

/// What is about the object, so that to send it again is of no use: preconditions of RFC 4791 5.3.2.1, RFC 6638 3.2.4.1
/// and RFC 4918, and what Nextcloud says in words.
const OBJECTIONS: [(&str, &str); 12] = [
    ("Deleted calendar object with uid", "an event with its UID lies in the calendar's bin; empty the bin"),
    ("be moved into the trashbin", "an event of its name lies in the calendar's bin already; empty the bin"),
    ("unique-scheduling-object-resource", "an event with its UID is in another calendar of this account"),
    ("no-uid-conflict", "an event with its UID is there at another address"),
    ("supported-calendar-component", "this calendar does not take such components"),
    ("supported-calendar-data", "this calendar takes another format"),
    ("valid-calendar-data", "the server cannot read it"),
    ("valid-calendar-object-resource", "the server finds that it breaks a rule of iCalendar"),
    ("max-resource-size", "it is too large"),
    ("max-instances", "it recurs too often"),
    ("max-attendees-per-instance", "it has too many attendees"),
    ("max-date-time", "it lies outside of the dates that the server takes"),
];

impl<T: Transport> CalDavCalendar<'_, T> {
    /// Sends a committed intent.
    pub(super) async fn carry_out(&self, intent: &Intent) -> Result<Written, ProviderError> {
        let base = intent.base_version.as_ref();
        if base.is_none() && intent.kind != IntentKind::Create {
            return Ok(Written::Conflict);
        }
        if base.is_some_and(|base| !etag::is_told(base)) {
            let why = "the server tells no version of it, so that a change made there could not be seen";
            return Ok(Written::Rejected(why.to_owned()));
        }
        let Some(request) = self.request(intent, base) else {
            return Ok(Written::Rejected(format!("href {}", intent.remote)));
        };
        let mut answer = self.attempt(request).await;
        if let (Ok((_, Response { status: 412, .. })), Some(base), true) = (&answer, base, self.weak.get())
            && let Some(request) = self.request(intent, Some(&etag::weak(base)))
        {
            answer = self.attempt(request).await;
        }
        let (url, response) = match answer {
            Ok(answer) => answer,
            Err(ProviderError::Unreachable(_)) => return Ok(Written::Unknown),
            Err(error) => return Err(error),
        };
        let quirk = self.quirks().update_of_nothing;
        if (intent.kind, response.status, quirk) == (IntentKind::Update, 201, UpdateOfNothing::Creates) {
            return self.take_back(intent, &response).await;
        }
        Ok(match outcome(intent.kind, &url, &response)? {
            Written::Retry(after) => Written::Retry(self.patient(after)),
            written => written,
        })
    }

    /// Sends a write. One that is redirected was not carried out; where only the host of the account is another (a
    /// partition of iCloud), it goes there, once and on the same condition.
    async fn attempt(&self, request: Request) -> Result<(Url, Response), ProviderError> {
        let again = request.clone();
        let (url, response) = self.ask(request).await?;
        let to = match response.status {
            301 | 302 | 307 | 308 => response.header("location").and_then(|to| resolve(&url, to)),
            _ => None,
        };
        let elsewhere = to.filter(|to| to.path() == url.path() && to.query() == url.query() && *to != url);
        match elsewhere.filter(|to| self.outbound.admits(to)) {
            Some(url) => self.ask(Request { url, ..again }).await,
            None => Ok((url, response)),
        }
    }

    /// The request that carries an intent out, on the condition that `base` is what is there.
    fn request(&self, intent: &Intent, base: Option<&Version>) -> Option<Request> {
        let Intent { kind, remote, body, .. } = intent;
        match (kind, base) {
            (IntentKind::Create, _) => request::create(&self.url, remote, body),
            (IntentKind::Update, base) => request::update(&self.url, remote, Base::Version(base?), body),
            (IntentKind::Delete, base) => request::delete(&self.url, remote, Base::Version(base?)),
        }
    }

    /// An update that made its object again: it had been deleted, and is deleted again.
    async fn take_back(&self, intent: &Intent, response: &Response) -> Result<Written, ProviderError> {
        let made = told(response).or_else(|| intent.base_version.clone());
        let request = made.and_then(|made| request::delete(&self.url, &intent.remote, Base::Version(&made)));
        let Some(request) = request else { return Ok(Written::Unknown) };
        match self.attempt(request).await {
            Ok((_, Response { status: 200..300 | 404 | 410, .. })) => Ok(Written::Gone),
            Ok(_) | Err(ProviderError::Unreachable(_)) => Ok(Written::Unknown),
            Err(error) => Err(error),
        }
    }
}

/// The version that a reply tells.
fn told(response: &Response) -> Option<Version> {
    response.header("etag").map(etag::version)
}

/// What a reply to a write means. A multistatus (seen from Xandikos) speaks for the status in it.
fn outcome(kind: IntentKind, url: &Url, response: &Response) -> Result<Written, ProviderError> {
    let status = match response.status {
        207 => status_within(&response.body),
        status => status,
    };
    let objection = OBJECTIONS.iter().find(|(name, _)| response.body.contains(name)).map(|(_, says)| *says);
    let rejected = |says: &str| Written::Rejected(format!("{says} (status {status})"));
    Ok(match (status, kind) {
        (401, _) => return Err(ProviderError::Unauthorized),
        (301 | 302 | 303 | 307 | 308, _) => {
            return Err(ProviderError::Moved(
                response.header("location").unwrap_or("another address").to_owned(),
            ));
        }
        (200..=299 | 404 | 410, IntentKind::Delete) => Written::Applied(None),
        (200..=299, _) => applied(url, response),
        (403, _) if is_over_quota(response) => Written::Retry(retry_after(response)),
        (403, _) if response.body.contains("need-privileges") => Written::ReadOnly,
        (400 | 403 | 409 | 412, _) if objection.is_some() => rejected(objection.unwrap_or_default()),
        (404 | 410, IntentKind::Update) => Written::Gone,
        (409 | 412, _) => Written::Conflict,
        (405, _) => Written::ReadOnly,
        (413, _) => rejected("it is too large"),
        (415, _) => rejected("the server cannot read it"),
        (423 | 429 | 503, _) => Written::Retry(retry_after(response)),
        (507, _) => Written::Full,
        (500..=599, _) => Written::Unknown,
        _ => Written::Rejected(format!("status {status}")),
    })
}

/// A write that was carried out. Some servers store an object at another address than it was sent to, and say so.
fn applied(url: &Url, response: &Response) -> Written {
    let at = response.header("location").and_then(|to| resolve(url, to));
    match at.filter(|at| at.origin() == url.origin() && !same_resource(at.path(), url.path())) {
        Some(at) => Written::AppliedAt(RemoteId(at.path().to_owned()), told(response)),
        None => Written::Applied(told(response)),
    }
}

/// The status that a multistatus tells of the one thing that was written; 500 where it cannot be read.
fn status_within(body: &str) -> u16 {
    match Multistatus::parse(body) {
        Ok(told) => told.entries.iter().find_map(|entry| entry.status).unwrap_or(204),
        Err(_) => 500,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Url {
        Url::parse("https://c.test/cal/a.ics").unwrap()
    }

    fn reply(status: u16, body: &str) -> Response {
        Response { status, headers: vec![("etag".into(), "\"e\"".into())], body: body.into() }
    }

    fn written(kind: IntentKind, status: u16, body: &str) -> Written {
        outcome(kind, &at(), &reply(status, body)).unwrap()
    }

    #[test]
    fn each_status_of_a_write_has_its_own_outcome() {
        let update = |status| written(IntentKind::Update, status, "");
        assert_eq!(update(204), Written::Applied(Some(Version("\"e\"".into()))));
        assert_eq!((update(409), update(412)), (Written::Conflict, Written::Conflict));
        assert_eq!((update(404), update(410)), (Written::Gone, Written::Gone));
        assert_eq!(update(405), Written::ReadOnly);
        assert_eq!(update(403), Written::Rejected("status 403".into()));
        assert_eq!(update(413), Written::Rejected("it is too large (status 413)".into()));
        assert_eq!(
            (update(423), update(429), update(503)),
            (Written::Retry(None), Written::Retry(None), Written::Retry(None))
        );
        assert_eq!((update(500), update(507)), (Written::Unknown, Written::Full));
        for status in [200, 204, 404, 410] {
            assert_eq!(written(IntentKind::Delete, status, ""), Written::Applied(None), "{status}");
        }
        assert_eq!(written(IntentKind::Create, 404, ""), Written::Rejected("status 404".into()));
        let wrong = outcome(IntentKind::Create, &at(), &reply(401, ""));
        assert_eq!(wrong, Err(ProviderError::Unauthorized));
    }

    #[test]
    fn a_reason_that_is_given_is_told_and_ends_the_trying() {
        let create =
            |status, reason| written(IntentKind::Create, status, &format!("<error><{reason}/></error>"));
        assert_eq!(create(403, "need-privileges"), Written::ReadOnly);
        for (status, reason) in [
            (403, "no-uid-conflict"),
            (409, "C:no-uid-conflict"),
            (412, "ns1:valid-calendar-data"),
            (403, "max-resource-size"),
        ] {
            assert!(matches!(create(status, reason), Written::Rejected(_)), "{status} {reason}");
        }
    }

    #[test]
    fn a_multistatus_speaks_for_the_status_in_it() {
        let told = |status: &str| {
            let body = format!(
                "<multistatus xmlns='DAV:'><response><href>/cal/a.ics</href><status>HTTP/1.1 {status}</status></response></multistatus>"
            );
            written(IntentKind::Update, 207, &body)
        };
        assert!(matches!(told("204 No Content"), Written::Applied(_)));
        assert_eq!(told("412 Precondition Failed"), Written::Conflict);
        assert_eq!(written(IntentKind::Update, 207, "<html/>"), Written::Unknown);
    }

    #[test]
    fn what_is_stored_elsewhere_is_followed_and_what_moved_is_told() {
        let located = |status, to: &str| {
            let headers = vec![("location".to_owned(), to.to_owned())];
            outcome(IntentKind::Create, &at(), &Response { status, headers, body: String::new() })
        };
        assert_eq!(located(201, "/cal/b.ics"), Ok(Written::AppliedAt(RemoteId("/cal/b.ics".into()), None)));
        assert_eq!(located(201, "https://c.test/cal/%61.ics"), Ok(Written::Applied(None)));
        assert_eq!(located(201, "https://evil.test/cal/b.ics"), Ok(Written::Applied(None)));
        assert_eq!(located(301, "/new/a.ics"), Err(ProviderError::Moved("/new/a.ics".into())));
    }
}
