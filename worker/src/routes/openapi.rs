//! GET /openapi.json: the HTTP API as an OpenAPI 3.1 document, made of the types that the handlers read and answer.

use super::error::Problem;
use super::input::{TEXT, WORD};
use super::{
    analytics, appointments, audit, availability, bulk, caldav, calendars, conflicts, connections,
    event_edits, events, export, feed, health, history, holds, icloud, import, imports, keys, operations,
    owners, providers, slots, stream, sync, task_calendar, task_connection, task_suggestions, tasks, tenants,
    vault, webhooks,
};
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use utoipa::openapi::{Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoParams, IntoResponses, OpenApi};

/// Where the document is.
pub const AT: &str = "/openapi.json";

#[derive(OpenApi)]
#[openapi(
    info(title = "Kalends", description = "Appointments, tasks and people's own calendars, kept as one."),
    components(schemas(Problem)),
    paths(
        health::live,
        health::ready,
        tenants::create,
        tenants::list,
        tenants::show,
        tenants::update,
        keys::issue,
        keys::list,
        keys::show,
        keys::revoke,
        audit::list,
        vault::rotate,
        vault::import,
        calendars::list,
        calendars::create,
        calendars::update,
        calendars::delete,
        calendars::test,
        bulk::create,
        calendars::sync,
        operations::pause,
        operations::resume,
        operations::resync,
        icloud::calendars,
        icloud::connect,
        icloud::sync,
        icloud::status,
        export::export,
        events::list,
        events::upcoming,
        event_edits::create,
        event_edits::update,
        event_edits::delete,
        availability::check,
        connections::list,
        connections::create,
        connections::update,
        connections::delete,
        connections::disconnect,
        sync::all,
        sync::status,
        sync::one,
        providers::connect,
        providers::auth,
        providers::authorize,
        providers::callback,
        stream::show,
        history::list,
        analytics::show,
        conflicts::list,
        conflicts::show,
        conflicts::resolve,
        conflicts::undo,
        import::import,
        imports::list,
        imports::map,
        owners::list,
        owners::show,
        owners::update,
        caldav::availability,
        appointments::create,
        appointments::list,
        appointments::show,
        appointments::update,
        appointments::delete,
        appointments::confirm,
        appointments::cancel,
        appointments::decline,
        appointments::reschedule,
        tasks::create,
        tasks::list,
        tasks::show,
        tasks::update,
        tasks::delete,
        task_connection::connect_apple,
        task_connection::status,
        task_connection::disconnect,
        task_connection::history,
        task_calendar::add,
        task_calendar::add_several,
        task_calendar::update,
        task_calendar::delete,
        task_suggestions::from_calendar,
        task_suggestions::suggest,
        slots::list,
        slots::batch,
        holds::create,
        holds::show,
        holds::delete,
        feed::make,
        feed::withdraw,
        feed::read,
        webhooks::add,
        webhooks::list,
        webhooks::delete,
        webhooks::google,
        webhooks::microsoft,
    )
)]
struct Document;

/// The thing that a path names.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code, reason = "tells what path_id reads")]
pub struct Id {
    #[param(min_length = 1, max_length = 200)]
    id: String,
}

/// 404: there is no such thing for this caller.
pub struct Missing;
/// 409: something else is in the way.
pub struct Clash;
/// 501: a service that cannot be connected yet.
pub struct Unavailable;
/// 502: a calendar server.
pub struct Upstream;

type Responses = BTreeMap<String, RefOr<Response>>;

fn problem(status: &str, about: &str) -> Responses {
    let content = utoipa::openapi::Content::new(Some(Ref::from_schema_name("Problem")));
    let response = ResponseBuilder::new().description(about).content("application/json", content);
    [(status.to_owned(), response.build().into())].into()
}

impl IntoResponses for Missing {
    fn responses() -> Responses {
        problem("404", "There is no such thing for this caller")
    }
}

impl IntoResponses for Clash {
    fn responses() -> Responses {
        problem("409", "Something else is in the way, or under way")
    }
}

impl IntoResponses for Unavailable {
    fn responses() -> Responses {
        problem("501", "This service cannot be connected yet")
    }
}

impl IntoResponses for Upstream {
    fn responses() -> Responses {
        problem("502", "A calendar server could not be reached, refused or was not understood")
    }
}

/// What the runtime itself answers, before anything here is asked.
const TOO_LONG: &str = "414";

/// What any call with a key may be answered.
const ANY: [(&str, &str); 8] = [
    ("400", "The body is no JSON object"),
    ("401", "There is no key, or none that is valid"),
    ("403", "The key may not do this"),
    ("413", "The body is too long"),
    (TOO_LONG, "The address is too long"),
    ("422", "A field cannot be used; details.field says which"),
    ("429", "Too many requests"),
    ("503", "Something that this needs does not answer at the moment"),
];

