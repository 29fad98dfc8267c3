//! A calendar service as a `Provider`: etags, sync tokens, pages and preconditions, and the manners and faults that
//! real ones were seen to have.

use crate::clock::pause;
use crate::collection::{Collection, Grave};
use crate::rewriting::{edited, reordered};
use kalends::Span;
use kalends::port::{Cursor, Intent, IntentKind, RemoteId, Version};
use kalends::provider::{
    Capabilities, Changes, Fetched, Preconditions, Probe, Provider, ProviderError, RemoteChange, Replies,
    Versions, Writers, Written,
};
use std::rc::Rc;

/// How a service behaves when it is well.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// How many items a page of changes holds.
    pub page: usize,
    /// Chance in a hundred that a write's reply tells the new etag.
    pub tells_etag: usize,
    /// Whether it stores properties in another order than they were sent.
    pub reorders: bool,
    /// How far it keeps to its preconditions and versions.
    pub character: Character,
}

/// How far a service keeps to its preconditions and versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Character {
    /// It does.
    Sound,
    /// Of several who write over one version, more than one may be told that it has won.
    Racy,
    /// That, and creates and deletes need no precondition, and an object made again has the version of the one before.
    Careless,
}

/// The service.
pub struct FakeCalendar {
    collection: Rc<Collection>,
    manners: Manners,
}

impl FakeCalendar {
    pub fn new(collection: Rc<Collection>, manners: Manners) -> Self {
        Self { collection, manners }
    }

    fn token(&self, seq: u64) -> Cursor {
        Cursor(format!("{} {seq}", self.collection.epoch.get()))
    }

    fn read_fault(&self) -> Result<(), ProviderError> {
        match self.collection.dice.percent(self.collection.faults.get().unreachable) {
            true => Err(ProviderError::Unreachable("it is down".into())),
            false => Ok(()),
        }
    }

    fn carry_out(&self, intent: &Intent) -> Written {
        let (collection, href) = (&self.collection, &intent.remote.0);
        let current = collection.objects.borrow().get(href).cloned();
        let base = intent.base_version.as_ref().map(|version| &version.0);
        let matches = current.as_ref().is_some_and(|object| base == Some(&object.etag));
        let careless = self.manners.character == Character::Careless;
        let held = match (intent.kind, &current) {
            (IntentKind::Create, None) => true,
            (IntentKind::Delete, None) => return Written::Applied(None),
            (IntentKind::Update, None) => return Written::Gone,
            (IntentKind::Update | IntentKind::Delete, Some(_)) if matches => true,
            (IntentKind::Create | IntentKind::Delete, Some(_)) if careless => false,
            _ => return Written::Conflict,
        };
        let reorders = self.manners.reorders && intent.kind != IntentKind::Delete;
        let body = if reorders { reordered(&intent.body) } else { intent.body.clone() };
        let etag = collection.write(intent.kind, href, &body, held);
        if intent.kind == IntentKind::Delete {
            return Written::Applied(None);
        }
        let faults = collection.faults.get();
        if self.manners.character != Character::Sound
            && intent.kind == IntentKind::Update
            && collection.dice.percent(faults.races)
        {
            let read = current.map(|object| object.body).unwrap_or_default();
            let theirs = edited(&read, &format!("street raced {}", collection.seq()));
            collection.race(href, read, theirs);
        }
        Written::Applied(collection.dice.percent(self.manners.tells_etag).then_some(Version(etag)))
    }
}

impl Provider for FakeCalendar {
    fn capabilities(&self) -> Capabilities {
        match self.manners.character {
            Character::Sound => Capabilities {
                preconditions: Preconditions::Kept,
                writers: Writers::One,
                versions: Versions::Unique,
                replies: Replies::Complete,
            },
            Character::Racy => Capabilities {
                preconditions: Preconditions::Kept,
                versions: Versions::Unique,
                ..Capabilities::CAREFUL
            },
            Character::Careless => Capabilities::CAREFUL,
        }
    }

