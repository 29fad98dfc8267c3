//! D1: one small door for statements, and one file for each concept that the Worker keeps.

pub mod analytics;
pub mod appointments;
pub mod audit;
pub mod callers;
pub mod conflicts;
pub mod connections;
pub mod feeds;
pub mod holds;
pub mod idempotency;
pub mod imports;
pub mod keys;
pub mod leases;
pub mod logs;
pub mod mirror;
pub mod owners;
pub mod scheduler;
pub mod task_syncs;
pub mod tasks;
pub mod tenants;
pub mod vault;
pub mod webhooks;

use serde::de::DeserializeOwned;
use std::borrow::Cow;
use wasm_bindgen::JsValue;
use worker::{D1Database, D1PreparedStatement, Env};

/// Why a statement failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DbError {
    /// A row broke one of the table `assertions`' checks; nothing of the batch was done.
    #[error("the guard {0} refused the change")]
    Refused(Guard),
    /// Anything else; the text is for the log, not for a caller.
    #[error("the database failed: {0}")]
    Failed(String),
}

/// The checks of the table `assertions`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The run still has the lease.
    LeaseHeld,
    /// The appointment or task has the revision that was read.
    EntryUnchanged,
    /// No live reservation overlaps.
    SlotFree,
    /// The owner's mirror has the revision that was read.
    MirrorUnchanged,
}

impl Guard {
    const ALL: [Self; 4] = [Self::LeaseHeld, Self::EntryUnchanged, Self::SlotFree, Self::MirrorUnchanged];

    fn column(self) -> &'static str {
        match self {
            Self::LeaseHeld => "lease_held",
            Self::EntryUnchanged => "entry_unchanged",
            Self::SlotFree => "slot_free",
            Self::MirrorUnchanged => "mirror_unchanged",
        }
    }
}

impl std::fmt::Display for Guard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.column())
    }
}

/// A value bound to a statement. Milliseconds are bound as f64, which D1 keeps as INTEGER.
pub trait Bind {
    /// The JavaScript value.
    fn bind(&self) -> JsValue;
}

impl Bind for str {
    fn bind(&self) -> JsValue {
        JsValue::from_str(self)
    }
}

impl Bind for String {
    fn bind(&self) -> JsValue {
        JsValue::from_str(self)
    }
}

impl Bind for i64 {
    fn bind(&self) -> JsValue {
        JsValue::from_f64(*self as f64)
    }
}

impl Bind for bool {
    fn bind(&self) -> JsValue {
        JsValue::from_f64(f64::from(u8::from(*self)))
    }
}

impl Bind for kalends::Instant {
    fn bind(&self) -> JsValue {
        self.millis().bind()
    }
}

impl<T: Bind> Bind for Option<T> {
    fn bind(&self) -> JsValue {
        self.as_ref().map_or(JsValue::NULL, Bind::bind)
    }
}

impl<T: Bind + ?Sized> Bind for &T {
    fn bind(&self) -> JsValue {
        (**self).bind()
    }
}

/// The database.
pub struct Database(D1Database);

/// The text of a statement: one constant or several, never made of what is not known before, so that
/// `tests/database` finds every one of them.
pub struct Sql(Cow<'static, str>);

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }
}

impl<const N: usize> From<[&'static str; N]> for Sql {
    fn from(pieces: [&'static str; N]) -> Self {
        Self(Cow::Owned(pieces.concat()))
    }
}

/// A statement with its values.
pub type Statement = D1PreparedStatement;

impl Database {
    /// The Worker's database.
    pub fn open(env: &Env) -> Result<Self, DbError> {
        env.d1("DB").map(Self).map_err(|_| DbError::Failed("no D1 database is bound as DB".to_owned()))
    }

    /// A statement.
    pub fn statement(&self, sql: impl Into<Sql>, values: &[&dyn Bind]) -> Result<Statement, DbError> {
        let values: Vec<JsValue> = values.iter().map(|value| value.bind()).collect();
        self.0.prepare(&*sql.into().0).bind(&values).map_err(failed)
    }

    /// A statement that aborts its batch unless `condition` holds.
    pub fn assert(
        &self,
        guard: Guard,
        condition: &'static str,
        values: &[&dyn Bind],
    ) -> Result<Statement, DbError> {
        let sql = [
            "INSERT INTO assertions (",
            guard.column(),
            ") SELECT CASE WHEN ",
            condition,
            " THEN 1 ELSE 0 END",
        ];
        self.statement(sql, values)
    }

    /// All rows of a query.
    pub async fn all<T: DeserializeOwned>(
        &self,
        sql: impl Into<Sql>,
        values: &[&dyn Bind],
    ) -> Result<Vec<T>, DbError> {
        let result = self.statement(sql, values)?.all().await.map_err(failed)?;
        result.results().map_err(failed)
    }

    /// The first row of a query.
    pub async fn first<T: DeserializeOwned>(
        &self,
        sql: impl Into<Sql>,
        values: &[&dyn Bind],
    ) -> Result<Option<T>, DbError> {
        self.statement(sql, values)?.first(None).await.map_err(failed)
    }

    /// Carries out one statement.
    pub async fn run(&self, sql: impl Into<Sql>, values: &[&dyn Bind]) -> Result<(), DbError> {
        self.statement(sql, values)?.run().await.map_err(failed).map(drop)
    }

    /// Carries out all statements or none.
    pub async fn batch(&self, mut statements: Vec<Statement>) -> Result<(), DbError> {
        statements.push(self.statement("DELETE FROM assertions", &[])?);
        self.0.batch(statements).await.map_err(failed).map(drop)
    }
}

/// Times as one value of a statement: pairs of milliseconds.
fn spans(times: &[kalends::Span]) -> String {
    let times: Vec<[i64; 2]> =
        times.iter().map(|time| [time.start().millis(), time.end().millis()]).collect();
    serde_json::to_string(&times).unwrap_or_default()
}

fn failed(error: worker::Error) -> DbError {
    let text = error.to_string();
    match Guard::ALL.into_iter().find(|guard| text.contains(guard.column())) {
        Some(guard) if text.contains("CHECK") => DbError::Refused(guard),
        _ => DbError::Failed(text),
    }
}
