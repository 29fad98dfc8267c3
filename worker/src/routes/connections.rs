//! Connections as a resource: those of an owner, connected, changed, disconnected. Names are answered in the case in
//! which the request names its owner.

use super::account::{credentials, interval, said};
use super::error::{ApiError, Told};
use super::input::{Case, answered};
use super::openapi::{Id, Missing, Unavailable, Upstream};
use super::page::Page;
use super::providers::Service;
use super::sync::Counts;
use super::{Answer, Call, moment};
use crate::database::audit::Action;
use crate::database::connections::{ConnectionRow, ConnectionSettings, policy_word, state_word};
use crate::database::scheduler::Served;
use crate::ports::RuntimeClock;
use crate::service::ServiceError;
use crate::service::connect::{self, Account, Choice, Wish};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use kalends::Instant;
use kalends::port::{Clock, ConnectionState, Policy};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A connection as the documents of studios and dashboards see it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Connection)]
pub struct Shown {
    id: String,
    user_id: String,
    agent_id: String,
    provider: String,
    name: String,
    calendar_name: String,
    /// Its address.
    calendar_id: String,
    color: Option<String>,
    component: String,
    /// Whether the credentials work.
    is_active: bool,
    /// Whether its owner wants it.
    sync_enabled: bool,
    /// Whether it is being synced right now.
    is_syncing: bool,
    sync_status: &'static str,
    last_sync_at: Option<Instant>,
    last_synced_at: Option<Instant>,
    last_sync_error: Option<String>,
    sync_interval: i64,
    bidirectional_sync: bool,
    auto_export: bool,
    conflict_policy: &'static str,
    created_at: Instant,
    updated_at: Instant,
}

impl Shown {
    /// A connection, with the words of that case.
    pub fn of(row: &ConnectionRow, served: Option<Served>, case: Case) -> Self {
        let read = row.last_read(served);
        Self {
            id: row.id.clone(),
            user_id: row.owner.clone(),
            agent_id: row.owner.clone(),
            provider: provider(row, case),
            name: row.calendar_name.clone(),
            calendar_name: row.calendar_name.clone(),
            calendar_id: row.calendar_url.clone(),
            color: row.color.clone(),
            component: row.component.clone(),
            is_active: row.sync_status != ConnectionState::NeedsReauth,
            sync_enabled: row.is_synced(),
            is_syncing: row.is_syncing(RuntimeClock.now()),
            sync_status: state_word(row.sync_status),
            last_sync_at: read,
            last_synced_at: read,
            last_sync_error: row.last_sync_error.clone(),
            sync_interval: row.sync_interval,
            bidirectional_sync: row.bidirectional_sync != 0,
            auto_export: row.auto_export != 0,
            conflict_policy: policy_word(row.conflict_policy),
            created_at: Instant::from_millis(row.created_at),
            updated_at: Instant::from_millis(row.updated_at),
        }
    }
}

/// The word for its service: iCloud is APPLE here.
pub fn provider(row: &ConnectionRow, case: Case) -> String {
    let word = if row.provider == "ICLOUD_CALDAV" { "APPLE" } else { &row.provider };
    match case {
        Case::Camel => word.to_owned(),
        Case::Snake => word.to_ascii_lowercase(),
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListInput {
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 100)]
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Connections)]
struct Listed {
    success: bool,
    connections: Vec<Shown>,
    next_cursor: Option<String>,
}

/// GET /api/calendar/connections
#[utoipa::path(get, path = "/api/calendar/connections", params(ListInput), responses((status = 200, body = Listed)))]
pub async fn list(call: Call) -> Answer {
    let input: ListInput = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let page = Page::of(input.cursor.as_deref(), input.limit)?;
    let database = &call.app.database;
    let (served, case) = (database.served().await?, call.input.case);
    let rows = database.connections_before(&owner, page.before, page.rows()).await?;
    let (rows, next_cursor) = page.split(rows, |row| row.position);
    let connections = rows.iter().map(|row| Shown::of(row, served, case)).collect();
    Ok(answered(case, &Listed { success: true, connections, next_cursor }))
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewConnection)]
struct New {
    provider: String,
    name: Option<String>,
    calendar_id: Option<String>,
    calendar_name: Option<String>,
    #[schema(max_length = 1024)]
    username: Option<String>,
    #[schema(max_length = 1024)]
    password: Option<String>,
    timezone: Option<String>,
    sync_enabled: Option<bool>,
    #[schema(minimum = 60, maximum = 86400)]
    sync_interval: Option<i64>,
    bidirectional_sync: Option<bool>,
    auto_export: Option<bool>,
    conflict_policy: Option<Policy>,
}

/// Which account a provider's word means: one that CalDAV reaches.
fn is_caldav(word: &str) -> Result<(), ApiError> {
    match Service::parse(word) {
        Some(Service::Apple) => Ok(()),
        Some(service) => Err(service.missing()),
        None if ["CALDAV", "NEXTCLOUD", "ICLOUD_CALDAV"].iter().any(|one| one.eq_ignore_ascii_case(word)) => {
            Ok(())
        }
        None => {
            let sentence = "provider is GOOGLE, OUTLOOK, OFFICE365, APPLE, NEXTCLOUD or CALDAV";
            Err(ApiError::field("provider", sentence))
        }
    }
}

