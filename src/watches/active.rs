//! The watches in force: those of the file as it was when it last made sense.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::Watch;

/// The watches by number. A watch is known by its kind and selector, and keeps its number for as long as the process
/// lives, whatever else of it is edited.
pub struct ActiveWatches(RwLock<Vec<Slot>>);

struct Slot {
    watch: Arc<Watch>,
    is_in_force: bool,
}

/// What an edit of the file comes to, by the numbers of the watches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Watches that are new, or back.
    pub added: Vec<usize>,
    /// Watches whose options or chart are other ones.
    pub changed: Vec<usize>,
    /// Watches that are not in the file any more.
    pub removed: Vec<usize>,
}

impl ActiveWatches {
    /// These watches, numbered from 0.
    pub fn new(watches: Vec<Watch>) -> Self {
        let active = Self(RwLock::default());
        active.replace(watches);
        active
    }

    /// The watch with this number, as it is, or as it was before it was taken out of the file.
    pub fn get(&self, index: usize) -> Arc<Watch> {
        Arc::clone(&self.read()[index].watch)
    }

    /// The watches in force, with their numbers.
    pub fn all(&self) -> Vec<(usize, Arc<Watch>)> {
        let slots = self.read();
        let active = slots.iter().enumerate().filter(|(_, slot)| slot.is_in_force);
        active.map(|(index, slot)| (index, Arc::clone(&slot.watch))).collect()
    }

    /// Puts these watches in force in place of the others.
    pub fn replace(&self, watches: Vec<Watch>) -> Changes {
        let mut changes = Changes::default();
        let mut slots = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut kept = Vec::new();
        for watch in watches {
            let known = slots
                .iter()
                .position(|slot| slot.watch.gvk == watch.gvk && slot.watch.selector == watch.selector);
            let index = known.unwrap_or(slots.len());
            match slots.get_mut(index) {
                None => {
                    changes.added.push(index);
                    slots.push(Slot {
                        watch: Arc::new(watch),
                        is_in_force: true,
                    });
                }
                Some(slot) => {
                    if !slot.is_in_force {
                        changes.added.push(index);
                    } else if *slot.watch != watch {
                        changes.changed.push(index);
                    }
                    slot.is_in_force = true;
                    // An unchanged watch stays the same one: what was made under it is known by that.
                    if *slot.watch != watch {
                        slot.watch = Arc::new(watch);
                    }
                }
            }
            kept.push(index);
        }
        for (index, slot) in slots.iter_mut().enumerate() {
            if slot.is_in_force && !kept.contains(&index) {
                slot.is_in_force = false;
                changes.removed.push(index);
            }
        }
        changes
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<Slot>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use helm_kube::Gvk;

    use super::*;

    fn watch(kind: &str, chart: &str) -> Watch {
        Watch::new(Gvk::new("shop.example.com/v1", kind), Path::new(chart))
    }

    #[test]
    fn a_watch_keeps_its_number_through_edits() {
        let active = ActiveWatches::new(vec![watch("Book", "a"), watch("Film", "a")]);
        let film = active.get(1);
        let changes = active.replace(vec![watch("Film", "a"), watch("Book", "b"), watch("Song", "a")]);
        let expected = Changes {
            added: vec![2],
            changed: vec![0],
            removed: vec![],
        };
        assert_eq!(changes, expected);
        assert_eq!(active.get(0).chart, Path::new("b"));
        assert!(Arc::ptr_eq(&film, &active.get(1)), "an unchanged watch is the same one");
    }

    #[test]
    fn a_watch_that_was_taken_out_is_known_still_and_may_come_back() {
        let active = ActiveWatches::new(vec![watch("Book", "a"), watch("Film", "a")]);
        assert_eq!(active.replace(vec![watch("Film", "a")]).removed, [0]);
        assert_eq!(active.get(0).gvk.kind, "Book");
        let numbers = |active: &ActiveWatches| active.all().iter().map(|(index, _)| *index).collect::<Vec<_>>();
        assert_eq!(numbers(&active), [1]);
        let changes = active.replace(vec![watch("Book", "b"), watch("Film", "a")]);
        assert_eq!((changes.added, changes.changed), (vec![0], vec![]));
        assert_eq!(numbers(&active), [0, 1]);
        assert_eq!(active.get(0).chart, Path::new("b"));
    }
}
