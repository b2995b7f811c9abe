//! What is remembered of releases between two looks at them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use helm_action::Tracked;
use helm_kube::Record;
use kube::ResourceExt;
use kube::api::DynamicObject;

use super::resource::Resource;
use crate::charts::LoadedChart;
use crate::request::{Key, Wishes};
use crate::watches::Watch;

/// What is remembered of a release between two looks at it.
#[derive(Clone, Debug)]
pub struct Memo {
    /// What is deployed; `None` where that is not what the resource asks for.
    pub(super) made_from: Option<Identity>,
    /// The watch that it was made under.
    pub(super) watch: Arc<Watch>,
    pub(super) chart: [u8; 32],
    /// The last `reconcile-now` that was answered.
    pub(super) asked: Option<String>,
    /// Whether the release was only looked at.
    pub(super) is_paused: bool,
    pub(super) record: Arc<Record>,
    pub(super) objects: Vec<Tracked>,
    /// Whether another revision was begun since, so that it is not known how the objects are.
    pub(super) is_left: bool,
}

/// What tells one state of a resource's wishes from another: its UID, its generation, and the revision that it asks for.
pub(super) type Identity = (String, i64, Option<u32>);

/// What a resource asks for now.
pub(super) fn identity(object: &DynamicObject, wishes: &Wishes) -> Identity {
    (
        object.uid().unwrap_or_default(),
        object.metadata.generation.unwrap_or_default(),
        wishes.rollback_to,
    )
}

/// What is kept of a record between two looks: not what only whoever makes or undoes a revision reads, which reads it
/// anew.
pub(super) fn kept(mut record: Record) -> Arc<Record> {
    let release = &mut record.release;
    release.config = govalue::Value::Null;
    release.chart.values = govalue::Value::Null;
    release.hooks = None;
    Arc::new(record)
}

impl Memo {
    /// What is to be remembered of a release that is as its resource and a chart of this digest ask for.
    pub(super) fn of(resource: &Resource<'_>, chart: [u8; 32], record: Record, objects: Vec<Tracked>) -> Self {
        let wishes = resource.wishes;
        Self {
            made_from: Some(identity(resource.object, wishes)),
            watch: Arc::clone(resource.watch),
            chart,
            asked: wishes.reconcile_now.clone(),
            is_paused: wishes.paused,
            record: kept(record),
            objects,
            is_left: false,
        }
    }

    /// Whether the release was made from this state of the resource, of the chart, of the watch and of what its values come
    /// from, and the resource asks for no look that it has not had yet.
    pub(super) fn is_of(&self, resource: &Resource<'_>, chart: &LoadedChart) -> bool {
        let Resource {
            cx,
            key,
            watch,
            object,
            wishes,
        } = resource;
        self.made_from.as_ref() == Some(&identity(object, wishes))
            && self.chart == *chart.digest.as_bytes()
            && Arc::ptr_eq(&self.watch, watch)
            && self.is_paused == wishes.paused
            && (wishes.reconcile_now.is_none() || self.asked == wishes.reconcile_now)
            && cx.sources.is_current(key)
    }
}

/// What is remembered of all releases.
#[derive(Default)]
pub struct Memory(Mutex<HashMap<Key, Memo>>);

impl Memory {
    pub(super) fn get(&self, key: &Key) -> Option<Memo> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    pub(super) fn put(&self, key: &Key, memo: Memo) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key.clone(), memo);
    }

    /// Whether anything is remembered of a release.
    pub(super) fn has(&self, key: &Key) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(key)
    }

    /// How many objects of a release are known.
    pub fn objects(&self, key: &Key) -> usize {
        let memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.get(key).map_or(0, |memo| memo.objects.len())
    }

    /// Forgets a release.
    pub fn forget(&self, key: &Key) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}
