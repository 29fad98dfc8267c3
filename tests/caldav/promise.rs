//! A promise is a test that holds on every server: it is carried out on each at once, and what came of it is written
//! down for `docs/caldav-servers.md`.

use crate::servers::{Server, servers};
use crate::world::World;
use kalends::booking::Kind;
use std::fs::OpenOptions;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, Once};

/// Carries out a test on every server, each time in a world of its own.
pub fn on_each_server(test: impl Fn(&World) + Sync) {
    promise().holds(test);
}

/// A promise that is kept everywhere, while others use the account, too; unless told otherwise.
pub fn promise() -> Promise {
    Promise { alone: false, kind: Kind::Event }
}

/// Where and how a test is carried out.
pub struct Promise {
    alone: bool,
    kind: Kind,
}

impl Promise {
    /// The calendar is a task list.
    pub fn of_tasks(mut self) -> Self {
        self.kind = Kind::Todo;
        self
    }

    /// No other test uses the account meanwhile; for what looks at all its calendars.
    pub fn alone(mut self) -> Self {
        self.alone = true;
        self
    }

    /// Carries out a test on every server, each time in a world of its own.
    pub fn holds<F: Fn(&World) + Sync>(self, test: F) {
        if servers().is_empty() {
            return nothing_ran();
        }
        let name = name_of::<F>();
        let failed = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for server in servers() {
                let (one, name, failed, test) = (&self, &name, &failed, &test);
                let thread = std::thread::Builder::new().name(format!("{} on {}", name.promise, server.name));
                let run = move || {
                    if !one.holds_on(server, name, test) {
                        failed.lock().unwrap().push(server.name.clone());
                    }
                };
                thread.spawn_scoped(scope, run).expect("a thread");
            }
        });
        let failed = failed.into_inner().unwrap();
        assert!(failed.is_empty(), "{}: not on {}", name.promise, failed.join(", "));
    }

    /// Whether a test passes on a server.
    fn holds_on(&self, server: &'static Server, name: &Name, test: &impl Fn(&World)) -> bool {
        let _alone = self.alone.then(|| server.account.write().expect("no test unwinds here"));
        let _with_others = (!self.alone).then(|| server.account.read().expect("no test unwinds here"));
        let carried_out = catch_unwind(AssertUnwindSafe(|| {
            let world = World::new(server, self.kind);
            test(&world);
            world.applies.take()
        }));
        let (outcome, why) = match &carried_out {
            Ok(Applies::No(why)) => ("does not apply", *why),
            Ok(Applies::Yes) => ("kept", ""),
            Err(_) => ("broken", ""),
        };
        record(server, &name.group, &name.promise, outcome, why);
        outcome != "broken"
    }
}

/// Whether a test has anything to ask of a server.
#[derive(Clone, Copy, Default)]
pub enum Applies {
    #[default]
    Yes,
    /// The reason.
    No(&'static str),
}

/// Writes down what a server was seen to do; the same in every run, or it does not belong into a table.
pub fn observe(server: &Server, what: &str, seen: impl AsRef<str>) {
    record(server, "", what, "seen", seen.as_ref());
}

fn record(server: &Server, group: &str, what: &str, outcome: &str, why: &str) {
    static FILE: Mutex<()> = Mutex::new(());
    let Ok(path) = std::env::var("KALENDS_CALDAV_OUTCOMES") else { return };
    let line = serde_json::json!({ "server": server.name, "group": group, "what": what, "outcome": outcome, "why": why });
    let _one_at_a_time = FILE.lock();
    let file = OpenOptions::new().create(true).append(true).open(&path);
    let written = file.and_then(|mut file| writeln!(file, "{line}"));
    written.unwrap_or_else(|error| panic!("{path} cannot be written: {error}"));
}

/// The words of a test function, and of the module that it stands in.
struct Name {
    group: String,
    promise: String,
}

/// The name of the test function that a closure stands in.
fn name_of<F>() -> Name {
    let path = std::any::type_name::<F>().trim_end_matches("::{{closure}}");
    let mut words = path.rsplit("::").map(|part| part.replace('_', " "));
    let promise = words.next().unwrap_or_default();
    Name { promise, group: words.next().unwrap_or_default() }
}

/// Says so past the capture of a test's output: a test that asked nobody must not look as if it had.
fn nothing_ran() {
    static ONCE: Once = Once::new();
    let text =
        "No CalDAV server is named in KALENDS_CALDAV_SERVERS: nothing ran here. `npm test -- servers` does.";
    ONCE.call_once(|| {
        let _ = std::io::stderr().write_all(format!("\n{text}\n").as_bytes());
    });
}
