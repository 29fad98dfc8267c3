//! What JavaScript calls: JSON texts in and out, and flat numbers where there are many (`pkg/kalends` says what
//! they mean).

mod change;
mod create;
mod expand;
mod failure;
mod free_busy;
mod given;
mod read;
mod told;
mod tree;

use failure::Failure;
use js_sys::{Float64Array, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The events of a text, and what is wrong with it.
#[wasm_bindgen]
pub fn parse(text: &[u8], time_zone: &str) -> Result<String, JsValue> {
    answer(&read::parse(text, time_zone)?)
}

/// Everything in a text, as components, properties and parameters in order.
#[wasm_bindgen]
pub fn tree(text: &[u8]) -> Result<String, JsValue> {
    answer(&tree::read(text))
}

/// The text of such a tree.
#[wasm_bindgen]
pub fn serialize(tree: &str) -> Result<String, JsValue> {
    Ok(tree::write(asked(tree)?)?)
}

/// An `.ics` text of new events; `now` is written as DTSTAMP.
#[wasm_bindgen(js_name = createIcs)]
pub fn create_ics(calendar: &str, now: f64) -> Result<String, JsValue> {
    Ok(create::create(&asked(calendar)?, now)?)
}

/// One event's text with some of its fields changed.
#[wasm_bindgen]
pub fn patch(text: &[u8], changes: &str, time_zone: &str, now: f64) -> Result<String, JsValue> {
    Ok(change::patch(text, &asked(changes)?, time_zone, now)?)
}

/// Every occurrence in a window: the times as one text, four numbers for each, and what they share as JSON.
#[wasm_bindgen]
pub fn expand(texts: Vec<Uint8Array>, window: &str) -> Result<Vec<JsValue>, JsValue> {
    let found = expand::expand(&bytes(&texts), &asked(window)?)?;
    let numbers = Float64Array::from(found.numbers.as_slice()).into();
    Ok(vec![found.times.into(), numbers, answer(&found.shared)?.into()])
}

/// When a rule has its occurrences, in milliseconds since 1970.
#[wasm_bindgen]
pub fn occurrences(request: &str) -> Result<Vec<f64>, JsValue> {
    Ok(expand::occurrences(&asked(request)?)?)
}

/// What takes time in a window, and what could not be read.
#[wasm_bindgen]
pub fn busy(texts: Vec<Uint8Array>, window: &str) -> Result<String, JsValue> {
    answer(&free_busy::busy(&bytes(&texts), &asked(window)?)?)
}

/// Which of the times that are taken a request overlaps.
#[wasm_bindgen]
pub fn conflicts(request: &str) -> Result<Vec<u32>, JsValue> {
    Ok(free_busy::conflicts(&asked(request)?)?)
}

/// The slots that are free.
#[wasm_bindgen(js_name = freeSlots)]
pub fn free_slots(request: &str) -> Result<String, JsValue> {
    answer(&free_busy::free_slots(&asked(request)?)?)
}

/// The IANA name of the zone that a TZID means.
#[wasm_bindgen(js_name = zoneOf)]
pub fn zone_of(tzid: &str) -> Result<String, JsValue> {
    Ok(crate::Zone::named(tzid).map_err(Failure::from)?.name().to_owned())
}

fn bytes(texts: &[Uint8Array]) -> Vec<Vec<u8>> {
    texts.iter().map(Uint8Array::to_vec).collect()
}

fn asked<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, Failure> {
    serde_json::from_str(json).map_err(|error| Failure::new("invalid_argument", error.to_string()))
}

fn answer<T: Serialize>(value: &T) -> Result<String, JsValue> {
    serde_json::to_string(value).map_err(|error| Failure::new("internal", error.to_string()).into())
}
