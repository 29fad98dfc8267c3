//! Scenarios that find an account's calendars.

use crate::at_once;
use crate::conversation::Conversation;
use kalends::caldav::request::State;
use kalends::caldav::{Given, discover};
use kalends::outbound::{Outbound, Reach};
use kalends::vault::Authorizer;
use serde_json::Value;
use url::Url;

/// What is wrong with how one went.
pub fn play(scenario: &Value, conversation: &Conversation, authorizer: &Authorizer) -> Vec<String> {
    let given = scenario["given"].as_str().expect("what is given");
    let resolver = scenario["resolver"].as_str().map(|url| Url::parse(url).expect("a URL"));
    let given = Given::parse(given, Reach::Public).unwrap_or_else(|error| panic!("{given}: {error}"));
    let outbound =
        Outbound::new(conversation, authorizer, given.url(), Reach::Public).expect("a public address");
    let outbound = outbound.discovering();
    let mut wrong = Vec::new();
    match (at_once(discover(&outbound, &given, resolver.as_ref(), State::Asked)), scenario["error"].as_str())
    {
        (Ok(found), None) => {
            let found = serde_json::to_value(&found).expect("calendars");
            wrong.extend(calendars(&scenario["calendars"], &found));
        }
        (Err(error), Some(wanted)) if format!("{error:?}").starts_with(wanted) => {}
        (found, wanted) => wrong.push(format!("it ends with {found:?}, not {wanted:?}")),
    }
    if let Some(origins) = scenario["origins"].as_array()
        && *origins != outbound.origins()
    {
        wrong.push(format!("the origins are {:?}", outbound.origins()));
    }
    wrong
}

/// Whether the calendars are those that were wanted, in the fields that were named.
fn calendars(wanted: &Value, found: &Value) -> Vec<String> {
    let (wanted, found) =
        (wanted.as_array().expect("calendars or an error"), found.as_array().expect("a list"));
    let mut wrong = Vec::new();
    if wanted.len() != found.len() {
        let urls: Vec<&Value> = found.iter().map(|calendar| &calendar["url"]).collect();
        wrong.push(format!("{} calendars were found, not {}: {urls:?}", found.len(), wanted.len()));
    }
    for (wanted, found) in wanted.iter().zip(found) {
        for (name, value) in wanted.as_object().expect("a calendar") {
            match found.get(name) {
                Some(is) if is == value => {}
                is => wrong.push(format!("{name} of {} is {is:?}, not {value}", found["url"])),
            }
        }
    }
    wrong
}
