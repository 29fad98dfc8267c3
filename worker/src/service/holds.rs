//! Holds: time kept for somebody who is still filling in a form, decided by one guarded batch like a booking.

use super::availability::{Age, But};
use super::booking::{self, TRIES};
use super::{ServiceError, slots};
use crate::database::holds::HoldRow;
use crate::database::{Database, DbError, Guard};
use crate::ports::{RuntimeClock, RuntimeEntropy};
use crate::settings::Settings;
use kalends::Span;
use kalends::port::{Clock, Entropy, OwnerKey};

/// Keeps a time of an owner's for so many seconds.
pub async fn hold(
    database: &Database,
    settings: &Settings,
    owner: &OwnerKey,
    span: Span,
    seconds: i64,
) -> Result<HoldRow, ServiceError> {
    let now = RuntimeClock.now();
    let window = slots::known(database, settings, owner, span, But::default()).await?;
    if window.person.not_before.is_some_and(|first| span.start() < first) {
        let sentence = "startTime is too soon: the owner wants notice".to_owned();
        return Err(ServiceError::Invalid { field: "startTime", sentence });
    }
    let id = RuntimeEntropy.id("hld");
    database.batch(vec![database.ensure_owner(owner, None, now)?]).await?;
    for _ in 0..TRIES {
        let mut batch =
            booking::guards(database, settings, owner, &[span], But::default(), Age::Recent).await?;
        batch.push(database.put_hold(owner, &id, span, now.plus_millis(seconds * 1000), now)?);
        match database.batch(batch).await {
            Err(DbError::Refused(Guard::MirrorUnchanged | Guard::SlotFree)) => continue,
            outcome => outcome?,
        }
        let row = database.hold(&owner.tenant, &id, now).await?;
        return row.ok_or(ServiceError::NotFound("There is no such hold"));
    }
    Err(ServiceError::Contended)
}
