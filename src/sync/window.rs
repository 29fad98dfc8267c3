//! The window of time that is mirrored: everything is listed, and read is what touches the window, our own objects and
//! what changes. Each day reads the strip of time that has come into the window, and who asks about other time reads that.

use super::engine::{Engine, Run, Scope, SyncError};
use super::own;
use crate::port::{Change, Clock, Entropy, LinkId, RemoteId, Store, Version};
use crate::provider::Provider;
use crate::time::{Instant, Span};
use std::collections::HashSet;

const DAY: i64 = 86_400_000;
/// How far back and ahead a first sync reads.
const BACK: i64 = 30 * DAY;
const AHEAD: i64 = 90 * DAY;
/// How far from the window a service is asked to place what is not read.
const FAR_BACK: i64 = 20 * 365 * DAY;
const FAR_AHEAD: i64 = 5 * 365 * DAY;
/// So many links of objects that are not read are committed together.
const LINKS: usize = 200;
/// The bodies of so many objects may come in one answer.
const AT_ONCE: usize = 2_500;

/// Time that is to be mirrored and is not yet.
pub(super) struct Beyond {
    /// Before and after the window.
    strips: Vec<Span>,
    /// The window with them.
    window: Span,
    /// Whether a day has passed since it was read last.
    pub(super) a_day_is_over: bool,
}

impl Beyond {
    /// What has to be mirrored beyond the window: the time that has come within reach since it was read last, once that
    /// is a day, and the time that is asked about.
    pub(super) fn of(window: Option<Span>, scope: &Scope, now: Instant) -> Option<Self> {
        let window = window?;
        let ahead = now.plus_millis(AHEAD);
        let a_day_is_over = ahead.millis() - window.end().millis() >= DAY;
        let (mut start, mut end) = (window.start(), window.end());
        if a_day_is_over {
            end = ahead;
        }
        if let Scope::Covering(span) = scope {
            start = start.min(span.start()).max(now.plus_millis(-FAR_BACK));
            end = end.max(span.end()).min(now.plus_millis(FAR_AHEAD));
        }
        let strips = [Span::new(start, window.start()), Span::new(window.end(), end)];
        let strips: Vec<Span> = strips.into_iter().flatten().filter(|strip| !strip.is_empty()).collect();
        let window = Span::new(start.min(window.start()), end.max(window.end()))?;
        (!strips.is_empty()).then_some(Self { strips, window, a_day_is_over })
    }
}

