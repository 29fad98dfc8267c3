//! To the calendar, one appointment or task after another: each write is committed as an intent first, then sent, then
//! settled by its outcome.

use super::engine::{Engine, Run, SyncError};
use super::intend::Intended;
use crate::booking::Entry;
use crate::port::{Clock, Entropy, RemoteId, Store};
use crate::provider::{Fetched, Provider, Versions};
use std::collections::HashMap;

/// How often a write that met a newer version is planned again.
const TRIES: usize = 3;
/// So many objects are read together before they are changed: few, so that hardly one changes meanwhile.
const TOGETHER: usize = 20;

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
}
