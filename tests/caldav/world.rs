//! One application, one calendar on a real server, and the engine between them.

use crate::phone::{Phone, summary};
use crate::promise::Applies;
use crate::servers::Server;
use crate::wire::{Exchange, Wire};
use kalends::booking::{Appointment, Kind, Source, Status, Task};
use kalends::caldav::{CalDavCalendar, CalendarInfo, calendars};
use kalends::event::{CalendarObject, EntryContent};
use kalends::outbound::{Outbound, Reach};
use kalends::port::{Clock, Method, Policy};
use kalends::provider::ProviderError;
use kalends::sync::{Engine, Report, Scope, SyncError};
use kalends::vault::{Authorizer, Credentials};
use kalends::{Content, Event, Instant, Span, Zone};
use kalends_simulation::clock::{SimClock, finish};
use kalends_simulation::dice::Dice;
use kalends_simulation::ledger::Ledger;
use kalends_simulation::store::MemoryStore;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::Duration;
use url::Url;

/// 1 February 2027, 8:00.
const NOW: Instant = Instant::from_millis(1_801_468_800_000);
const HOUR: i64 = 3_600_000;

/// The world.
pub struct World {
    pub server: &'static Server,
    pub calendar: Url,
    pub phone: Phone,
    pub wire: Wire,
    pub store: MemoryStore,
    pub clock: SimClock,
    pub policy: Cell<Policy>,
    /// Whether the test has anything to ask here.
    pub applies: Cell<Applies>,
    authorizer: Authorizer,
    entropy: Dice,
    /// What the application is connected for.
    kind: Kind,
    /// Whether the calendar is its own, to be deleted with it.
    owns: bool,
}

impl World {
    /// An application connected to a calendar or task list that was just made.
    pub fn new(server: &'static Server, kind: Kind) -> Self {
        let calendar = server.fresh();
        server.make_calendar(&calendar, kind);
        let mut world = Self::on(server, calendar);
        (world.kind, world.owns) = (kind, true);
        world
    }

    /// An application connected to a calendar.
    pub fn on(server: &'static Server, calendar: Url) -> Self {
        static SEEDS: AtomicU64 = AtomicU64::new(1);
        let seed = SEEDS.fetch_add(1, Ordering::Relaxed);
        Self {
            server,
            phone: Phone::new(server, calendar.clone()),
            calendar,
            wire: Wire::new(),
            store: MemoryStore::new(Rc::new(Dice::new(seed)), Rc::new(Ledger::default())),
            clock: SimClock::at(NOW),
            policy: Cell::new(Policy::ExternalWins),
            applies: Cell::default(),
            authorizer: Credentials::new(server.user.clone(), server.password.clone()).authorizer(),
            entropy: Dice::new(!seed),
            kind: Kind::Event,
            owns: false,
        }
    }

    /// The test has nothing to ask of this server; it ends here.
    pub fn does_not_apply(&self, why: &'static str) {
        self.applies.set(Applies::No(why));
    }

    /// What the account's calendars are, found from a URL with these credentials.
    pub fn calendars_from(&self, url: &Url, password: &str) -> Result<Vec<CalendarInfo>, ProviderError> {
        let authorizer = Credentials::new(self.server.user.clone(), password.into()).authorizer();
        let outbound = Outbound::new(&self.wire, &authorizer, url, Reach::PublicAndLoopback).unwrap();
        finish(Box::pin(calendars(&outbound, url)))
    }

    /// A run of the engine, as the application would begin it now.
    pub fn run(&self, scope: &Scope) -> Result<Report, SyncError> {
        let outbound = Outbound::new(&self.wire, &self.authorizer, &self.calendar, Reach::PublicAndLoopback);
        let connection = self.store.connection(self.kind, self.policy.get());
        let cursor = connection.calendar.cursor.as_ref();
        let provider =
            CalDavCalendar::new(outbound.unwrap(), self.calendar.clone(), cursor).holding(self.kind);
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

    /// A run by the clock, which must succeed.
    pub fn sync(&self) -> Report {
        self.run(&Scope::Scheduled).unwrap_or_else(|error| panic!("a sync failed: {error}"))
    }

    /// Brings one appointment to the calendar, as right after a call of the API.
    pub fn push(&self, id: &str) -> Report {
        let report = self.run(&Scope::Entry(id.into()));
        report.unwrap_or_else(|error| panic!("a push failed: {error}"))
    }

    /// The same while others write, too: a server may ask to wait.
    pub fn push_in_a_crowd(&self, id: &str) {
        match self.run(&Scope::Entry(id.into())) {
            Ok(_) | Err(SyncError::Provider(ProviderError::Throttled { .. })) => {}
            Err(error) => panic!("a push failed: {error}"),
        }
    }

    /// Runs until a run changes nothing any more, and asks that this comes soon. SOGo's tokens count seconds: what
    /// was changed in the present one is told again until it is over.
    pub fn comes_to_rest(&self) {
        for round in 0..7 {
            let commits = self.store.commits.get();
            self.sync();
            if self.store.commits.get() == commits {
                return;
            }
            sleep(Duration::from_millis(if round < 2 { 0 } else { 400 }));
        }
        panic!("one sync follows the other, and there is always something to do");
    }

    /// Books an hour on the day of March 2027 that is given.
    pub fn book(&self, id: &str, title: &str, day: i64) {
        let start = Instant::from_millis(NOW.millis() + (27 + day) * 24 * HOUR + HOUR);
        self.store.put(Appointment {
            title: Some(title.into()),
            status: Status::Confirmed,
            ..Appointment::new(id, Span::lasting(start, HOUR), "Europe/Madrid", self.clock.now())
        });
    }

    /// The appointment as it stands.
    pub fn appointment(&self, id: &str) -> Appointment {
        self.store.appointment(id)
    }

    /// Adds a task that is scheduled for an hour on the day of March 2027 that is given.
    pub fn add_task(&self, id: &str, name: &str, day: i64) {
        let scheduled = Some(Instant::from_millis(NOW.millis() + (27 + day) * 24 * HOUR + HOUR));
        self.store.put(Task { scheduled, ..Task::new(id, name, "Europe/Madrid", self.clock.now()) });
    }

    /// The task as it stands.
    pub fn task(&self, id: &str) -> Task {
        self.store.task(id)
    }

    /// Changes a task through the API.
    pub fn change_task(&self, id: &str, change: impl FnOnce(&mut Task)) {
        let mut task = self.task(id);
        change(&mut task);
        task.revision += 1;
        (task.source, task.changed_at) = (Source::Application, self.clock.now());
        self.store.put(task);
    }

    /// Changes an appointment through the API.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Appointment)) {
        let mut appointment = self.appointment(id);
        change(&mut appointment);
        appointment.revision += 1;
        (appointment.source, appointment.changed_at) = (Source::Application, self.clock.now());
        self.store.put(appointment);
    }

