//! What JavaScript calls: texts in, values out, both flat (`flat.rs` says how; `pkg/kalends` says what they mean).

mod change;
mod clock;
mod create;
mod described;
mod details;
#[cfg(feature = "wasm-editor")]
mod edit;
mod expand;
mod failure;
mod flat;
mod free_busy;
mod given;
#[cfg(feature = "wasm-editor")]
mod message;
mod problem;
mod read;
mod tree;

use failure::Failure;
use flat::Asked;
use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The events of a text, and what is wrong with it: everything where `is_strict`.
#[wasm_bindgen]
pub fn parse(text: &[u8], time_zone: &str, is_strict: bool) -> Result<Vec<JsValue>, JsValue> {
    Ok(read::parse(text, time_zone, is_strict)?.parts())
}

/// Everything in a text, as components, properties and parameters in order.
#[wasm_bindgen]
pub fn tree(text: &[u8]) -> Vec<JsValue> {
    tree::tell(text).parts()
}

/// The text of such components.
#[wasm_bindgen]
pub fn serialize(texts: &[u8], numbers: &[f64]) -> Result<String, JsValue> {
    Ok(tree::write(&mut Asked::new(texts, numbers)?)?)
}

/// An `.ics` text of new events and tasks; `now` is written as DTSTAMP.
#[wasm_bindgen(js_name = createIcs)]
pub fn create_ics(texts: &[u8], numbers: &[f64], now: f64) -> Result<String, JsValue> {
    Ok(create::create(&mut Asked::new(texts, numbers)?, now)?)
}

/// The text of a message about the event or task in a calendar; `now` is written as DTSTAMP.
#[cfg(feature = "wasm-editor")]
#[wasm_bindgen]
pub fn message(text: &[u8], texts: &[u8], numbers: &[f64], now: f64) -> Result<String, JsValue> {
    Ok(message::message(text, &mut Asked::new(texts, numbers)?, now)?)
}

/// One event's text with some of its fields changed.
#[wasm_bindgen]
pub fn patch(text: &[u8], texts: &[u8], numbers: &[f64], now: f64) -> Result<String, JsValue> {
    Ok(change::patch(text, &mut Asked::new(texts, numbers)?, now)?)
}

/// A series changed or deleted for one of its occurrences, for it and those that follow, or for all.
#[cfg(feature = "wasm-editor")]
#[wasm_bindgen(js_name = editSeries)]
pub fn edit_series(text: &[u8], texts: &[u8], numbers: &[f64], now: f64) -> Result<Vec<JsValue>, JsValue> {
    Ok(edit::edit(text, &mut Asked::new(texts, numbers)?, now)?.parts())
}

/// A rule in words.
#[cfg(feature = "wasm-editor")]
#[wasm_bindgen(js_name = describeRule)]
pub fn describe_rule(texts: &[u8], numbers: &[f64]) -> Result<String, JsValue> {
    Ok(edit::describe(&mut Asked::new(texts, numbers)?)?)
}

/// Every occurrence in a window.
#[wasm_bindgen]
pub fn expand(calendars: Vec<Uint8Array>, texts: &[u8], numbers: &[f64]) -> Result<Vec<JsValue>, JsValue> {
    let window = expand::Window::read(&mut Asked::new(texts, numbers)?)?;
    Ok(expand::expand(&bytes(&calendars), &window)?.parts())
}

/// When a rule has its occurrences, in milliseconds since 1970.
#[wasm_bindgen]
pub fn occurrences(texts: &[u8], numbers: &[f64]) -> Result<Vec<f64>, JsValue> {
    Ok(expand::occurrences(&mut Asked::new(texts, numbers)?)?)
}

/// What takes time in a window, and what could not be read.
#[wasm_bindgen]
pub fn busy(calendars: Vec<Uint8Array>, texts: &[u8], numbers: &[f64]) -> Result<Vec<JsValue>, JsValue> {
    Ok(free_busy::busy(&bytes(&calendars), &mut Asked::new(texts, numbers)?)?.parts())
}

/// Which of the times that are taken a request overlaps.
#[wasm_bindgen]
pub fn conflicts(texts: &[u8], numbers: &[f64]) -> Result<Vec<u32>, JsValue> {
    Ok(free_busy::conflicts(&mut Asked::new(texts, numbers)?)?)
}

/// The slots that are free.
#[wasm_bindgen(js_name = freeSlots)]
pub fn free_slots(texts: &[u8], numbers: &[f64]) -> Result<Vec<JsValue>, JsValue> {
    Ok(free_busy::free_slots(&mut Asked::new(texts, numbers)?)?.parts())
}

/// Slots for a task, the best first.
#[wasm_bindgen(js_name = bestSlots)]
pub fn best_slots(texts: &[u8], numbers: &[f64]) -> Result<Vec<JsValue>, JsValue> {
    Ok(free_busy::best_slots(&mut Asked::new(texts, numbers)?)?.parts())
}

/// The slots at which everybody is free.
#[wasm_bindgen(js_name = slotsOfAll)]
pub fn slots_of_all(texts: &[u8], numbers: &[f64]) -> Result<Vec<JsValue>, JsValue> {
    Ok(free_busy::slots_of_all(&mut Asked::new(texts, numbers)?)?.parts())
}

/// The slots at which somebody is free, with who is, and whose turn it is.
#[wasm_bindgen(js_name = slotsOfAny)]
pub fn slots_of_any(texts: &[u8], numbers: &[f64]) -> Result<Vec<JsValue>, JsValue> {
    Ok(free_busy::slots_of_any(&mut Asked::new(texts, numbers)?)?.parts())
}

/// The places of the slots that are nearest to a wish.
#[wasm_bindgen(js_name = nearestSlots)]
pub fn nearest_slots(texts: &[u8], numbers: &[f64]) -> Result<Vec<u32>, JsValue> {
    Ok(free_busy::nearest_slots(&mut Asked::new(texts, numbers)?)?)
}

/// The IANA name of the zone that a TZID means.
#[wasm_bindgen(js_name = zoneOf)]
pub fn zone_of(tzid: &str) -> Result<String, JsValue> {
    Ok(crate::Zone::named(tzid).map_err(Failure::from)?.name().to_owned())
}

fn bytes(texts: &[Uint8Array]) -> Vec<Vec<u8>> {
    texts.iter().map(Uint8Array::to_vec).collect()
}
