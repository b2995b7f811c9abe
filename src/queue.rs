//! The work queue: each key once, one at a time, now or later.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// Keys that wait for their turn. A key that is added while it is being worked on comes back when that is done; one
/// that waits for a later time and is added again keeps the earlier of both.
pub struct Queue<K> {
    state: Mutex<State<K>>,
    changed: Notify,
}

/// When a key comes back after its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// When it is added or nudged.
    Nothing,
    /// After this time, unless it is added or nudged before.
    Wait(Duration),
    /// After this time, unless it is added before: a failure, which a nudge does not bring forward.
    Hold(Duration),
}

struct State<K> {
    ready: VecDeque<K>,
    later: BTreeMap<(Instant, u64), K>,
    slots: HashMap<K, Slot>,
    counter: u64,
}

/// What is known of a key; a key without a slot is neither queued nor worked on.
#[derive(Default)]
struct Slot {
    ready: bool,
    running: bool,
    again: Again,
    later: Option<(Instant, u64)>,
    held: bool,
}

/// What happened to a key while it was being worked on.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Again {
    #[default]
    No,
    NudgedSoon(Duration),
    Nudged,
    Added,
}

impl<K: Clone + Eq + Hash> Default for Queue<K> {
    fn default() -> Self {
        let state = State {
            ready: VecDeque::new(),
            later: BTreeMap::new(),
            slots: HashMap::new(),
            counter: 0,
        };
        Self {
            state: Mutex::new(state),
            changed: Notify::new(),
        }
    }
}

impl<K: Clone + Eq + Hash> Queue<K> {
    /// Queues a key for now: what it stands for has changed.
    pub fn add(&self, key: &K) {
        self.lock().make_ready(key, Again::Added);
        self.changed.notify_one();
    }

    /// Queues a key for now, unless it is held back after a failure: something about it may have changed, perhaps by its
    /// own work.
    pub fn nudge(&self, key: &K) {
        let mut state = self.lock();
        if !state.slots.get(key).is_some_and(|slot| slot.held) {
            state.make_ready(key, Again::Nudged);
            self.changed.notify_one();
        }
    }

    /// Queues a key for `delay` from now, unless it is held back after a failure or its turn comes sooner: what happens to
    /// it until then is looked at together.
    pub fn nudge_soon(&self, key: &K, delay: Duration) {
        let mut state = self.lock();
        let now = Instant::now();
        let slot = state.slots.entry(key.clone()).or_default();
        let comes_sooner = slot.later.is_some_and(|(at, _)| at <= now + delay);
        if slot.held || slot.ready || comes_sooner {
            return;
        }
        if slot.running {
            slot.again = slot.again.max(Again::NudgedSoon(delay));
        } else {
            state.postpone(key, delay, false);
            self.changed.notify_one();
        }
    }

    /// The next key whose time has come; it counts as being worked on until [`Queue::done`].
    pub async fn next(&self) -> K {
        loop {
            let changed = self.changed.notified();
            let wake = {
                let mut state = self.lock();
                state.wake(Instant::now());
                if let Some(key) = state.pop() {
                    return key;
                }
                state.later.first_key_value().map(|((at, _), _)| *at)
            };
            match wake {
                Some(at) => tokio::select! { () = changed => {}, () = sleep_until(at) => {} },
                None => changed.await,
            }
        }
    }

    /// Ends the work on a key. A nudge that came in the meantime counts only if `is_wanted` still: the work may have dealt
    /// with what it was about.
    pub fn done(&self, key: &K, after: After, is_wanted: impl Fn() -> bool) {
        let mut state = self.lock();
        let Some(slot) = state.slots.get_mut(key) else { return };
        slot.running = false;
        let again = match std::mem::take(&mut slot.again) {
            Again::Nudged | Again::NudgedSoon(_) if !is_wanted() => Again::No,
            again => again,
        };
        match (after, again) {
            (_, Again::Added) => state.make_ready(key, again),
            (After::Hold(delay), _) => state.postpone(key, delay, true),
            (_, Again::Nudged) => state.make_ready(key, again),
            (_, Again::NudgedSoon(delay)) | (After::Wait(delay), Again::No) => state.postpone(key, delay, false),
            (After::Nothing, Again::No) => drop(state.slots.remove(key)),
        }
        self.changed.notify_one();
    }

    /// How many keys wait for their turn now.
    pub fn depth(&self) -> usize {
        self.lock().ready.len()
    }

    /// How long until the turn of a key that waits for a time, and whether that is held back after a failure.
    pub fn due(&self, key: &K) -> Option<(Duration, bool)> {
        let state = self.lock();
        let slot = state.slots.get(key)?;
        let (at, _) = slot.later?;
        Some((at.saturating_duration_since(Instant::now()), slot.held))
    }

    fn lock(&self) -> MutexGuard<'_, State<K>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Eq + Hash> State<K> {
    fn make_ready(&mut self, key: &K, why: Again) {
        let slot = self.slots.entry(key.clone()).or_default();
        slot.held = false;
        if let Some(at) = slot.later.take() {
            self.later.remove(&at);
        }
        if slot.running {
            slot.again = slot.again.max(why);
        } else if !slot.ready {
            slot.ready = true;
            self.ready.push_back(key.clone());
        }
    }

    fn postpone(&mut self, key: &K, delay: Duration, held: bool) {
        self.counter += 1;
        let place = (Instant::now() + delay, self.counter);
        let slot = self.slots.entry(key.clone()).or_default();
        slot.held = held;
        if let Some(before) = slot.later.replace(place) {
            self.later.remove(&before);
        }
        self.later.insert(place, key.clone());
    }

