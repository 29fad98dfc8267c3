//! What an earlier run left open: each intent is settled by reading back, never by writing again blindly.

use super::engine::{Engine, Run, SyncError};
use crate::event::CalendarObject;
use crate::port::{Change, Clock, Entropy, Intent, IntentKind, Store};
use crate::provider::{Fetched, Provider};

impl<S: Store, P: Provider, C: Clock, E: Entropy> Engine<'_, S, P, C, E> {
    pub(super) async fn settle(&self, run: &mut Run) -> Result<(), SyncError> {
        for intent in self.store.outbox(&self.connection.id).await? {
            self.go_on(run)?;
            self.settle_one(run, &intent).await?;
        }
        Ok(())
    }

    /// Finds out what became of an intent and commits that. What did not happen is planned anew by the push, with
    /// the same link and so with the same UID and address.
    pub(super) async fn settle_one(&self, run: &mut Run, intent: &Intent) -> Result<(), SyncError> {
        let fetched = self.provider.fetch(std::slice::from_ref(&intent.remote)).await?;
        let drop = Change::DropIntent(intent.id.clone());
        let Some(mut link) = run.links.get(&intent.link).cloned() else {
            return self.commit(run, &[drop]).await;
        };
        let (kind, found) = match (intent.kind, fetched.into_iter().next()) {
            (IntentKind::Delete, Some(Fetched::Missing(_))) => {
                run.links.remove(&intent.link);
                run.report.wrote(intent.kind);
                return self.commit(run, &[Change::DropLink(intent.link.clone())]).await;
            }
            (IntentKind::Create | IntentKind::Update, Some(Fetched::Found(id, version, body))) => {
                (intent.kind, (id, version, body))
            }
            _ => return self.commit(run, &[drop]).await,
        };
        let (id, version, body) = found;
        self.make_way(run, &id, intent).await?;
        link.remote = id.clone();
        let theirs = CalendarObject::parse(&body).ok().and_then(|object| object.content(self.floating).ok());
        let arrived = self.says_what_was_written(&body, intent);
        if arrived {
            (link.version, link.base, link.agreed_revision) = (Some(version), theirs, intent.revision);
            let mirrored = self.mirrored(&body);
            let changes = [Change::PutLink(link.clone()), Change::PutEvent(link.id.clone(), mirrored), drop];
            self.commit(run, &changes).await?;
            run.report.wrote(kind);
        } else if kind == IntentKind::Create {
            if is_made_by(&body, intent) {
                // It arrived and was edited since: what was created is the base, and what is there is news.
                (link.base, link.agreed_revision) = (intent.content.clone(), intent.revision);
            }
            self.put_link(run, link);
            run.report.wrote(kind);
            return self.take(run, id, version, &body, vec![drop]).await;
        } else {
            self.commit(run, &[drop]).await?;
        }
        self.put_link(run, link);
        Ok(())
    }

    /// Whether a remote object reads as an intent wanted it to.
    pub(super) fn says_what_was_written(&self, body: &str, intent: &Intent) -> bool {
        let theirs = CalendarObject::parse(body).ok().and_then(|object| object.content(self.floating).ok());
        match (theirs, &intent.content) {
            (Some(theirs), Some(intended)) => intended.differences(&theirs).is_empty(),
            _ => false,
        }
    }
}

/// Whether what stands where something was to be made was made by this intent, and not by an earlier one that was given
/// up and arrived late: what that one said is not known any more.
fn is_made_by(body: &str, intent: &Intent) -> bool {
    let created = |body: &str| CalendarObject::parse(body).ok()?.created();
    created(body).is_some_and(|at| created(&intent.body) == Some(at))
}
