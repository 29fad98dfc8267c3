//! Tasks: create, read, change, delete; their home is the owner's task list, where one is connected.

use super::appointments::Done;
use super::appointments::zone_of;
use super::error::ApiError;
use super::idempotency::Key;
use super::input::{checked, given};
use super::moment::{self, Edge};
use super::openapi::{Clash, Id, Missing};
use super::page::PageByTime;
use super::{Answer, Call};
use crate::database::tasks::{Filter, TaskRow, TodoRow};
use crate::ports::RuntimeClock;
use crate::service::tasks;
use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use kalends::booking::Task;
use kalends::event::{CalendarObject, EntryContent, FieldError, TodoStatus};
use kalends::port::{Clock, OwnerKey};
use kalends::time::Date;
use kalends::{Instant, Zone};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;
use utoipa::{IntoParams, ToSchema};

/// The longest task in minutes: a year.
const LONGEST: u32 = 366 * 24 * 60;

/// What a caller says of a task.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = TaskFields)]
pub(super) struct Fields {
    #[schema(min_length = 1, max_length = 200)]
    pub id: Option<String>,
    pub name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    pub description: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    pub location: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    pub scheduled_time: Option<Option<String>>,
    pub timezone: Option<String>,
    #[serde(default, deserialize_with = "given")]
    #[schema(maximum = 527040)]
    pub duration: Option<Option<u32>>,
    #[serde(default, deserialize_with = "given")]
    pub category: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    pub due: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    pub recurrence: Option<Option<String>>,
    pub on_calendar: Option<bool>,
    status: Option<TodoStatus>,
    #[serde(default, deserialize_with = "given")]
    completed_at: Option<Option<String>>,
    #[schema(maximum = 100)]
    percent_complete: Option<u8>,
}

/// A time of a task: a day where its task has no other time than days.
#[derive(Clone, Copy)]
enum When {
    Day(Date),
    At(Instant),
}

impl Fields {
    /// Works what was given into a task.
    pub fn apply(self, mut to: Task, zone: &Zone) -> Result<Task, ApiError> {
        if let Some(name) = self.name {
            to.name = checked("name", Some(name))?.ok_or_else(|| ApiError::field("name", "name is empty"))?;
        }
        for (name, field, text) in [
            ("description", &mut to.description, self.description),
            ("location", &mut to.location, self.location),
            ("category", &mut to.category, self.category),
        ] {
            if let Some(text) = text {
                *field = checked(name, text)?;
            }
        }
        if let Some(rule) = self.recurrence.map(|rule| checked("recurrence", rule)).transpose()? {
            // What was not as another rule had it is so no longer.
            if rule != to.recurrence {
                to.exceptions.clear();
            }
            to.recurrence = rule;
        }
        to.on_calendar = self.on_calendar.unwrap_or(to.on_calendar);
        if let Some(minutes) = self.duration {
            if minutes.is_some_and(|minutes| minutes > LONGEST) {
                return Err(ApiError::field("duration", "duration is in minutes, a year at most"));
            }
            to.minutes = minutes;
        }
        let before = to.scheduled;
        apply_times(&mut to, self.scheduled_time, self.due, zone)?;
        to.take_exceptions_along(before);
        if let Some(name) = self.timezone {
            to.time_zone = name;
        }
        if let Some(percent) = self.percent_complete {
            if percent > 100 {
                return Err(ApiError::field("percentComplete", "percentComplete is from 0 to 100"));
            }
            to.percent = percent;
        }
        if let Some(status) = self.status.filter(|status| *status != to.status) {
            to.status = status;
            to.completed = (status == TodoStatus::Completed).then(|| RuntimeClock.now());
        }
        if let Some(text) = self.completed_at {
            let at = text.map(|text| moment::instant("completedAt", &text, zone, Edge::Start)).transpose()?;
            if at.is_some() && to.status != TodoStatus::Completed {
                return Err(ApiError::field("completedAt", "Only a task that is COMPLETED was completed"));
            }
            to.completed = at;
        }
        to.checked().map_err(unwritable)
    }
}