impl<S: Store, P: Provider, C: Clock, E: Entropy> Engine<'_, S, P, C, E> {
    /// The window that is mirrored; a calendar of which nothing was read yet is given one. None where everything is.
    pub(super) async fn window(&self, run: &Run, now: Instant) -> Result<Option<Span>, SyncError> {
        let fresh = run.cursor.is_none() && !run.links.all().any(|(_, link)| link.version.is_some());
        if run.window.is_some() || !fresh {
            return Ok(run.window);
        }
        let window = Span::new(now.plus_millis(-BACK), now.plus_millis(AHEAD));
        if let Some(window) = window {
            // Before anything is listed: what is known and was not read must never look free.
            self.commit(run, &[Change::SetWindow(window)]).await?;
        }
        Ok(window)
    }

    /// Of what a listing names and is new, those that are to be read; of the others only their versions are kept.
    pub(super) async fn within(
        &self,
        run: &mut Run,
        window: Span,
        wanted: Vec<(RemoteId, Version)>,
    ) -> Result<Vec<RemoteId>, SyncError> {
        let (wanted, inside) = self.at_once(run, window, wanted).await?;
        let elsewhere = match wanted.is_empty() {
            true => None,
            false => self.elsewhere(window, inside).await?,
        };
        let Some(elsewhere) = elsewhere else { return Ok(wanted.into_iter().map(|(id, _)| id).collect()) };
        let unread: HashSet<LinkId> = self.store.unread(&self.connection.id).await?.into_iter().collect();
        let (mut ids, mut links) = (Vec::new(), Vec::new());
        for (id, version) in wanted {
            let key = self.provider.key(&id);
            match run.links.at(&key) {
                _ if !elsewhere.contains(&key) => ids.push(id),
                None if own::entry_at(&id, &self.connection.id).is_some() => ids.push(id),
                None => {
                    run.report.imported += 1;
                    links.push(self.new_link(id, String::new(), version));
                }
                Some(link) if unread.contains(&link.id) => {
                    let mut link = link.clone();
                    link.version = Some(version);
                    links.push(link);
                }
                Some(_) => ids.push(id),
            }
        }
        for links in links.chunks(LINKS) {
            self.go_on(run)?;
            let changes: Vec<Change> = links.iter().cloned().map(Change::PutLink).collect();
            self.commit(run, &changes).await?;
            run.report.came_in = true;
            links.iter().cloned().for_each(|link| self.put_link(run, link));
        }
        Ok(ids)
    }

    /// Reads what lies in the window with one request, where next to nothing was read yet and it is not too much. Tells
    /// what is left of what was wanted, and the keys of what lies in the window, if that is known by now.
    async fn at_once(
        &self,
        run: &mut Run,
        window: Span,
        wanted: Vec<(RemoteId, Version)>,
    ) -> Result<(Vec<(RemoteId, Version)>, Option<HashSet<String>>), SyncError> {
        let read = run.links.all().filter(|(_, link)| link.version.is_some()).count();
        if wanted.len() > AT_ONCE || wanted.len() <= read {
            return Ok((wanted, None));
        }
        let Some(mut fetched) = self.provider.bodies_touching(window).await? else {
            return Ok((wanted, None));
        };
        let inside: HashSet<String> = fetched.iter().map(|fetched| self.provider.key(fetched.id())).collect();
        let (own, rest): (Vec<_>, Vec<_>) =
            wanted.into_iter().partition(|(id, _)| inside.contains(&self.provider.key(id)));
        // What has come since the listing is the next run's.
        let mut own: HashSet<String> = own.into_iter().map(|(id, _)| self.provider.key(&id)).collect();
        fetched.retain(|fetched| own.remove(&self.provider.key(fetched.id())));
        self.take_over(run, fetched).await?;
        Ok((rest, Some(inside)))
    }

    /// The keys of what the service says to lie before or after a window and not in it. What it does not place at all
    /// (an unknown zone, a name without a suffix on Xandikos) may lie anywhere, and is read.
    async fn elsewhere(
        &self,
        window: Span,
        inside: Option<HashSet<String>>,
    ) -> Result<Option<HashSet<String>>, SyncError> {
        let before = Span::new(window.start().plus_millis(-FAR_BACK), window.start());
        let after = Span::new(window.end(), window.end().plus_millis(FAR_AHEAD));
        let mut keys = HashSet::new();
        for span in [before, after].into_iter().flatten() {
            let Some(touching) = self.touching(span).await? else { return Ok(None) };
            keys.extend(touching);
        }
        if keys.is_empty() {
            return Ok(Some(keys));
        }
        let inside = match inside {
            Some(inside) => Some(inside),
            None => self.touching(window).await?,
        };
        Ok(inside.map(|inside| &keys - &inside))
    }

    /// The keys of what the service says to touch a span.
    async fn touching(&self, span: Span) -> Result<Option<HashSet<String>>, SyncError> {
        let touching = self.provider.touching(span).await?;
        Ok(touching.map(|ids| ids.iter().map(|id| self.provider.key(id)).collect()))
    }

    /// Reads what lies beyond the window, which then reaches as far.
    pub(super) async fn reach(&self, run: &mut Run, beyond: &Beyond) -> Result<(), SyncError> {
        for strip in &beyond.strips {
            let touching = self.touching(*strip).await?;
            self.read_unread(run, |key| touching.as_ref().is_none_or(|keys| keys.contains(key))).await?;
        }
        self.commit(run, &[Change::SetWindow(beyond.window)]).await
    }

    /// Reads objects that were listed and not read.
    pub(super) async fn read_unread(
        &self,
        run: &mut Run,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<(), SyncError> {
        let unread = self.store.unread(&self.connection.id).await?;
        let links = unread.iter().filter_map(|id| run.links.get(id));
        let ids =
            links.filter(|link| wanted(&self.provider.key(&link.remote))).map(|link| link.remote.clone());
        let ids: Vec<RemoteId> = ids.collect();
        self.read(run, &ids).await
    }
}
