//! An application and a calendar on a CalDAV server with such manners, for the tests of the client beside it.

use crate::clock::finish;
use crate::dav::FakeDav;
use crate::manner::Manner;
use crate::service::{Service, Speaker};
use crate::world::{Setting, World};
use kalends::Span;
use kalends::booking::{Appointment, Status};
use kalends::port::{Clock, Method};
use kalends::sync::{Report, Scope, SyncError};
use std::collections::BTreeMap;
use std::ops::Deref;

/// An application and a calendar on such a server.
pub struct Bench(World);

impl Deref for Bench {
    type Target = World;

    fn deref(&self) -> &World {
        &self.0
    }
}

/// An event of one hour on the first of December.
pub fn event(uid: &str, summary: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\n\
         DTSTART:20261201T090000Z\r\nDTEND:20261201T100000Z\r\nSUMMARY:{summary}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

impl Bench {
    /// With so many events, read once.
    pub fn with(manner: Manner, count: usize) -> Self {
        let service = Service::Dav("bench", manner);
        let bench = Self(World::new(1, Setting { service, ..Setting::default() }));
        for number in 0..count {
            bench.put(&format!("{number}.ics"), &event(&format!("{number}"), "Before"));
        }
        bench.agrees();
        bench
    }

    /// The server.
    pub fn dav(&self) -> &FakeDav {
        match &self.0.speaker {
            Speaker::Dav(dav) => dav,
            _ => unreachable!("the bench has a CalDAV server"),
        }
    }

    /// Stores an object of that name.
    pub fn put(&self, name: &str, body: &str) {
        self.calendar.store(&format!("/cal/{name}"), body);
    }

    /// Deletes the object of that name.
    pub fn delete(&self, name: &str) {
        self.calendar.remove(&format!("/cal/{name}")).expect("it is there");
    }

    /// One run.
    pub fn run(&self, scope: &Scope) -> Result<Report, SyncError> {
        let outcome = finish(self.0.run(scope.clone()));
        self.clock.pass(250);
        outcome
    }

    /// A run by the clock, after which the mirror is what the calendar is.
    pub fn agrees(&self) -> Report {
        let report = self.run(&Scope::Scheduled).unwrap();
        let rows = self.store.rows.borrow();
        let sources =
            rows.links.values().map(|link| (link.remote.0.clone(), rows.events[&link.id].source.clone()));
        let there = self.calendar.objects.borrow();
        let bodies = there.iter().map(|(href, object)| (href.clone(), object.body.clone()));
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
        let asked = self.dav().asked.borrow();
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