/// Sets what is given of the two times. They stay days while both are; a day beside a time is its beginning for a start
/// and its end for what is due.
fn apply_times(
    to: &mut Task,
    scheduled: Option<Option<String>>,
    due: Option<Option<String>>,
    zone: &Zone,
) -> Result<(), ApiError> {
    // Days are midnights of the zone: they are other instants in another one.
    if scheduled.is_none() && due.is_none() && !to.all_day {
        return Ok(());
    }
    let (own, all_day) = (Zone::iana(&to.time_zone).unwrap_or_else(|_| zone.clone()), to.all_day);
    let before = |at: Option<Instant>| {
        at.map(|at| if all_day { When::Day(own.to_wall(at).date()) } else { When::At(at) })
    };
    let read = |field: &str, text: Option<Option<String>>, before: Option<When>| match text {
        None => Ok(before),
        Some(None) => Ok(None),
        Some(Some(text)) => match Date::parse_from_str(text.trim(), "%Y-%m-%d") {
            Ok(day) => Ok(Some(When::Day(day))),
            Err(_) => moment::instant(field, &text, zone, Edge::Start).map(|at| Some(When::At(at))),
        },
    };
    let scheduled = read("scheduledTime", scheduled, before(to.scheduled))?;
    let due = read("due", due, before(to.due))?;
    let times = [scheduled, due];
    to.all_day =
        times.iter().flatten().all(|when| matches!(when, When::Day(_))) && times.iter().any(Option::is_some);
    let all_day = to.all_day;
    let instant = |when: Option<When>, edge: Edge| {
        when.and_then(|when| match when {
            When::At(at) => Some(at),
            When::Day(day) => {
                let day = if edge == Edge::End && !all_day { day.succ_opt()? } else { day };
                Some(zone.to_instant(day.and_hms_opt(0, 0, 0)?))
            }
        })
    };
    (to.scheduled, to.due) = (instant(scheduled, Edge::Start), instant(due, Edge::End));
    Ok(())
}

/// What no task list could hold, in the names of this route.
fn unwritable(error: FieldError) -> ApiError {
    let (field, sentence) = match error.field() {
        "due" => ("due", "due must not be before scheduledTime".to_owned()),
        "start" => ("scheduledTime", "A task that recurs needs a scheduledTime".to_owned()),
        "timeZone" => ("timezone", error.to_string()),
        field if field.starts_with("rules") => ("recurrence", error.to_string()),
        _ => ("name", error.to_string()),
    };
    ApiError::field(field, sentence)
}

/// The application's own id of a task.
pub(super) fn check_id(id: &str) -> Result<(), ApiError> {
    if id.trim().is_empty() || id.len() > 200 || id.contains(char::is_control) {
        return Err(ApiError::field("id", "id is a text of 1 to 200 bytes"));
    }
    Ok(())
}

/// POST /api/tasks
#[utoipa::path(post, path = "/api/tasks", params(Key), request_body = Fields, responses((status = 201, body = OneTask), Clash))]
pub async fn create(call: Call) -> Answer {
    let mut fields: Fields = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let (zone_name, zone) = zone_of(&call, &owner, fields.timezone.as_deref()).await?;
    if fields.name.is_none() {
        return Err(ApiError::field("name", "name is missing"));
    }
    let blank = Task::new(&call.new_id(Task::ID), "", &zone_name, RuntimeClock.now());
    let task_id = fields.id.take().unwrap_or_else(|| blank.id.clone());
    check_id(&task_id)?;
    let (new, app) = (fields.apply(blank, &zone)?, &call.app);
    if call.made.is_some()
        && let Some(row) = app.database.task_entry(&new.id).await?
    {
        // A call that was cut off had come as far as this.
        return Ok((StatusCode::CREATED, one(&row)).into_response());
    }
    let row = tasks::add(&app.database, &app.settings, &owner, &new, &task_id).await?;
    Ok((StatusCode::CREATED, one(&row)).into_response())
}

#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListInput {
    status: Option<TodoStatus>,
    start_date: Option<String>,
    end_date: Option<String>,
    cursor: Option<String>,
    #[param(minimum = 1, maximum = 1000)]
    #[serde(default, deserialize_with = "super::input::number")]
    limit: Option<u32>,
}

