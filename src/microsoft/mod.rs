//! Outlook and Office 365 (Microsoft Graph v1.0). So far: the transaction ids that make a create idempotent.

use crate::port::LinkId;
use sha2::{Digest, Sha256};

/// The `transactionId` of the event that a link makes: a second create with the same one makes no second event.
pub fn transaction_id(link: &LinkId, attempt: u32) -> String {
    let digest = Sha256::new().chain_update(link.0.as_bytes()).chain_update(attempt.to_be_bytes()).finalize();
    let hex: String = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_create_has_the_same_transaction_and_a_new_attempt_another() {
        let link = LinkId("lnk_1".into());
        assert_eq!(transaction_id(&link, 0), transaction_id(&link, 0));
        assert_ne!(transaction_id(&link, 0), transaction_id(&link, 1));
        let parts: Vec<usize> = transaction_id(&link, 0).split('-').map(str::len).collect();
        assert_eq!(parts, [8, 4, 4, 4, 12]);
    }
}
