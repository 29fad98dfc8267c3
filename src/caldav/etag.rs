//! Etags as versions: a weak one is the same version as its strong form, and one that is not told is none to write over.

use crate::port::Version;

/// What stands before an etag that no listing told; what follows tells the state of the calendar.
const UNTOLD: &str = "untold ";

/// The version that an etag tells. A proxy that compresses an answer makes its etag weak (RFC 9110 8.8.3.3) while the
/// server's listings keep the strong one, so both are one version, and `If-Match` sends the strong form.
pub(super) fn version(etag: &str) -> Version {
    let etag = etag.trim();
    Version(etag.strip_prefix("W/").unwrap_or(etag).to_owned())
}

/// Whether it is weak.
pub(super) fn is_weak(etag: &str) -> bool {
    etag.trim_start().starts_with("W/")
}

/// The weak form of a version. RFC 9110 13.1.1 has no weak etag match, but servers that give their objects weak ones
/// compare the text.
pub(super) fn weak(version: &Version) -> Version {
    Version(format!("W/{version}"))
}

/// Stands for the etag that a listing does not tell: another one in each state of the calendar, so that every such
/// object is read again where anything has changed.
pub(super) fn untold(state: &str) -> Version {
    Version(format!("{UNTOLD}{state}"))
}

/// Whether it can be the condition of a write.
pub(super) fn is_told(version: &Version) -> bool {
    !version.0.is_empty() && !version.0.starts_with(UNTOLD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_etag_is_the_same_version_as_its_strong_form() {
        for (told, expected) in [("\"a\"", "\"a\""), (" W/\"a\"", "\"a\""), ("a", "a"), ("W/", "")] {
            assert_eq!(version(told), Version(expected.into()), "{told}");
        }
        assert!(is_weak(" W/\"a\"") && !is_weak("\"W/\""));
        assert_eq!(weak(&version("W/\"a\"")).0, "W/\"a\"");
    }

    #[test]
    fn what_is_not_told_is_no_condition() {
        assert!(is_told(&version("0")) && !is_told(&version("")) && !is_told(&untold("7")));
        assert_ne!(untold("7"), untold("8"));
    }
}