/// GET /api/tasks: the tasks, and with the first page what the owner's task lists hold beside them.
#[utoipa::path(get, path = "/api/tasks", params(ListInput), responses((status = 200, body = Tasks)))]
pub async fn list(call: Call) -> Answer {
    let input: ListInput = call.input.fields()?;
    let owner = call.caller.owner(&call.input)?;
    let (zone_name, zone) = zone_of(&call, &owner, None).await?;
    let page = PageByTime::<2>::of(input.cursor.as_deref(), input.limit)?;
    let edge =
        |field, text: Option<String>, edge| text.map(|text| moment::instant(field, &text, &zone, edge));
    let filter = Filter {
        status: input.status,
        from: edge("startDate", input.start_date, Edge::Start).transpose()?,
        to: edge("endDate", input.end_date, Edge::End).transpose()?,
        after: page.after().map(|(numbers, id)| (*numbers, id.to_owned())),
        limit: page.rows(),
    };
    let database = &call.app.database;
    let (rows, next) = page.split(database.tasks(&owner, &filter).await?, TaskRow::place);
    let tasks: Vec<Value> = rows.iter().map(shown).collect();
    let todos = if filter.after.is_none() { database.imported_todos(&owner).await? } else { Vec::new() };
    let imported: Vec<Value> =
        todos.iter().filter_map(|row| imported(row, &filter, &zone_name, &zone)).collect();
    let answer = json!({ "success": true, "tasks": tasks, "imported": imported, "next_cursor": next });
    Ok(Json(answer).into_response())
}

/// GET /api/tasks/{id}
#[utoipa::path(get, path = "/api/tasks/{id}", params(Id), responses((status = 200, body = OneTask), Missing))]
pub async fn show(call: Call) -> Answer {
    Ok(one(&found(&call).await?.0))
}

/// PATCH and PUT /api/tasks/{id}
#[utoipa::path(method(patch, put), path = "/api/tasks/{id}", params(Id), request_body = Fields, responses((status = 200, body = OneTask), Missing, Clash))]
pub async fn update(call: Call) -> Answer {
    let fields: Fields = call.input.fields()?;
    let (row, owner) = found(&call).await?;
    if fields.id.as_ref().is_some_and(|id| *id != row.task_id) {
        return Err(ApiError::field("id", "A task keeps its id"));
    }
    let before = row.task();
    let named = fields.timezone.clone().unwrap_or_else(|| before.time_zone.clone());
    let after = fields.apply(before, &moment::zone("timezone", &named)?)?;
    let app = &call.app;
    Ok(one(&tasks::change(&app.database, &app.settings, &owner, row, after).await?))
}

/// DELETE /api/tasks/{id}: it goes here and from its task list.
#[utoipa::path(delete, path = "/api/tasks/{id}", params(Id), responses((status = 200, body = Done), Missing, Clash))]
pub async fn delete(call: Call) -> Answer {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    let Nothing {} = call.input.fields()?;
    let (row, owner) = found(&call).await?;
    let after = Task { deleted: true, ..row.task() };
    let app = &call.app;
    tasks::change(&app.database, &app.settings, &owner, row, after).await?;
    Ok(Json(json!({ "success": true })).into_response())
}

/// The task of the path, if it is the tenant's and, where one is named, the owner's.
pub(super) async fn found(call: &Call) -> Result<(TaskRow, OwnerKey), ApiError> {
    let row = call.app.database.task(&call.caller.tenant, &call.id).await?;
    let row = row.filter(|row| call.input.owner.as_ref().is_none_or(|owner| *owner == row.owner));
    let row = row.ok_or_else(|| ApiError::not_found("There is no such task"))?;
    let owner = OwnerKey { tenant: row.tenant.clone(), owner: row.owner.clone() };
    Ok((row, owner))
}

fn one(row: &TaskRow) -> axum::response::Response {
    Json(json!({ "success": true, "task": shown(row) })).into_response()
}

/// A time as the task's clocks show it, or as an instant where they show it twice and mean the other one.
fn time(task: &Task, at: Option<Instant>) -> Value {
    let zone = Zone::iana(&task.time_zone).unwrap_or_else(|_| Zone::utc());
    at.map_or(Value::Null, |at| {
        let wall = zone.to_wall(at);
        match (task.all_day, zone.to_instant(wall) == at) {
            (true, _) => json!(wall.date().to_string()),
            (false, true) => json!(wall.format("%Y-%m-%dT%H:%M:%S").to_string()),
            (false, false) => json!(at),
        }
    })
}

