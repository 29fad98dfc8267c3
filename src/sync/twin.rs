//! A second event of one appointment, or a second VTODO of one task: a create that arrived after another one had taken
//! its place. It goes, and what it says that the first does not is kept as a conflict.

use super::engine::{Engine, Run, SyncError};
use super::own;
use super::planner::Clash;
use crate::event::{CalendarObject, Status};
use crate::port::{Change, Clock, Entropy, IntentKind, Link, Outcome, Store};
use crate::provider::Provider;

impl<S: Store, P: Provider, C: Clock, E: Entropy> Engine<'_, S, P, C, E> {
    pub(super) async fn remove_twins(&self, run: &mut Run) -> Result<(), SyncError> {
        let is_twin = |link: &Link| {
            let entry = own::entry_of(&link.uid, &self.connection.id)?;
            let first = run.links.of_entry(&entry).filter(|first| first.version.is_some())?;
            (link.entry.is_none() && link.version.is_some() && first.id != link.id)
                .then(|| (entry, link.clone()))
        };
        let twins: Vec<(String, Link)> = run.links.all().filter_map(|(_, link)| is_twin(link)).collect();
        for (entry, link) in twins {
            self.go_on(run)?;
            let (Some(current), Some(source)) =
                (self.store.entry(&self.connection.id, &entry).await?, self.store.source(&link.id).await?)
            else {
                continue;
            };
            let said = CalendarObject::parse(&source).and_then(|object| object.content(self.floating)).ok();
            let Some(said) = said else { continue };
            if said.own_status() == Some(Status::Cancelled) {
                // The owner has called it off.
                continue;
            }
            let ours = current.content();
            let said = said.with_own_status(ours.as_ref().and_then(|ours| ours.own_status()));
            // With one that has ended it goes as a whole.
            let fields = ours.as_ref().map(|ours| ours.differences(&said)).unwrap_or_default();
            let is_news = ours.is_none() || !fields.is_empty();
            let intent = self.intent(IntentKind::Delete, &link, current.revision(), String::new(), None);
            let mut changes = vec![Change::PutIntent(intent.clone())];
            if is_news {
                let clash = Clash { fields, ..Clash::of(ours.as_ref(), Some(&said), Outcome::Application) };
                changes.push(self.conflict(None, &entry, &clash));
            }
            self.commit(run, &changes).await?;
            self.send(run, &current, intent).await?;
        }
        Ok(())
    }
}
