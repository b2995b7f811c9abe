//! The looks at releases: why each was looked at last, and what came of it.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use k8s_openapi::jiff::Timestamp;

use crate::reconcile::Next;
use crate::request::Key;

/// The last look at a release.
#[derive(Clone, Debug)]
pub struct LastLook {
    /// How many looks were taken up to this one.
    pub count: u64,
    /// When it began.
    pub began: Timestamp,
    /// Why it was taken.
    pub cause: String,
    /// How long it took and what came of it; `None` while it is under way.
    pub outcome: Option<(Duration, Next)>,
    started: Instant,
}

/// The last look at each release.
#[derive(Default)]
pub struct Looks(Mutex<HashMap<Key, LastLook>>);

impl Looks {
    /// A look begins.
    pub fn begin(&self, key: &Key, cause: String) {
        let mut looks = self.lock();
        let look = LastLook {
            count: looks.get(key).map_or(0, |last| last.count) + 1,
            began: Timestamp::now(),
            cause,
            outcome: None,
            started: Instant::now(),
        };
        looks.insert(key.clone(), look);
    }

    /// It has come to an end.
    pub fn end(&self, key: &Key, next: Next) {
        if let Some(look) = self.lock().get_mut(key) {
            look.outcome = Some((look.started.elapsed(), next));
        }
    }

    /// The last look at a release, if there was any.
    pub fn last(&self, key: &Key) -> Option<LastLook> {
        self.lock().get(key).cloned()
    }

    /// Forgets a release.
    pub fn forget(&self, key: &Key) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, LastLook>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
