//! The calendar services that a world may have, and a run of the engine against each.

use crate::calendar::{Character, FakeCalendar, Manners};
use crate::clock::SimClock;
use crate::collection::{Collection, Numbering};
use crate::dav::FakeDav;
use crate::dice::Dice;
use crate::event_api::{Dialect, EventApi, Ids};
use crate::event_client::EventClient;
use crate::ledger::Ledger;
use crate::manner::{Ctag, Etags, Manner, Tokens};
use crate::noted::Noted;
use crate::spelling::path_of;
use crate::world::World;
use kalends::caldav::CalDavCalendar;
use kalends::outbound::{Outbound, Reach};
use kalends::port::{Connection, Link, RemoteId};
use kalends::provider::Provider;
use kalends::sync::{Engine, Report, Scope, SyncError};
use kalends::vault::Credentials;
use std::rc::Rc;
use url::Url;

/// The calendar service of a world.
#[derive(Clone, Copy, Debug)]
pub enum Service {
    /// One that keeps to the engine's own words.
    Plain(Manners),
    /// A CalDAV server, and the client that speaks to it.
    Dav(&'static str, Manner),
    /// An event API, and a client that speaks to it.
    Events(&'static str, Dialect),
}

/// The event APIs that a history may be about.
pub const EVENT_APIS: [(&str, Dialect); 2] = [
    ("an API like Google's", Dialect { ids: Ids::OfTheClient, page: 3, replays: false }),
    ("an API like Graph's", Dialect { ids: Ids::OfTheService, page: 2, replays: true }),
];

/// Who speaks for the collection.
pub enum Speaker {
    Plain(FakeCalendar),
    Dav(FakeDav),
    Events(EventApi),
}

impl Service {
    /// Such a service with an empty collection; its clock is so far ahead of ours.
    pub fn open(
        self,
        clock: Rc<SimClock>,
        ahead: i64,
        dice: Rc<Dice>,
        ledger: Rc<Ledger>,
    ) -> (Rc<Collection>, Speaker) {
        let (numbering, rewriting) = match self {
            Self::Plain(Manners { character: Character::Careless, .. }) => (Numbering::FirstAlike, None),
            Self::Plain(_) | Self::Events(..) => (Numbering::Each, None),
            Self::Dav(_, manner) => (manner.numbering, manner.rewriting),
        };
        let collection = Collection::new(numbering, clock, dice, ledger).kept(rewriting, ahead);
        let collection = Rc::new(collection);
        let speaker = match self {
            Self::Plain(manners) => Speaker::Plain(FakeCalendar::new(collection.clone(), manners)),
            Self::Dav(_, manner) => Speaker::Dav(FakeDav::new(manner, collection.clone())),
            Self::Events(_, dialect) => Speaker::Events(EventApi::new(dialect, collection.clone())),
        };
        (collection, speaker)
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain(_) => "in the engine's own words",
            Self::Dav(name, _) | Self::Events(name, _) => name,
        }
    }

    /// Where the owner's client puts its object of this number.
    pub fn address(self, number: i64) -> String {
        let name = match (self, number % 5) {
            (Self::Events(..), _) => format!("phone-{number}"),
            (Self::Plain(_), _) | (_, 0 | 1) => format!("phone-{number}.ics"),
            (_, 2) => format!("phone-{number}@home"),
            (_, 3) => format!("phone {number} \u{e1}.ics"),
            (_, _) => format!("phone:{number}.ics"),
        };
        format!("/cal/{name}")
    }

    /// Whether it has tasks, too.
    pub fn holds_tasks(self) -> bool {
        match self {
            Self::Plain(_) => true,
            Self::Dav(name, _) => name != "Google",
            Self::Events(..) => false,
        }
    }

    /// Whether the service tells that nothing has changed without listing everything.
    pub fn tells_state(self) -> bool {
        !matches!(self, Self::Dav(_, Manner { tokens: Tokens::None, ctag: Ctag::None, .. }))
    }

    /// Whether the service tells versions, without which nothing is written over.
    pub fn tells_versions(self) -> bool {
        !matches!(self, Self::Dav(_, Manner { etags: Etags::None, .. }))
    }
}

impl World {
    /// Where the object of a link lies.
    pub fn address(&self, remote: &RemoteId) -> String {
        path_of(&remote.0)
    }

    /// Whether everything is listed once a day, so that what is left out of a report is found: so it is, too, where the
    /// server did not say yet what it is.
    pub fn is_listed_daily(&self) -> bool {
        match self.setting.service {
            Service::Plain(_) | Service::Events(..) => false,
            Service::Dav(_, manner) => {
                let rows = self.store.rows.borrow();
                let cursor = rows.cursor.as_ref().map_or("", |cursor| &cursor.0);
                !manner.trusted || cursor.starts_with("server unknown")
            }
        }
    }

    /// What was under way arrives, and whoever races comes to an end.
    pub fn settles_down(&self) {
        match &self.speaker {
            Speaker::Plain(_) => {}
            Speaker::Dav(dav) => dav.deliver(usize::MAX),
            Speaker::Events(api) => api.deliver(usize::MAX),
        }
        self.calendar.finish_races();
    }

    pub(crate) async fn carry_out(
        &self,
        scope: &Scope,
        connection: &Connection,
        run: usize,
    ) -> Result<Report, SyncError> {
        match &self.speaker {
            Speaker::Plain(calendar) => self.sync_with(calendar, scope, connection, run).await,
            Speaker::Events(api) => self.sync_with(&EventClient(api), scope, connection, run).await,
            Speaker::Dav(dav) => {
                let url = Url::parse(&format!("{}/cal/", dav.manner.get().origin)).expect("it is one");
                let authorizer = Credentials::new("ana".into(), "secret".into()).authorizer();
                let outbound =
                    Outbound::new(dav, &authorizer, &url, Reach::PublicAndLoopback).expect("it may be asked");
                let provider = CalDavCalendar::new(outbound, url, connection.calendar.cursor.as_ref())
                    .holding(connection.calendar.kind);
                self.sync_with(&provider, scope, connection, run).await
            }
        }
    }

    async fn sync_with<P: Provider>(
        &self,
        provider: &P,
        scope: &Scope,
        connection: &Connection,
        run: usize,
    ) -> Result<Report, SyncError> {
        let trace = &self.ledger.trace;
        let engine = Engine {
            store: &Noted { port: &self.store, trace, run },
            provider: &Noted { port: provider, trace, run },
            clock: &Noted { port: &*self.clock, trace, run },
            entropy: &Noted { port: &self.entropy, trace, run },
            connection,
            floating: &self.ledger.zone,
            steps: self.steps.get(),
        };
        engine.run(scope).await
    }

    /// Whether a link is at the version that an etag tells.
    pub fn is_at(&self, link: &Link, etag: &str) -> bool {
        !self.setting.service.tells_versions()
            || link.version.as_ref().is_some_and(|version| version.0 == etag)
    }
}
