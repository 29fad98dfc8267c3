//! The sync engine in a seeded world: a database in memory, a calendar service that misbehaves, a clock that stands
//! still unless told, and crashes at every call that leaves the core. A failure names the seed that repeats it.

pub mod agreement;
pub mod application;
pub mod bench;
pub mod calendar;
pub mod clock;
pub mod collection;
pub mod conflicts;
pub mod dav;
pub mod dice;
pub mod errands;
pub mod event_api;
pub mod event_client;
pub mod faults;
pub mod histories;
pub mod invariant;
pub mod ledger;
pub mod manner;
pub mod multistatus;
pub mod network;
pub mod noted;
pub mod phone;
pub mod reports;
pub mod rewriting;
pub mod servers;
pub mod service;
pub mod spelling;
pub mod store;
pub mod trace;
pub mod truth;
pub mod unmodelled;
pub mod wall_time;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
pub mod world;

#[cfg(test)]
mod crashes;
#[cfg(test)]
mod ladder;
#[cfg(test)]
mod late;
#[cfg(test)]
mod manners;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod races;
#[cfg(test)]
mod tasks;
#[cfg(test)]
mod window;
