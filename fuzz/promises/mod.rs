//! What holds for every input whatsoever. The fuzz targets look for an input that breaks a promise; tests/fuzzed
//! repeats those that once did.

pub mod expand;
pub mod multistatus;
pub mod parse;
pub mod rule;
