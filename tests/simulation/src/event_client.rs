//! A client of the event API as a `Provider`: what a provider for Google Calendar or Microsoft Graph has to do at the
//! engine's door.

use crate::event_api::{Call, EventApi, Failure, From, Ids, Item, Next, Page};
use kalends::Span;
use kalends::port::{Cursor, Intent, IntentKind, RemoteId, Version};
use kalends::provider::{
    Capabilities, Changes, Fetched, Preconditions, Probe, Provider, ProviderError, RemoteChange, Replies,
    Versions, Writers, Written,
};

/// What stands before the transaction of an event whose id is not known yet.
const NEW: &str = "new:";

/// The client.
pub struct EventClient<'a>(pub &'a EventApi);

/// What a failure to read means.
fn error(failure: Failure) -> ProviderError {
    match failure {
        Failure::Lost => ProviderError::Unreachable("no answer".to_owned()),
        Failure::Status(401, _) => ProviderError::Unauthorized,
        Failure::Status(403 | 429 | 503, after) => ProviderError::Throttled { after },
        Failure::Status(status, _) => ProviderError::Protocol(format!("status {status}")),
    }
}

impl EventClient<'_> {
    /// A page from where a cursor stands, and whether it begins a listing of everything: a cursor that is not valid any
    /// more is no other.
    async fn page(&self, cursor: Option<&Cursor>) -> Result<(Page, bool), ProviderError> {
        let from = match cursor.and_then(|cursor| cursor.0.split_once(' ')) {
            Some(("sync", token)) => From::Sync(token),
            Some(("page", token)) => From::Page(token),
            _ => From::Nothing,
        };
        match (self.0.list(from).await, from) {
            (Ok(page), _) => Ok((page, matches!(from, From::Nothing))),
            (Err(Failure::Status(400 | 410, _)), From::Sync(_) | From::Page(_)) => {
                Ok((self.0.list(From::Nothing).await.map_err(error)?, true))
            }
            (Err(failure), _) => Err(error(failure)),
        }
    }

    async fn fetch_one(&self, id: &RemoteId) -> Result<Fetched, ProviderError> {
        let item = match id.0.strip_prefix(NEW) {
            Some(transaction) => self.0.find(transaction).await,
            None => match self.0.get(&id.0).await {
                Err(Failure::Status(404 | 410, _)) => Ok(None),
                answer => answer.map(Some),
            },
        };
        Ok(match item.map_err(error)? {
            Some(Item { id, etag, body: Some(body) }) => Fetched::Found(RemoteId(id), Version(etag), body),
            _ => Fetched::Missing(id.clone()),
        })
    }

    /// Where the service has told all until a while ago, that is known to the world, too.
    fn note(&self, next: &Cursor, sync: &str) {
        if let Some(tick) = self.0.known_by(sync) {
            self.0.collection.ledger.truth.told_all_until(next, tick);
        }
    }
}

impl Provider for EventClient<'_> {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            preconditions: Preconditions::Kept,
            writers: Writers::One,
            versions: Versions::Unique,
            replies: Replies::Complete,
        }
    }

    async fn probe(&self, cursor: &Cursor) -> Result<Probe, ProviderError> {
        // There is no cheaper question than for the changes themselves. A page that is empty need not be the last.
        let mut cursor = cursor.clone();
        loop {
            match self.page(Some(&cursor)).await? {
                (Page { items, next: Next::Page(token) }, false) if items.is_empty() => {
                    cursor = Cursor(format!("page {token}"));
                }
                (Page { items, next: Next::Sync(_) }, false) if items.is_empty() => {
                    return Ok(Probe::Unchanged);
                }
                _ => return Ok(Probe::Changed),
            }
        }
    }

    async fn changes(&self, cursor: Option<&Cursor>) -> Result<Changes, ProviderError> {
        let (page, full_listing) = self.page(cursor).await?;
        let mut items: Vec<RemoteChange> = Vec::new();
        for Item { id, etag, body } in page.items {
            // An item that is told again may have changed in between.
            items.retain(|item| item.id().0 != id);
            items.push(match body {
                Some(body) => RemoteChange::Read(RemoteId(id), Version(etag), body),
                None => RemoteChange::Gone(RemoteId(id)),
            });
        }
        let (next, last) = match page.next {
            Next::Page(token) => (Cursor(format!("page {token}")), false),
            Next::Sync(token) => {
                let next = Cursor(format!("sync {token}"));
                self.note(&next, &token);
                (next, true)
            }
        };
        Ok(Changes { items, next, last, full_listing })
    }

    async fn touching(&self, _: Span) -> Result<Option<Vec<RemoteId>>, ProviderError> {
        // Everything came with its body.
        Ok(None)
    }

    async fn bodies_touching(&self, _: Span) -> Result<Option<Vec<Fetched>>, ProviderError> {
        Ok(None)
    }

    async fn fetch(&self, ids: &[RemoteId]) -> Result<Vec<Fetched>, ProviderError> {
        let mut fetched = Vec::with_capacity(ids.len());
        for id in ids {
            fetched.push(self.fetch_one(id).await?);
        }
        Ok(fetched)
    }

    fn id_for(&self, uid: &str) -> RemoteId {
        match self.0.dialect.ids {
            Ids::OfTheClient => RemoteId(uid.to_owned()),
            Ids::OfTheService => RemoteId(format!("{NEW}{uid}")),
        }
    }

    fn key(&self, id: &RemoteId) -> String {
        id.0.clone()
    }

    async fn write(&self, intent: &Intent) -> Result<Written, ProviderError> {
        let name = intent.remote.0.trim_start_matches(NEW).to_owned();
        let base = intent.base_version.as_ref().map(|version| version.0.clone()).unwrap_or_default();
        let call = match intent.kind {
            IntentKind::Create => Call::Insert(name, intent.body.clone()),
            IntentKind::Update => Call::Update(name, base, intent.body.clone()),
            IntentKind::Delete => Call::Delete(name, base),
        };
        Ok(match (self.0.call(call).await, intent.kind) {
            (Ok(_), IntentKind::Delete) => Written::Applied(None),
            (Ok((id, etag)), _) if id == intent.remote.0 => Written::Applied(Some(Version(etag))),
            (Ok((id, etag)), _) => Written::AppliedAt(RemoteId(id), Some(Version(etag))),
            (Err(Failure::Status(404 | 410, _)), IntentKind::Delete) => Written::Applied(None),
            (Err(Failure::Status(404 | 410, _)), IntentKind::Update) => Written::Gone,
            (Err(Failure::Status(409 | 412, _)), _) => Written::Conflict,
            (Err(Failure::Status(403 | 429 | 503, after)), _) => Written::Retry(after),
            (Err(Failure::Status(401, _)), _) => return Err(ProviderError::Unauthorized),
            (Err(_), _) => Written::Unknown,
        })
    }
}
