//! What imported events are about: as a person has said, else as the first of the owner's rules that fits says.

use super::ServiceError;
use crate::database::Database;
use crate::database::imports::ImportRow;
use crate::database::owners::OwnerSettings;
use crate::ports::RuntimeClock;
use kalends::booking::{Mapping, MappingRules};
use kalends::event::{Details, Email};
use kalends::port::{Clock, OwnerKey};
use kalends::{Event, Span, Zone};
use serde::Serialize;

/// How many events are read at once, and how often, until a page of those that are wanted is full.
const TOGETHER: i64 = 100;
const READS: usize = 10;

/// Who has mapped an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MappedBy {
    /// A rule.
    Rule,
    /// A person.
    Hand,
}

/// Which imports are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All.
    All,
    /// Those that are mapped.
    Mapped,
    /// Those that wait for somebody to map them.
    Unmapped,
}

/// An imported event and what it is about.
pub struct Import {
    /// As it is stored.
    pub row: ImportRow,
    /// What it says of itself.
    pub details: Details,
    /// When it is, a series its first time; none where its times cannot be read.
    pub span: Option<Span>,
    /// Whether it is a series.
    pub recurring: bool,
    /// What it is about, where that is known.
    pub mapping: Option<(Mapping, MappedBy)>,
}

impl Import {
    /// Reads an event; nothing where it is none that can be read.
    fn of(row: ImportRow, zone: &Zone, rules: &MappingRules) -> Option<Self> {
        let event = Event::parse(&row.source).ok()?;
        let details = Details::of(event.main());
        let attendees = details.attendees.iter().map(|attendee| &attendee.user);
        let emails = attendees.chain(&details.organizer).filter_map(|user| user.email.as_ref());
        let addresses: Vec<&str> = emails.map(Email::as_str).collect();
        let by_hand = row.by_hand().map(|mapping| (mapping, MappedBy::Hand));
        let by_rule = || Some((rules.find(&details.summary, &addresses)?, MappedBy::Rule));
        Some(Self {
            mapping: by_hand.or_else(by_rule),
            span: event.content(zone).ok().map(|content| content.span),
            recurring: event.is_recurring(),
            details,
            row,
        })
    }

    fn is(&self, wanted: Wanted) -> bool {
        match wanted {
            Wanted::All => true,
            Wanted::Mapped => self.mapping.is_some(),
            Wanted::Unmapped => self.mapping.is_none(),
        }
    }
}

/// The owner's imported events before a position, the newest first: so many of those that are wanted, and, where the
/// search was given up before there were that many, the position up to which it came.
pub async fn list(
    database: &Database,
    owner: &OwnerKey,
    wanted: Wanted,
    mut before: Option<i64>,
    most: i64,
) -> Result<(Vec<Import>, Option<i64>), ServiceError> {
    let mut found = Vec::new();
    let Some((zone, rules)) = reading(database.owner_settings(owner).await?) else {
        return Ok((found, None));
    };
    let together = if wanted == Wanted::All { most } else { TOGETHER };
    for _ in 0..READS {
        let rows = database.imports(owner, before, together).await?;
        let is_last = (rows.len() as i64) < together;
        for row in rows {
            before = Some(row.position);
            found.extend(Import::of(row, &zone, &rules).filter(|import| import.is(wanted)));
            if found.len() as i64 == most {
                return Ok((found, None));
            }
        }
        if is_last {
            return Ok((found, None));
        }
    }
    Ok((found, before))
}

/// Maps an imported event by hand, or takes that back; the event as it is then.
pub async fn map(
    database: &Database,
    row: ImportRow,
    mapping: Option<&Mapping>,
) -> Result<Import, ServiceError> {
    const GONE: ServiceError = ServiceError::NotFound("This event cannot be read, or is no more");
    database.map_import(&row, mapping, RuntimeClock.now()).await?;
    let row = database.import(&row.tenant, &row.id).await?.ok_or(GONE)?;
    let (zone, rules) = reading(database.owner_settings(&row.key()).await?).ok_or(GONE)?;
    Import::of(row, &zone, &rules).ok_or(GONE)
}

/// What an owner's events are read with.
fn reading(settings: Option<OwnerSettings>) -> Option<(Zone, MappingRules)> {
    let settings = settings?;
    Some((Zone::iana(&settings.timezone).unwrap_or_else(|_| Zone::utc()), settings.mapping_rules))
}
