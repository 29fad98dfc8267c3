//! Webhooks: where an application is told what happens; and where calendar services will tell what changed.

use super::error::ApiError;
use super::openapi::{Id, Missing, Unavailable};
use super::providers::Service;
use super::{Answer, Call};
use crate::database::audit::Action;
use crate::database::webhooks::WebhookRow;
use crate::ports::{RuntimeClock, RuntimeEntropy};
use crate::service::ServiceError;
use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use kalends::Instant;
use kalends::port::{Clock, Entropy};
use kalends::vault::{Credentials, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// So many may a tenant have.
const MOST: usize = 20;

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
enum Event {
    /// An appointment was made, changed or ended, on either side.
    #[serde(rename = "booking.changed")]
    BookingChanged,
    /// A calendar could not be synced.
    #[serde(rename = "sync.failed")]
    SyncFailed,
    /// A calendar's credentials are refused.
    #[serde(rename = "connection.needs_reauth")]
    ConnectionNeedsReauth,
    /// An appointment begins in so many minutes.
    #[serde(rename = "reminder.due")]
    ReminderDue,
}

impl Event {
    const ALL: [Self; 4] =
        [Self::BookingChanged, Self::SyncFailed, Self::ConnectionNeedsReauth, Self::ReminderDue];

    fn word(self) -> &'static str {
        match self {
            Self::BookingChanged => "booking.changed",
            Self::SyncFailed => "sync.failed",
            Self::ConnectionNeedsReauth => "connection.needs_reauth",
            Self::ReminderDue => "reminder.due",
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWebhook)]
struct New {
    url: String,
    /// All, where it is left out.
    events: Option<Vec<Event>>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Webhook {
    id: String,
    url: String,
    events: Vec<String>,
    created_at: Instant,
}

impl From<&WebhookRow> for Webhook {
    fn from(row: &WebhookRow) -> Self {
        Self {
            id: row.id.clone(),
            url: row.url.clone(),
            events: row.events(),
            created_at: Instant::from_millis(row.created_at),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = WebhookAdded)]
struct Added {
    success: bool,
    webhook: Webhook,
    /// It signs what is told, and is shown this once.
    secret: String,
}

/// POST /api/webhooks: tells the tenant's administrator's address what happens.
#[utoipa::path(post, path = "/api/webhooks", request_body = New, responses((status = 201, body = Added)))]
pub async fn add(call: Call) -> Answer {
    let New { url, events } = call.input.fields()?;
    let tenant = call.caller.tenant.clone();
    call.caller.administers(&tenant)?;
    let app = &call.app;
    let address = app.settings.reach.parse(&url);
    let address = address.map_err(|error| ApiError::field("url", format!("url: {error}")))?;
    let events = events.unwrap_or_else(|| Event::ALL.to_vec());
    if events.is_empty() {
        return Err(ApiError::field("events", "events is empty; leave it out to be told all"));
    }
    if app.database.webhooks(&tenant).await?.len() >= MOST {
        return Err(ApiError::field("url", format!("A tenant has {MOST} webhooks at most; delete one")));
    }
    let events: Vec<String> = Event::ALL
        .into_iter()
        .filter(|event| events.contains(event))
        .map(|event| event.word().to_owned())
        .collect();
    let (id, secret) = (RuntimeEntropy.id("whk"), RuntimeEntropy.secret());
    let credentials = Credentials::new(String::new(), secret.clone());
    let scope = Scope { tenant: &tenant, connection: &id };
    let sealed = app.settings.vault.seal(&credentials, scope, |bytes| RuntimeEntropy.fill(bytes));
    let sealed = sealed.map_err(ServiceError::from)?;
    let now = RuntimeClock.now();
    app.database.add_webhook([&id, &tenant, address.as_str()], &events, &sealed, now).await?;
    call.audit(Action::WebhookAdded, &id).await?;
    let webhook = Webhook { id, url: address.into(), events, created_at: now };
    Ok((StatusCode::CREATED, Json(Added { success: true, webhook, secret })).into_response())
}

#[derive(Serialize, ToSchema)]
#[schema(as = Webhooks)]
struct Listed {
    success: bool,
    webhooks: Vec<Webhook>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// GET /api/webhooks: those of the tenant, without their secrets.
#[utoipa::path(get, path = "/api/webhooks", responses((status = 200, body = Listed)))]
pub async fn list(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    call.caller.administers(&call.caller.tenant)?;
    let rows = call.app.database.webhooks(&call.caller.tenant).await?;
    let webhooks = rows.iter().map(Webhook::from).collect();
    Ok(Json(Listed { success: true, webhooks }).into_response())
}

#[derive(Serialize, ToSchema)]
#[schema(as = OneWebhook)]
struct One {
    success: bool,
    webhook: Webhook,
}

/// DELETE /api/webhooks/{id}: it is told nothing more.
#[utoipa::path(delete, path = "/api/webhooks/{id}", params(Id), responses((status = 200, body = One), Missing))]
pub async fn delete(call: Call) -> Answer {
    let Nothing {} = call.input.fields()?;
    call.caller.administers(&call.caller.tenant)?;
    let database = &call.app.database;
    let row = database.webhook(&call.caller.tenant, &call.id).await?;
    let row = row.ok_or_else(|| ApiError::not_found("There is no such webhook"))?;
    database.drop_webhook(&row.id).await?;
    call.audit(Action::WebhookRemoved, &row.id).await?;
    Ok(Json(One { success: true, webhook: Webhook::from(&row) }).into_response())
}

/// POST /api/webhooks/google: Google cannot be connected yet, so that nothing it says is meant for anybody.
#[utoipa::path(post, path = "/api/webhooks/google", responses(Unavailable))]
pub async fn google() -> ApiError {
    Service::Google.missing()
}

/// POST /api/webhooks/microsoft: Microsoft cannot be connected yet, so that nothing it says is meant for anybody.
#[utoipa::path(post, path = "/api/webhooks/microsoft", responses(Unavailable))]
pub async fn microsoft() -> ApiError {
    Service::Outlook.missing()
}
