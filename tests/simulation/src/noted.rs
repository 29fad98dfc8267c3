//! The ports as the engine gets them: every call goes into the trace, with what it asks and what comes of it.

use crate::trace::Trace;
use kalends::port::{
    Change, Clock, ConnectionId, Cursor, Entropy, Fence, Intent, Lease, Link, LinkId, RemoteId, Store,
    StoreError,
};
use kalends::provider::{Capabilities, Changes, Fetched, Probe, Provider, ProviderError, Written};
use kalends::{Instant, Span, booking::Entry};
use std::collections::HashMap;

/// A port whose calls are noted.
pub struct Noted<'w, T> {
    pub port: &'w T,
    pub trace: &'w Trace,
    /// The run that calls it.
    pub run: usize,
}

impl<S: Store> Store for Noted<'_, S> {
    async fn lease(
        &self,
        connection: &ConnectionId,
        now: Instant,
        until: Instant,
    ) -> Result<Option<Lease>, StoreError> {
        let answer = self.port.lease(connection, now, until);
        self.trace.call(self.run, format_args!("lease {now:?} {until:?}"), answer).await
    }

    async fn release(&self, connection: &ConnectionId, fence: Fence) -> Result<(), StoreError> {
        let answer = self.port.release(connection, fence);
        self.trace.call(self.run, format_args!("release {fence:?}"), answer).await
    }

    async fn links(&self, connection: &ConnectionId) -> Result<Vec<Link>, StoreError> {
        self.trace.call(self.run, format_args!("links"), self.port.links(connection)).await
    }

    async fn unread(&self, connection: &ConnectionId) -> Result<Vec<LinkId>, StoreError> {
        self.trace.call(self.run, format_args!("unread"), self.port.unread(connection)).await
    }

    async fn sources(&self, links: &[LinkId]) -> Result<HashMap<LinkId, String>, StoreError> {
        // What comes of it is in no order.
        self.trace.note(format_args!("run {}: sources {links:?}", self.run));
        let sources = self.port.sources(links).await?;
        for link in links {
            self.trace.note(format_args!("run {}: -> {:?}", self.run, sources.get(link)));
        }
        Ok(sources)
    }

    async fn entry(&self, connection: &ConnectionId, id: &str) -> Result<Option<Entry>, StoreError> {
        self.trace.call(self.run, format_args!("entry {id}"), self.port.entry(connection, id)).await
    }

    async fn unsynced(&self, connection: &ConnectionId, since: Instant) -> Result<Vec<Entry>, StoreError> {
        let answer = self.port.unsynced(connection, since);
        self.trace.call(self.run, format_args!("unsynced {since:?}"), answer).await
    }

    async fn outbox(&self, connection: &ConnectionId) -> Result<Vec<Intent>, StoreError> {
        self.trace.call(self.run, format_args!("outbox"), self.port.outbox(connection)).await
    }

    async fn commit(
        &self,
        connection: &ConnectionId,
        fence: Fence,
        until: Instant,
        changes: &[Change],
    ) -> Result<(), StoreError> {
        let answer = self.port.commit(connection, fence, until, changes);
        self.trace.call(self.run, format_args!("commit {fence:?} {until:?} {changes:?}"), answer).await
    }
}

impl<P: Provider> Provider for Noted<'_, P> {
    fn capabilities(&self) -> Capabilities {
        self.port.capabilities()
    }

    async fn probe(&self, cursor: &Cursor) -> Result<Probe, ProviderError> {
        self.trace.call(self.run, format_args!("probe {cursor}"), self.port.probe(cursor)).await
    }

    async fn changes(&self, cursor: Option<&Cursor>) -> Result<Changes, ProviderError> {
        self.trace.call(self.run, format_args!("changes {cursor:?}"), self.port.changes(cursor)).await
    }

    async fn touching(&self, span: Span) -> Result<Option<Vec<RemoteId>>, ProviderError> {
        self.trace.call(self.run, format_args!("touching {span:?}"), self.port.touching(span)).await
    }

    async fn bodies_touching(&self, span: Span) -> Result<Option<Vec<Fetched>>, ProviderError> {
        let answer = self.port.bodies_touching(span);
        self.trace.call(self.run, format_args!("bodies touching {span:?}"), answer).await
    }

    async fn fetch(&self, ids: &[RemoteId]) -> Result<Vec<Fetched>, ProviderError> {
        self.trace.call(self.run, format_args!("fetch {ids:?}"), self.port.fetch(ids)).await
    }

    fn id_for(&self, uid: &str) -> RemoteId {
        self.port.id_for(uid)
    }

    fn key(&self, id: &RemoteId) -> String {
        self.port.key(id)
    }

    async fn write(&self, intent: &Intent) -> Result<Written, ProviderError> {
        self.trace.call(self.run, format_args!("write {intent:?}"), self.port.write(intent)).await
    }
}

impl<C: Clock> Clock for Noted<'_, C> {
    fn now(&self) -> Instant {
        let now = self.port.now();
        self.trace.note(format_args!("run {}: now {now:?}", self.run));
        now
    }
}

impl<E: Entropy> Entropy for Noted<'_, E> {
    fn fill(&self, bytes: &mut [u8]) {
        self.port.fill(bytes);
        self.trace.note(format_args!("run {}: random {bytes:02x?}", self.run));
    }
}
