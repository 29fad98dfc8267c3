//! A promise is a test that holds on every server: it is carried out on each at once, and what came of it is written
//! down for `docs/caldav-servers.md`.

use crate::servers::{Server, servers};
use crate::world::World;
use std::fs::OpenOptions;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, Once};

/// Where the client does not keep a promise yet: a server, and what is missing.
pub type Waits = (&'static str, &'static str);

/// Carries out a test on every server, each time in a world of its own.
pub fn on_each_server(test: impl Fn(&World) + Sync) {
    on_each_server_but(&[], test);
}

/// The same, where some servers are known to be waited for. `KALENDS_CALDAV_WAITING=run` carries it out there too.
pub fn on_each_server_but(waiting: &[Waits], test: impl Fn(&World) + Sync) {
    carry_out(waiting, Others::MayBeThere, test);
}

/// The same, while no other test uses the account; for what looks at all its calendars.
pub fn alone_on_each_server(test: impl Fn(&World) + Sync) {
    alone_on_each_server_but(&[], test);
}

/// The same, where some servers are known to be waited for.
pub fn alone_on_each_server_but(waiting: &[Waits], test: impl Fn(&World) + Sync) {
    carry_out(waiting, Others::Wait, test);
}

/// Whether other tests may use the account at the same time.
#[derive(Clone, Copy, PartialEq)]
enum Others {
    MayBeThere,
    Wait,
}

fn carry_out<F: Fn(&World) + Sync>(waiting: &[Waits], others: Others, test: F) {
    if servers().is_empty() {
        return nothing_ran();
    }
    let promise = name_of::<F>();
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for server in servers() {
            let (promise, failed, test) = (&promise, &failed, &test);
            let one = move || {
                let waits = waiting.iter().find(|(name, _)| *name == server.name).map(|(_, what)| *what);
                if let Some(what) = waits.filter(|_| !runs_what_waits()) {
                    return record(server, promise, "waits", what);
                }
                let _alone =
                    (others == Others::Wait).then(|| server.account.write().expect("no test unwinds here"));
                let _with_others =
                    (others != Others::Wait).then(|| server.account.read().expect("no test unwinds here"));
                let kept = catch_unwind(AssertUnwindSafe(|| test(&World::new(server))));
                record(
                    server,
                    promise,
                    if kept.is_ok() { "kept" } else { "broken" },
                    waits.unwrap_or_default(),
                );
                if kept.is_err() {
                    failed.lock().unwrap().push(server.name.clone());
                }
            };
            let thread = std::thread::Builder::new().name(format!("{promise} on {}", server.name));
            thread.spawn_scoped(scope, one).expect("a thread");
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{promise}: not on {}", failed.join(", "));
}

/// Writes down what a server was seen to do; the same in every run, or it does not belong into a table.
pub fn observe(server: &Server, what: &str, seen: impl AsRef<str>) {
    record(server, what, "seen", seen.as_ref());
}

fn record(server: &Server, what: &str, outcome: &str, why: &str) {
    static FILE: Mutex<()> = Mutex::new(());
    let Ok(path) = std::env::var("KALENDS_CALDAV_OUTCOMES") else { return };
    let line = serde_json::json!({ "server": server.name, "what": what, "outcome": outcome, "why": why });
    let _one_at_a_time = FILE.lock();
    let file = OpenOptions::new().create(true).append(true).open(&path);
    let written = file.and_then(|mut file| writeln!(file, "{line}"));
    written.unwrap_or_else(|error| panic!("{path} cannot be written: {error}"));
}

fn runs_what_waits() -> bool {
    std::env::var("KALENDS_CALDAV_WAITING").is_ok_and(|word| word == "run")
}

/// The words of the test function that a closure stands in.
fn name_of<F>() -> String {
    let path = std::any::type_name::<F>().trim_end_matches("::{{closure}}");
    path.rsplit("::").next().unwrap_or(path).replace('_', " ")
}

/// Says so past the capture of a test's output: a test that asked nobody must not look as if it had.
fn nothing_ran() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let text = "\nNo CalDAV server is named in KALENDS_CALDAV_SERVERS: nothing ran here. `npm test -- servers` does.\n";
        let _ = std::io::stderr().write_all(text.as_bytes());
    });
}