    async fn touching(&self, span: Span) -> Result<Option<Vec<RemoteId>>, ProviderError> {
        pause().await;
        self.read_fault()?;
        Ok(Some(self.collection.touching(span).into_iter().map(RemoteId).collect()))
    }

    async fn bodies_touching(&self, span: Span) -> Result<Option<Vec<Fetched>>, ProviderError> {
        let Some(ids) = self.touching(span).await? else { return Ok(None) };
        if ids.len() % 3 == 2 {
            // Too much for one answer.
            return Ok(None);
        }
        self.fetch(&ids).await.map(Some)
    }

    async fn probe(&self, cursor: &Cursor) -> Result<Probe, ProviderError> {
        pause().await;
        self.read_fault()?;
        let unchanged = *cursor == self.token(self.collection.seq());
        Ok(if unchanged { Probe::Unchanged } else { Probe::Changed })
    }

    async fn changes(&self, cursor: Option<&Cursor>) -> Result<Changes, ProviderError> {
        pause().await;
        self.read_fault()?;
        let epoch = format!("{} ", self.collection.epoch.get());
        let token = cursor.and_then(|cursor| cursor.0.strip_prefix(&epoch)?.parse::<u64>().ok());
        let since = token.unwrap_or(0);
        let mut items: Vec<(u64, RemoteChange)> = Vec::new();
        let hidden = self.collection.hidden.borrow();
        for (href, object) in
            self.collection.objects.borrow().iter().filter(|(href, _)| !hidden.contains(href))
        {
            let change = RemoteChange::Present(RemoteId(href.clone()), Version(object.etag.clone()));
            items.push((object.seq, change));
        }
        if token.is_some() {
            let graves = self.collection.graves.borrow();
            let gone =
                |(href, grave): (&String, &Grave)| (grave.seq, RemoteChange::Gone(RemoteId(href.clone())));
            items.extend(graves.iter().map(gone));
        }
        items.retain(|(seq, _)| *seq > since);
        items.sort_by_key(|(seq, _)| *seq);
        let last = items.len() <= self.manners.page;
        items.truncate(self.manners.page);
        let reached = items.last().filter(|_| !last).map_or(self.collection.seq(), |(seq, _)| *seq);
        let next = self.token(reached);
        if last {
            self.collection.ledger.truth.told_all_before(&next);
        }
        Ok(Changes {
            items: items.into_iter().map(|(_, change)| change).collect(),
            next,
            last,
            full_listing: token.is_none(),
        })
    }

    async fn fetch(&self, ids: &[RemoteId]) -> Result<Vec<Fetched>, ProviderError> {
        pause().await;
        self.read_fault()?;
        if self.collection.dice.percent(50) {
            self.collection.finish_races();
        }
        self.collection.told(ids.iter().map(|id| id.0.as_str()));
        let objects = self.collection.objects.borrow();
        let fetched = ids.iter().map(|id| match objects.get(&id.0) {
            Some(object) => Fetched::Found(id.clone(), Version(object.etag.clone()), object.body.clone()),
            None => Fetched::Missing(id.clone()),
        });
        Ok(fetched.collect())
    }

    fn id_for(&self, uid: &str) -> RemoteId {
        RemoteId(format!("/cal/{uid}.ics"))
    }

    fn key(&self, id: &RemoteId) -> String {
        id.0.clone()
    }

    async fn write(&self, intent: &Intent) -> Result<Written, ProviderError> {
        pause().await;
        let (dice, faults) = (&self.collection.dice, self.collection.faults.get());
        if dice.percent(faults.retry) {
            return Ok(Written::Retry(dice.percent(50).then_some(5)));
        }
        if dice.percent(faults.conflict) {
            return Ok(Written::Conflict);
        }
        if dice.percent(faults.lost_before) {
            return Ok(Written::Unknown);
        }
        let written = self.carry_out(intent);
        Ok(if dice.percent(faults.lost_after) { Written::Unknown } else { written })
    }
}
