//! The simulation as WebAssembly, for the test that it lives through the same histories there.

use crate::histories::history;
use crate::trace::Keep;
use wasm_bindgen::prelude::wasm_bindgen;

/// The hash of all that happens in the history of a seed.
#[wasm_bindgen]
pub fn hash(seed: u32) -> String {
    format!("{:016x}", history(seed.into(), Keep::Hash).hash)
}

/// All that happens in it, line by line.
#[wasm_bindgen]
pub fn trace(seed: u32) -> Vec<String> {
    history(seed.into(), Keep::Lines).lines
}
