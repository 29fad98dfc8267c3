//! To the calendar: each write is committed as an intent first, then sent, then settled by its outcome.

use super::engine::{Engine, Run, SyncError};
use super::merge::local_side;
use super::own;
use super::planner::{Action, Remote, plan};
use super::pull::LARGEST;
use crate::booking::Entry;
use crate::event::{CalendarObject, EntryContent};
use crate::port::{Change, Clock, Entropy, Intent, IntentKind, Link, LinkId, RemoteId, Store};
use crate::provider::{Fetched, Preconditions, Provider, ProviderError, Versions, Writers, Written};
use std::collections::HashMap;

/// How often a write that met a newer version is planned again.
const TRIES: usize = 3;
/// So many objects are read together before they are changed: few, so that hardly one changes meanwhile.
const TOGETHER: usize = 20;

/// What is to be done about one appointment or task.
enum Intended {
    /// Send this intent, which is committed.
    Send(Box<Intent>),
    /// The calendar had news, which was taken in: plan again.
    ReadNews,
    /// Nothing.
    Nothing,
}

impl<S: Store, P: Provider, C: Clock, E: Entropy> Engine<'_, S, P, C, E> {
    pub(super) async fn push(&self, run: &mut Run, waiting: Vec<Entry>) -> Result<(), SyncError> {
        for waiting in waiting.chunks(TOGETHER) {
            let mut read = self.read_ahead(run, waiting).await?;
            for entry in waiting {
                self.go_on(run)?;
                self.push_one(run, entry.clone(), &mut read).await?;
            }
        }
        Ok(())
    }

    /// Reads what is about to be changed with one request, by the keys of the objects. The condition on its version keeps
    /// a write from what has changed since; where a version may be used again, each is read right before its write.
    async fn read_ahead(&self, run: &Run, waiting: &[Entry]) -> Result<HashMap<String, Fetched>, SyncError> {
        if self.provider.capabilities().versions == Versions::Reused {
            return Ok(HashMap::new());
        }
        let live = waiting.iter().filter(|entry| entry.content().is_some());
        let links = live.filter_map(|entry| run.links.of_entry(entry.id()));
        let ids: Vec<RemoteId> =
            links.filter(|link| link.version.is_some()).map(|link| link.remote.clone()).collect();
        if ids.len() < 2 {
            return Ok(HashMap::new());
        }
        let fetched = self.provider.fetch(&ids).await?;
        Ok(fetched.into_iter().map(|fetched| (self.provider.key(fetched.id()), fetched)).collect())
    }

    /// Brings one appointment or task to the calendar. A version that is newer there is merged first, then it is tried again.
    async fn push_one(
        &self,
        run: &mut Run,
        mut entry: Entry,
        read: &mut HashMap<String, Fetched>,
    ) -> Result<(), SyncError> {
        for _ in 0..TRIES {
            let link = run.links.of_entry(entry.id()).cloned();
            let read = link.as_ref().and_then(|link| read.remove(&self.provider.key(&link.remote)));
            let done = match self.intend(run, &entry, link, read).await? {
                Intended::Nothing => true,
                Intended::ReadNews => false,
                Intended::Send(intent) => self.send(run, &entry, *intent).await?,
            };
            if done {
                return Ok(());
            }
            match self.store.entry(&self.connection.id, entry.id()).await? {
                Some(current) => entry = current,
                None => return Ok(()),
            }
        }
        run.report.problems.push(format!("\"{}\" keeps changing in the calendar", entry.name()));
        Ok(())
    }

    /// Sends a committed intent and settles it; false where it is to be planned again.
    pub(super) async fn send(&self, run: &mut Run, entry: &Entry, intent: Intent) -> Result<bool, SyncError> {
        Ok(match self.provider.write(&intent).await? {
            Written::Applied(version) => {
                let Some(link) = run.links.get(&intent.link).cloned() else { return Ok(true) };
                self.applied(run, &intent, Link { version, ..link }).await?
            }
            Written::AppliedAt(remote, version) => {
                self.make_way(run, &remote, &intent).await?;
                let Some(link) = run.links.get(&intent.link).cloned() else { return Ok(true) };
                self.applied(run, &intent, Link { remote, version, ..link }).await?
            }
            Written::Conflict | Written::Gone => {
                self.reread(run, &intent).await?;
                false
            }
            Written::Unknown => {
                self.settle_one(run, &intent).await?;
                false
            }
            Written::Rejected(reason) => {
                self.refused(run, entry, &intent, &reason).await?;
                true
            }
            Written::ReadOnly => {
                self.refused(run, entry, &intent, "it is read-only for this account").await?;
                true
            }
            Written::Retry(after) => {
                self.commit(run, &[Change::DropIntent(intent.id)]).await?;
                return Err(ProviderError::Throttled { after }.into());
            }
            Written::Full => {
                self.commit(run, &[Change::DropIntent(intent.id)]).await?;
                return Err(ProviderError::Full.into());
            }
        })
    }

    /// An event that was stored elsewhere may have been read there already, as one of the owner's own.
    pub(super) async fn make_way(
        &self,
        run: &mut Run,
        at: &RemoteId,
        intent: &Intent,
    ) -> Result<(), SyncError> {
        let read = run.links.at(&self.provider.key(at)).filter(|link| link.id != intent.link);
        let Some(read) = read.filter(|link| link.entry.is_none()).map(|link| link.id.clone()) else {
            return Ok(());
        };
        let Some(own) = run.links.get(&intent.link).cloned() else { return Ok(()) };
        let own = Link { remote: at.clone(), ..own };
        self.commit(run, &[Change::DropLink(read.clone()), Change::PutLink(own.clone())]).await?;
        run.links.remove(&read);
        self.put_link(run, own);
        Ok(())
    }

    /// Plans one appointment or task against what was agreed, and commits the intent.
    async fn intend(
        &self,
        run: &mut Run,
        entry: &Entry,
        link: Option<Link>,
        read: Option<Fetched>,
    ) -> Result<Intended, SyncError> {
        if let Some(link) = link.as_ref().filter(|link| link.conflict.is_some()) {
            let goes_on = self.reconsider(run, entry.clone(), link.clone()).await?;
            return Ok(if goes_on { Intended::ReadNews } else { Intended::Nothing });
        }
        let base = link.as_ref().and_then(|link| link.base.as_ref());
        let planned = plan(base, &local_side(entry), &Remote::Unread, self.connection.policy);
        match (planned.action, link) {
            (Action::Write(content), Some(link)) => self.intend_write(run, entry, content, link, read).await,
            (Action::Write(content), None) => {
                let uid = own::uid(entry.id(), &self.connection.id, self.entropy);
                let link = Link {
                    id: LinkId(self.entropy.id("lnk")),
                    remote: self.provider.id_for(&uid),
                    uid,
                    version: None,
                    entry: Some(entry.id().to_owned()),
                    base: None,
                    agreed_revision: 0,
                    conflict: None,
                };
                self.intend_write(run, entry, content, link, None).await
            }
            (Action::Remove, Some(link)) => {
                if self.provider.capabilities().preconditions == Preconditions::Ignored
                    && self.has_news_of(run, &link).await?
                {
                    return Ok(Intended::ReadNews);
                }
                let intent = self.intent(IntentKind::Delete, &link, entry.revision(), String::new(), None);
                self.commit(run, &[Change::PutIntent(intent.clone())]).await?;
                Ok(Intended::Send(Box::new(intent)))
            }
            (Action::Agree(content), Some(link)) => {
                let link = Link { base: Some(content), agreed_revision: entry.revision(), ..link };
                self.commit(run, &[Change::PutLink(link.clone())]).await?;
                self.put_link(run, link);
                Ok(Intended::Nothing)
            }
            (_, Some(link)) => {
                self.commit(run, &[Change::DropLink(link.id.clone())]).await?;
                run.links.remove(&link.id);
                Ok(Intended::Nothing)
            }
            (_, None) => Ok(Intended::Nothing),
        }
    }

    async fn intend_write(
        &self,
        run: &mut Run,
        entry: &Entry,
        content: EntryContent,
        link: Link,
        read: Option<Fetched>,
    ) -> Result<Intended, SyncError> {
        let now = self.clock.now();
        // Servers rewrite what they store, some with an etag that hides it: a change is worked into what is there now.
        let (kind, object) = match &link.version {
            None => {
                if self.provider.capabilities().preconditions == Preconditions::Ignored
                    && self.is_taken(run, &link).await?
                {
                    return Ok(Intended::ReadNews);
                }
                (IntentKind::Create, CalendarObject::new(&link.uid, &content, now))
            }
            Some(version) => {
                // What has changed before it was read ahead may have changed again.
                let fetched = match read
                    .filter(|read| matches!(read, Fetched::Found(_, found, _) if found == version))
                {
                    Some(read) => Some(read),
                    None => self.provider.fetch(std::slice::from_ref(&link.remote)).await?.into_iter().next(),
                };
                match fetched {
                    Some(Fetched::Found(_, found, body))
                        if found == *version && self.is_the_version(&link, &body).await? =>
                    {
                        let patched = CalendarObject::parse(&body).and_then(|object| {
                            // Later than what it is derived from, so that the order of versions can be told.
                            let after =
                                object.last_modified().map_or(now, |last| now.max(last.plus_millis(1_000)));
                            object.patched(&content, after)
                        });
                        (IntentKind::Update, patched)
                    }
                    Some(Fetched::Found(id, found, body)) => {
                        self.take(run, id, found, &body, Vec::new()).await?;
                        return Ok(Intended::ReadNews);
                    }
                    Some(Fetched::Missing(id)) => {
                        self.take_gone(run, &id, Vec::new()).await?;
                        return Ok(Intended::ReadNews);
                    }
                    None => return Ok(Intended::Nothing),
                }
            }
        };
        let object = match object {
            Ok(object) => object,
            Err(error) => {
                run.report.problems.push(format!("\"{}\" cannot be written: {error}", entry.name()));
                return Ok(Intended::Nothing);
            }
        };
        let body = object.to_ics();
        if body.len() > LARGEST {
            let link = Link { agreed_revision: entry.revision(), ..link };
            self.commit(run, &[Change::PutLink(link.clone())]).await?;
            self.put_link(run, link);
            let name = entry.name();
            run.report
                .problems
                .push(format!("what stands for \"{name}\" there is too large to be changed from here"));
            return Ok(Intended::Nothing);
        }
        let intent = self.intent(kind, &link, entry.revision(), body, Some(content));
        self.commit(run, &[Change::PutLink(link.clone()), Change::PutIntent(intent.clone())]).await?;
        self.put_link(run, link);
        Ok(Intended::Send(Box::new(intent)))
    }

    /// Whether a body that is told under a link's version is the one that was mirrored.
    async fn is_the_version(&self, link: &Link, body: &str) -> Result<bool, SyncError> {
        match self.provider.capabilities().versions {
            Versions::Unique => Ok(true),
            Versions::Reused => self.is_mirrored(&link.id, body).await,
        }
    }

    /// Reads an object that is about to be deleted, and takes over what is new.
    async fn has_news_of(&self, run: &mut Run, link: &Link) -> Result<bool, SyncError> {
        match self.provider.fetch(std::slice::from_ref(&link.remote)).await?.into_iter().next() {
            Some(Fetched::Found(_, version, body))
                if link.version.as_ref() == Some(&version) && self.is_the_version(link, &body).await? =>
            {
                return Ok(false);
            }
            Some(Fetched::Found(id, version, body)) => self.take(run, id, version, &body, Vec::new()).await?,
            Some(Fetched::Missing(id)) => self.take_gone(run, &id, Vec::new()).await?,
            None => return Ok(false),
        }
        Ok(true)
    }

    /// Reads the address of a create, and takes over what is there.
    async fn is_taken(&self, run: &mut Run, link: &Link) -> Result<bool, SyncError> {
        match self.provider.fetch(std::slice::from_ref(&link.remote)).await?.into_iter().next() {
            Some(Fetched::Found(id, version, body)) => {
                self.commit(run, &[Change::PutLink(link.clone())]).await?;
                self.put_link(run, link.clone());
                self.take(run, id, version, &body, Vec::new()).await?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    pub(super) fn intent(
        &self,
        kind: IntentKind,
        link: &Link,
        revision: i64,
        body: String,
        content: Option<EntryContent>,
    ) -> Intent {
        Intent {
            id: self.entropy.id("out"),
            link: link.id.clone(),
            kind,
            remote: link.remote.clone(),
            base_version: link.version.clone(),
            body,
            content,
            revision,
        }
    }

    /// A write is known to have happened; false where it was written over at once, so that it is to be planned again.
    async fn applied(&self, run: &mut Run, intent: &Intent, mut link: Link) -> Result<bool, SyncError> {
        let drop = Change::DropIntent(intent.id.clone());
        if intent.kind == IntentKind::Delete {
            self.commit(run, &[Change::DropLink(link.id.clone())]).await?;
            run.links.remove(&link.id);
            run.report.wrote(intent.kind);
            return Ok(true);
        }
        (link.base, link.agreed_revision) = (intent.content.clone(), intent.revision);
        let mut body = intent.body.clone();
        let several = self.provider.capabilities().writers == Writers::Several;
        // No version with the reply: the server changed what it stored, or does not say. Or the reply proves nothing.
        if link.version.is_none() || several {
            match self.provider.fetch(std::slice::from_ref(&link.remote)).await?.into_iter().next() {
                Some(Fetched::Found(_, version, stored)) if self.says_what_was_written(&stored, intent) => {
                    (link.version, body) = (Some(version), stored);
                }
                // Another writer was told the same, and has not read ours: to be merged like any conflict.
                Some(Fetched::Found(id, version, stored)) if several && is_of_another(&stored, intent) => {
                    run.report.wrote(intent.kind);
                    self.take(run, id, version, &stored, vec![drop]).await?;
                    return Ok(false);
                }
                // Somebody was quicker: what was written is agreed, and this is news.
                Some(Fetched::Found(id, version, stored)) => {
                    self.put_link(run, link);
                    run.report.wrote(intent.kind);
                    if CalendarObject::parse(&stored).is_err() {
                        let what = "the calendar took what was written and keeps something else in its place";
                        run.report.problems.push(format!("{id}: {what}"));
                    }
                    self.take(run, id, version, &stored, vec![drop]).await?;
                    return Ok(true);
                }
                Some(Fetched::Missing(id)) => {
                    self.put_link(run, link);
                    run.report.wrote(intent.kind);
                    self.take_gone(run, &id, vec![drop]).await?;
                    return Ok(true);
                }
                None => {}
            }
        }
        let mirrored = self.mirrored(&body);
        self.commit(run, &[Change::PutLink(link.clone()), Change::PutEvent(link.id.clone(), mirrored), drop])
            .await?;
        self.put_link(run, link);
        run.report.wrote(intent.kind);
        Ok(true)
    }

    /// The calendar will not have this: it is not sent again until it changes here.
    async fn refused(
        &self,
        run: &mut Run,
        entry: &Entry,
        intent: &Intent,
        reason: &str,
    ) -> Result<(), SyncError> {
        let mut changes = vec![Change::DropIntent(intent.id.clone())];
        if let Some(link) = run.links.get(&intent.link).cloned() {
            let link = Link { agreed_revision: intent.revision, ..link };
            changes.push(Change::PutLink(link.clone()));
            self.put_link(run, link);
        }
        run.report.problems.push(format!("the calendar refuses \"{}\": {reason}", entry.name()));
        self.commit(run, &changes).await
    }

    /// A write met another version: reads that one and plans with it, dropping the intent in the same commit.
    async fn reread(&self, run: &mut Run, intent: &Intent) -> Result<(), SyncError> {
        let drop = vec![Change::DropIntent(intent.id.clone())];
        match self.provider.fetch(std::slice::from_ref(&intent.remote)).await?.into_iter().next() {
            Some(Fetched::Found(id, version, body)) => {
                self.make_way(run, &id, intent).await?;
                if let Some(link) = run.links.get(&intent.link).cloned() {
                    self.put_link(run, Link { remote: id.clone(), ..link });
                }
                self.take(run, id, version, &body, drop).await
            }
            Some(Fetched::Missing(id)) => self.take_gone(run, &id, drop).await,
            None => self.commit(run, &drop).await,
        }
    }
}

/// Whether an event that stands where one was just written does not come from it. Servers that rewrite what they store
/// keep its LAST-MODIFIED, and who edits it has read it.
fn is_of_another(stored: &str, intent: &Intent) -> bool {
    let stamp = |body: &str| CalendarObject::parse(body).ok().map(|object| object.last_modified());
    matches!((stamp(stored), stamp(&intent.body)), (Some(theirs), Some(ours)) if theirs < ours)
}
