//! One CalDAV calendar as a [`Provider`]: the sync ladder, and writes that never overwrite blindly.

use super::answer::{multistatus, refusal, retry_after, send};
use super::href::{canonical, resolve, same_resource};
use super::multistatus::Entry;
use super::request;
use crate::outbound::Outbound;
use crate::port::{Cursor, Intent, IntentKind, RemoteId, Response, Transport, Version};
use crate::provider::{Changes, Fetched, Probe, Provider, ProviderError, RemoteChange, Written};
use std::collections::HashMap;
use url::Url;

/// How many objects one multiget asks for.
const BATCH: usize = 50;

/// A calendar collection.
pub struct CalDavCalendar<'a, T> {
    outbound: Outbound<'a, T>,
    url: Url,
}

impl<'a, T: Transport> CalDavCalendar<'a, T> {
    /// The calendar at `url`, reached through `outbound`.
    pub fn new(outbound: Outbound<'a, T>, mut url: Url) -> Self {
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Self { outbound, url }
    }

    /// The collection's own tokens: sync-token and ctag.
    async fn state(&self) -> Result<(Option<String>, Option<String>), ProviderError> {
        let (_, status) = multistatus(&self.outbound, request::find_state(self.url.clone())).await?;
        let entry = status.entries.into_iter().find(|entry| entry.props.is_calendar);
        let entry = entry.ok_or_else(|| ProviderError::NoCalendar(self.url.to_string()))?;
        Ok((entry.props.sync_token, entry.props.ctag))
    }

    /// What RFC 6578 reports since `token`; none where the token is not valid any more.
    async fn report(&self, token: Option<&str>) -> Result<Option<Changes>, ProviderError> {
        let request = request::sync_collection(self.url.clone(), token);
        let (url, response) = send(&self.outbound, request).await?;
        let said = matches!(response.status, 403 | 409 | 412) && response.body.contains("valid-sync-token");
        if said || (token.is_some() && response.status == 410) {
            return Ok(None);
        }
        if response.status != 207 {
            return Err(refusal(&url, &response));
        }
        let parsed = super::Multistatus::parse(&response.body);
        let status = parsed.map_err(|error| ProviderError::Protocol(error.to_string()))?;
        let mut items = Vec::new();
        let mut truncated = false;
        for entry in &status.entries {
            if self.is_collection(entry) {
                truncated |= entry.status == Some(507);
            } else if entry.status == Some(404) {
                // In an initial listing this tells of things that were gone before (seen from Radicale).
                items.extend(token.map(|_| RemoteChange::Gone(RemoteId(entry.href.clone()))));
            } else {
                items.push(member(entry));
            }
        }
        let next = status.sync_token.ok_or_else(|| {
            ProviderError::Protocol("a sync-collection answer without a sync-token".to_owned())
        })?;
        let next = Stored::Token(next).cursor();
        Ok(Some(Changes { items, next, last: !truncated, full_listing: token.is_none() }))
    }

    /// Every member with its etag, for servers without sync-collection.
    async fn listing(&self, ctag: Option<String>) -> Result<Changes, ProviderError> {
        let (_, status) = multistatus(&self.outbound, request::list_etags(self.url.clone())).await?;
        if status.entries.iter().any(|entry| entry.status == Some(507)) {
            return Err(ProviderError::Protocol("a listing that is cut off".to_owned()));
        }
        let items = status.entries.iter().filter(|entry| !self.is_collection(entry)).map(member).collect();
        let next = Stored::Ctag(ctag.unwrap_or_default()).cursor();
        Ok(Changes { items, next, last: true, full_listing: true })
    }

    fn is_collection(&self, entry: &Entry) -> bool {
        entry.props.is_collection
            || entry.href.ends_with('/')
            || resolve(&self.url, &entry.href).is_some_and(|url| same_resource(url.path(), self.url.path()))
    }

