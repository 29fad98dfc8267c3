//! The clock's tick: every connection whose turn it is gets a scheduled run, what waited too long ends, and webhooks are
//! told.

use super::{ServiceError, synchronise, webhooks};
use crate::database::Database;
use crate::database::scheduler::TICK;
use crate::log;
use crate::settings::Settings;
use futures_util::future::join;
use futures_util::{StreamExt, stream};
use kalends::Instant;
use kalends::sync::{Scope, SyncError};
use std::cell::Cell;
use worker::Env;

/// How many connections are looked at side by side; a Worker has six open connections.
const SIDE_BY_SIDE: usize = 4;

/// Serves the tick at `now`. A connection that fails has told so in its own row and does not stop the others; one
/// whose run is under way elsewhere has not been looked at, so that the tick counts as not served.
pub async fn tick(env: &Env, settings: &Settings, now: Instant) -> Result<(), ServiceError> {
    let database = Database::open(env)?;
    let tick = now.millis().div_euclid(TICK);
    database.expire(now).await?;
    let rows = database.scheduled_connections().await?;
    let turn = rows.iter().filter(|row| row.is_due(tick));
    let served = Cell::new(true);
    let syncs = stream::iter(turn).for_each_concurrent(SIDE_BY_SIDE, async |row| {
        if let Err(error) = synchronise::run(&database, settings, row, &Scope::Scheduled).await {
            error.in_log(log::warning("not_synced").connection(&row.id)).write();
            served.set(served.get() && !matches!(error, ServiceError::Sync(SyncError::Busy)));
        }
    });
    // An application that takes long to listen holds up no sync.
    let ((), told) = join(syncs, webhooks::tell(&database, settings, now)).await;
    if let Err(error) = told {
        error.in_log(log::warning("webhooks_wait")).write();
    }
    if tick % 60 == 0 {
        database.forget_counts(now).await?;
        database.forget_keys(now).await?;
    }
    if served.get() {
        database.tick_served(tick).await?;
    }
    Ok(())
}
