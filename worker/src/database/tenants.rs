//! Tenants: the applications, with what was chosen for each.

use super::connections::policy_word;
use super::{Database, DbError};
use kalends::Instant;
use kalends::port::Policy;
use serde::Deserialize;

/// A tenant.
#[derive(Debug, Deserialize)]
pub struct TenantRow {
    pub id: String,
    pub name: String,
    /// How many requests a minute one user may make.
    pub rate_limit: i64,
    /// Where its own pages are: a JSON list.
    pub origins: String,
    /// The case of names in the answers of shared routes.
    pub names: String,
    /// What new connections have, where a call does not say.
    pub sync_interval: Option<i64>,
    pub conflict_policy: Option<Policy>,
    pub created_at: i64,
    /// Later ones have a higher one.
    pub position: i64,
}

/// What is chosen for a tenant; what is left out stays as it is.
#[derive(Debug, Default)]
pub struct TenantSettings {
    pub name: Option<String>,
    pub rate_limit: Option<i64>,
    pub origins: Option<Vec<String>>,
    pub names: Option<&'static str>,
    pub sync_interval: Option<i64>,
    pub conflict_policy: Option<Policy>,
}

const SELECT: &str = "SELECT t.id, t.name, t.rate_limit, t.names, t.sync_interval, t.conflict_policy,
    t.created_at, t.rowid AS position,
    (SELECT json_group_array(o.origin) FROM allowed_origins o WHERE o.tenant = t.id AND o.key_id = '') AS origins
    FROM tenants t ";

impl Database {
    /// A tenant.
    pub async fn tenant(&self, id: &str) -> Result<Option<TenantRow>, DbError> {
        self.first([SELECT, "WHERE t.id = ?"], &[&id]).await
    }

    /// All tenants, the newest first.
    pub async fn tenants(&self, before: Option<i64>, limit: i64) -> Result<Vec<TenantRow>, DbError> {
        let page = "WHERE t.rowid < coalesce(?1, 9007199254740991) ORDER BY t.rowid DESC LIMIT ?2";
        self.all([SELECT, page], &[&before, &limit]).await
    }

    /// Whether there is such a tenant.
    pub async fn has_tenant(&self, id: &str) -> Result<bool, DbError> {
        #[derive(Deserialize)]
        struct Row {}
        Ok(self.first::<Row>("SELECT id FROM tenants WHERE id = ?", &[&id]).await?.is_some())
    }

    /// Adds a tenant; false where there is one of that id.
    pub async fn add_tenant(
        &self,
        id: &str,
        settings: &TenantSettings,
        now: Instant,
    ) -> Result<bool, DbError> {
        if self.has_tenant(id).await? {
            return Ok(false);
        }
        let sql = "INSERT INTO tenants (id, name, created_at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING";
        self.run(sql, &[&id, &id, &now]).await?;
        self.configure_tenant(id, settings).await.map(|()| true)
    }

    /// Changes what is given.
    pub async fn configure_tenant(&self, id: &str, settings: &TenantSettings) -> Result<(), DbError> {
        let sql = "UPDATE tenants SET name = coalesce(?2, name), rate_limit = coalesce(?3, rate_limit),
             names = coalesce(?4, names), sync_interval = coalesce(?5, sync_interval),
             conflict_policy = coalesce(?6, conflict_policy) WHERE id = ?1";
        let TenantSettings { name, rate_limit, names, sync_interval, conflict_policy, .. } = settings;
        let policy = conflict_policy.map(policy_word);
        let mut batch = vec![self.statement(sql, &[&id, name, rate_limit, names, sync_interval, &policy])?];
        if let Some(origins) = &settings.origins {
            let sql = "DELETE FROM allowed_origins WHERE tenant = ? AND key_id = ''";
            batch.push(self.statement(sql, &[&id])?);
            batch.push(self.add_origins(id, "", origins)?);
        }
        self.batch(batch).await
    }
}
