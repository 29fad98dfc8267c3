//! The one Nextcloud account of a studio (the variables `NEXTCLOUD_*`), in whose calendars every artist has one.

use kalends::outbound::{AddressError, Reach};
use kalends::vault::Credentials;
use url::Url;

/// Where a Nextcloud keeps its calendars.
const CALENDARS: &str = "/remote.php/dav/calendars";

/// An account of the operator's. Its credentials go to its own server only, and for the tenant `default` only: else one
/// tenant could read another's calendars through it.
pub struct ServiceAccount {
    /// Where its calendars are.
    home: Url,
    /// Its user name and password.
    pub credentials: Credentials,
}

impl ServiceAccount {
    /// Reads the variables; none where one of the three that are needed is not set.
    pub fn read(
        variable: impl Fn(&'static str) -> Option<String>,
        reach: Reach,
    ) -> Result<Option<ServiceAccount>, AddressError> {
        let needed = ["NEXTCLOUD_BASE_URL", "NEXTCLOUD_USERNAME", "NEXTCLOUD_PASSWORD"].map(&variable);
        let [Some(base), Some(username), Some(password)] = needed else { return Ok(None) };
        let path = variable("NEXTCLOUD_CALENDAR_BASE_PATH").unwrap_or_else(|| CALENDARS.to_owned());
        let mut home = reach.parse(base.trim())?;
        if let Ok(mut segments) = home.path_segments_mut() {
            segments.pop_if_empty().extend(path.split('/').filter(|part| !part.is_empty()));
            segments.extend([username.as_str(), ""]);
        }
        Ok(Some(ServiceAccount { home, credentials: Credentials::new(username, password) }))
    }

    /// Whether an address is at its server.
    pub fn serves(&self, url: &Url) -> bool {
        url.origin() == self.home.origin()
    }

    /// The address of its calendar of that id.
    pub fn calendar(&self, id: &str) -> Url {
        let mut url = self.home.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend([id.trim_matches('/'), ""]);
        }
        url
    }
}
