//! The reports of a simulated CalDAV server: sync-collection, calendar-multiget and calendar-query.

use crate::dav::FakeDav;
use crate::manner::{Multiget, Query, ShortLived, Tokens, UnknownToken};
use crate::multistatus::{answer, between, escaped, multistatus, props, status};
use crate::spelling::path_of;
use kalends::port::Response;
use kalends::{Instant, Span};
use std::collections::BTreeSet;

impl FakeDav {
    pub(crate) fn sync_collection(&self, body: &str) -> Response {
        let manner = self.manner.get();
        let token = between(body, "<d:sync-token>", "</d:sync-token>").first().copied().unwrap_or_default();
        if manner.tokens == Tokens::None {
            return answer(403, &[], "<error xmlns='DAV:'><supported-report/></error>");
        }
        let known = if token.is_empty() { Some(0) } else { self.since(token) };
        let unknown = match (manner.tokens, manner.unknown_token) {
            // The future is nothing that has happened.
            (Tokens::Seconds, _) if token.parse::<u64>().is_ok() => UnknownToken::TellsNothing,
            (_, unknown) => unknown,
        };
        let since = match (known, unknown) {
            (Some(seq), _) => seq,
            (None, UnknownToken::Refused(status)) => {
                return answer(status, &[], "<error xmlns='DAV:'><valid-sync-token/></error>");
            }
            (None, UnknownToken::TellsNothing) => return multistatus("", Some(token.to_owned())),
            (None, UnknownToken::ListsAll) => 0,
        };
        let tells_graves = known.is_some() && (!token.is_empty() || manner.tells_old_graves);
        let mut news = self.news(since, tells_graves);
        let cut_off = news.len() > manner.page;
        news.truncate(manner.page);
        let reached = news.last().filter(|_| cut_off).map(|(seq, _)| *seq);
        let reached = if cut_off && manner.page == 0 { Some(since) } else { reached };
        if let Some(limit) = between(body, "<d:nresults>", "</d:nresults>").first() {
            // Cut off without a word, and the token is the newest all the same (Xandikos).
            news.truncate(limit.parse().unwrap_or_default());
        }
        let mut responses: String = news.into_iter().map(|(_, response)| response).collect();
        if manner.repeats && since > 0 && self.collection.dice.percent(20) {
            let objects = self.collection.objects.borrow();
            let unchanged = objects.iter().find(|(_, object)| object.seq <= since);
            responses += &unchanged
                .map_or(String::new(), |(href, object)| props(&self.href(href), &self.listed(&object.etag)));
        }
        if cut_off {
            responses += &status(&self.href("/cal/"), 507);
        }
        multistatus(&responses, self.token(reached))
    }

    /// What has happened since a write or a second, in its order, as responses.
    fn news(&self, since: u64, tells_graves: bool) -> Vec<(u64, String)> {
        let manner = self.manner.get();
        let is_later = |seq: u64, at: Instant| match manner.tokens {
            Tokens::Seconds => (at.millis() / 1_000) as u64 > since,
            _ => seq > since,
        };
        let (objects, graves) = (self.collection.objects.borrow(), self.collection.graves.borrow());
        let hidden = self.collection.hidden.borrow();
        let told = |href: &str, etag: &str| props(&self.href(href), &self.listed(etag));
        let mut news: Vec<(u64, String)> = Vec::new();
        for (href, object) in objects.iter().filter(|(href, _)| !hidden.contains(href)) {
            if is_later(object.seq, object.at) {
                news.push((object.seq, told(href, &object.etag)));
            }
        }
        for (href, grave) in graves.iter().filter(|_| tells_graves) {
            let lived = manner.short_lived == ShortLived::Gone || grave.born <= since;
            if lived && is_later(grave.seq, grave.at) {
                news.push((grave.seq, status(&self.href(href), 404)));
            }
        }
        news.sort();
        news
    }

    pub(crate) fn multiget(&self, body: &str) -> Response {
        self.looked_at();
        let with_bodies = body.contains("calendar-data");
        let hrefs = between(body, "<d:href>", "</d:href>");
        let paths: Vec<String> = hrefs.iter().map(|href| path_of(href)).collect();
        let missing =
            paths.iter().any(|path| path != "/cal/" && !self.collection.objects.borrow().contains_key(path));
        let manner = self.manner.get().multiget;
        match manner {
            Multiget::RefusesAll if missing => return answer(404, &[], ""),
            Multiget::TwoAtMost if hrefs.len() > 2 => return answer(500, &[], ""),
            _ => {}
        }
        let skips = usize::from(manner == Multiget::LeavesOut && hrefs.len() > 1 && with_bodies);
        let (mut responses, mut told) = (String::new(), Vec::new());
        for path in paths.iter().skip(skips) {
            responses += &match self.object(path, with_bodies) {
                _ if path == "/cal/" => props(&self.href(path), &self.state()),
                Some(response) => response,
                None if manner == Multiget::LeavesOut => continue,
                None => status(&self.href(path), 404),
            };
            told.push(path.as_str());
        }
        if with_bodies {
            self.collection.told(told);
        }
        multistatus(&responses, None)
    }

    /// An object as a response.
    fn object(&self, path: &str, with_body: bool) -> Option<String> {
        let objects = self.collection.objects.borrow();
        let object = objects.get(path)?;
        let body = match with_body {
            true => format!("<C:calendar-data>{}</C:calendar-data>", escaped(&object.body)),
            false => String::new(),
        };
        Some(props(&self.href(path), &format!("{}{body}", self.listed(&object.etag))))
    }

    pub(crate) fn query(&self, body: &str) -> Response {
        let manner = self.manner.get();
        let bound =
            |name: &str| between(body, &format!(" {name}=\""), "\"").first().and_then(|text| instant(text));
        let span = Span::new(bound("start").unwrap_or(Instant::MIN), bound("end").unwrap_or(Instant::MAX));
        let mut paths: BTreeSet<String> = match (manner.query, span) {
            (Query::Unsupported, _) | (_, None) => return answer(501, &[], ""),
            (Query::TellsAll, _) => self.collection.hrefs().into_iter().collect(),
            (Query::Filters | Query::FiltersSuffixed, Some(span)) => {
                self.collection.touching(span).into_iter().collect()
            }
        };
        if manner.query == Query::FiltersSuffixed {
            paths.retain(|path| path.ends_with(".ics"));
        }
        let with_bodies = body.contains("calendar-data");
        if with_bodies {
            self.looked_at();
            self.collection.told(paths.iter().map(String::as_str));
        }
        let responses = paths.iter().filter_map(|path| self.object(path, with_bodies));
        multistatus(&responses.collect::<String>(), None)
    }
}

/// A UTC time as iCalendar writes it.
fn instant(text: &str) -> Option<Instant> {
    let part = |at: std::ops::Range<usize>| text.get(at);
    let (date, time) =
        ((part(0..4)?, part(4..6)?, part(6..8)?), (part(9..11)?, part(11..13)?, part(13..15)?));
    Instant::parse(&format!("{}-{}-{}T{}:{}:{}Z", date.0, date.1, date.2, time.0, time.1, time.2)).ok()
}
