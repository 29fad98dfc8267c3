#![no_main]

#[path = "../promises/multistatus.rs"]
mod promise;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| promise::keeps(octets));
