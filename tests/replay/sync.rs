//! Scenarios that sync one calendar, step by step, through the engine and a database in memory.

use crate::conversation::Conversation;
use kalends::booking::{Appointment, Entry, Kind, Status};
use kalends::caldav::CalDavCalendar;
use kalends::outbound::{Outbound, Reach};
use kalends::port::{Bounds, Clock, Conflict, Cursor, Link, LinkId, Mirrored, Policy, RemoteId, Version};
use kalends::sync::{Engine, Report, Scope, SyncError};
use kalends::vault::Authorizer;
use kalends::{Event, Instant, Span, Zone};
use kalends_simulation::clock::{SimClock, finish};
use kalends_simulation::dice::Dice;
use kalends_simulation::ledger::Ledger;
use kalends_simulation::store::MemoryStore;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::rc::Rc;
use url::Url;

/// What was read before the conversation begins.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Before {
    /// The lines of the cursor.
    cursor: Vec<String>,
    /// Etag and summary of each event, by its address.
    mirror: BTreeMap<String, (String, String)>,
}

/// What is done, and what holds afterwards.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Step {
    /// Before it, so many seconds pass.
    wait: i64,
    /// Before it, an appointment is booked under this title, or given it.
    title: Option<String>,
    /// Before it, the appointment is cancelled.
    cancel: bool,
    /// The run is for the appointment alone.
    push: bool,
    /// The beginning of the error that the run ends with; none where it ends well.
    error: Option<String>,
    /// A piece of each problem that it tells; none where it tells none.
    problems: Vec<String>,
    /// The summary of each mirrored event, by its address; of those that are only listed none.
    mirror: Option<BTreeMap<String, Option<String>>>,
    /// Title and status of the appointment.
    appointment: Option<(String, Status)>,
    /// Where its event is.
    event: Option<String>,
    /// What was kept of the sides that lost, in order.
    lost: Vec<String>,
    /// How many requests of the conversation are through.
    requests: Option<usize>,
}

const APPOINTMENT: &str = "apt_1";

struct Side<'c> {
    store: MemoryStore,
    clock: SimClock,
    entropy: Dice,
    url: Url,
    conversation: &'c Conversation,
    authorizer: &'c Authorizer,
}

/// What is wrong with how one went.
pub fn play(
    scenario: &serde_json::Value,
    conversation: &Conversation,
    authorizer: &Authorizer,
) -> Vec<String> {
    let url = scenario["calendar"].as_str().and_then(|url| Url::parse(url).ok()).expect("the calendar's URL");
    let now = Instant::parse("2026-11-21T12:00:00Z").expect("a time");
    let side = Side {
        store: MemoryStore::new(Rc::new(Dice::new(1)), Rc::new(Ledger::default())),
        clock: SimClock::at(now),
        entropy: Dice::new(2),
        url,
        conversation,
        authorizer,
    };
    let before: Option<Before> = scenario.get("before").map(|before| {
        serde_json::from_value(before.clone()).unwrap_or_else(|error| panic!("before: {error}"))
    });
    side.begin(before.unwrap_or_default());
    let steps: Vec<Step> =
        serde_json::from_value(scenario["steps"].clone()).unwrap_or_else(|error| panic!("steps: {error}"));
    let mut wrong = Vec::new();
    for (number, step) in steps.into_iter().enumerate() {
        wrong.extend(side.take(step).into_iter().map(|what| format!("step {}: {what}", number + 1)));
    }
    wrong
}

fn event(uid: &str, summary: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Phone//EN\nBEGIN:VEVENT\nUID:{uid}\nDTSTAMP:20261101T000000Z\n\
         DTSTART:20261201T090000Z\nDTEND:20261201T100000Z\nSUMMARY:{summary}\nEND:VEVENT\nEND:VCALENDAR"
    )
}

