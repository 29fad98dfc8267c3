//! What was read is taken over: mirrored, and planned with the appointment or task that it belongs to.

use super::engine::{Engine, Run, SyncError};
use super::own;
use super::planner::{Action, Clash, Remote};
use super::pull::LARGEST;
use crate::booking::{Entry, Kind};
use crate::event::{CalendarObject, EventError};
use crate::port::{
    Bounds, Change, Clock, Entropy, Link, LinkId, Mirrored, Outcome, RemoteId, Store, StoreError, Version,
};
use crate::provider::{Fetched, Provider, Writers};

/// Of an object that is too large only values up to this many bytes are mirrored.
const LONGEST: usize = 10_000;
/// How often what is being changed meanwhile is read again.
const TRIES: usize = 3;

impl<S: Store, P: Provider, C: Clock, E: Entropy> Engine<'_, S, P, C, E> {
    /// Takes over a remote object as it is now, together with `more` changes in the same commit.
    pub(super) async fn take(
        &self,
        run: &mut Run,
        id: RemoteId,
        version: Version,
        body: &str,
        more: Vec<Change>,
    ) -> Result<(), SyncError> {
        if more.is_empty() && self.is_known_as(run, &id, &version, body).await? {
            return Ok(());
        }
        let parsed = CalendarObject::parse(body);
        match &parsed {
            Ok(object) => self.tell_doubts(run, &id, object, body),
            // A journal is no problem, it is only neither an event nor a task.
            Err(EventError::NoEvent) => {}
            Err(error) => run.report.problems.push(format!("{id}: {error}")),
        }
        let is_new = run.links.at(&self.provider.key(&id)).is_none();
        let (known, placeholder) = self.known(run, &id, parsed.as_ref().ok()).await?;
        placeholder.iter().for_each(|listed| run.links.remove(listed));
        let placeholder: Vec<Change> = placeholder.map(Change::DropLink).into_iter().collect();
        let uid = parsed.as_ref().map(|object| object.uid().to_owned()).unwrap_or_default();
        let link = match known {
            Some(link) if link.entry.is_some() => Link { remote: id, version: Some(version), ..link },
            Some(link) => Link { remote: id, uid, version: Some(version), ..link },
            None => self.found(run, id, uid, version).await?,
        };
        let changes = vec![Change::PutEvent(link.id.clone(), self.mirrored(body))];
        let Some(entry) = link.entry.clone() else {
            let before = self.store.source(&link.id).await?;
            let changes = [vec![Change::PutLink(link.clone())], changes, more].concat();
            self.commit(run, &changes).await?;
            run.report.came_in = true;
            match before {
                Some(source) => run.report.updated += u32::from(source != body),
                // What was listed was counted then.
                None => run.report.imported += u32::from(is_new),
            }
            self.put_link(run, link);
            return Ok(());
        };
        let overwritten = self.overwritten(&link, parsed.as_ref().ok()).await?;
        let said = parsed.as_ref().ok().and_then(|object| object.content(self.floating).ok());
        let link = match (&overwritten, said) {
            (Some(_), Some(theirs)) => {
                // The status that we wrote went with it: it is not a program that left it out.
                let base = link.base.map(|base| base.with_own_status(theirs.own_status()));
                Link { base, ..link }
            }
            _ => link,
        };
        for _ in 0..TRIES {
            let Some(current) = self.store.entry(&self.connection.id, &entry).await? else {
                let link = Link { entry: None, base: None, ..link };
                let changes = [placeholder, vec![Change::PutLink(link.clone())], changes, more].concat();
                self.commit(run, &changes).await?;
                self.put_link(run, link);
                return Ok(());
            };
            let remote = match &parsed {
                Ok(object) => self.remote_side(object, &current),
                Err(_) => Remote::Unread,
            };
            let (plan, name) = (self.planned(&link, &current, &remote), current.name());
            // A copy for each try: a refused commit must leave the base as it was agreed.
            let mut link = link.clone();
            let (kept, mut planned) = self.carry(&mut link, current, &remote, &plan);
            planned.extend(overwritten.iter().cloned());
            planned.extend(changes.iter().filter(|_| kept).cloned());
            planned.extend(more.iter().cloned());
            match self.commit(run, &[placeholder.clone(), planned].concat()).await {
                Err(SyncError::Store(StoreError::Stale)) => continue,
                Err(error) => return Err(error),
                Ok(()) => {
                    run.report.came_in |= remote != Remote::Unread;
                    run.report.took(&name, &plan);
                    match kept {
                        true => self.put_link(run, link),
                        false => run.links.remove(&link.id),
                    }
                    return Ok(());
                }
            }
        }
        self.leave(run, &link.remote);
        Ok(())
    }

    /// Whether a remote object is mirrored in this version and with this body.
    async fn is_known_as(
        &self,
        run: &Run,
        id: &RemoteId,
        version: &Version,
        body: &str,
    ) -> Result<bool, SyncError> {
        let known =
            run.links.at(&self.provider.key(id)).filter(|link| link.version.as_ref() == Some(version));
        match known {
            Some(link) => self.is_mirrored(&link.id, body).await,
            None => Ok(false),
        }
    }

    /// Whether what is mirrored of a link is this body: where versions are used again they prove nothing.
    pub(super) async fn is_mirrored(&self, link: &LinkId, body: &str) -> Result<bool, SyncError> {
        let source = self.store.source(link).await?;
        Ok(source.is_some_and(|source| source == body || source == self.mirrored(body).source))
    }

    /// Where several writers may be told that they have won: what we wrote last, if what is there now was derived from
    /// an older version, so that nobody has read ours.
    async fn overwritten(
        &self,
        link: &Link,
        theirs: Option<&CalendarObject>,
    ) -> Result<Option<Change>, SyncError> {
        let (Some(theirs), Some(base), Some(entry)) = (theirs, &link.base, &link.entry) else {
            return Ok(None);
        };
        if self.provider.capabilities().writers == Writers::One {
            return Ok(None);
        }
        let source = self.store.source(&link.id).await?;
        let ours = source
            .and_then(|source| CalendarObject::parse(&source).ok())
            .and_then(|object| object.last_modified());
        // What tells no time counts as older, too.
        let is_older = theirs.last_modified() < ours;
        let Some(theirs) = theirs.content(self.floating).ok().filter(|_| is_older) else { return Ok(None) };
        let fields = base.differences(&theirs);
        let is_lost = !fields.is_empty();
        let clash = Clash { fields, ..Clash::of(Some(base), Some(&theirs), Outcome::Calendar) };
        Ok(is_lost.then(|| self.conflict(None, entry, &clash)))
    }

    /// The link of a remote object. What stands for an appointment or task and turns up elsewhere while its old place
    /// is empty was moved: its link moves with it, and takes the place of the one by which the object was listed and not read.
    async fn known(
        &self,
        run: &Run,
        id: &RemoteId,
        object: Option<&CalendarObject>,
    ) -> Result<(Option<Link>, Option<LinkId>), SyncError> {
        let here = run.links.at(&self.provider.key(id));
        let Some(ours) = object
            .filter(|_| here.is_none_or(|link| link.entry.is_none() && link.uid.is_empty()))
            .and_then(|object| run.links.of_uid(object.uid()))
        else {
            return Ok((here.cloned(), None));
        };
        let old = self.provider.fetch(std::slice::from_ref(&ours.remote)).await?;
        Ok(match old[..] {
            [Fetched::Missing(_)] => (Some(ours.clone()), here.map(|link| link.id.clone())),
            _ => (here.cloned(), None),
        })
    }

    /// The link of an object that is seen for the first time: it may be what was written for an appointment or task
    /// before the calendar was connected anew, or by a run that nobody waited for any more.
    async fn found(&self, run: &Run, id: RemoteId, uid: String, version: Version) -> Result<Link, SyncError> {
        let entry =
            own::entry_of(&uid, &self.connection.id).filter(|entry| run.links.of_entry(entry).is_none());
        let known = match &entry {
            Some(entry) => self.store.entry(&self.connection.id, entry).await?.is_some(),
            None => false,
        };
        Ok(Link { entry: entry.filter(|_| known), ..self.new_link(id, uid, version) })
    }

    /// Takes over that a remote object is proven gone.
    pub(super) async fn take_gone(
        &self,
        run: &mut Run,
        id: &RemoteId,
        more: Vec<Change>,
    ) -> Result<(), SyncError> {
        let Some(known) = run.links.at(&self.provider.key(id)).cloned() else {
            return self.commit(run, &more).await;
        };
        for _ in 0..TRIES {
            let mut link = Link { version: None, ..known.clone() };
            let current = match &link.entry {
                Some(entry) => self.store.entry(&self.connection.id, entry).await?,
                None => None,
            };
            let name = current.as_ref().map(Entry::name).unwrap_or_default();
            let ((stays, mut changes), plan) = match current {
                Some(current) => {
                    let plan = self.planned(&link, &current, &Remote::Gone);
                    (self.carry(&mut link, current, &Remote::Gone, &plan), plan)
                }
                None => ((false, vec![Change::DropLink(link.id.clone())]), Action::Cancel.into()),
            };
            changes.extend(more.iter().cloned());
            match self.commit(run, &changes).await {
                Err(SyncError::Store(StoreError::Stale)) => continue,
                Err(error) => return Err(error),
                Ok(()) => {
                    run.report.came_in = true;
                    run.report.took(&name, &plan);
                    match stays {
                        true => self.put_link(run, link),
                        false => run.links.remove(&link.id),
                    }
                    return Ok(());
                }
            }
        }
        self.leave(run, id);
        Ok(())
    }

    /// An appointment or task keeps changing under our hands: the next run will meet it at rest, and reads the same again.
    fn leave(&self, run: &mut Run, id: &RemoteId) {
        run.report.problems.push(format!("{id}: the same is being changed here"));
        run.left_something = true;
    }

    /// Tells what of an object cannot be used, where it is of the kind that this calendar is connected for.
    pub(super) fn tell_doubts(&self, run: &mut Run, id: &RemoteId, object: &CalendarObject, body: &str) {
        let kind = match object {
            CalendarObject::Event(_) => Kind::Event,
            CalendarObject::Todo(_) => Kind::Todo,
        };
        if kind == self.connection.calendar.kind {
            run.report.tell_doubts(id, body);
        }
    }

    /// A remote object as the database keeps it.
    pub(super) fn mirrored(&self, body: &str) -> Mirrored {
        let object = CalendarObject::parse(body).ok();
        let span = object.as_ref().and_then(|object| object.single_span(self.floating));
        let source = match object {
            Some(object) if body.len() > LARGEST => object.abridged(LONGEST).to_ics(),
            _ => body.to_owned(),
        };
        Mirrored { source, bounds: span.map_or(Bounds { start: None, end: None }, Bounds::from) }
    }
}
