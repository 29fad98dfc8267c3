//! Free slots: of one owner, or of several, each by itself or together.

use super::error::ApiError;
use super::input::number;
use super::moment::{self, Edge};
use super::openapi::Missing;
use super::{Answer, Call};
use crate::service::availability::{Availability, But};
use crate::service::slots::{self, Known};
use axum::Json;
use axum::response::IntoResponse;
use kalends::availability::SlotRequest;
use kalends::port::OwnerKey;
use kalends::{Instant, Span, Zone};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;
/// The longest window in days.
const DAYS: i64 = 62;
/// The longest slot in minutes: a week.
const LONGEST: u32 = 7 * 24 * 60;
/// So many owners may be asked for at once.
const OWNERS: usize = 20;

/// Which slots are wanted.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    date: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
    /// Minutes; 60.
    #[param(minimum = 1, maximum = 10080)]
    #[serde(default, deserialize_with = "number")]
    duration: Option<u32>,
    /// Minutes; as long as a slot.
    #[param(minimum = 1, maximum = 10080)]
    #[serde(default, deserialize_with = "number")]
    step: Option<u32>,
    timezone: Option<String>,
}

/// The same of several owners.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = SlotsWanted)]
struct Batch {
    #[schema(min_items = 1, max_items = 20)]
    owners: Vec<String>,
    need: Option<Need>,
    date: Option<String>,
    start_date: Option<String>,
    end_date: Option<String>,
    /// Minutes; 60.
    #[schema(minimum = 1, maximum = 10080)]
    duration: Option<u32>,
    /// Minutes; as long as a slot.
    #[schema(minimum = 1, maximum = 10080)]
    step: Option<u32>,
    timezone: Option<String>,
}

/// What is needed of several owners.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Need {
    /// The slots of each.
    #[default]
    Each,
    /// Slots at which all are free.
    All,
    /// Slots at which any is free, in turns.
    Any,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Slot {
    start_time: Instant,
    end_time: Instant,
}

impl From<Span> for Slot {
    fn from(span: Span) -> Self {
        Self { start_time: span.start(), end_time: span.end() }
    }
}

/// How sure an answer is: what could not be read may take time that is shown as free.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Sureness {
    /// `known`, or `unknown` with the reason.
    status: &'static str,
    reason: Option<String>,
    as_of: Option<Instant>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SlotsOfOwner)]
struct OfOne {
    user_id: String,
    slots: Vec<Slot>,
    #[serde(flatten)]
    sureness: Sureness,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SlotsOfOne)]
struct Shown {
    success: bool,
    timezone: String,
    #[serde(flatten)]
    one: OfOne,
}

/// GET /api/availability/slots: those of one owner, in a day or range of the visitor's zone.
#[utoipa::path(get, path = "/api/availability/slots", params(Wanted), responses((status = 200, body = Shown)))]
pub async fn list(call: Call) -> Answer {
    let wanted: Wanted = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let (timezone, request) = asked(&call, &owner, &wanted).await?;
    let known =
        slots::known(&call.app.database, &call.app.settings, &owner, request.span, But::default()).await?;
    let one = OfOne {
        slots: slots::of_one(&request, &known)?.into_iter().map(Slot::from).collect(),
        sureness: sureness(&call, std::slice::from_ref(&known)),
        user_id: owner.owner,
    };
    Ok(Json(Shown { success: true, timezone, one }).into_response())
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SlotsOfSeveral)]
struct Together {
    success: bool,
    timezone: String,
    slots: Vec<Offered>,
    #[serde(flatten)]
    sureness: Sureness,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Offered {
    #[serde(flatten)]
    slot: Slot,
    /// Who is free.
    owners: Vec<String>,
    /// Whose turn it is: who has the fewest bookings, and of those whose last begins earliest.
    turn: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SlotsOfEach)]
struct Each {
    success: bool,
    timezone: String,
    owners: Vec<OfOne>,
}

/// What is told of several owners.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = SlotsTold)]
enum Told {
    Each(Each),
    Together(Together),
}

