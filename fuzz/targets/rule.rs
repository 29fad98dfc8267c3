#![no_main]

#[path = "../promises/rule.rs"]
mod promise;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| promise::keeps(octets));