    /// The path of what stands for an appointment or task.
    pub fn path_of(&self, id: &str) -> String {
        self.store.link_of(id).unwrap_or_else(|| panic!("nothing stands for {id}")).remote.0
    }

    /// The events that are mirrored.
    pub fn mirrored(&self) -> Vec<Event> {
        let rows = self.store.rows.borrow();
        rows.events.values().filter_map(|event| Event::parse(&event.source).ok()).collect()
    }

    /// The summaries of what is mirrored, by UID.
    pub fn summaries(&self) -> BTreeMap<String, String> {
        self.mirrored().iter().map(|event| (self.phone.uid(event), summary(event))).collect()
    }

    /// Asks that the mirror says what stands in the calendar, and that there is a link for each object.
    pub fn mirrors_the_calendar(&self) {
        let said = |events: &[Event]| -> BTreeMap<String, Option<Content>> {
            let content = |event: &Event| event.content(&Zone::utc()).ok();
            events.iter().map(|event| (self.phone.uid(event), content(event))).collect()
        };
        assert_eq!(said(&self.mirrored()), said(&self.phone.events()), "mirror and calendar");
        assert_eq!(self.store.rows.borrow().links.len(), self.phone.paths().len(), "links and objects");
    }

    /// Asks that the mirror of a task list says what stands there, and that there is a link for each object.
    pub fn mirrors_the_tasks(&self) {
        let said = |body: &str| -> Option<(String, EntryContent)> {
            let object = CalendarObject::parse(body).ok()?;
            Some((object.uid().to_owned(), object.content(&Zone::utc()).ok()?))
        };
        let rows = self.store.rows.borrow();
        let here: BTreeMap<_, _> = rows.events.values().filter_map(|todo| said(&todo.source)).collect();
        let paths = self.phone.paths();
        let there = paths.iter().filter_map(|path| said(&self.phone.get(path)?.0)).collect();
        assert_eq!(here, there, "mirror and task list");
        assert_eq!((rows.links.len(), here.len()), (paths.len(), paths.len()), "links, tasks and objects");
    }

    /// Everything that was kept because it lost a conflict.
    pub fn kept(&self) -> Vec<String> {
        let rows = self.store.rows.borrow();
        rows.conflicts.iter().filter_map(|conflict| Some(conflict.lost()?.summary().to_owned())).collect()
    }
}

/// The requests among these of that method.
pub fn requests(exchanges: &[Exchange], method: Method) -> Vec<&Exchange> {
    exchanges.iter().filter(|exchange| exchange.request.method == method).collect()
}

/// The addresses whose bodies were asked for.
pub fn bodies_asked_for(exchanges: &[Exchange]) -> Vec<String> {
    let gets = requests(exchanges, Method::Get).into_iter().map(|get| get.request.url.path().to_owned());
    let reports = requests(exchanges, Method::Report).into_iter();
    let with_bodies =
        |report: &&Exchange| report.request.body.as_ref().is_some_and(|body| body.contains("calendar-data"));
    let named = reports.filter(with_bodies).flat_map(|report| {
        let body = report.request.body.clone().unwrap_or_default();
        let parts: Vec<String> = body.split("href>").map(str::to_owned).collect();
        parts
            .into_iter()
            .filter(|part| part.starts_with('/'))
            .map(|part| part.replace("</d:", ""))
            .collect::<Vec<_>>()
    });
    gets.chain(named).collect()
}

impl Drop for World {
    fn drop(&mut self) {
        if self.owns && !std::thread::panicking() {
            self.server.ask("DELETE", &self.calendar, &[], None);
        }
    }
}