    /// Makes the keys ready whose time has come.
    fn wake(&mut self, now: Instant) {
        while let Some(entry) = self.later.first_entry() {
            if entry.key().0 > now {
                break;
            }
            let key = entry.remove();
            if let Some(slot) = self.slots.get_mut(&key) {
                slot.later = None;
            }
            self.make_ready(&key, Again::Added);
        }
    }

    fn pop(&mut self) -> Option<K> {
        let key = self.ready.pop_front()?;
        let slot = self.slots.entry(key.clone()).or_default();
        slot.ready = false;
        slot.running = true;
        Some(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_key_is_queued_once_and_comes_back_after_its_work() {
        let queue = Queue::default();
        queue.add(&"a");
        queue.add(&"a");
        queue.add(&"b");
        assert_eq!(queue.next().await, "a");
        queue.add(&"a");
        assert_eq!(queue.next().await, "b");
        assert!(
            tokio::time::timeout(Duration::from_secs(1), queue.next())
                .await
                .is_err(),
            "`a` is still worked on"
        );
        queue.done(&"a", After::Nothing, || true);
        assert_eq!(queue.next().await, "a");
    }

    async fn nothing_comes_of(queue: &Queue<&str>) -> bool {
        tokio::time::timeout(Duration::from_secs(1), queue.next())
            .await
            .is_err()
    }

    /// A queue with a key whose work was just ended.
    async fn queue_after(after: After) -> Queue<&'static str> {
        let queue = Queue::default();
        queue.add(&"a");
        let key = queue.next().await;
        queue.done(&key, after, || true);
        queue
    }

    #[tokio::test(start_paused = true)]
    async fn a_key_comes_back_when_its_time_has_come() {
        let start = Instant::now();
        let queue = queue_after(After::Wait(Duration::from_mins(1))).await;
        assert_eq!(queue.due(&"a"), Some((Duration::from_mins(1), false)));
        assert_eq!(queue.next().await, "a");
        assert_eq!(start.elapsed().as_secs(), 60);
        queue.done(&"a", After::Nothing, || true);
        assert!(nothing_comes_of(&queue).await);
    }

    #[tokio::test(start_paused = true)]
    async fn adding_a_waiting_key_now_cancels_its_wait() {
        let queue = queue_after(After::Wait(Duration::from_mins(1))).await;
        queue.add(&"a");
        assert_eq!(queue.next().await, "a");
        queue.done(&"a", After::Nothing, || true);
        assert!(
            tokio::time::timeout(Duration::from_secs(100), queue.next())
                .await
                .is_err()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_may_wait_a_little_is_looked_at_together() {
        let soon = Duration::from_millis(200);
        let queue = queue_after(After::Wait(Duration::from_mins(1))).await;
        let start = Instant::now();
        queue.nudge_soon(&"a", soon);
        tokio::time::sleep(soon / 2).await;
        queue.nudge_soon(&"a", soon);
        assert_eq!(queue.next().await, "a");
        assert_eq!(start.elapsed(), soon, "the second does not put it off");
        queue.nudge_soon(&"a", soon);
        queue.done(&"a", After::Nothing, || true);
        assert_eq!(queue.next().await, "a");
        assert_eq!(start.elapsed(), 2 * soon, "what happens during the work waits as well");
        queue.nudge_soon(&"a", soon);
        queue.nudge(&"a");
        queue.done(&"a", After::Nothing, || true);
        assert_eq!(queue.next().await, "a");
        assert_eq!(start.elapsed(), 2 * soon, "a nudge does not wait");
        queue.done(&"a", After::Hold(Duration::from_mins(1)), || true);
        queue.nudge_soon(&"a", soon);
        assert!(nothing_comes_of(&queue).await, "a hold is not cut short");
    }

    #[tokio::test(start_paused = true)]
    async fn a_nudge_does_not_cut_a_hold_short_but_a_change_does() {
        let queue = queue_after(After::Hold(Duration::from_mins(1))).await;
        queue.nudge(&"a");
        assert!(nothing_comes_of(&queue).await);
        queue.add(&"a");
        assert_eq!(queue.next().await, "a");
        queue.nudge(&"a");
        queue.done(&"a", After::Hold(Duration::from_mins(1)), || true);
        assert!(
            nothing_comes_of(&queue).await,
            "what happened during the work is held as well"
        );
        let start = Instant::now();
        assert_eq!(queue.next().await, "a");
        assert_eq!(start.elapsed().as_secs(), 59);
        queue.done(&"a", After::Nothing, || true);
        queue.nudge(&"a");
        assert_eq!(queue.next().await, "a", "after the hold, a nudge counts again");
    }

    #[tokio::test(start_paused = true)]
    async fn a_nudge_about_what_the_work_has_dealt_with_does_not_count() {
        let queue = Queue::default();
        for (is_wanted, depth) in [(false, 0), (true, 1)] {
            queue.add(&"a");
            assert_eq!(queue.next().await, "a");
            queue.nudge(&"a");
            queue.done(&"a", After::Nothing, || is_wanted);
            assert_eq!(queue.depth(), depth);
        }
        assert_eq!(queue.next().await, "a");
        queue.add(&"a");
        queue.done(&"a", After::Nothing, || false);
        assert_eq!(queue.depth(), 1, "what was added is looked at");
    }
}
