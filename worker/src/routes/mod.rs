//! The route table: every path of the HTTP surface, and the module that answers it.

mod account;
mod analytics;
mod appointment_fields;
mod appointments;
mod audit;
mod auth;
mod availability;
mod bookings;
mod bulk;
mod caldav;
mod calendars;
mod conflicts;
mod connections;
mod cors;
mod error;
mod etag;
mod event_edits;
mod events;
mod export;
mod feed;
mod health;
mod history;
mod holds;
mod icloud;
mod idempotency;
mod import;
mod imports;
mod input;
mod keys;
mod moment;
mod openapi;
mod operations;
mod owners;
mod page;
mod providers;
mod slots;
mod stream;
mod sync;
mod task_calendar;
mod task_connection;
mod task_suggestions;
mod tasks;
mod tenants;
mod vault;
mod webhooks;

use crate::database::Database;
use crate::database::audit::Action;
use crate::log;
use crate::ports::{RuntimeClock, RuntimeEntropy};
use crate::settings::Settings;
use auth::{Bearer, Open};
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts, MatchedPath, State};
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::{Method, Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{MethodRouter, delete, get, patch, post, put};
use error::ApiError;
use kalends::port::{Clock, Entropy};
use providers::Service;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tower_service::Service as _;
use worker::send::{SendFuture, SendWrapper};
use worker::{Env, HttpRequest};

/// What every route works with.
pub struct App {
    /// The database.
    pub database: Database,
    /// The configuration.
    pub settings: Settings,
}

/// Shared by the routes of one request. A Worker is one thread; the wrapper says so to axum.
type Shared = Arc<SendWrapper<App>>;

/// An answer or an error in the one shape.
type Answer = Result<Response<Body>, ApiError>;

fn table() -> Router<Shared> {
    Router::new()
        .route(health::LIVE, get(health::live))
        .route("/health/ready", get(health::ready))
        .route(openapi::AT, get(openapi::show))
        .route("/api/admin/tenants", on_get(tenants::list).post(wrapped(tenants::create)))
        .route("/api/admin/tenants/{id}", on_get(tenants::show).patch(wrapped(tenants::update)))
        .route("/api/admin/keys", on_get(keys::list).post(wrapped(keys::issue)))
        .route("/api/admin/keys/{id}", on_get(keys::show).delete(wrapped(keys::revoke)))
        .route("/api/admin/audit", on_get(audit::list))
        .route("/api/admin/vault/rotate", on_post(vault::rotate))
        .route("/api/admin/vault/import", on_post(vault::import))
        .route(
            "/api/admin/calendars",
            on_get(calendars::list)
                .post(wrapped(calendars::create))
                .put(wrapped(calendars::update))
                .delete(wrapped(calendars::delete)),
        )
        .route("/api/admin/connections/{id}/pause", on_post(operations::pause))
        .route("/api/admin/connections/{id}/resume", on_post(operations::resume))
        .route("/api/admin/connections/{id}/resync", on_post(operations::resync))
        .route("/api/admin/calendars/test", on_post(calendars::test))
        .route("/api/admin/calendars/bulk", on_post(bulk::create))
        .route("/api/caldav/sync", on_post(calendars::sync))
        .route("/api/calendar/icloud/calendars", on_post(icloud::calendars))
        .route("/api/calendar/icloud/connect", on_post(icloud::connect))
        .route("/api/calendar/icloud/sync", on_post(icloud::sync))
        .route("/api/calendar/icloud/status", on_get(icloud::status))
        .route("/api/calendar/export", on_get(export::export))
        .route("/api/calendar/feed", on_post(feed::make).delete(wrapped(feed::withdraw)))
        .route("/api/calendar/feed/{id}", get(feed::read))
        .route("/api/webhooks", on_get(webhooks::list).post(wrapped(webhooks::add)))
        .route("/api/webhooks/{id}", delete(wrapped(webhooks::delete)))
        .route("/api/webhooks/google", post(webhooks::google))
        .route("/api/webhooks/microsoft", post(webhooks::microsoft))
        .route("/api/calendar/events", on_get(events::list).merge(creating(event_edits::create)))
        .route("/api/calendar/events/upcoming", on_get(events::upcoming))
        .route(
            "/api/calendar/events/{id}",
            patch(wrapped(event_edits::update))
                .put(wrapped(event_edits::update))
                .delete(wrapped(event_edits::delete)),
        )
        .route("/api/calendar/availability", post(for_pages(availability::check)))
        .route("/api/calendar/connections", on_get(connections::list).merge(creating(connections::create)))
        .route(
            "/api/calendar/connections/{id}",
            patch(wrapped(connections::update)).delete(wrapped(connections::delete)),
        )
        .route("/api/calendar/connections/{id}/disconnect", on_post(connections::disconnect))
        .route("/api/calendar/sync", on_post(sync::all))
        .route("/api/calendar/sync/status", on_get(sync::status))
        .route("/api/calendar/sync/{id}", on_post(sync::one))
        .route("/api/calendar/connect/{id}", on_post(providers::connect))
        .route("/api/calendar/google/auth", on_get(|call| providers::auth(call, Service::Google)))
        .route("/api/calendar/outlook/auth", on_get(|call| providers::auth(call, Service::Outlook)))
        .route("/api/calendar/office365/auth", on_get(|call| providers::auth(call, Service::Office365)))
        .route("/api/calendar/apple/auth", on_get(|call| providers::auth(call, Service::Apple)))
        .route("/api/calendar/google/callback", get(|| providers::callback(Service::Google)))
        .route("/api/calendar/outlook/callback", get(|| providers::callback(Service::Outlook)))
        .route("/api/calendar/office365/callback", get(|| providers::callback(Service::Office365)))
        .route("/api/calendar/apple/connect", on_post(task_connection::connect_apple))
        .route("/api/calendar/connection-status/{id}", on_get(task_connection::status))
        .route("/api/calendar/disconnect/{id}", on_post(task_connection::disconnect))
        .route("/api/calendar/sync-history/{id}", on_get(task_connection::history))
        .route("/api/calendar/task-to-calendar", on_post(task_calendar::add))
        .route("/api/calendar/tasks-to-calendar", on_post(task_calendar::add_several))
        .route("/api/calendar/update-event", put(wrapped(task_calendar::update)))
        .route("/api/calendar/delete-event", delete(wrapped(task_calendar::delete)))
        .route("/api/calendar/calendar-to-tasks", on_post(task_suggestions::from_calendar))
        .route("/api/tasks/{id}/suggested-times", on_get(task_suggestions::suggest))
        .route("/api/calendar/google/authorize", on_get(providers::authorize))
        .route("/api/calendar/status/stream", on_get(stream::show))
        .route("/api/calendar/history", on_get(history::list))
        .route("/api/calendar/analytics", on_get(analytics::show))
        .route("/api/calendar/conflicts", on_get(conflicts::list))
        .route("/api/calendar/conflicts/{id}", on_get(conflicts::show))
        .route("/api/calendar/conflicts/{id}/resolve", on_post(conflicts::resolve))
        .route("/api/calendar/conflicts/{id}/undo", on_post(conflicts::undo))
        .route("/api/calendar/import", on_post(import::import))
        .route("/api/calendar/imports", on_get(imports::list))
        .route("/api/calendar/imports/{id}/map", on_post(imports::map))
        .route("/api/owners", on_get(owners::list))
        .route("/api/owners/{id}", on_get(owners::show).patch(wrapped(owners::update)))
        .route("/api/caldav/availability", get(for_pages(caldav::availability)))
        .route("/api/availability/slots", get(for_pages(slots::list)))
        .route("/api/availability/batch", post(for_pages(slots::batch)))
        .route("/api/holds", creating(holds::create))
        .route("/api/holds/{id}", on_get(holds::show).delete(wrapped(holds::delete)))
        .route("/api/appointments", creating(appointments::create).merge(on_get(appointments::list)))
        .route(
            "/api/appointments/{id}",
            on_get(appointments::show)
                .patch(wrapped(appointments::update))
                .put(wrapped(appointments::update))
                .delete(wrapped(appointments::delete)),
        )
        .route("/api/tasks", creating(tasks::create).merge(on_get(tasks::list)))
        .route(
            "/api/tasks/{id}",
            on_get(tasks::show)
                .patch(wrapped(tasks::update))
                .put(wrapped(tasks::update))
                .delete(wrapped(tasks::delete)),
        )
        .route("/api/appointments/{id}/confirm", on_post(appointments::confirm))
        .route("/api/appointments/{id}/cancel", on_post(appointments::cancel))
        .route("/api/appointments/{id}/decline", on_post(appointments::decline))
        .route("/api/appointments/{id}/reschedule", on_post(appointments::reschedule))
        .fallback(async || ApiError::new(StatusCode::NOT_FOUND, "no_such_route", "There is no such address"))
        .method_not_allowed_fallback(async || {
            ApiError::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This address has no such method",
            )
        })
}

