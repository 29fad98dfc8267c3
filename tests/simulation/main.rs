//! The sync engine in a seeded world: a database in memory, a calendar service that misbehaves, a clock that stands
//! still unless told, and crashes at every call that leaves the core. A failure names the seed that repeats it.

mod agreement;
mod application;
mod bench;
mod calendar;
mod clock;
mod collection;
mod crashes;
mod dav;
mod dice;
mod faults;
mod histories;
mod ladder;
mod ledger;
mod manners;
mod phone;
mod promises;
mod races;
mod rewriting;
mod store;
mod tasks;
mod window;
mod world;
