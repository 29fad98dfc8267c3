//! The sync ladder: sync-token, ctag, a listing of every etag. An answer that cannot be true leads to the listing.

use super::calendar::{CalDavCalendar, Collection};
use super::etag;
use super::href::{resolve, same_resource};
use super::multistatus::{Entry, Multistatus};
use super::quirks::{Server, State};
use super::request;
use super::stored::{Answer, Rung, Stored, Witness};
use crate::port::{Cursor, RemoteId, Response, Transport};
use crate::provider::{Changes, Probe, Provider, ProviderError, RemoteChange, Replies};
use std::collections::{HashMap, HashSet};

/// What became of the member by which a calendar is known again.
enum Testimony {
    /// It is as it was, or there is none.
    Fits,
    /// It is not, and nobody told.
    Contradicts,
}

/// What sync-collection said.
struct Report {
    items: Vec<RemoteChange>,
    token: String,
    /// Whether there is more.
    cut_off: bool,
}

impl Report {
    /// Whether it can be the rest of an answer that was cut off: then there is more to tell, and who tells nothing and
    /// gives the token back does not know it any more.
    fn goes_on_from(&self, token: &str) -> bool {
        self.cut_off || !self.items.is_empty() || self.token != token
    }
}

impl<T: Transport> CalDavCalendar<'_, T> {
    /// Whether anything is new since a cursor: one request.
    pub(super) async fn has_news(&self, cursor: &Cursor) -> Result<Probe, ProviderError> {
        let Some(stored) = Stored::read(cursor) else { return Ok(Probe::Changed) };
        if let (Rung::Ctag(known), State::CountedCtag, Some(witness)) =
            (&stored.rung, self.quirks().state, &stored.witness)
        {
            return self.counted_ctag_has_news(known, witness).await;
        }
        let seen = self.collection(Some(&stored.rung)).await?;
        let unchanged = seen.made == stored.made
            && match &stored.rung {
                Rung::Token(known) => {
                    seen.token.as_deref().is_some_and(|own| self.quirks().is_at(own, known))
                }
                Rung::Ctag(known) => !known.is_empty() && seen.ctag.as_ref() == Some(known),
            };
        Ok(if unchanged { Probe::Unchanged } else { Probe::Changed })
    }

    /// The ctag counts from one in each calendar: it is only believed beside a member that is still there.
    async fn counted_ctag_has_news(&self, known: &str, witness: &Witness) -> Result<Probe, ProviderError> {
        let request = request::witness(self.url.clone(), &[self.url.path(), &witness.href]);
        let (url, response) = self.ask(request).await?;
        let told = match response.status {
            207 => Multistatus::parse(&response.body).unwrap_or_default().entries,
            // Whatever it is, the listing that follows tells it.
            404 | 410 => return Ok(Probe::Changed),
            _ => return Err(self.refused(&url, &response)),
        };
        let ctag =
            told.iter().find(|entry| entry.props.is_calendar).and_then(|entry| entry.props.ctag.as_deref());
        let is_there = told.iter().any(|entry| self.tells(entry, witness));
        let unchanged = !known.is_empty() && ctag == Some(known) && is_there;
        Ok(if unchanged { Probe::Unchanged } else { Probe::Changed })
    }

    /// A page of changes since a cursor, or of everything.
    pub(super) async fn page(&self, cursor: Option<&Cursor>) -> Result<Changes, ProviderError> {
        let stored = cursor.and_then(Stored::read);
        if let Some(before @ Stored { rung: Rung::Token(token), rest_of: Some(rest_of), .. }) = &stored
            && let Some(report) = self.report(Some(token)).await?
            && report.goes_on_from(token)
            && (*rest_of == Answer::Listing || !self.repeats(&report, before))
        {
            return Ok(self.told(report, Some(before), *rest_of, false));
        }
        if let (None, Some(made)) = (&stored, &self.found)
            && let Some(changes) = self.first_listing(made.clone()).await?
        {
            return Ok(changes);
        }
        let seen = self.collection(stored.as_ref().map(|stored| &stored.rung)).await?;
        if stored.is_none() {
            self.learn(seen.token.as_deref()).await;
        }
        if let Some(stored) = &stored
            && let (Rung::Token(token), None) = (&stored.rung, stored.rest_of)
            && stored.made == seen.made
        {
            if seen.token.as_deref().is_some_and(|own| self.quirks().is_at(own, token)) {
                let next = stored.cursor();
                return Ok(Changes { items: Vec::new(), next, last: true, full_listing: false });
            }
            if let Some(report) = self.report(Some(token)).await?
                && self.is_credible(&report, token, &seen, stored).await?
            {
                return Ok(self.told(report, Some(stored), Answer::Changes, false));
            }
        }
        if seen.token.is_some() {
            match self.report(None).await {
                Ok(Some(report)) => return Ok(self.told(report, None, Answer::Listing, true)),
                Ok(None) | Err(ProviderError::NoCalendar(_) | ProviderError::Protocol(_)) => {}
                Err(error) => return Err(error),
            }
        }
        self.listing(&seen).await
    }

    /// Everything in a calendar that was found just now, with the token that comes with it: what the calendar says of
    /// itself need not be asked before. None where the server knows no sync-collection.
    async fn first_listing(&self, made: Option<String>) -> Result<Option<Changes>, ProviderError> {
        let report = match self.report(None).await {
            Ok(Some(report)) => report,
            Ok(None) | Err(ProviderError::NoCalendar(_) | ProviderError::Protocol(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        self.learn(Some(&report.token)).await;
        self.seen.replace(Some(Collection { token: Some(report.token.clone()), ctag: None, made }));
        Ok(Some(self.told(report, None, Answer::Listing, true)))
    }

    /// What the collection says of itself, asked once in a run: before anything else is read, so that what changes
    /// meanwhile is news to the next run.
    async fn collection(&self, rung: Option<&Rung>) -> Result<Collection, ProviderError> {
        if let Some(seen) = self.seen.borrow().clone() {
            return Ok(seen);
        }
        let with_ctag = !matches!(rung, Some(Rung::Token(_)));
        let (url, status) = self.multistatus(request::find_state(self.url.clone(), with_ctag)).await?;
        let path = |url: &url::Url| url.path().trim_end_matches('/').to_owned();
        let entry = status.entries.into_iter().find(|entry| entry.props.is_calendar);
        let entry = entry.ok_or_else(|| ProviderError::NoCalendar(self.url.to_string()))?;
        if !same_resource(&path(&url), &path(&self.url)) {
            return Err(ProviderError::Moved(url.to_string()));
        }
        let props = entry.props;
        let seen = Collection { token: props.sync_token, ctag: props.ctag, made: props.resource_id };
        self.seen.replace(Some(seen.clone()));
        Ok(seen)
    }

    /// Asks the server what it is; once, or where it did not say, again with each full listing.
    async fn learn(&self, token: Option<&str>) {
        if !matches!(self.server.get(), None | Some(Server::Unknown)) {
            return;
        }
        let options = self.ask(request::options(self.url.clone())).await.ok().map(|(_, response)| response);
        let replies: Vec<&Response> = options.iter().collect();
        self.server.set(Some(Server::detect(&self.url, &replies, token)));
    }

    /// What RFC 6578 reports since `token`; none where the token is not valid any more.
    async fn report(&self, token: Option<&str>) -> Result<Option<Report>, ProviderError> {
        let request = request::sync_collection(self.url.clone(), token);
        let (url, response) = self.ask(request).await?;
        match response.status {
            207 => {}
            403 | 409 | 410 | 412 if response.body.contains("valid-sync-token") => return Ok(None),
            410 | 507 if token.is_some() => return Ok(None),
            // With the reason left out it is about the asking, not about the token.
            403 if token.is_some() && !response.body.contains("supported-report") => {
                let after = super::answer::retry_after(&response);
                return Err(ProviderError::Throttled { after: self.patient(after) });
            }
            _ => return Err(self.refused(&url, &response)),
        }
        let parsed = Multistatus::parse(&response.body);
        // The text of a large calendar's listing is several megabytes: it goes before its items come.
        drop(response);
        let status = parsed.map_err(|error| ProviderError::Protocol(error.to_string()))?;
        let mut items = Vec::new();
        let mut cut_off = false;
        for entry in status.entries {
            if self.is_collection(&entry) {
                cut_off |= entry.status == Some(507);
            } else if matches!(entry.status, Some(404 | 410)) {
                // In an initial listing this tells of things that were gone before (seen from Radicale).
                items.extend(token.and(self.own(&entry.href).ok()).map(RemoteChange::Gone));
            } else {
                items.push(self.member(entry));
            }
        }
        let token = status.sync_token.ok_or_else(|| {
            ProviderError::Protocol("a sync-collection answer without a sync-token".to_owned())
        })?;
        Ok(Some(Report { items: self.once(items), token, cut_off }))
    }

    /// Whether an answer about what changed can be true.
    async fn is_credible(
        &self,
        report: &Report,
        asked: &str,
        seen: &Collection,
        stored: &Stored,
    ) -> Result<bool, ProviderError> {
        if self.quirks().capabilities.replies == Replies::Complete {
            return Ok(true);
        }
        if report.items.is_empty() {
            // Nothing, although the collection is not at this token: it may be one that fits nowhere any more.
            return Ok(seen.token.as_deref().is_some_and(|own| self.quirks().is_at(own, asked)));
        }
        let Some(witness) = &stored.witness else { return Ok(true) };
        if report.items.iter().any(|item| self.same(&item.id().0, &witness.href)) {
            return Ok(!self.repeats(report, stored));
        }
        Ok(matches!(self.testimony(witness).await?, Testimony::Fits))
    }

    /// Whether an answer about what changed names the witness as it was: it may be a listing of everything, which tells
    /// no deletions.
    fn repeats(&self, report: &Report, stored: &Stored) -> bool {
        let is_witness = |item: &RemoteChange| match (item, &stored.witness) {
            (RemoteChange::Present(id, version), Some(witness)) => {
                version.0 == witness.etag && self.same(&id.0, &witness.href)
            }
            _ => false,
        };
        self.quirks().capabilities.replies == Replies::Doubtful && report.items.iter().any(is_witness)
    }

    async fn testimony(&self, witness: &Witness) -> Result<Testimony, ProviderError> {
        let request = request::witness(self.url.clone(), &[&witness.href]);
        let entries = match self.multistatus(request).await {
            Ok((_, status)) => status.entries,
            Err(ProviderError::NoCalendar(_)) => return Ok(Testimony::Contradicts),
            Err(error) => return Err(error),
        };
        let fits = entries.iter().any(|entry| self.tells(entry, witness));
        Ok(if fits { Testimony::Fits } else { Testimony::Contradicts })
    }

    /// Every member with its etag, for servers without sync-collection.
    async fn listing(&self, seen: &Collection) -> Result<Changes, ProviderError> {
        let (_, status) = self.multistatus(request::list_etags(self.url.clone())).await?;
        if status.entries.iter().any(|entry| entry.status == Some(507)) {
            return Err(ProviderError::Protocol("a listing that is cut off".to_owned()));
        }
        let members = status.entries.into_iter().filter(|entry| !self.is_collection(entry));
        let items = self.once(members.map(|entry| self.member(entry)).collect());
        let next = Stored {
            witness: self.witness_among(&items, None),
            ..self.stored(Rung::Ctag(seen.ctag.clone().unwrap_or_default()))
        };
        Ok(Changes { items, next: next.cursor(), last: true, full_listing: true })
    }

    /// Each member once, in whatever spellings it is told (Zimbra tells all twice). Of one that is told to be there and
    /// to be gone the former counts, since reading it shows the truth.
    fn once(&self, mut items: Vec<RemoteChange>) -> Vec<RemoteChange> {
        let rank = |item: &RemoteChange| matches!(item, RemoteChange::Gone(_));
        let mut told: HashMap<String, (bool, usize)> = HashMap::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            let first = told.entry(self.key(item.id())).or_insert((rank(item), at));
            *first = (*first).min((rank(item), at));
        }
        if told.len() < items.len() {
            let kept: HashSet<usize> = told.into_values().map(|(_, at)| at).collect();
            let mut at = 0..;
            items.retain(|_| at.next().is_some_and(|at| kept.contains(&at)));
        }
        items
    }

    /// A report as the engine takes it.
    fn told(&self, report: Report, before: Option<&Stored>, answer: Answer, full_listing: bool) -> Changes {
        let next = Stored {
            witness: self.witness_among(&report.items, before.and_then(|stored| stored.witness.as_ref())),
            rest_of: report.cut_off.then_some(answer),
            ..self.stored(Rung::Token(report.token))
        };
        Changes { items: report.items, next: next.cursor(), last: !report.cut_off, full_listing }
    }

    /// Whether two addresses mean one member, whole or as paths.
    fn same(&self, one: &str, other: &str) -> bool {
        let key = |href: &str| self.key(&RemoteId(href.to_owned()));
        one == other || key(one) == key(other)
    }

    /// Whether an entry tells a witness as it was.
    fn tells(&self, entry: &Entry, witness: &Witness) -> bool {
        let etag = entry.props.etag.as_deref().map(etag::version);
        etag.is_some_and(|etag| etag.0 == witness.etag) && self.same(&entry.href, &witness.href)
    }

    /// The member that an answer leaves as witness: the one before as far as it is told to be there, else another.
    fn witness_among(&self, items: &[RemoteChange], before: Option<&Witness>) -> Option<Witness> {
        let named =
            before.and_then(|before| items.iter().rfind(|item| self.same(&item.id().0, &before.href)));
        let present = |item: &RemoteChange| match item {
            RemoteChange::Present(id, version) => {
                Some(Witness { href: id.0.clone(), etag: version.0.clone() })
            }
            _ => None,
        };
        match (before, named) {
            (Some(before), None) => Some(before.clone()),
            (_, Some(RemoteChange::Present(id, version))) => {
                Some(Witness { href: id.0.clone(), etag: version.0.clone() })
            }
            _ => items.iter().rev().find_map(present),
        }
    }

    fn stored(&self, rung: Rung) -> Stored {
        let made = self.seen.borrow().as_ref().and_then(|seen| seen.made.clone());
        let server = self.server.get().unwrap_or(Server::Unknown);
        Stored { server, rung, made, witness: None, rest_of: None }
    }

    /// The member that an address in an answer means. Servers behind a proxy tell the name that they have there: what
    /// lies below the calendar's own path is asked for where the calendar is. Other servers are not asked.
    pub(super) fn own(&self, href: &str) -> Result<RemoteId, RemoteId> {
        match resolve(&self.url, href) {
            Some(url) if self.outbound.admits(&url) => Ok(RemoteId(href.to_owned())),
            Some(url) if url.path().starts_with(self.url.path()) => Ok(RemoteId(url.path().to_owned())),
            _ => Err(RemoteId(href.to_owned())),
        }
    }

    /// What a listing says of a member that is there. Without an etag it is read to tell whether it is as it was.
    fn member(&self, entry: Entry) -> RemoteChange {
        let id = match self.own(&entry.href) {
            Ok(id) => id,
            Err(id) => return RemoteChange::Foreign(id),
        };
        match (entry.props.etag, entry.status) {
            (Some(etag), _) => RemoteChange::Present(id, self.version(&etag)),
            (None, None | Some(200..300)) => {
                let seen = self.seen.borrow();
                let state = seen.as_ref().and_then(|seen| seen.ctag.as_ref().or(seen.token.as_ref()));
                RemoteChange::Present(id, etag::untold(state.map_or("", String::as_str)))
            }
            (None, Some(status)) => RemoteChange::Unreadable(id, format!("status {status}")),
        }
    }

    pub(super) fn is_collection(&self, entry: &Entry) -> bool {
        entry.props.is_collection
            || entry.href.ends_with('/')
            || resolve(&self.url, &entry.href).is_some_and(|url| same_resource(url.path(), self.url.path()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbound::{Outbound, Reach};
    use crate::port::{Request, TransportError, Version};
    use crate::vault::Credentials;
    use url::Url;

    struct Silent;

    impl Transport for Silent {
        async fn send(&self, _: Request) -> Result<Response, TransportError> {
            unreachable!("nothing is asked")
        }
    }

    #[test]
    fn a_witness_stays_while_it_is_there_and_is_followed_when_it_changes() {
        let authorizer = Credentials::new("ana".into(), "secret".into()).authorizer();
        let url = Url::parse("https://cal.example.org/c/").unwrap();
        let outbound = Outbound::new(&Silent, &authorizer, &url, Reach::Public).unwrap();
        let calendar = CalDavCalendar::new(outbound, url, None);
        let present =
            |name: &str, etag: &str| RemoteChange::Present(RemoteId(name.into()), Version(etag.into()));
        let gone = |name: &str| RemoteChange::Gone(RemoteId(name.into()));
        let witness = |href: &str, etag: &str| Some(Witness { href: href.into(), etag: etag.into() });
        let before = witness("/c/%61.ics", "1");
        for (items, expected) in [
            (vec![present("/c/b.ics", "9")], witness("/c/%61.ics", "1")),
            (vec![present("/c/a.ics", "2"), present("/c/b.ics", "9")], witness("/c/a.ics", "2")),
            (vec![gone("/c/a.ics"), present("/c/b.ics", "9")], witness("/c/b.ics", "9")),
            (
                vec![present("https://cal.example.org/c/a.ics", "1")],
                witness("https://cal.example.org/c/a.ics", "1"),
            ),
            (vec![gone("/c/a.ics")], None),
        ] {
            assert_eq!(calendar.witness_among(&items, before.as_ref()), expected, "{items:?}");
        }
        assert_eq!(calendar.witness_among(&[present("/c/b.ics", "9")], None), witness("/c/b.ics", "9"));
    }
}
