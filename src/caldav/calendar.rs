//! One CalDAV calendar as a [`Provider`].

use super::Bring;
use super::answer::{read, refusal, send};
use super::etag;
use super::href::{canonical, resolve};
use super::info::CalendarInfo;
use super::multistatus::{Entry, Multistatus};
use super::quirks::{Quirks, Server};
use super::request;
use super::stored::Stored;
use crate::booking::Kind;
use crate::outbound::Outbound;
use crate::port::{Cursor, Intent, RemoteId, Request, Response, Transport, Version};
use crate::provider::{Capabilities, Changes, Fetched, Probe, Provider, ProviderError, Written};
use crate::time::Span;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use url::Url;

/// How many objects one multiget asks for: every server answers so many, and Zoho no more than 1,000.
const BATCH: usize = 200;

/// How many bytes of bodies one query may bring.
const AT_ONCE: usize = 4 << 20;

/// A calendar collection.
pub struct CalDavCalendar<'a, T> {
    pub(super) outbound: Outbound<'a, T>,
    pub(super) url: Url,
    /// What of it is wanted.
    kind: Kind,
    /// As detected in this run, or in an earlier one.
    pub(super) server: Cell<Option<Server>>,
    /// Its resource-id, where it was found just now.
    pub(super) found: Option<Option<String>>,
    /// What the collection said of itself in this run.
    pub(super) seen: RefCell<Option<Collection>>,
    /// Whether a weak etag was told in this run.
    pub(super) weak: Cell<bool>,
}

/// What a collection says of itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Collection {
    pub(super) token: Option<String>,
    pub(super) ctag: Option<String>,
    pub(super) made: Option<String>,
}

impl<'a, T: Transport> CalDavCalendar<'a, T> {
    /// The calendar at `url`, reached through `outbound`; `cursor` is where the last run left it.
    pub fn new(outbound: Outbound<'a, T>, mut url: Url, cursor: Option<&Cursor>) -> Self {
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        let server = cursor.and_then(Stored::read).map(|stored| stored.server);
        Self {
            outbound,
            url,
            kind: Kind::Event,
            server: Cell::new(server),
            found: None,
            seen: RefCell::default(),
            weak: Cell::default(),
        }
    }

    /// The same, connected for tasks where that is the kind.
    pub fn holding(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// The same, found just now: that it is there need not be asked again before it is read for the first time.
    pub fn found(self, info: &CalendarInfo) -> Self {
        Self { found: Some(info.resource_id.clone()), ..self }
    }

    pub(super) fn quirks(&self) -> Quirks {
        self.server.get().unwrap_or(Server::Unknown).quirks()
    }

    /// The version that an etag tells.
    pub(super) fn version(&self, etag: &str) -> Version {
        self.weak.set(self.weak.get() || etag::is_weak(etag));
        etag::version(etag)
    }

    /// Sends a request; an answer of any status comes back.
    pub(super) async fn ask(&self, request: Request) -> Result<(Url, Response), ProviderError> {
        send(&self.outbound, request).await
    }

    /// Sends a request that is answered by a multistatus.
    pub(super) async fn multistatus(&self, request: Request) -> Result<(Url, Multistatus), ProviderError> {
        let (url, response) = self.ask(request).await?;
        let status = read(&url, &response).map_err(|error| self.slowed(error))?;
        Ok((url, status))
    }

    /// What a status that is no success means here.
    pub(super) fn refused(&self, url: &Url, response: &Response) -> ProviderError {
        self.slowed(refusal(url, response))
    }

    fn slowed(&self, error: ProviderError) -> ProviderError {
        match error {
            ProviderError::Throttled { after } => ProviderError::Throttled { after: self.patient(after) },
            error => error,
        }
    }

    /// As long as the server asks to wait, and as long as it needs.
    pub(super) fn patient(&self, after: Option<u32>) -> Option<u32> {
        after.map(|seconds| seconds.max(self.quirks().patience))
    }

    /// Objects by multiget. What is refused together is asked for in halves: one missing object makes some servers
    /// refuse them all, and one that they cannot serve spoils the answer of others.
    async fn fetch_batch(&self, batch: &[RemoteId]) -> Result<Vec<Fetched>, ProviderError> {
        let mut fetched = Vec::with_capacity(batch.len());
        let mut waiting = vec![batch];
        while let Some(ids) = waiting.pop() {
            if let [id] = ids {
                fetched.push(self.fetch_one(id).await?);
                continue;
            }
            let (first, second) = ids.split_at(ids.len() / 2);
            match self.multistatus(request::multiget(self.url.clone(), ids)).await {
                Ok((_, status)) => self.sort_out(ids, status.entries, &mut fetched).await?,
                Err(ProviderError::NoCalendar(_) | ProviderError::Protocol(_)) => {
                    waiting.extend([second, first])
                }
                Err(error) => return Err(error),
            }
        }
        Ok(fetched)
    }

    /// Takes what a multiget told; what it left out is asked for alone, since absence is not deletion.
    async fn sort_out(
        &self,
        ids: &[RemoteId],
        entries: Vec<Entry>,
        fetched: &mut Vec<Fetched>,
    ) -> Result<(), ProviderError> {
        let keyed = entries.into_iter().map(|entry| (self.key(&RemoteId(entry.href.clone())), entry));
        let mut entries: HashMap<String, Entry> = keyed.collect();
        for id in ids {
            let entry = entries.remove(&self.key(id)).map(|entry| (entry.status, entry.props));
            fetched.push(match entry {
                Some((Some(404 | 410), _)) => Fetched::Missing(id.clone()),
                Some((_, props)) => match (props.etag, props.calendar_data) {
                    (Some(etag), Some(body)) => Fetched::Found(id.clone(), self.version(&etag), body),
                    _ => self.fetch_one(id).await?,
                },
                None => self.fetch_one(id).await?,
            });
        }
        Ok(())
    }

    /// One object by GET.
    pub(super) async fn fetch_one(&self, id: &RemoteId) -> Result<Fetched, ProviderError> {
        let request =
            request::get(&self.url, id).ok_or_else(|| ProviderError::Protocol(format!("href {id}")))?;
        let (url, response) = self.ask(request).await?;
        match (response.status, response.header("etag")) {
            (404 | 410, _) => Ok(Fetched::Missing(id.clone())),
            (200, etag) => {
                let version = self.version(etag.unwrap_or_default());
                Ok(Fetched::Found(id.clone(), version, response.body))
            }
            _ => Err(self.refused(&url, &response)),
        }
    }
}

impl<T: Transport> Provider for CalDavCalendar<'_, T> {
    fn capabilities(&self) -> Capabilities {
        self.quirks().capabilities
    }

