//! From the calendar: what changed since the last run, or everything, page by page.

use super::engine::{Engine, Run, Scope, SyncError};
use super::own;
use super::window::Beyond;
use crate::event::CalendarObject;
use crate::port::{Change, Clock, Cursor, Entropy, Link, LinkId, Mirrored, RemoteId, Store, Version};
use crate::provider::{Fetched, Provider, ProviderError, RemoteChange, Replies, Versions};
use crate::time::Instant;
use std::collections::{HashMap, HashSet};

/// Bodies are fetched and committed in slices of this many.
const SLICE: usize = 200;
/// More pages than any calendar has.
const PAGES: usize = 1_000;
/// The brake: an inferred deletion of this many events and more than a third of the calendar stops the run.
const BRAKE: usize = 10;
/// A database row and a commit hold two megabytes: of an object larger than this only a part is mirrored.
pub(super) const LARGEST: usize = 1_500_000;

impl<S: Store, P: Provider, C: Clock, E: Entropy> Engine<'_, S, P, C, E> {
    pub(super) async fn pull(&self, run: &mut Run, scope: &Scope, now: Instant) -> Result<(), SyncError> {
        let window = self.window(run, now).await?;
        let beyond = Beyond::of(run.window, scope, now);
        let mut cursor = run.cursor.clone();
        if beyond.as_ref().is_some_and(|beyond| beyond.a_day_is_over)
            && self.provider.capabilities().replies == Replies::Doubtful
        {
            // Once a day everything is listed where a report of changes may leave something out.
            cursor = None;
        }
        let mut listed: Option<HashSet<String>> = None;
        for _ in 0..PAGES {
            let page = self.provider.changes(cursor.as_ref()).await?;
            if page.full_listing {
                listed = Some(HashSet::new());
            }
            let (mut wanted, mut read, mut gone) = (Vec::new(), Vec::new(), Vec::new());
            // What the provider knows of its service it may have learned from this page.
            let reused = self.provider.capabilities().versions == Versions::Reused;
            let is_news = |run: &Run, id: &RemoteId, version: &Version| {
                let known = run.links.at(&self.provider.key(id));
                reused || known.and_then(|link| link.version.as_ref()) != Some(version)
            };
            for item in page.items {
                if let (Some(keys), false) = (&mut listed, matches!(item, RemoteChange::Gone(_))) {
                    keys.insert(self.provider.key(item.id()));
                }
                match item {
                    RemoteChange::Present(id, version) => {
                        if is_news(run, &id, &version) {
                            wanted.push((id, version));
                        }
                    }
                    RemoteChange::Read(id, version, body) => {
                        if is_news(run, &id, &version) {
                            read.push(Fetched::Found(id, version, body));
                        }
                    }
                    RemoteChange::Unreadable(id, why) => {
                        run.report.problems.push(format!("{id} cannot be read: {why}"));
                        // It may be a change: the next run asks for it again.
                        run.left_something = true;
                    }
                    RemoteChange::Foreign(id) => {
                        run.report.problems.push(format!("{id} is not read: it lies on another server"));
                    }
                    RemoteChange::Gone(id) => gone.push(id),
                }
            }
            let wanted = match (&listed, window) {
                (Some(_), Some(window)) => self.within(run, window, wanted).await?,
                _ => wanted.into_iter().map(|(id, _)| id).collect(),
            };
            self.take_over(run, read).await?;
            self.read(run, &wanted).await?;
            for id in gone {
                self.go_on(run)?;
                self.take_gone(run, &id, Vec::new()).await?;
            }
            cursor = Some(page.next);
            if page.last {
                self.sweep(run, scope, listed).await?;
                if let Some(beyond) = &beyond {
                    self.reach(run, beyond).await?;
                }
                let moved = |cursor: &Cursor| Some(cursor) != run.cursor.as_ref();
                return match cursor.filter(|cursor| moved(cursor) && !run.left_something) {
                    Some(cursor) => self.commit(run, &[Change::SetCursor(cursor)]).await,
                    None => Ok(()),
                };
            }
        }
        Err(ProviderError::Protocol(format!("more than {PAGES} pages of changes")).into())
    }

    /// Reads some objects, a slice at a time, and takes them over.
    pub(super) async fn read(&self, run: &mut Run, ids: &[RemoteId]) -> Result<(), SyncError> {
        for ids in ids.chunks(SLICE) {
            self.go_on(run)?;
            let fetched = self.provider.fetch(ids).await?;
            self.take_over(run, fetched).await?;
        }
        Ok(())
    }

    /// Takes over what was read.
    pub(super) async fn take_over(&self, run: &mut Run, fetched: Vec<Fetched>) -> Result<(), SyncError> {
        let mut new = Vec::new();
        let as_known = self.as_known(run, &fetched).await?;
        for (fetched, _) in fetched.into_iter().zip(as_known).filter(|(_, as_known)| !as_known) {
            match fetched {
                Fetched::Found(id, version, body) => match self.foreign(run, &id, &version, &body) {
                    Some(taken) => new.push(taken),
                    None => {
                        self.go_on(run)?;
                        self.take(run, id, version, &body, Vec::new()).await?;
                    }
                },
                Fetched::Missing(id) => {
                    self.go_on(run)?;
                    self.take_gone(run, &id, Vec::new()).await?;
                }
            }
        }
        self.import(run, new).await
    }

    /// Which of some objects are mirrored in this version and with this body: a version alone may be used again.
    async fn as_known(&self, run: &Run, fetched: &[Fetched]) -> Result<Vec<bool>, SyncError> {
        let known = |fetched: &Fetched| match fetched {
            Fetched::Found(id, version, _) => {
                let link = run.links.at(&self.provider.key(id))?;
                (link.version.as_ref() == Some(version)).then(|| link.id.clone())
            }
            Fetched::Missing(_) => None,
        };
        let links: Vec<Option<LinkId>> = fetched.iter().map(known).collect();
        let asked: Vec<LinkId> = links.iter().flatten().cloned().collect();
        let sources = if asked.is_empty() { HashMap::new() } else { self.store.sources(&asked).await? };
        let is_mirrored = |(fetched, link): (&Fetched, &Option<LinkId>)| match (fetched, link) {
            (Fetched::Found(_, _, body), Some(link)) => sources.get(link) == Some(body),
            _ => false,
        };
        Ok(fetched.iter().zip(&links).map(is_mirrored).collect())
    }

    /// An event or task of the owner's own that is seen for the first time, as it will be mirrored. None where there may be more
    /// to it.
    fn foreign(
        &self,
        run: &mut Run,
        id: &RemoteId,
        version: &Version,
        body: &str,
    ) -> Option<(Link, Mirrored)> {
        let object = CalendarObject::parse(body).ok()?;
        if run.links.at(&self.provider.key(id)).is_some()
            || run.links.of_uid(object.uid()).is_some()
            || own::entry_of(object.uid(), &self.connection.id).is_some()
        {
            return None;
        }
        self.tell_doubts(run, id, &object, body);
        Some((self.new_link(id.clone(), object.uid().to_owned(), version.clone()), self.mirrored(body)))
    }

    /// Commits new events together, as many as one commit may carry.
    async fn import(&self, run: &mut Run, new: Vec<(Link, Mirrored)>) -> Result<(), SyncError> {
        let (mut changes, mut links, mut bytes) = (Vec::new(), Vec::new(), 0);
        let mut rest = new.into_iter().peekable();
        while let Some((link, mirrored)) = rest.next() {
            bytes += mirrored.source.len();
            changes.extend([Change::PutLink(link.clone()), Change::PutEvent(link.id.clone(), mirrored)]);
            links.push(link);
            if bytes + rest.peek().map_or(LARGEST, |(_, next)| next.source.len()) > LARGEST {
                self.commit(run, &std::mem::take(&mut changes)).await?;
                bytes = 0;
                run.report.came_in = true;
                run.report.imported += links.len() as u32;
                links.drain(..).for_each(|link| self.put_link(run, link));
            }
        }
        Ok(())
    }

    /// The link of an object that nobody here knows.
    pub(super) fn new_link(&self, remote: RemoteId, uid: String, version: Version) -> Link {
        let id = LinkId(self.entropy.id("lnk"));
        Link {
            id,
            remote,
            uid,
            version: Some(version),
            entry: None,
            base: None,
            agreed_revision: 0,
            conflict: None,
        }
    }

    /// After a completed listing of everything, what was not named is gone.
    async fn sweep(
        &self,
        run: &mut Run,
        scope: &Scope,
        listed: Option<HashSet<String>>,
    ) -> Result<(), SyncError> {
        let Some(listed) = listed else { return Ok(()) };
        let known = run.links.all().filter(|(_, link)| link.version.is_some());
        let (mut count, mut ours, mut foreign) = (0, Vec::new(), Vec::new());
        for (key, link) in known {
            count += 1;
            if !listed.contains(key) {
                let missing = if link.entry.is_some() { &mut ours } else { &mut foreign };
                missing.push(link.remote.clone());
            }
        }
        let gone = ours.len() + foreign.len();
        if gone >= BRAKE && gone * 3 > count && *scope != Scope::Accepting {
            return Err(SyncError::MassDeletion { gone, of: count });
        }
        if !ours.is_empty() {
            // An appointment's event may have moved to an address that was listed and not read.
            self.read_unread(run, |_| true).await?;
            // Some services list a year either way, whatever they are asked: what is ours is asked for by its address.
            self.read(run, &ours).await?;
        }
        for id in foreign {
            self.go_on(run)?;
            self.take_gone(run, &id, Vec::new()).await?;
        }
        Ok(())
    }
}
