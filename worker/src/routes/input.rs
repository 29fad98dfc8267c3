//! Query and JSON body as one input: names in either case, the owner under any of its names, unknown names refused.

use super::error::ApiError;
use axum::Json;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::de::{DeserializeOwned, Deserializer, Error};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// The longest body that is read.
const LIMIT: usize = 1 << 20;

/// The longest calendar that is imported.
const CALENDAR: usize = 10 << 20;

/// The longest text of a field in characters.
pub const TEXT: usize = 20_000;

/// The longest text of a query in characters.
pub const WORD: usize = 200;

/// The longest id in a path in bytes.
pub const ID: usize = 200;

/// The names under which the documents know an owner.
const OWNER: [&str; 4] = ["userId", "artistId", "agentId", "ownerId"];

/// In which case a request writes the names of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum Case {
    /// `userId`.
    #[serde(rename = "camelCase")]
    Camel,
    /// `user_id`.
    #[serde(rename = "snake_case")]
    Snake,
}

impl Case {
    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Camel => "camelCase",
            Self::Snake => "snake_case",
        }
    }
}

/// What a request says.
#[derive(Debug)]
pub struct Input {
    /// The owner that it names.
    pub owner: Option<String>,
    /// How it writes the name under which it knows the owner.
    pub case: Case,
    /// Under which of its names.
    pub known_as: Option<&'static str>,
    /// The body where it is a calendar.
    pub calendar: Option<String>,
    fields: Map<String, Value>,
}

impl Input {
    /// Reads the query, then the body, whose fields win.
    pub async fn read(parts: &Parts, body: Body) -> Result<Self, ApiError> {
        let mut fields = Map::new();
        for (name, value) in url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
            let value = Value::String(value.into_owned());
            bounded(&camel(&name), &value, WORD)?;
            fields.insert(name.into_owned(), value);
        }
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if kind.is_some_and(|kind| kind.starts_with("text/calendar")) {
            let bytes = axum::body::to_bytes(body, CALENDAR).await.map_err(|_| too_long("10 MiB"))?;
            let calendar = Some(String::from_utf8_lossy(&bytes).into_owned());
            return Ok(Self { calendar, ..Self::of(fields)? });
        }
        let bytes = axum::body::to_bytes(body, LIMIT).await.map_err(|_| too_long("1 MiB"))?;
        if !bytes.iter().all(u8::is_ascii_whitespace) {
            match serde_json::from_slice(&bytes) {
                Ok(Value::Object(body)) => fields.extend(body),
                Ok(_) => return Err(malformed("The body is not a JSON object")),
                Err(error) => return Err(malformed(format!("The body is not JSON: {error}"))),
            }
        }
        Self::of(fields)
    }

    /// What an object says, be it a request or a part of one.
    pub fn of(said: Map<String, Value>) -> Result<Self, ApiError> {
        let is_snake = |name: &String| name.contains('_') && OWNER.contains(&camel(name).as_str());
        let case = if said.keys().any(is_snake) { Case::Snake } else { Case::Camel };
        let mut fields: Map<String, Value> =
            said.into_iter().map(|(name, value)| (camel(&name), value)).collect();
        for (name, value) in &fields {
            bounded(name, value, TEXT)?;
        }
        let (mut owner, mut known_as) = (None, None);
        for name in OWNER {
            match fields.remove(name) {
                None | Some(Value::Null) => {}
                Some(Value::String(text)) if !text.trim().is_empty() && text.len() <= 200 => {
                    known_as = Some(name);
                    if owner.replace(text.clone()).is_some_and(|other| other != text) {
                        return Err(ApiError::field(name, "Two different owners are named"));
                    }
                }
                Some(_) => return Err(ApiError::field(name, format!("{name} is a text of 1 to 200 bytes"))),
            }
        }
        Ok(Self { owner, case, known_as, calendar: None, fields })
    }

    /// All that it says beside the owner, as one text.
    pub fn text(&self) -> String {
        Value::Object(self.fields.clone()).to_string()
    }

    /// Whether it says anything of a field, by its name in camelCase.
    pub fn names(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// The fields as a route knows them.
    pub fn fields<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        serde_path_to_error::deserialize(Value::Object(self.fields.clone())).map_err(|error| {
            let path = error.path().to_string();
            refused(if path == "." { "" } else { &path }, &error.inner().to_string())
        })
    }
}

