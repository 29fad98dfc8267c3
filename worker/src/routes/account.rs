//! Accounts and settings of connections as callers give them and see them.

use super::error::ApiError;
use crate::database::connections::ConnectionRow;
use crate::database::scheduler::Served;
use kalends::Instant;
use kalends::port::{ConnectionState, Policy};
use kalends::vault::Credentials;
use serde::Serialize;
use std::mem::take;
use utoipa::ToSchema;

/// A user name and a password, each under the name that the route has for it.
pub fn credentials(
    username: (&str, &mut String),
    password: (&str, &mut String),
) -> Result<Credentials, ApiError> {
    for (name, value) in [(username.0, &*username.1), (password.0, &*password.1)] {
        if value.is_empty() || value.len() > 1024 || value.chars().any(char::is_control) {
            return Err(ApiError::field(name, format!("{name} is missing or has control characters")));
        }
    }
    if username.1.contains(':') {
        return Err(ApiError::field(username.0, format!("{} cannot contain a colon (RFC 7617)", username.0)));
    }
    Ok(Credentials::new(take(username.1), take(password.1)))
}

/// How often a connection is looked at.
pub fn interval(seconds: Option<i64>) -> Result<Option<i64>, ApiError> {
    if seconds.is_some_and(|seconds| !(60..=86_400).contains(&seconds)) {
        return Err(ApiError::field("syncInterval", "syncInterval is in seconds, 60 to 86400"));
    }
    Ok(seconds)
}

/// A text of which an empty one says nothing.
pub fn said(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

/// A connection with its state and settings, as every document sees it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Account)]
pub struct Shown {
    id: String,
    calendar_name: String,
    calendar_url: String,
    color: Option<String>,
    component: String,
    sync_status: ConnectionState,
    last_sync_at: Option<Instant>,
    last_sync_error: Option<String>,
    sync_interval: i64,
    bidirectional_sync: bool,
    auto_export: bool,
    conflict_policy: Policy,
}

/// A connection as the API shows it.
pub fn shown(row: &ConnectionRow, served: Option<Served>) -> Shown {
    Shown {
        id: row.id.clone(),
        calendar_name: row.calendar_name.clone(),
        calendar_url: row.calendar_url.clone(),
        color: row.color.clone(),
        component: row.component.clone(),
        sync_status: row.sync_status,
        last_sync_at: row.last_read(served),
        last_sync_error: row.last_sync_error.clone(),
        sync_interval: row.sync_interval,
        bidirectional_sync: row.bidirectional_sync != 0,
        auto_export: row.auto_export != 0,
        conflict_policy: row.conflict_policy,
    }
}
