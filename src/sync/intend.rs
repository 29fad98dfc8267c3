//! What is to be done in the calendar about one appointment or task: planned, and committed as an intent.

use super::engine::{Engine, Run, SyncError};
use super::merge::local_side;
use super::own;
use super::planner::{Action, Remote, plan};
use super::pull::LARGEST;
use crate::booking::Entry;
use crate::event::{CalendarObject, EntryContent};
use crate::port::{Change, Clock, Entropy, Intent, IntentKind, Link, LinkId, Store};
use crate::provider::{Fetched, Preconditions, Provider, Versions};

/// What is to be done about one appointment or task.
pub(super) enum Intended {
    /// Send this intent, which is committed.
    Send(Box<Intent>),
    /// The calendar had news, which was taken in: plan again.
    ReadNews,
    /// Nothing.
    Nothing,
}

impl<S: Store, P: Provider, C: Clock, E: Entropy> Engine<'_, S, P, C, E> {
    /// Plans one appointment or task against what was agreed, and commits the intent.
    pub(super) async fn intend(
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
                let made = CalendarObject::new(&link.uid, &content, now);
                (IntentKind::Create, made.and_then(|object| object.with_alarms(&entry.alarms())))
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
}
