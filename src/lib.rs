//! Kalends: the calendar engine that applications embed. Pure: no I/O, no clock, no randomness of its own.
//!
//! Modules in the order in which they may import each other: each knows only those above it.

pub mod vault;
