//! A bounded memory of things that were parsed, shared by all renders.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

/// Values by key, the least recently used forgotten first.
///
/// Two bounds hold: a number of entries, and a sum of weights (bytes, as the values' owner counts them).
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    state: Mutex<State<K, V>>,
    max_entries: usize,
    max_weight: usize,
}

#[derive(Debug)]
struct State<K, V> {
    entries: HashMap<K, Entry<V>>,
    weight: usize,
    /// Counts look-ups; an entry's `used` is its last one.
    clock: u64,
}

#[derive(Debug)]
struct Entry<V> {
    value: Arc<V>,
    weight: usize,
    used: u64,
}

impl<K: Eq + Hash + Clone, V> Cache<K, V> {
    /// An empty cache with its two bounds.
    pub(crate) fn new(max_entries: usize, max_weight: usize) -> Self {
        let state = State {
            entries: HashMap::new(),
            weight: 0,
            clock: 0,
        };
        Self {
            state: Mutex::new(state),
            max_entries,
            max_weight,
        }
    }

    /// The value of `key`; made by `make`, with its weight, where there is none. Failures are not remembered.
    ///
    /// `make` runs without the lock: two threads may make the same value, and the later one stays.
    pub(crate) fn get_or_make<E>(&self, key: &K, make: impl FnOnce() -> Result<(V, usize), E>) -> Result<Arc<V>, E> {
        if let Some(value) = self.find(key) {
            return Ok(value);
        }
        let (value, weight) = make()?;
        let value = Arc::new(value);
        if weight <= self.max_weight {
            self.insert(key.clone(), Arc::clone(&value), weight);
        }
        Ok(value)
    }

    fn find(&self, key: &K) -> Option<Arc<V>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.clock += 1;
        let now = state.clock;
        let entry = state.entries.get_mut(key)?;
        entry.used = now;
        Some(Arc::clone(&entry.value))
    }

    fn insert(&self, key: K, value: Arc<V>, weight: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let used = state.clock;
        let replaced = state.entries.insert(key, Entry { value, weight, used });
        state.weight = state.weight + weight - replaced.map_or(0, |entry| entry.weight);
        while state.entries.len() > self.max_entries || state.weight > self.max_weight {
            state.forget_oldest();
        }
    }
}

impl<K: Eq + Hash + Clone, V> State<K, V> {
    /// Forgets the entry that was not used for longest. It looks at all of them; there are few, and misses are rare.
    fn forget_oldest(&mut self) {
        let oldest = self
            .entries
            .iter()
            .min_by_key(|(_, entry)| entry.used)
            .map(|(key, _)| key.clone());
        if let Some(entry) = oldest.and_then(|key| self.entries.remove(&key)) {
            self.weight -= entry.weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cache;

    fn make(cache: &Cache<u32, u32>, key: u32, weight: usize) -> bool {
        let mut made = false;
        cache
            .get_or_make(&key, || {
                made = true;
                Ok::<_, ()>((key, weight))
            })
            .unwrap();
        made
    }

    #[test]
    fn the_least_recently_used_entry_is_forgotten_first() {
        let cache = Cache::new(2, 100);
        assert!(make(&cache, 1, 1));
        assert!(make(&cache, 2, 1));
        assert!(!make(&cache, 1, 1));
        assert!(make(&cache, 3, 1));
        assert!(!make(&cache, 1, 1));
        assert!(make(&cache, 2, 1));
    }

    #[test]
    fn entries_together_weigh_no_more_than_allowed() {
        let cache = Cache::new(10, 10);
        assert!(make(&cache, 1, 6));
        assert!(make(&cache, 2, 6));
        assert!(make(&cache, 1, 6));
        assert!(make(&cache, 3, 11));
        assert!(make(&cache, 3, 11));
        assert!(!make(&cache, 1, 6));
    }
}
