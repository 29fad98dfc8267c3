//! When a connection that failed is tried again: soon at first, then ever more seldom, and never sooner than its service
//! asks.

use super::engine::SyncError;
use crate::port::{Entropy, Retry};
use crate::provider::ProviderError;
use crate::time::Instant;

/// The wait after a first failure in milliseconds; each further one doubles it.
const FIRST: i64 = 60_000;
/// The longest wait.
const LONGEST: i64 = 6 * 3_600_000;
/// After so many failures in a row, most of a day, a connection pauses.
const PATIENCE: u32 = 12;
/// How seldom a connection that has paused so is tried.
const PAUSED: i64 = 86_400_000;
/// The wait that a service which is busy does not name, in seconds.
const BUSY: u32 = 60;

/// Who began a run that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begun {
    /// The clock: it counts.
    ByClock,
    /// Somebody who may do so as often as they like.
    ByCall,
}

impl Retry {
    /// Whether the connection has failed so often that it pauses.
    pub(super) fn gives_up(self) -> bool {
        self.failures >= PATIENCE
    }

    /// The same after one more failure. What only a person can mend is not tried again.
    pub(super) fn failed(
        self,
        error: &SyncError,
        begun: Begun,
        now: Instant,
        entropy: &impl Entropy,
    ) -> Self {
        let asked = match error {
            SyncError::Provider(ProviderError::Unauthorized) | SyncError::MassDeletion { .. } => {
                return Self::default();
            }
            SyncError::Provider(ProviderError::Throttled { after }) => {
                Some(i64::from(after.unwrap_or(BUSY)) * 1_000)
            }
            _ => None,
        };
        let failures = match begun {
            Begun::ByClock => self.failures.saturating_add(1),
            Begun::ByCall => self.failures.max(1),
        };
        let wait = match failures {
            PATIENCE.. => PAUSED,
            _ => FIRST.saturating_mul(1 << (failures - 1)).min(LONGEST),
        };
        // Up to half of it is left to chance, so that not all come back at once to a server that was away.
        let mut chance = [0; 2];
        entropy.fill(&mut chance);
        let wait = wait - wait / 2 * i64::from(u16::from_le_bytes(chance)) / i64::from(u16::MAX);
        Self {
            failures,
            at: Some(now.plus_millis(wait.max(asked.unwrap_or_default()))),
            hold_until: asked.map(|asked| now.plus_millis(asked)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Chance(u8);

    impl Entropy for Chance {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    const NOW: Instant = Instant::from_millis(0);

    fn away() -> SyncError {
        ProviderError::Unreachable("no answer".into()).into()
    }

    /// The wait in seconds after so many failures.
    fn waits(failures: u32, chance: u8) -> i64 {
        let before = Retry { failures: failures - 1, ..Retry::default() };
        let after = before.failed(&away(), Begun::ByClock, NOW, &Chance(chance));
        assert_eq!((after.failures, after.hold_until), (failures, None));
        after.at.unwrap().millis() / 1_000
    }

    #[test]
    fn each_failure_doubles_the_wait_up_to_six_hours_and_half_of_it_is_chance() {
        assert_eq!([1, 2, 3, 9, 10, 11].map(|n| waits(n, 0)), [60, 120, 240, 15_360, 21_600, 21_600]);
        assert_eq!([1, 2, 11].map(|n| waits(n, 255)), [30, 60, 10_800]);
    }

    #[test]
    fn who_fails_for_most_of_a_day_pauses_and_is_tried_once_a_day() {
        assert_eq!([waits(12, 0), waits(40, 0)], [86_400; 2]);
        assert!(Retry { failures: 12, ..Retry::default() }.gives_up());
        assert!(!Retry { failures: 11, ..Retry::default() }.gives_up());
    }

    #[test]
    fn a_service_is_given_the_time_that_it_asks_for() {
        let busy = ProviderError::Throttled { after: Some(600) }.into();
        let after = Retry::default().failed(&busy, Begun::ByClock, NOW, &Chance(0));
        let asked = Some(Instant::from_millis(600_000));
        assert_eq!((after.at, after.hold_until), (asked, asked));
    }

    #[test]
    fn calls_that_fail_do_not_make_a_connection_pause() {
        let one = Retry::default().failed(&away(), Begun::ByCall, NOW, &Chance(0));
        let two = one.failed(&away(), Begun::ByCall, NOW, &Chance(0));
        assert_eq!((one.failures, two.failures), (1, 1));
    }

    #[test]
    fn what_only_a_person_can_mend_is_not_tried_again() {
        let refused = ProviderError::Unauthorized.into();
        let before = Retry { failures: 3, ..Retry::default() };
        assert_eq!(before.failed(&refused, Begun::ByClock, NOW, &Chance(0)), Retry::default());
    }
}
