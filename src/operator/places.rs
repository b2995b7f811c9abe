//! How many releases of each watch are worked on at once.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Semaphore;

/// The places of all watches, by their numbers.
#[derive(Default)]
pub(super) struct Places(RwLock<HashMap<usize, (usize, Arc<Semaphore>)>>);

impl Places {
    /// A watch has this many places now. What is under way keeps the place that it has.
    pub(super) fn set(&self, watch: usize, count: usize) {
        let mut places = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if places.get(&watch).is_none_or(|(known, _)| *known != count) {
            places.insert(watch, (count, Arc::new(Semaphore::new(count))));
        }
    }

    /// The places of a watch.
    pub(super) fn of(&self, watch: usize) -> Arc<Semaphore> {
        let places = self.0.read().unwrap_or_else(PoisonError::into_inner);
        places
            .get(&watch)
            .map_or_else(|| Arc::new(Semaphore::new(1)), |(_, places)| Arc::clone(places))
    }
}
