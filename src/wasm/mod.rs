//! What JavaScript calls: plain values in, plain values out (`pkg/kalends` says what they mean).

mod calendar;
mod failure;
mod free_busy;
mod given;

use failure::Failure;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The events of a text, and what is wrong with it.
#[wasm_bindgen]
pub fn parse(text: &str, time_zone: &str) -> Result<JsValue, JsValue> {
    answer(calendar::parse(text, time_zone))
}

/// An `.ics` text of new events; `now` is written as DTSTAMP.
#[wasm_bindgen]
pub fn write(calendar: JsValue, now: f64) -> Result<String, JsValue> {
    Ok(calendar::write(&asked(calendar)?, now)?)
}

/// One event's text with some of its fields changed.
#[wasm_bindgen]
pub fn patch(text: &str, changes: JsValue, time_zone: &str, now: f64) -> Result<String, JsValue> {
    Ok(calendar::patch(text, &asked(changes)?, time_zone, now)?)
}

/// What takes time in a window, and what could not be read.
#[wasm_bindgen]
pub fn busy(texts: Vec<String>, window: JsValue) -> Result<JsValue, JsValue> {
    answer(free_busy::busy(&texts, &asked(window)?))
}

/// Every occurrence in a window, and what could not be read.
#[wasm_bindgen]
pub fn occurrences(texts: Vec<String>, window: JsValue) -> Result<JsValue, JsValue> {
    answer(free_busy::occurrences(&texts, &asked(window)?))
}

/// The slots that are free.
#[wasm_bindgen(js_name = freeSlots)]
pub fn free_slots(request: JsValue) -> Result<JsValue, JsValue> {
    answer(free_busy::free_slots(&asked(request)?))
}

fn asked<T: DeserializeOwned>(value: JsValue) -> Result<T, Failure> {
    serde_wasm_bindgen::from_value(value).map_err(|error| Failure::new("invalid_argument", error.to_string()))
}

fn answer<T: Serialize>(result: Result<T, Failure>) -> Result<JsValue, JsValue> {
    let serializer =
        serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true).serialize_missing_as_null(true);
    let value = result?.serialize(&serializer);
    value.map_err(|error| Failure::new("internal", error.to_string()).into())
}
