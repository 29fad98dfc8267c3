//! The operator's master keys: rotation, and the import of what other applications have encrypted.

use super::account::{interval, said};
use super::error::{ApiError, Told};
use super::input::{Input, number};
use super::{Answer, Call, moment};
use crate::database::audit::Action;
use crate::database::connections::ConnectionSettings;
use crate::service::connect::{self, Account, Choice, Wish};
use crate::service::rotate;
use axum::Json;
use axum::response::IntoResponse;
use kalends::port::Policy;
use kalends::vault::{LegacyKey, LegacyName};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// How many data keys one call rewraps unless told, and at most.
const USUAL: u32 = 200;
const MOST: u32 = 1000;

/// How many records one call imports at most: each is connected and synced for the first time.
const RECORDS: usize = 10;

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Rotate {
    #[schema(minimum = 1, maximum = 1000)]
    #[serde(default, deserialize_with = "number")]
    limit: Option<u32>,
    cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Rotated {
    success: bool,
    /// The id of the present master key.
    key_id: String,
    /// How many data keys it has wrapped now.
    rotated: usize,
    /// What no key of the ring opens: it stays as it is.
    unreadable: Vec<Unreadable>,
    /// How many data keys it has not wrapped yet.
    left: i64,
    next_cursor: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Unreadable {
    connection_id: String,
    error: String,
}

/// POST /api/admin/vault/rotate: wraps the next data keys with the present master key. Called again with `nextCursor`
/// until there is none, it has gone through all of them; begun anew it does what is left.
#[utoipa::path(post, path = "/api/admin/vault/rotate", request_body = Rotate,
    responses((status = 200, body = Rotated)))]
pub async fn rotate(call: Call) -> Answer {
    call.caller.operator()?;
    let input: Rotate = call.input.fields()?;
    let limit = input.limit.unwrap_or(USUAL);
    if !(1..=MOST).contains(&limit) {
        return Err(ApiError::field("limit", format!("limit is from 1 to {MOST}")));
    }
    let vault = &call.app.settings.vault;
    let after = input.cursor.unwrap_or_default();
    let slice = rotate::rotate(&call.app.database, vault, &after, limit).await?;
    if slice.rotated > 0 {
        call.audit(Action::VaultRotated, &vault.key_id()).await?;
    }
    let unreadable = slice
        .unreadable
        .into_iter()
        .map(|(connection_id, error)| Unreadable { connection_id, error: error.to_string() })
        .collect();
    Ok(Json(Rotated {
        success: true,
        key_id: vault.key_id(),
        rotated: slice.rotated,
        unreadable,
        left: slice.left,
        next_cursor: slice.last,
    })
    .into_response())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = VaultImport)]
struct Import {
    #[schema(min_items = 1, max_items = 10, value_type = Vec<Record>)]
    records: Vec<Map<String, Value>>,
}

/// An account as another application kept it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = VaultRecord)]
struct Record {
    calendar_url: Option<String>,
    calendar_name: Option<String>,
    timezone: Option<String>,
    username: Option<String>,
    encrypted_username: Option<String>,
    encrypted_password: String,
    #[schema(minimum = 60, maximum = 86400)]
    sync_interval: Option<i64>,
    bidirectional_sync: Option<bool>,
    auto_export: Option<bool>,
    conflict_policy: Option<Policy>,
}

impl Record {
    fn account(&mut self, key: &LegacyKey) -> Result<Account, ApiError> {
        let username = match (&self.encrypted_username, &self.username) {
            (Some(record), None) => LegacyName::Sealed(record),
            (None, Some(name)) => LegacyName::Plain(name),
            _ => return Err(ApiError::field("username", "Give username or encryptedUsername")),
        };
        let credentials = key.credentials(username, &self.encrypted_password);
        let credentials =
            credentials.map_err(|error| ApiError::field("encryptedPassword", error.to_string()))?;
        let url = said(self.calendar_url.take());
        Ok(Account { credentials: Some(credentials), url, choice: Choice::OrFirst })
    }

    fn wish(&self) -> Result<Wish, ApiError> {
        if let Some(name) = &self.timezone {
            moment::zone("timezone", name)?;
        }
        let settings = ConnectionSettings {
            sync_interval: interval(self.sync_interval)?,
            bidirectional_sync: self.bidirectional_sync,
            auto_export: self.auto_export,
            conflict_policy: self.conflict_policy,
            sync_enabled: None,
        };
        Ok(Wish { name: said(self.calendar_name.clone()), timezone: self.timezone.clone(), settings })
    }
}

#[derive(Serialize, ToSchema)]
struct Imported {
    success: bool,
    results: Vec<ImportResult>,
}

/// What became of one record.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ImportResult {
    success: bool,
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    connection_id: Option<String>,
    #[serde(flatten)]
    error: Option<Told>,
}

/// POST /api/admin/vault/import: connects accounts from records that were encrypted with AES-256-CBC, one result each.
/// Such a record may have been altered, so nothing is stored before its calendar server has accepted what it says.
#[utoipa::path(post, path = "/api/admin/vault/import", request_body = Import,
    responses((status = 200, body = Imported)))]
pub async fn import(call: Call) -> Answer {
    call.caller.operator()?;
    let input: Import = call.input.fields()?;
    if !(1..=RECORDS).contains(&input.records.len()) {
        return Err(ApiError::field("records", format!("records holds 1 to {RECORDS} records")));
    }
    let mut results = Vec::with_capacity(input.records.len());
    for record in input.records {
        let record = Input::of(record)?;
        let (connection_id, error) = match imported(&call, &record).await {
            Ok(id) => (Some(id), None),
            Err(error) => (None, Some(error.into())),
        };
        results.push(ImportResult { success: error.is_none(), user_id: record.owner, connection_id, error });
    }
    let success = results.iter().all(|result| result.success);
    Ok(Json(Imported { success, results }).into_response())
}

async fn imported(call: &Call, record: &Input) -> Result<String, ApiError> {
    let (app, owner) = (&call.app, call.caller.owner(record)?);
    let mut record: Record = record.fields()?;
    let (account, wish) = (record.account(&app.settings.legacy_key)?, record.wish()?);
    // A first sync that fails is told by the connection's own state, and tried again.
    let (row, _) = connect::connect(&app.database, &app.settings, &owner, &account, wish).await?;
    call.audit(Action::Connected, &row.id).await?;
    Ok(row.id)
}