/// GET /openapi.json
pub async fn show() -> impl IntoResponse {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    let text = DOCUMENT.get_or_init(|| document().to_string());
    ([(header::CONTENT_TYPE, "application/json")], text.as_str())
}

/// The document with what holds for every call: its errors, its key, the owner that it may name.
fn document() -> Value {
    let mut document = serde_json::to_value(Document::openapi()).unwrap_or_default();
    for (path, methods) in members(&mut document["paths"]) {
        for (method, operation) in members(methods) {
            complete(method, path, operation);
        }
    }
    members(&mut document["components"]["schemas"]).for_each(|(name, schema)| refine(name, schema));
    let scheme =
        json!({ "type": "http", "scheme": "bearer", "description": "A tenant's key, or an owner's token" });
    document["components"]["securitySchemes"] = json!({ "key": scheme });
    document
}

fn complete(method: &str, path: &str, operation: &mut Value) {
    let words = path.split(['/', '{', '}', '-']).filter(|word| !word.is_empty() && *word != "api");
    operation["operationId"] = json!([method].into_iter().chain(words).collect::<Vec<_>>().join("_"));
    // The comment above a handler begins with its route.
    let summary =
        operation["summary"].as_str().and_then(|text| text.split_once(": ")).map(|cut| cut.1.to_owned());
    match (summary, operation.as_object_mut()) {
        (Some(summary), _) => operation["summary"] = json!(summary),
        (None, Some(operation)) => drop(operation.remove("summary")),
        _ => {}
    }
    for (_, response) in members(&mut operation["responses"]) {
        if response["description"].as_str().is_none_or(str::is_empty) {
            response["description"] = json!("As asked");
        }
    }
    if !path.starts_with("/api/") {
        return;
    }
    operation["security"] = json!([{ "key": [] }]);
    for (status, about) in ANY {
        operation["responses"][status] = json!({ "description": about });
        if status != TOO_LONG {
            let content = json!({ "schema": { "$ref": "#/components/schemas/Problem" } });
            operation["responses"][status]["content"] = json!({ "application/json": content });
        }
    }
    if method == "get" {
        operation["responses"]["304"] =
            json!({ "description": "The answer is the one that If-None-Match names" });
        let tag = json!({ "name": "If-None-Match", "in": "header", "required": false, "schema": { "type": "string" } });
        let others = list(operation, "parameters").map(|other| other.take());
        operation["parameters"] = others.chain([tag]).collect();
    }
    if operation["requestBody"].is_null() {
        let parameter = json!({ "name": "userId", "in": "query", "required": false, "schema": owner() });
        let others = list(operation, "parameters").map(|other| other.take());
        operation["parameters"] = others.chain([parameter]).collect();
    }
    for parameter in list(operation, "parameters") {
        bound(&mut parameter["schema"], WORD);
    }
}

/// Whose calendar it is.
fn owner() -> Value {
    json!({
        "type": "string",
        "minLength": 1,
        "maxLength": 200,
        "description": "The owner, in the application's own id; also as user_id, artistId, agentId or ownerId",
    })
}

/// Parts of inputs that name no owner of their own.
const PARTS: [&str; 2] = ["MappingRule", "AlternativeTime"];

/// Completes a schema: the fields of inputs, which are those that refuse unknown ones, have bounds, and an owner may be
/// named beside them; what is flattened into an answer and may be left out demands nothing.
fn refine(name: &str, schema: &mut Value) {
    if schema["additionalProperties"] == json!(false) {
        if !PARTS.contains(&name) {
            schema["properties"]["userId"] = owner();
        }
        members(&mut schema["properties"]).for_each(|(_, field)| bound(field, TEXT));
    }
    // An untagged value is the first that it fits.
    if let Some(all) = schema.as_object_mut().and_then(|schema| schema.remove("oneOf")) {
        schema["anyOf"] = all;
    }
    for part in list(schema, "allOf") {
        let is_null = |one: &Value| one["type"] == json!("null");
        if part["oneOf"].as_array().is_some_and(|all| all.iter().any(is_null)) {
            *part = json!({});
        }
    }
}

/// No text is longer than any may be.
fn bound(field: &mut Value, most: usize) {
    let is_text = match &field["type"] {
        Value::Array(all) => all.contains(&json!("string")),
        one => *one == json!("string"),
    };
    if is_text && !["maxLength", "enum", "format"].iter().any(|name| field.get(name).is_some()) {
        field["maxLength"] = json!(most);
    }
    if let Some(items) = field.get_mut("items") {
        bound(items, most);
    }
}

/// A list within a value, where there is one.
fn list<'a>(value: &'a mut Value, name: &str) -> impl Iterator<Item = &'a mut Value> + use<'a> {
    value.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten()
}

fn members(value: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    value.as_object_mut().into_iter().flat_map(Map::iter_mut)
}
