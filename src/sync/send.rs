//! Sends an intent that is committed, and settles it by its outcome.

use super::engine::{Engine, Run, SyncError};
use crate::booking::Entry;
use crate::event::CalendarObject;
use crate::port::{Change, Clock, Entropy, Intent, IntentKind, Link, RemoteId, Store};
use crate::provider::{Fetched, Provider, ProviderError, Writers, Written};

impl<S: Store, P: Provider, C: Clock, E: Entropy> Engine<'_, S, P, C, E> {
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
