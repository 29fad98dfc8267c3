//! The four traits by which the core reaches the world: [`Transport`], [`Store`], [`Clock`], [`Entropy`].
//!
//! None of them needs `Send`: a Worker is one thread, and its route wraps the whole future once.
#![allow(async_fn_in_trait)]

mod http;
mod rows;
mod store;

pub use http::{Method, Request, Response, Transport, TransportError};
pub use rows::{
    Bounds, CalendarId, CalendarRow, Conflict, ConflictId, Connection, ConnectionId, ConnectionState, Cursor,
    Direction, Intent, IntentKind, Link, LinkId, Mirrored, OpenConflict, Outcome, OwnerKey, Policy, RemoteId,
    Retry, RunLog, Version,
};
pub use store::{Change, Fence, Lease, Store, StoreError};

use crate::time::Instant;

/// What time it is. On Cloudflare it stands still while a Worker computes, so nothing is limited by it.
pub trait Clock {
    /// The present instant.
    fn now(&self) -> Instant;
}

/// Where random bytes come from.
pub trait Entropy {
    /// Fills `bytes` with random bytes.
    fn fill(&self, bytes: &mut [u8]);

    /// A new identifier: `prefix`, an underscore, 128 random bits in lower-case hex.
    fn id(&self, prefix: &str) -> String {
        format!("{prefix}_{}", self.token())
    }

    /// 128 random bits in lower-case hex: only characters that every server keeps in a UID and a file name.
    fn token(&self) -> String {
        let mut bytes = [0u8; 16];
        self.fill(&mut bytes);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
