//! Plays the conversations in this folder's folders: see README.md.

mod conversation;
mod discovery;
mod sync;

use conversation::Conversation;
use kalends::vault::{Authorizer, Credentials};
use serde_json::Value;
use std::fs::{read_dir, read_to_string};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::task::{Context, Poll, Waker};

fn authorizer(scenario: &Value) -> Authorizer {
    match scenario["token"].as_str() {
        Some(token) => Authorizer::bearer(token),
        None => Credentials::new("ana".into(), "secret".into()).authorizer().with_digest(|salt| salt.fill(7)),
    }
}

/// What is wrong with how one scenario went.
fn play(folder: &Path) -> Vec<String> {
    let text =
        read_to_string(folder.join("scenario.json")).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let scenario: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let (conversation, authorizer) = (Conversation::in_folder(folder), authorizer(&scenario));
    let mut wrong = match scenario.get("steps") {
        Some(_) => sync::play(&scenario, &conversation, &authorizer),
        None => discovery::play(&scenario, &conversation, &authorizer),
    };
    wrong.extend(conversation.wrong());
    for field in ["source", "about"] {
        if scenario[field].as_str().is_none_or(str::is_empty) {
            wrong.push(format!("{field} is missing"));
        }
    }
    wrong
}

fn at_once<T>(future: impl Future<Output = T>) -> T {
    match std::pin::pin!(future).as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => unreachable!("everything is answered at once"),
    }
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = read_dir(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let mut folders: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

#[test]
fn every_conversation_goes_as_it_is_written() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay");
    let scenarios: Vec<PathBuf> = folders(&here).iter().flat_map(|server| folders(server)).collect();
    assert!(!scenarios.is_empty(), "there are conversations in {here:?}");
    let wrong: Vec<String> = scenarios
        .iter()
        .flat_map(|folder| play(folder).into_iter().map(move |what| format!("{}: {what}", folder.display())))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
