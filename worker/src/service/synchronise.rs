//! One run of a connection: opens its credentials and calendar, and hands both to the engine.

use super::ServiceError;
use crate::database::Database;
use crate::database::connections::ConnectionRow;
use crate::ports::{D1Store, Fetch, RuntimeClock, RuntimeEntropy};
use crate::settings::Settings;
use kalends::Zone;
use kalends::caldav::CalDavCalendar;
use kalends::outbound::Outbound;
use kalends::provider::ProviderError;
use kalends::sync::{Engine, Report, Scope};
use kalends::vault::Scope as VaultScope;

/// Runs one connection.
pub async fn run(
    database: &Database,
    settings: &Settings,
    row: &ConnectionRow,
    scope: &Scope,
) -> Result<Report, ServiceError> {
    let connection = row.connection();
    let vault_scope = VaultScope { tenant: &row.tenant, connection: &row.id };
    let authorizer = settings.vault.authorizer(&row.sealed(), vault_scope)?;
    let refused = |error: kalends::outbound::AddressError| ProviderError::Refused(error.to_string());
    let url = settings.reach.parse(&row.calendar_url).map_err(refused)?;
    let outbound = Outbound::new(&Fetch, &authorizer, &url, settings.reach).map_err(refused)?;
    let owner = database.owner(&connection.owner).await?;
    let floating = owner.and_then(|owner| Zone::iana(&owner.timezone).ok()).unwrap_or_else(Zone::utc);
    let engine = Engine {
        store: &D1Store { database, connection: &connection },
        provider: &CalDavCalendar::new(outbound, url),
        clock: &RuntimeClock,
        entropy: &RuntimeEntropy,
        connection: &connection,
        floating: &floating,
    };
    Ok(engine.run(scope).await?)
}