/// Answers one request.
pub async fn answer(request: HttpRequest, env: Env) -> worker::Result<Response<Body>> {
    let request = without_trailing_slash(request);
    if request.uri().path() == health::LIVE && request.method() == Method::GET {
        return Ok(health::live().await.into_response());
    }
    let opened = Settings::read(&env).map_err(|error| error.to_string()).and_then(|settings| {
        Database::open(&env).map(|database| App { database, settings }).map_err(|e| e.to_string())
    });
    let app = match opened {
        Ok(app) => app,
        Err(error) => {
            log::error("not_configured").configuration(&error).write();
            return Ok(IntoResponse::into_response(ApiError::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "not_configured",
                error,
            )));
        }
    };
    if cors::is_preflight(&request) {
        let answered = cors::preflight(&app.database, request.headers()).await;
        return Ok(answered.unwrap_or_else(IntoResponse::into_response));
    }
    let mut router = table().with_state(Arc::new(SendWrapper::new(app)));
    Ok(router.call(request).await?)
}

/// A trailing slash is optional everywhere.
fn without_trailing_slash(mut request: HttpRequest) -> HttpRequest {
    let uri = request.uri();
    if uri.path().len() > 1 && uri.path().ends_with('/') {
        let path = uri.path().trim_end_matches('/');
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        if let Ok(shorter) = format!("{path}{query}").parse() {
            *request.uri_mut() = shorter;
        }
    }
    request
}

