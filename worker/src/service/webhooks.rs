//! Webhooks: what happened is told to the application's address, signed, until it has taken it.

use super::ServiceError;
use crate::database::Database;
use crate::database::webhooks::Delivery;
use crate::log;
use crate::ports::{Fetch, RuntimeClock};
use crate::settings::Settings;
use futures_util::{StreamExt, stream};
use kalends::Instant;
use kalends::port::{Clock, Method, Request, Transport};
use kalends::vault::Scope;
use serde_json::{Map, Value, json};

/// How many are told side by side: beside the syncs of the same tick, which have four of a Worker's six connections.
const SIDE_BY_SIDE: usize = 2;

/// So many are taken at once, and so often in one tick.
const TOGETHER: usize = 50;
const TIMES: usize = 10;

/// So long nobody else tries what was taken, in milliseconds: a scheduled run lasts no longer.
const TAKEN: i64 = 15 * 60_000;

/// After so many tries it is given up: some two days.
const TRIES: i64 = 16;

/// The header that says when and by whom it was signed.
const SIGNATURE: &str = "kalends-signature";

/// Tells what is to be told by now, reminders that became due among it.
pub async fn tell(database: &Database, settings: &Settings, now: Instant) -> Result<(), ServiceError> {
    database.remind(now).await?;
    for _ in 0..TIMES {
        let taken = database.take_deliveries(now, now.plus_millis(TAKEN), TOGETHER).await?;
        tell_all(database, settings, &taken, now).await;
        if taken.len() < TOGETHER {
            break;
        }
    }
    Ok(())
}

async fn tell_all(database: &Database, settings: &Settings, taken: &[Delivery], now: Instant) {
    stream::iter(taken)
        .for_each_concurrent(SIDE_BY_SIDE, async |one| {
            let outcome = match send(settings, one).await {
                Ok(()) => database.drop_delivery(one.id).await,
                Err(Untold) if one.tries >= TRIES => database.drop_delivery(one.id).await,
                Err(Untold) => database.put_off(one.id, now.plus_millis(wait(one.tries))).await,
            };
            if let Err(error) = outcome {
                log::error("database_failed").database(&error).write();
            }
        })
        .await;
}

/// How long to wait after so many tries, in milliseconds: from a minute to six hours.
fn wait(tries: i64) -> i64 {
    (60_000 << tries.clamp(1, 10).saturating_sub(1)).min(6 * 3_600_000)
}

/// Sends one; whether the application took it.
async fn send(settings: &Settings, one: &Delivery) -> Result<(), Untold> {
    let scope = Scope { tenant: &one.tenant, connection: &one.webhook_id };
    let secret = settings.vault.mac_key(&one.sealed(), scope).map_err(|_| untold(one))?;
    let url = settings.reach.parse(&one.url).map_err(|_| untold(one))?;
    let body = body(one).to_string();
    let at = RuntimeClock.now().millis() / 1000;
    let mac: String =
        secret.mac(format!("{at}.{body}").as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut request = Request::new(Method::Post, url)
        .header(SIGNATURE, format!("t={at},v1={mac}"))
        .body("application/json", body);
    request.max_bytes = 1 << 16;
    match Fetch.send(request).await {
        Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
        _ => Err(untold(one)),
    }
}

/// It has to be told again.
struct Untold;

fn untold(one: &Delivery) -> Untold {
    log::warning("webhook_waits").webhook(&one.webhook_id).write();
    Untold
}

fn body(one: &Delivery) -> Value {
    let subject = if one.thing.starts_with("con") { "connectionId" } else { "appointmentId" };
    let mut data: Map<String, Value> = serde_json::from_str(&one.details).unwrap_or_default();
    data.insert("userId".to_owned(), json!(one.owner));
    data.insert(subject.to_owned(), json!(one.thing));
    json!({
        "id": format!("evt_{}", one.id),
        "type": one.event,
        "createdAt": Instant::from_millis(one.created_at),
        "data": data,
    })
}