    /// One object by GET; for what a multiget left out.
    async fn fetch_one(&self, id: &RemoteId) -> Result<Fetched, ProviderError> {
        let request =
            request::get(&self.url, id).ok_or_else(|| ProviderError::Protocol(format!("href {id}")))?;
        let (url, response) = send(&self.outbound, request).await?;
        match (response.status, response.header("etag")) {
            (404 | 410, _) => Ok(Fetched::Missing(id.clone())),
            (200, Some(etag)) => Ok(Fetched::Found(id.clone(), Version(etag.to_owned()), response.body)),
            (200, None) => Err(ProviderError::Protocol(format!("no etag for {url}"))),
            _ => Err(refusal(&url, &response)),
        }
    }
}

impl<T: Transport> Provider for CalDavCalendar<'_, T> {
    async fn probe(&self, cursor: &Cursor) -> Result<Probe, ProviderError> {
        let (token, ctag) = self.state().await?;
        let unchanged = match Stored::read(cursor) {
            Stored::Token(known) => token.as_ref() == Some(&known),
            Stored::Ctag(known) => !known.is_empty() && ctag.as_ref() == Some(&known),
        };
        Ok(if unchanged { Probe::Unchanged } else { Probe::Changed })
    }

    async fn changes(&self, cursor: Option<&Cursor>) -> Result<Changes, ProviderError> {
        let stored = cursor.map(Stored::read);
        if let Some(Stored::Token(token)) = &stored
            && let Some(changes) = self.report(Some(token)).await?
        {
            return Ok(changes);
        }
        let (token, ctag) = self.state().await?;
        if token.is_some() {
            match self.report(None).await {
                Ok(Some(changes)) => return Ok(changes),
                Ok(None) | Err(ProviderError::NoCalendar(_) | ProviderError::Protocol(_)) => {}
                Err(error) => return Err(error),
            }
        }
        self.listing(ctag).await
    }

    async fn fetch(&self, ids: &[RemoteId]) -> Result<Vec<Fetched>, ProviderError> {
        let mut fetched = Vec::with_capacity(ids.len());
        for batch in ids.chunks(BATCH) {
            let answer = multistatus(&self.outbound, request::multiget(self.url.clone(), batch)).await;
            let mut entries: HashMap<String, Entry> = match answer {
                Ok((_, status)) => status
                    .entries
                    .into_iter()
                    .map(|entry| (self.key(&RemoteId(entry.href.clone())), entry))
                    .collect(),
                // One missing object makes some servers refuse the whole multiget: ask for each alone.
                Err(ProviderError::NoCalendar(_) | ProviderError::Protocol(_)) => HashMap::new(),
                Err(error) => return Err(error),
            };
            for id in batch {
                let entry = entries.remove(&self.key(id)).map(|entry| (entry.status, entry.props));
                fetched.push(match entry {
                    Some((Some(404 | 410), _)) => Fetched::Missing(id.clone()),
                    Some((_, props)) if props.etag.is_some() && props.calendar_data.is_some() => {
                        Fetched::Found(
                            id.clone(),
                            Version(props.etag.unwrap_or_default()),
                            props.calendar_data.unwrap_or_default(),
                        )
                    }
                    // Left out of the answer: absence is not deletion, so ask for that one alone.
                    _ => self.fetch_one(id).await?,
                });
            }
        }
        Ok(fetched)
    }

    fn id_for(&self, uid: &str) -> RemoteId {
        RemoteId(format!("{}{uid}.ics", self.url.path()))
    }

    fn key(&self, id: &RemoteId) -> String {
        resolve(&self.url, &id.0).map_or_else(|| canonical(&id.0), |url| canonical(url.path()))
    }

    async fn write(&self, intent: &Intent) -> Result<Written, ProviderError> {
        let request = match (intent.kind, &intent.base_version) {
            (IntentKind::Create, _) => request::create(&self.url, &intent.remote, &intent.body),
            (IntentKind::Update, Some(base)) => {
                request::update(&self.url, &intent.remote, base, &intent.body)
            }
            (IntentKind::Delete, Some(base)) => request::delete(&self.url, &intent.remote, base),
            (IntentKind::Update | IntentKind::Delete, None) => return Ok(Written::Conflict),
        };
        let Some(request) = request else { return Ok(Written::Rejected(format!("href {}", intent.remote))) };
        let (_, response) = match send(&self.outbound, request).await {
            Ok(answer) => answer,
            Err(ProviderError::Unreachable(_)) => return Ok(Written::Unknown),
            Err(error) => return Err(error),
        };
        outcome(intent.kind, &response)
    }
}