/// One call: who asks, the path's id if it has one, and the input of query and body together.
pub struct Call {
    /// What every route works with.
    pub app: Shared,
    /// Who asks.
    pub caller: auth::Caller,
    /// The `{id}` of the path.
    pub id: String,
    /// The host that was asked.
    pub host: Option<String>,
    /// Query and body.
    pub input: input::Input,
    /// The path.
    path: String,
    /// Its `Last-Event-ID`.
    last_event: Option<String>,
    /// Its `Idempotency-Key`.
    key: Option<String>,
    /// What the id of what it makes is made of, where it has a key.
    made: Option<String>,
}

impl Call {
    /// Reads a call. The body comes first, since it may name the owner for whom the call is counted; what is wrong with
    /// it is told to those only who have a key.
    async fn read(app: Shared, request: axum::extract::Request, open: Open) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        Bearer::of(&parts)?;
        let id = path_id(&mut parts, &app).await;
        let input = match id.len() {
            ..=input::ID => input::Input::read(&parts, body).await,
            _ => Err(ApiError::not_found("There is nothing of that id")),
        };
        let owner = input.as_ref().ok().and_then(|input| input.owner.as_deref());
        let caller = auth::Caller::of(&app, &Bearer::of(&parts)?, (owner, &id), open).await?;
        let mut input = input?;
        caller.speaks_for(&mut input)?;
        if caller.case == input::Case::Snake {
            input.case = caller.case;
        }
        let header = |name| {
            let value = parts.headers.get(name);
            value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let (key, last_event) = (header(idempotency::HEADER), header(stream::LAST_EVENT_ID));
        let host = header(HOST.as_str());
        let path = parts.uri.path().to_owned();
        Ok(Self { app, caller, id, host, input, path, last_event, key, made: None })
    }

