// The two ways to compile Rust to WebAssembly: quickly, or small.

/** @typedef {"wasm-dev" | "wasm-release"} Profile a cargo profile of the workspace */

/** @param {boolean} release @returns {Profile} */
export const profileFor = (release) => (release ? "wasm-release" : "wasm-dev");

/** What any part made of Rust depends on. */
export const rustInputs = ["Cargo.toml", "Cargo.lock", "src"];

export const wasmTarget = "wasm32-unknown-unknown";

/** worker-build sets this; with it everywhere the two builds can share what they compile. */
export const bindgenEnvironment = { WASM_BINDGEN_USE_JS_SYS: "1" };
