//! Accounts and settings of connections as callers give them and see them.

use super::error::ApiError;
use crate::database::connections::{ConnectionRow, policy_word, state_word};
use crate::database::scheduler::Served;
use kalends::vault::Credentials;
use serde_json::{Value, json};
use std::mem::take;

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
pub fn shown(row: &ConnectionRow, served: Option<Served>) -> Value {
    json!({
        "id": row.id,
        "calendarName": row.calendar_name,
        "calendarUrl": row.calendar_url,
        "color": row.color,
        "component": row.component,
        "syncStatus": state_word(row.sync_status),
        "lastSyncAt": row.last_read(served),
        "lastSyncError": row.last_sync_error,
        "syncInterval": row.sync_interval,
        "bidirectionalSync": row.bidirectional_sync != 0,
        "autoExport": row.auto_export != 0,
        "conflictPolicy": policy_word(row.conflict_policy),
    })
}
