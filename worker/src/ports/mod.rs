//! The core's four ports on Cloudflare: `fetch`, D1, `Date` and Web Crypto.

pub mod signature;
mod store;
mod transport;

pub use store::D1Store;
pub use transport::Fetch;

use kalends::Instant;
use kalends::port::{Clock, Entropy};

/// The runtime's clock.
pub struct RuntimeClock;

impl Clock for RuntimeClock {
    fn now(&self) -> Instant {
        Instant::from_millis(js_sys::Date::now() as i64)
    }
}

/// Web Crypto's random numbers.
pub struct RuntimeEntropy;

impl Entropy for RuntimeEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // Web Crypto is part of every Workers runtime; without it nothing here could be kept secret.
        getrandom::fill(bytes).expect("Web Crypto gives random bytes");
    }
}