    /// The id of what this call makes: where it has an `Idempotency-Key`, the same when it is made again.
    fn new_id(&self, prefix: &str) -> String {
        match &self.made {
            Some(made) => format!("{prefix}_{made}"),
            None => RuntimeEntropy.id(prefix),
        }
    }

    /// Writes down what was done to a thing of the caller's tenant.
    async fn audit(&self, action: Action, thing: &str) -> Result<(), ApiError> {
        self.audit_for(&self.caller.tenant, action, thing).await
    }

    /// Writes down what was done to a thing of a tenant.
    async fn audit_for(&self, tenant: &str, action: Action, thing: &str) -> Result<(), ApiError> {
        let (actor, now) = (self.caller.actor(), RuntimeClock.now());
        Ok(self.app.database.add_audit(tenant, &actor, action, thing, now).await?)
    }
}

async fn path_id(parts: &mut Parts, app: &Shared) -> String {
    type Id = axum::extract::Path<String>;
    Id::from_request_parts(parts, app).await.map(|path| path.0).unwrap_or_default()
}

/// A handler at work.
type Pending = SendFuture<Pin<Box<dyn Future<Output = Answer>>>>;

/// Wraps a handler: reads the call, carries it out, makes the future `Send` once.
fn wrapped<F, R>(
    handler: F,
) -> impl Fn(State<Shared>, axum::extract::Request) -> Pending + Clone + Send + Sync + 'static
where
    F: Fn(Call) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Answer> + 'static,
{
    move |State(app), request| SendFuture::new(Box::pin(answered(app, request, Open::ToKeys, handler)))
}

/// The same for what publishable keys may read, too.
fn for_pages<F, R>(
    handler: F,
) -> impl Fn(State<Shared>, axum::extract::Request) -> Pending + Clone + Send + Sync + 'static
where
    F: Fn(Call) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Answer> + 'static,
{
    move |State(app), request| SendFuture::new(Box::pin(answered(app, request, Open::ToPages, handler)))
}

/// A call's answer, which the page that calls may read where it is one of the caller's. Whoever cannot be told for lack of
/// a key may read why, on a page of any application.
async fn answered<F, R>(app: Shared, request: axum::extract::Request, open: Open, handler: F) -> Answer
where
    F: Fn(Call) -> R,
    R: Future<Output = Answer>,
{
    let headers = request.headers().clone();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let mut line =
        log::more("request").request(method.as_str(), route.as_ref().map_or("", MatchedPath::as_str));
    let (answer, reads) = match Call::read(app.clone(), request, open).await {
        Ok(call) => {
            let reads = call.caller.reads;
            line = line.caller(&call.caller.tenant, &call.caller.actor());
            (handler(call).await.into_response(), reads)
        }
        Err(error) => {
            let reads = match auth::origin(&headers) {
                Some(origin) => app.database.knows_origin(origin).await?,
                None => false,
            };
            (error.into_response(), reads)
        }
    };
    let answer = match method {
        Method::GET => etag::tagged(answer, &headers).await,
        _ => answer,
    };
    line.status(answer.status().as_u16()).write();
    Ok(if reads { cors::readable(answer, &headers) } else { answer })
}

/// The same for what makes something new.
fn creating<F, R>(handler: F) -> MethodRouter<Shared>
where
    F: Fn(Call) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Answer> + 'static,
{
    on_post(move |call| idempotency::once(call, handler))
}

fn on_get<F, R>(handler: F) -> MethodRouter<Shared>
where
    F: Fn(Call) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Answer> + 'static,
{
    get(wrapped(handler))
}

fn on_post<F, R>(handler: F) -> MethodRouter<Shared>
where
    F: Fn(Call) -> R + Copy + Send + Sync + 'static,
    R: Future<Output = Answer> + 'static,
{
    post(wrapped(handler))
}
