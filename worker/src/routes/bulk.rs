//! Calendar configurations of many artists in one call: each is tried and stored, with a result of its own.

use super::calendars::{CalendarInput, Shown, no_address};
use super::error::{ApiError, Told};
use super::input::Input;
use super::{Answer, Call};
use crate::database::audit::Action;
use crate::service::connect;
use axum::Json;
use axum::response::IntoResponse;
use futures_util::{StreamExt, stream};
use kalends::port::Policy;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// So many calendars may one call configure: each costs a few requests, of which a Worker has a thousand.
const MOST: usize = 100;

/// How many are tried side by side; a Worker has six open connections.
const SIDE_BY_SIDE: usize = 4;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Configurations {
    #[schema(min_items = 1, max_items = 100, value_type = Vec<CalendarInput>)]
    calendars: Vec<Map<String, Value>>,
}

#[derive(Serialize, ToSchema)]
struct Configured {
    success: bool,
    results: Vec<Outcome>,
}

/// What became of one of them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConfiguredOne)]
struct Outcome {
    artist_id: Option<String>,
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    calendar: Option<Shown>,
    #[serde(flatten)]
    error: Option<Told>,
}

/// POST /api/admin/calendars/bulk: one that cannot be connected does not keep the others back. The next tick of the
/// clock makes their first syncs.
#[utoipa::path(post, path = "/api/admin/calendars/bulk", request_body = Configurations, responses((status = 200, body = Configured)))]
pub async fn create(call: Call) -> Answer {
    call.caller.administers(&call.caller.tenant)?;
    let Configurations { calendars } = call.input.fields()?;
    if calendars.is_empty() || calendars.len() > MOST {
        return Err(ApiError::field("calendars", format!("calendars is a list of 1 to {MOST}")));
    }
    let call = &call;
    let results: Vec<Outcome> = stream::iter(calendars)
        .map(async |said| {
            let input = Input::of(said);
            let artist_id = input.as_ref().ok().and_then(|input| input.owner.clone());
            let outcome = match input {
                Ok(input) => configure(call, input).await,
                Err(error) => Err(error),
            };
            match outcome {
                Ok(calendar) => Outcome { artist_id, success: true, calendar: Some(calendar), error: None },
                Err(error) => {
                    Outcome { artist_id, success: false, calendar: None, error: Some(error.into()) }
                }
            }
        })
        .buffered(SIDE_BY_SIDE)
        .collect()
        .await;
    let success = results.iter().all(|outcome| outcome.success);
    Ok(Json(Configured { success, results }).into_response())
}

async fn configure(call: &Call, input: Input) -> Result<Shown, ApiError> {
    let owner = call.caller.owner(&input)?;
    let mut fields: CalendarInput = input.fields()?;
    if fields.id.is_some() {
        return Err(ApiError::field("id", "A new calendar has no id yet; PUT changes one"));
    }
    let account = fields.account(call)?.ok_or_else(no_address)?;
    let (app, wish) = (&call.app, fields.wish(Some(Policy::ExternalWins))?);
    let row = connect::connect_later(&app.database, &app.settings, &owner, &account, wish).await?;
    call.audit(Action::Connected, &row.id).await?;
    Ok(Shown::of(&row, app.database.served().await?))
}
