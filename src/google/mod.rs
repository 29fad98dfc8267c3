//! Google Calendar (API v3). So far: the ids of the events that Kalends makes, which make an insert idempotent.

use crate::port::{LinkId, RemoteId};
use sha2::{Digest, Sha256};

/// base32hex in lower case (RFC 4648 7): the alphabet that Google allows in an event's id.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

/// The id of the event that a link makes. A deleted event's id stays burned, so each attempt has its own.
pub fn event_id(link: &LinkId, attempt: u32) -> RemoteId {
    let digest = Sha256::new().chain_update(link.0.as_bytes()).chain_update(attempt.to_be_bytes()).finalize();
    RemoteId(digest[..26].iter().map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_same_for_the_same_attempt_and_new_for_the_next() {
        let link = LinkId("lnk_1".into());
        assert_eq!(event_id(&link, 0), event_id(&link, 0));
        assert_ne!(event_id(&link, 0), event_id(&link, 1));
        assert_ne!(event_id(&link, 0), event_id(&LinkId("lnk_2".into()), 0));
    }

    #[test]
    fn an_id_has_only_characters_and_a_length_that_google_allows() {
        let id = event_id(&LinkId("lnk_1".into()), 7).0;
        assert!((5..=1024).contains(&id.len()) && id.bytes().all(|byte| ALPHABET.contains(&byte)), "{id}");
    }
}