impl Side<'_> {
    fn begin(&self, before: Before) {
        let mut rows = self.store.rows.borrow_mut();
        rows.cursor = (!before.cursor.is_empty()).then(|| Cursor(before.cursor.join("\n")));
        for (number, (href, (etag, summary))) in before.mirror.into_iter().enumerate() {
            let (id, uid) = (LinkId(format!("lnk_{number}")), format!("uid-{number}"));
            let source = event(&uid, &summary);
            let link = Link {
                id: id.clone(),
                remote: RemoteId(href),
                uid,
                version: Some(Version(etag)),
                entry: None,
                base: None,
                agreed_revision: 0,
                conflict: None,
            };
            rows.links.insert(id.clone(), link);
            rows.events.insert(id, Mirrored { source, bounds: Bounds { start: None, end: None } });
        }
    }

    fn run(&self, scope: &Scope) -> Result<Report, SyncError> {
        let outbound = Outbound::new(self.conversation, self.authorizer, &self.url, Reach::Public);
        let connection = self.store.connection(Kind::Event, Policy::ExternalWins);
        let cursor = connection.calendar.cursor.as_ref();
        let provider = CalDavCalendar::new(outbound.expect("a public address"), self.url.clone(), cursor);
        let engine = Engine {
            store: &self.store,
            provider: &provider,
            clock: &self.clock,
            entropy: &self.entropy,
            connection: &connection,
            floating: &Zone::utc(),
            steps: usize::MAX,
        };
        finish(Box::pin(engine.run(scope)))
    }

    fn appointment(&self) -> Option<Appointment> {
        match self.store.rows.borrow().entries.get(APPOINTMENT)? {
            Entry::Appointment(appointment) => Some(appointment.clone()),
            Entry::Task(_) | Entry::TaskTime(_) => None,
        }
    }

    fn title(&self, title: &str) {
        let known = self.appointment();
        let start = Instant::parse("2026-12-03T15:00:00Z").expect("a time");
        let new = || Appointment {
            status: Status::Confirmed,
            revision: 0,
            ..Appointment::new(APPOINTMENT, Span::lasting(start, 3_600_000), "UTC", self.clock.now())
        };
        let known = known.unwrap_or_else(new);
        let (revision, changed_at) = (known.revision + 1, self.clock.now());
        self.store.put(Appointment { title: Some(title.to_owned()), revision, changed_at, ..known });
    }

    fn cancel(&self) {
        let known = self.appointment().expect("an appointment");
        let (revision, changed_at) = (known.revision + 1, self.clock.now());
        self.store.put(Appointment { status: Status::Cancelled, revision, changed_at, ..known });
    }

    fn take(&self, step: Step) -> Vec<String> {
        self.clock.pass(1_000 * step.wait);
        if let Some(title) = &step.title {
            self.title(title);
        }
        if step.cancel {
            self.cancel();
        }
        let scope = if step.push { Scope::Entry(APPOINTMENT.to_owned()) } else { Scope::Scheduled };
        let outcome = self.run(&scope);
        self.clock.pass(1_000);
        let mut wrong = Vec::new();
        let mut problems = Vec::new();
        match (outcome, &step.error) {
            (Ok(report), None) => problems = report.problems,
            (Err(SyncError::Provider(error)), Some(wanted)) if format!("{error:?}").starts_with(wanted) => {}
            (outcome, wanted) => wrong.push(format!("it ends with {outcome:?}, not {wanted:?}")),
        }
        let as_wanted = problems.len() == step.problems.len()
            && problems.iter().zip(&step.problems).all(|(told, piece)| told.contains(piece));
        if !as_wanted {
            wrong.push(format!("it tells {problems:?}, not {:?}", step.problems));
        }
        let rows = self.store.rows.borrow();
        let mut expect = |what: &str, is: String, wanted: String| {
            if is != wanted {
                wrong.push(format!("{what} is {is}, not {wanted}"));
            }
        };
        if let Some(wanted) = step.mirror {
            let fill = |(href, summary): (String, Option<String>)| (self.conversation.filled(&href), summary);
            let wanted: BTreeMap<String, Option<String>> = wanted.into_iter().map(fill).collect();
            let summary = |link: &Link| rows.events.get(&link.id).map(|event| summary(&event.source));
            let is = rows.links.values().filter(|link| link.version.is_some());
            let is: BTreeMap<String, Option<String>> =
                is.map(|link| (link.remote.0.clone(), summary(link))).collect();
            expect("the mirror", format!("{is:?}"), format!("{wanted:?}"));
        }
        if let Some(wanted) = step.appointment {
            let is = self.appointment().map(|is| (is.title.clone().unwrap_or_default(), is.status));
            expect("the appointment", format!("{is:?}"), format!("{:?}", Some(wanted)));
        }
        if let Some(wanted) = step.event {
            let is = rows.links.values().find(|link| link.entry.is_some());
            let is = is.map(|link| link.remote.0.clone()).unwrap_or_default();
            expect("its event", is, self.conversation.filled(&wanted));
        }
        let lost =
            |conflict: &Conflict| conflict.lost().map(|lost| lost.summary().to_owned()).unwrap_or_default();
        let lost: Vec<String> = rows.conflicts.iter().map(lost).collect();
        expect("what lost", format!("{lost:?}"), format!("{:?}", step.lost));
        if let Some(wanted) = step.requests {
            expect("the number of requests", self.conversation.at().to_string(), wanted.to_string());
        }
        wrong
    }
}

fn summary(source: &str) -> String {
    let event = Event::parse(source).ok();
    event
        .and_then(|event| event.content(&Zone::utc()).ok())
        .map(|content| content.summary)
        .unwrap_or_default()
}