/// POST /api/availability/batch: those of several owners, each by itself, or when all or any of them are free.
#[utoipa::path(post, path = "/api/availability/batch", request_body = Batch, responses((status = 200, body = Told), Missing))]
pub async fn batch(call: Call) -> Answer {
    let Batch { owners: names, need, date, start_date, end_date, duration, step, timezone } =
        call.input.fields()?;
    let wanted = Wanted { date, start_date, end_date, duration, step, timezone };
    if names.is_empty() || names.len() > OWNERS {
        return Err(ApiError::field("owners", format!("owners are 1 to {OWNERS} ids")));
    }
    let mut owners = Vec::new();
    for name in names {
        owners.push(call.caller.owner_named(&name)?);
    }
    let (timezone, request) = asked(&call, &owners[0], &wanted).await?;
    let mut known = Vec::new();
    for owner in &owners {
        let app = &call.app;
        known.push(slots::known(&app.database, &app.settings, owner, request.span, But::default()).await?);
    }
    let id = |place: usize| known[place].owner.clone();
    let everybody = || known.iter().map(|one| one.owner.clone()).collect::<Vec<_>>();
    let slots = match need.unwrap_or_default() {
        Need::Each => {
            let one = |known: &Known| {
                Ok::<_, ApiError>(OfOne {
                    user_id: known.owner.clone(),
                    slots: slots::of_one(&request, known)?.into_iter().map(Slot::from).collect(),
                    sureness: sureness(&call, std::slice::from_ref(known)),
                })
            };
            let owners = known.iter().map(one).collect::<Result<_, _>>()?;
            return Ok(Json(Told::Each(Each { success: true, timezone, owners })).into_response());
        }
        Need::All => slots::of_all(&request, &known)?
            .into_iter()
            .map(|slot| Offered { slot: slot.into(), owners: everybody(), turn: None })
            .collect(),
        Need::Any => slots::of_any(&request, &known)?
            .into_iter()
            .map(|(offer, turn)| Offered {
                slot: offer.span.into(),
                owners: offer.people.into_iter().map(id).collect(),
                turn: turn.map(id),
            })
            .collect(),
    };
    let sureness = sureness(&call, &known);
    Ok(Json(Told::Together(Together { success: true, timezone, slots, sureness })).into_response())
}

/// The zone's name and the request; without a zone days are the owner's.
async fn asked(call: &Call, owner: &OwnerKey, wanted: &Wanted) -> Result<(String, SlotRequest), ApiError> {
    let (name, zone) = super::appointments::zone_of(call, owner, wanted.timezone.as_deref()).await?;
    let duration = wanted.duration.unwrap_or(60);
    if duration == 0 || duration > LONGEST {
        return Err(ApiError::field("duration", format!("duration is from 1 to {LONGEST} minutes")));
    }
    let step = wanted.step.unwrap_or(duration);
    if step == 0 || step > LONGEST {
        return Err(ApiError::field("step", format!("step is from 1 to {LONGEST} minutes")));
    }
    let (duration, step) = (i64::from(duration) * MINUTE, i64::from(step) * MINUTE);
    Ok((name, SlotRequest { span: window(wanted, &zone)?, duration, step }))
}

fn window(wanted: &Wanted, zone: &Zone) -> Result<Span, ApiError> {
    let (start, end) = match (&wanted.date, &wanted.start_date, &wanted.end_date) {
        (Some(day), None, None) => (day, day),
        (None, Some(start), Some(end)) => (start, end),
        _ => return Err(ApiError::field("date", "Name a date, or startDate and endDate")),
    };
    let field = |name: &'static str| if wanted.date.is_some() { "date" } else { name };
    let start = moment::instant(field("startDate"), start, zone, Edge::Start)?;
    let end = moment::instant(field("endDate"), end, zone, Edge::End)?;
    let span = Span::new(start, end).filter(|span| !span.is_empty() && span.millis() <= DAYS * DAY);
    let sentence = format!("endDate must be after startDate, by {DAYS} days at most");
    span.ok_or_else(|| ApiError::field(field("endDate"), sentence))
}

fn sureness(call: &Call, known: &[Known]) -> Sureness {
    let doubt = known.iter().find_map(|one| one.doubt.clone()).map(Availability::Unknown);
    let reason = doubt.and_then(|doubt| match call.caller.may_know(doubt) {
        Availability::Unknown(reason) => Some(reason),
        Availability::Free | Availability::Busy(_) => None,
    });
    let as_of = known.iter().filter_map(|one| one.as_of).min();
    Sureness { status: if reason.is_some() { "unknown" } else { "known" }, reason, as_of }
}
