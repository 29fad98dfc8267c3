//! The UIDs of what Kalends writes: they tell for what, so that it is known again in a calendar that was disconnected and
//! connected again, or where a write arrived that nobody waited for any more.

use crate::port::{ConnectionId, Entropy, RemoteId};

/// How many characters of a connection's id a UID holds, and of chance: an appointment that is written again after its
/// event was deleted gets another UID, since some servers keep those of what was deleted.
const SHORT: usize = 8;

/// A new UID for an appointment or task, of characters that every server keeps in a UID and a file name.
pub(super) fn uid(entry: &str, connection: &ConnectionId, entropy: &impl Entropy) -> String {
    format!("{}-{}-{}", entry.replace('_', "-"), mark(connection), &entropy.token()[..SHORT])
}

/// The appointment or task for which a UID was made in this connection.
pub(super) fn entry_of(uid: &str, connection: &ConnectionId) -> Option<String> {
    let (rest, chance) = uid.rsplit_once('-')?;
    let (entry, of) = rest.rsplit_once('-')?;
    let is_ours = of == mark(connection) && chance.len() == SHORT;
    is_ours.then(|| entry.replacen('-', "_", 1))
}

/// The same, told by the address that it was given: all that is known of what was not read.
pub(super) fn entry_at(remote: &RemoteId, connection: &ConnectionId) -> Option<String> {
    let name = remote.0.rsplit('/').next()?;
    entry_of(name.strip_suffix(".ics").unwrap_or(name), connection)
}

fn mark(connection: &ConnectionId) -> String {
    let own = connection.0.rsplit('_').next().unwrap_or_default();
    own.chars().take(SHORT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ones;

    impl Entropy for Ones {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(1);
        }
    }

    #[test]
    fn a_uid_tells_its_entry_to_the_connection_that_made_it_and_to_no_other() {
        let (own, other) = (ConnectionId("con_0123456789ab".into()), ConnectionId("con_aa23456789ab".into()));
        let made = uid("apt_00ff", &own, &Ones);
        assert_eq!(made, "apt-00ff-01234567-01010101");
        assert_eq!(entry_of(&made, &own).as_deref(), Some("apt_00ff"));
        assert_eq!(entry_at(&RemoteId(format!("/cal/{made}.ics")), &own).as_deref(), Some("apt_00ff"));
        assert_eq!(entry_of(&made, &other), None);
        for foreign in ["", "a-b", "5f2c-01234567-0101", "040000008200E00074C5B7101A82E008"] {
            assert_eq!(entry_of(foreign, &own), None, "{foreign}");
        }
    }
}