/// What a task says, in the names of the document that knows tasks.
fn said(task: &Task) -> Map<String, Value> {
    let said = json!({
        "name": task.name,
        "description": task.description,
        "location": task.location,
        "scheduled_time": time(task, task.scheduled),
        "timezone": task.time_zone,
        "duration": task.length(),
        "category": task.category,
        "due": time(task, task.due),
        "recurrence": task.recurrence,
        "on_calendar": task.on_calendar,
        "status": task.status,
        "completed_at": task.completed,
        "percent_complete": if task.status == TodoStatus::Completed { 100 } else { task.percent },
    });
    match said {
        Value::Object(said) => said,
        _ => Map::new(),
    }
}

/// A task as the API shows it.
fn shown(row: &TaskRow) -> Value {
    let url = row.calendar_url.as_deref().zip(row.remote.as_deref());
    let url = url.and_then(|(calendar, remote)| Url::parse(calendar).ok()?.join(remote).ok());
    let mut shown =
        Map::from_iter([("id".to_owned(), json!(row.task_id)), ("user_id".to_owned(), json!(row.owner))]);
    shown.extend(said(&row.task()));
    let link = json!({
        "calendar_connection_id": row.connection_id,
        "calendar_event_id": row.uid,
        "calendar_link": url.map(String::from),
        "calendar_etag": row.version,
        "last_modified_source": row.last_modified_source,
        "created_at": Instant::from_millis(row.created_at),
        "updated_at": Instant::from_millis(row.updated_at),
    });
    shown.extend(link.as_object().cloned().unwrap_or_default());
    Value::Object(shown)
}

/// A task of the owner's own making, where the list shows it.
fn imported(row: &TodoRow, filter: &Filter, zone_name: &str, zone: &Zone) -> Option<Value> {
    let content = match CalendarObject::parse(&row.source).ok()?.content(zone).ok()? {
        EntryContent::Todo(content) => content,
        EntryContent::Event(_) => return None,
    };
    let mut task = Task::new(&row.id, "", content.time_zone.as_deref().unwrap_or(zone_name), Instant::MIN);
    task.accept(&content);
    let at = task.scheduled.or(task.due);
    let fits = filter.status.is_none_or(|status| status == task.status)
        && filter.from.is_none_or(|from| at.is_some_and(|at| at >= from))
        && filter.to.is_none_or(|to| at.is_some_and(|at| at < to));
    let mut shown = said(&task);
    shown.insert("calendar_connection_id".to_owned(), json!(row.connection_id));
    shown.insert("calendar_event_id".to_owned(), json!(row.uid));
    shown.insert("calendar_source".to_owned(), json!(row.calendar_name));
    fits.then_some(Value::Object(shown))
}

/// What `said` and `shown` make of a task.
#[derive(ToSchema)]
#[allow(dead_code, reason = "tells a shape")]
#[schema(as = Task)]
struct TaskShown {
    id: Option<String>,
    user_id: Option<String>,
    name: String,
    description: Option<String>,
    location: Option<String>,
    scheduled_time: Option<String>,
    timezone: String,
    /// Minutes.
    duration: u32,
    category: Option<String>,
    due: Option<String>,
    recurrence: Option<String>,
    on_calendar: bool,
    status: TodoStatus,
    completed_at: Option<Instant>,
    percent_complete: u8,
    calendar_connection_id: Option<String>,
    calendar_event_id: Option<String>,
    calendar_link: Option<String>,
    calendar_etag: Option<String>,
    /// Of what an owner's task list holds beside the tasks.
    calendar_source: Option<String>,
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "tells a shape")]
struct OneTask {
    success: bool,
    task: TaskShown,
}

#[derive(ToSchema)]
#[allow(dead_code, reason = "tells a shape")]
struct Tasks {
    success: bool,
    tasks: Vec<TaskShown>,
    imported: Vec<TaskShown>,
    next_cursor: Option<String>,
}
