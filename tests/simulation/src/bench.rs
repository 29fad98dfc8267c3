//! An application and a calendar on a CalDAV server with such manners, for the tests of the client beside it.

use crate::clock::{SimClock, finish};
use crate::dav::{FakeDav, Manner};
use crate::dice::Dice;
use crate::ledger::Ledger;
use crate::store::MemoryStore;
use kalends::booking::{Appointment, Kind, Status};
use kalends::caldav::CalDavCalendar;
use kalends::outbound::{Outbound, Reach};
use kalends::port::{Clock, Method, Policy};
use kalends::sync::{Engine, Report, Scope, SyncError};
use kalends::vault::Credentials;
use kalends::{Instant, Span, Zone};
use std::collections::BTreeMap;
use std::rc::Rc;
use url::Url;

/// An application and a calendar on such a server.
pub struct Bench {
    pub dav: FakeDav,
    pub store: MemoryStore,
    pub clock: SimClock,
    entropy: Dice,
}

/// An event of one hour on the first of December.
pub fn event(uid: &str, summary: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\n\
         DTSTART:20261201T090000Z\r\nDTEND:20261201T100000Z\r\nSUMMARY:{summary}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

impl Bench {
    fn new(manner: Manner) -> Self {
        let store = MemoryStore::new(Rc::new(Dice::new(1)), Rc::new(Ledger::default()));
        let clock = SimClock::at(Instant::from_millis(1_795_000_000_000));
        Self { dav: FakeDav::new(manner), store, clock, entropy: Dice::new(2) }
    }

    /// With so many events, read once.
    pub fn with(manner: Manner, count: usize) -> Self {
        let bench = Self::new(manner);
        for number in 0..count {
            bench.dav.put(&format!("{number}.ics"), &event(&format!("{number}"), "Before"));
        }
        bench.agrees();
        bench
    }

    /// One run.
    pub fn run(&self, scope: &Scope) -> Result<Report, SyncError> {
        let url = Url::parse("http://127.0.0.1/cal/").unwrap();
        let authorizer = Credentials::new("ana".into(), "secret".into()).authorizer();
        let outbound = Outbound::new(&self.dav, &authorizer, &url, Reach::PublicAndLoopback).unwrap();
        let connection = self.store.connection(Kind::Event, Policy::ExternalWins);
        let cursor = connection.calendar.cursor.as_ref();
        let provider = CalDavCalendar::new(outbound, url, cursor);
        let engine = Engine {
            store: &self.store,
            provider: &provider,
            clock: &self.clock,
            entropy: &self.entropy,
            connection: &connection,
            floating: &Zone::utc(),
            steps: usize::MAX,
        };
        let outcome = finish(Box::pin(engine.run(scope)));
        self.clock.pass(1_000);
        outcome
    }

    /// A run by the clock, after which the mirror is what the calendar is.
    pub fn agrees(&self) -> Report {
        let report = self.run(&Scope::Scheduled).unwrap();
        let rows = self.store.rows.borrow();
        let sources =
            rows.links.values().map(|link| (link.remote.0.clone(), rows.events[&link.id].source.clone()));
        let there = self.dav.objects.borrow();
        let bodies = there.iter().map(|(href, (_, body, _))| (href.clone(), body.clone()));
        assert_eq!(sources.collect::<BTreeMap<_, _>>(), bodies.collect(), "mirror and calendar");
        report
    }

    /// Cancels what was booked.
    pub fn cancel(&self) {
        let mut cancelled = self.store.appointment("apt_1");
        (cancelled.status, cancelled.revision) = (Status::Cancelled, cancelled.revision + 1);
        self.store.put(cancelled);
    }

    /// How many requests of a method held this.
    pub fn asked(&self, method: Method, part: &str) -> usize {
        let asked = self.dav.asked.borrow();
        asked.iter().filter(|(asked, _, body)| *asked == method && body.contains(part)).count()
    }

    /// Books an appointment, or changes its title.
    pub fn book(&self, title: &str) {
        self.book_as("apt_1", title);
    }

    /// The same with an id.
    pub fn book_as(&self, id: &str, title: &str) {
        let span = Span::lasting(self.clock.now().plus_millis(86_400_000), 3_600_000);
        self.store.put(Appointment {
            title: Some(title.into()),
            status: Status::Confirmed,
            revision: 1 + self.store.commits.get() as i64,
            ..Appointment::new(id, span, "UTC", self.clock.now())
        });
    }
}
