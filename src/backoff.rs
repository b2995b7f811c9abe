//! How long a failure waits before it is tried again.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::request::Key;

/// The first delay.
const FIRST: Duration = Duration::from_millis(500);

/// The longest delay: nothing that failed is left for longer.
const LAST: Duration = Duration::from_mins(5);

/// The failures in a row of each release.
#[derive(Default)]
pub struct Backoff(Mutex<HashMap<Key, u32>>);

impl Backoff {
    /// The delay after one more failure: twice the last one, and up to a fifth more at random.
    pub fn next(&self, key: &Key) -> Duration {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = failures.entry(key.clone()).or_default();
        let delay = Self::delay(*count);
        *count = count.saturating_add(1);
        delay.mul_f64(1.0 + fraction() / 5.0)
    }

    /// The delay after `failures` failures in a row, without the random part.
    pub fn delay(failures: u32) -> Duration {
        FIRST
            .checked_mul(1_u32.checked_shl(failures).unwrap_or(u32::MAX))
            .map_or(LAST, |delay| delay.min(LAST))
    }

    /// How many failures in a row there were.
    pub fn failures(&self, key: &Key) -> u32 {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.get(key).copied().unwrap_or_default()
    }

    /// Forgets the failures of a release.
    pub fn reset(&self, key: &Key) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

/// 64 random bits, for nothing that must stay secret.
pub(crate) fn random_bits() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A random number from 0 to 1, for jitter.
pub(crate) fn fraction() -> f64 {
    let bits = random_bits() >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a float")]
    let fraction = bits as f64 / (1_u64 << 53) as f64;
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_five_minutes() {
        assert_eq!(Backoff::delay(0), Duration::from_millis(500));
        assert_eq!(Backoff::delay(3), Duration::from_secs(4));
        assert_eq!(Backoff::delay(40), LAST);
        assert_eq!(Backoff::delay(u32::MAX), LAST);
    }
}