impl New {
    fn account(&mut self) -> Result<Account, ApiError> {
        is_caldav(&self.provider)?;
        let username = ("username", self.username.get_or_insert_default());
        let password = ("password", self.password.get_or_insert_default());
        let credentials = Some(credentials(username, password)?);
        let url = said(self.calendar_id.take());
        let is_apple = ["APPLE", "ICLOUD_CALDAV"].iter().any(|one| one.eq_ignore_ascii_case(&self.provider));
        if url.is_none() && !is_apple {
            let sentence = "Which calendar? Give its address as calendarId";
            return Err(ApiError::field("calendarId", sentence));
        }
        Ok(Account { credentials, url, choice: Choice::OrFirst })
    }
}

#[derive(Serialize, ToSchema)]
struct Connected {
    success: bool,
    connection: Shown,
    sync: First,
}

/// How the first sync went.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = FirstSync)]
pub(super) enum First {
    Done(Counts),
    Failed(Told),
}

/// POST /api/calendar/connections: connects a calendar that CalDAV reaches.
#[utoipa::path(post, path = "/api/calendar/connections", request_body = New, responses((status = 201, body = Connected), Upstream, Unavailable))]
pub async fn create(call: Call) -> Answer {
    let mut new: New = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let account = new.account()?;
    if let Some(name) = &new.timezone {
        moment::zone("timezone", name)?;
    }
    let wish = Wish {
        name: said(new.name).or(said(new.calendar_name)),
        timezone: new.timezone,
        settings: ConnectionSettings {
            sync_interval: interval(new.sync_interval)?,
            bidirectional_sync: new.bidirectional_sync,
            auto_export: new.auto_export,
            conflict_policy: new.conflict_policy,
            sync_enabled: new.sync_enabled,
        },
    };
    let app = &call.app;
    let outcome = connect::connect(&app.database, &app.settings, &owner, &account, wish).await;
    let (row, report) = outcome.map_err(|error| match error {
        ServiceError::Invalid { field: "calendarUrl", sentence } => ApiError::field("calendarId", sentence),
        error => error.into(),
    })?;
    call.audit(Action::Connected, &row.id).await?;
    let sync = match report {
        Ok(report) => First::Done((&report).into()),
        Err(error) => First::Failed(ApiError::from(error).into()),
    };
    let row = app.database.connection(&owner.tenant, &row.id).await?.unwrap_or(row);
    let connection = Shown::of(&row, app.database.served().await?, call.input.case);
    let answer = answered(call.input.case, &Connected { success: true, connection, sync });
    Ok((StatusCode::CREATED, answer).into_response())
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ConnectionChange)]
struct Changed {
    name: Option<String>,
    sync_enabled: Option<bool>,
    #[schema(minimum = 60, maximum = 86400)]
    sync_interval: Option<i64>,
    bidirectional_sync: Option<bool>,
    auto_export: Option<bool>,
    conflict_policy: Option<Policy>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = OneConnection)]
struct One {
    success: bool,
    connection: Shown,
}

/// PATCH /api/calendar/connections/{id}
#[utoipa::path(patch, path = "/api/calendar/connections/{id}", params(Id), request_body = Changed, responses((status = 200, body = One), Missing))]
pub async fn update(call: Call) -> Answer {
    let said_of: Changed = call.input.fields()?;
    let row = found(&call).await?;
    let settings = ConnectionSettings {
        sync_interval: interval(said_of.sync_interval)?,
        bidirectional_sync: said_of.bidirectional_sync,
        auto_export: said_of.auto_export,
        conflict_policy: said_of.conflict_policy,
        sync_enabled: said_of.sync_enabled,
    };
    let (database, name) = (&call.app.database, said(said_of.name));
    database.configure(&row.id, settings, name.as_deref(), RuntimeClock.now()).await?;
    call.audit(Action::ConnectionChanged, &row.id).await?;
    let connection = Shown::of(&found(&call).await?, database.served().await?, call.input.case);
    Ok(answered(call.input.case, &One { success: true, connection }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Serialize, ToSchema)]
pub struct Gone {
    success: bool,
    message: &'static str,
}

/// That a calendar is connected no more.
pub const GONE: Gone = Gone { success: true, message: "Calendar disconnected" };

/// DELETE /api/calendar/connections/{id}: the connection, what was mirrored through it, and its history.
#[utoipa::path(delete, path = "/api/calendar/connections/{id}", params(Id), responses((status = 200, body = Gone), Missing))]
pub async fn delete(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    let (row, database) = (found(&call).await?, &call.app.database);
    database.disconnect(&row, RuntimeClock.now()).await?;
    database.forget_history(&row).await?;
    call.audit(Action::Disconnected, &row.id).await?;
    Ok(answered(call.input.case, &GONE))
}

/// POST /api/calendar/connections/{id}/disconnect: the same, but that its history stays.
#[utoipa::path(post, path = "/api/calendar/connections/{id}/disconnect", params(Id), responses((status = 200, body = Gone), Missing))]
pub async fn disconnect(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    let row = found(&call).await?;
    call.app.database.disconnect(&row, RuntimeClock.now()).await?;
    call.audit(Action::Disconnected, &row.id).await?;
    Ok(answered(call.input.case, &GONE))
}

/// The connection of the path, if it is the tenant's and, where one is named, the owner's.
pub async fn found(call: &Call) -> Result<ConnectionRow, ApiError> {
    let row = call.app.database.connection(&call.caller.tenant, &call.id).await?;
    let row = row.filter(|row| call.input.owner.as_ref().is_none_or(|owner| *owner == row.owner));
    row.ok_or_else(|| ApiError::not_found("There is no such connection"))
}