/// What a listing says of a member that is there: without an etag it cannot be told from what it was.
fn member(entry: &Entry) -> RemoteChange {
    let id = RemoteId(entry.href.clone());
    match (&entry.props.etag, entry.status) {
        (Some(etag), _) => RemoteChange::Present(id, Version(etag.clone())),
        (None, Some(status)) => RemoteChange::Unreadable(id, format!("status {status}")),
        (None, None) => RemoteChange::Unreadable(id, "no etag".to_owned()),
    }
}

/// What a reply to a write means.
fn outcome(kind: IntentKind, response: &Response) -> Result<Written, ProviderError> {
    let etag = response.header("etag").map(|etag| Version(etag.to_owned()));
    Ok(match (response.status, kind) {
        (401, _) => return Err(ProviderError::Unauthorized),
        (200..300, IntentKind::Delete) => Written::Applied(None),
        (404 | 410, IntentKind::Delete) => Written::Applied(None),
        (200..300, _) => Written::Applied(etag),
        (404 | 410, IntentKind::Update) => Written::Gone,
        (409 | 412, _) => Written::Conflict,
        (403, _) if response.body.contains("need-privileges") => Written::ReadOnly,
        (405, _) => Written::ReadOnly,
        (423 | 429 | 503, _) => Written::Retry(retry_after(response)),
        (500..600, _) => Written::Unknown,
        (status, _) => Written::Rejected(format!("status {status}")),
    })
}

/// The cursor of a CalDAV calendar.
#[derive(Debug, PartialEq)]
enum Stored {
    /// A sync-token (RFC 6578).
    Token(String),
    /// A ctag.
    Ctag(String),
}

impl Stored {
    fn read(cursor: &Cursor) -> Self {
        match cursor.0.split_once(' ') {
            Some(("token", token)) => Self::Token(token.to_owned()),
            Some((_, ctag)) => Self::Ctag(ctag.to_owned()),
            None => Self::Ctag(String::new()),
        }
    }

    fn cursor(&self) -> Cursor {
        Cursor(match self {
            Self::Token(token) => format!("token {token}"),
            Self::Ctag(ctag) => format!("ctag {ctag}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> Response {
        Response { status, headers: vec![("etag".into(), "\"e\"".into())], body: body.into() }
    }

    #[test]
    fn a_cursor_reads_back_as_it_was_written() {
        for stored in [
            Stored::Token("http://x/ns/sync/1 2".into()),
            Stored::Token("0".into()),
            Stored::Ctag("\"abc\"".into()),
            Stored::Ctag(String::new()),
        ] {
            assert_eq!(Stored::read(&stored.cursor()), stored);
        }
    }

    #[test]
    fn a_member_without_an_etag_is_there_all_the_same() {
        let entry = Entry { href: "/c/a.ics".into(), status: Some(423), ..Entry::default() };
        let expected = RemoteChange::Unreadable(RemoteId("/c/a.ics".into()), "status 423".into());
        assert_eq!(member(&entry), expected);
    }

    #[test]
    fn each_status_of_a_write_has_its_own_outcome() {
        let update = |status| outcome(IntentKind::Update, &reply(status, "")).unwrap();
        assert_eq!(update(204), Written::Applied(Some(Version("\"e\"".into()))));
        assert_eq!(update(412), Written::Conflict);
        assert_eq!(update(404), Written::Gone);
        assert_eq!(update(405), Written::ReadOnly);
        let denied = reply(403, "<error><need-privileges/></error>");
        assert_eq!(outcome(IntentKind::Update, &denied).unwrap(), Written::ReadOnly);
        assert_eq!(update(403), Written::Rejected("status 403".into()));
        assert_eq!(update(413), Written::Rejected("status 413".into()));
        assert_eq!(update(500), Written::Unknown);
        assert_eq!(update(503), Written::Retry(None));
        assert_eq!(outcome(IntentKind::Delete, &reply(404, "")).unwrap(), Written::Applied(None));
        assert_eq!(outcome(IntentKind::Create, &reply(401, "")), Err(ProviderError::Unauthorized));
    }
}