    async fn probe(&self, cursor: &Cursor) -> Result<Probe, ProviderError> {
        self.has_news(cursor).await
    }

    async fn changes(&self, cursor: Option<&Cursor>) -> Result<Changes, ProviderError> {
        self.page(cursor).await
    }

    async fn touching(&self, span: Span) -> Result<Option<Vec<RemoteId>>, ProviderError> {
        if self.kind == Kind::Todo {
            // Most tasks lie in no time, and servers differ in what that means (RFC 4791 9.9): all are read.
            return Ok(None);
        }
        let request = request::calendar_query(
            self.url.clone(),
            self.kind.component(),
            Some(span.start()),
            Some(span.end()),
            Bring::Etags,
        );
        match self.multistatus(request).await {
            Ok((_, status)) if status.entries.iter().any(|entry| entry.status == Some(507)) => Ok(None),
            Ok((_, status)) => {
                Ok(Some(status.entries.into_iter().map(|entry| RemoteId(entry.href)).collect()))
            }
            Err(ProviderError::NoCalendar(_) | ProviderError::Protocol(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn bodies_touching(&self, span: Span) -> Result<Option<Vec<Fetched>>, ProviderError> {
        if self.kind == Kind::Todo {
            return Ok(None);
        }
        let (from, to) = (Some(span.start()), Some(span.end()));
        let request =
            request::calendar_query(self.url.clone(), self.kind.component(), from, to, Bring::Bodies);
        let status = match self.multistatus(Request { max_bytes: AT_ONCE, ..request }).await {
            Ok((_, status)) => status,
            // Too much at once, perhaps too much for the time that an answer has: a little at a time it may go.
            Err(
                ProviderError::NoCalendar(_) | ProviderError::Protocol(_) | ProviderError::Unreachable(_),
            ) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let body = |entry: Entry| {
            let (etag, body) = (entry.props.etag?, entry.props.calendar_data?);
            Some(Fetched::Found(self.own(&entry.href).ok()?, self.version(&etag), body))
        };
        if status.entries.iter().any(|entry| entry.status == Some(507)) {
            return Ok(None);
        }
        // One that names an object and keeps its body does not tell what touches the span either.
        Ok(status.entries.into_iter().filter(|entry| !self.is_collection(entry)).map(body).collect())
    }

    async fn fetch(&self, ids: &[RemoteId]) -> Result<Vec<Fetched>, ProviderError> {
        let mut fetched = Vec::with_capacity(ids.len());
        for batch in ids.chunks(BATCH) {
            fetched.append(&mut self.fetch_batch(batch).await?);
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
        self.carry_out(intent).await
    }
}
