//! Two-way sync: a pure three-way planner, and the engine that carries a plan out over the ports.
//!
//! The engine knows a [`crate::provider::Provider`], not which one.

mod engine;
mod intend;
mod links;
mod merge;
mod own;
mod planner;
mod pull;
mod push;
mod report;
mod retry;
mod send;
mod settle;
mod take;
mod twin;
mod undo;
mod window;

pub use engine::{Engine, Scope, SyncError};
pub use planner::{Action, Clash, Local, Plan, Remote, plan};
pub use report::Report;
pub use undo::{UndoError, undone};
