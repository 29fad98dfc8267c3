//! Rotation: every data key wrapped by the present master key, a slice at a time, beside whatever else goes on.

use super::ServiceError;
use crate::database::Database;
use crate::database::vault::Rewrapped;
use crate::ports::RuntimeEntropy;
use kalends::port::Entropy;
use kalends::vault::{Scope, SealError, Vault};

/// What one slice did.
pub struct Slice {
    /// How many data keys were wrapped anew.
    pub rotated: usize,
    /// The connections and keys whose data key no key of the ring opens, each with the reason: they stay as they are.
    pub unreadable: Vec<(String, SealError)>,
    /// How many data keys the present master key has not wrapped yet, those that cannot be read among them.
    pub left: i64,
    /// The last of them that was looked at, where others follow.
    pub last: Option<String>,
}

/// Rewraps the next data keys after an id.
pub async fn rotate(
    database: &Database,
    vault: &Vault,
    after: &str,
    limit: u32,
) -> Result<Slice, ServiceError> {
    let beginning = vault.beginning();
    let rows = database.wrapped_by_others(&beginning, after, i64::from(limit)).await?;
    let last = rows.last().filter(|_| rows.len() == limit as usize).map(|row| row.id.clone());
    let (mut keys, mut unreadable) = (Vec::new(), Vec::new());
    for row in rows {
        let scope = Scope { tenant: &row.tenant, connection: &row.id };
        match vault.rewrap(&row.wrapped_key, scope, |bytes| RuntimeEntropy.fill(bytes)) {
            Ok(new) => keys.push(Rewrapped { id: row.id, old: row.wrapped_key, new }),
            Err(error) => unreadable.push((row.id, error)),
        }
    }
    let rotated = if keys.is_empty() { 0 } else { database.put_rewrapped(&keys).await? };
    let left = database.count_wrapped_by_others(&beginning).await?;
    Ok(Slice { rotated, unreadable, left, last })
}
