//! The core's four ports on Cloudflare: `fetch`, D1, `Date` and Web Crypto.

pub mod signature;
mod store;
mod transport;

pub use store::D1Store;
pub use transport::Fetch;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
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

impl RuntimeEntropy {
    /// 256 random bits as a text that stands in a URL as it is: nobody can guess it.
    pub fn secret(&self) -> String {
        let mut random = [0u8; 32];
        self.fill(&mut random);
        BASE64_URL_SAFE_NO_PAD.encode(random)
    }
}

impl Entropy for RuntimeEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        // Web Crypto is part of every Workers runtime; without it nothing here could be kept secret.
        getrandom::fill(bytes).expect("Web Crypto gives random bytes");
    }
}