/// No text is longer than any may be.
fn bounded(name: &str, value: &Value, most: usize) -> Result<(), ApiError> {
    match value {
        // As bytes first: that is known without counting.
        Value::String(text) if text.len() > most && text.chars().count() > most => {
            Err(ApiError::field(name, format!("{name} is longer than {most} characters")))
        }
        Value::Array(all) => {
            all.iter().enumerate().try_for_each(|(at, one)| bounded(&format!("{name}[{at}]"), one, most))
        }
        Value::Object(all) => {
            all.iter().try_for_each(|(field, one)| bounded(&format!("{name}.{field}"), one, most))
        }
        _ => Ok(()),
    }
}

/// serde's sentence as one that names the field. What stood there is not repeated: it may be a password in the wrong
/// place.
fn refused(path: &str, sentence: &str) -> ApiError {
    let quoted =
        |lead| sentence.strip_prefix(lead).and_then(|rest: &str| rest.split_once('`')).map(|cut| cut.0);
    let within = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    if let Some(name) = quoted("unknown field `") {
        // serde's path may end in the name already.
        let field = if path.ends_with(name) { path.to_owned() } else { within(name) };
        return ApiError::unknown_field(&field);
    }
    if let Some(name) = quoted("missing field `") {
        let field = within(name);
        return ApiError::field(&field, format!("{field} is missing"));
    }
    let is_values = ["invalid ", "unknown variant "].iter().any(|lead| sentence.starts_with(lead));
    match sentence.rsplit_once(", expected ").filter(|_| is_values) {
        Some((_, expected)) => ApiError::field(path, format!("{path} must be {}", plain(expected))),
        None => ApiError::field(path, sentence),
    }
}

/// What serde expected, in words that do not come from Rust.
fn plain(expected: &str) -> String {
    match expected {
        "i64" | "u64" | "i32" | "u32" | "u16" | "u8" | "usize" => "a whole number".to_owned(),
        "f64" => "a number".to_owned(),
        "a string" => "a text".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a sequence" => "a list".to_owned(),
        object if object.starts_with("struct ") || object == "a map" => "an object".to_owned(),
        variants => variants.replace('`', "\""),
    }
}

/// A field that was left out, set to null, or given.
pub fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    input: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(input).map(Some)
}

/// A number, which a query can only give as text.
pub fn number<'de, D: Deserializer<'de>>(input: D) -> Result<Option<u32>, D::Error> {
    let wrong = || D::Error::custom("invalid type, expected u32");
    match Value::deserialize(input)? {
        Value::Null => Ok(None),
        Value::String(text) => text.parse().map(Some).map_err(|_| wrong()),
        Value::Number(number) => {
            number.as_u64().and_then(|n| u32::try_from(n).ok()).map(Some).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}

/// A text that a calendar can hold; one that is blank is none.
pub fn checked(name: &str, text: Option<String>) -> Result<Option<String>, ApiError> {
    let text = text.filter(|text| !text.trim().is_empty());
    match &text {
        Some(odd) if odd.chars().any(|char| char.is_control() && !matches!(char, '\n' | '\r' | '\t')) => {
            Err(ApiError::field(name, format!("{name} has control characters")))
        }
        _ => Ok(text),
    }
}

/// An answer in the case that was asked in.
pub fn answered(case: Case, answer: &impl Serialize) -> axum::response::Response {
    Json(in_case(case, answer)).into_response()
}

/// What is said, with its names in that case.
pub fn in_case(case: Case, said: &impl Serialize) -> Value {
    let said = serde_json::to_value(said).unwrap_or_default();
    if case == Case::Snake { in_snake_case(said) } else { said }
}

/// Every name of a value as `start_time`.
fn in_snake_case(said: Value) -> Value {
    match said {
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (snake(&name), in_snake_case(value))).collect()
        }
        Value::Array(items) => items.into_iter().map(in_snake_case).collect(),
        other => other,
    }
}

/// A body that is too long to be read.
fn too_long(limit: &str) -> ApiError {
    let sentence = format!("The body is longer than {limit}");
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", sentence)
}

/// A body that is not JSON.
fn malformed(sentence: impl Into<String>) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "malformed_json", sentence)
}

/// `startTime` as `start_time`.
fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for char in name.chars() {
        if char.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(char.to_ascii_lowercase());
    }
    snake
}

/// `start_time` as `startTime`.
fn camel(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut upper = false;
    for char in name.chars() {
        match char {
            '_' if !camel.is_empty() => upper = true,
            char if upper => {
                camel.extend(char.to_uppercase());
                upper = false;
            }
            char => camel.push(char),
        }
    }
    camel
}
