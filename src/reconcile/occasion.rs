//! Why a release is looked at.

use std::sync::Arc;

use kube::api::DynamicObject;

use super::memory::{Memo, identity};
use crate::dependents::Causes;
use crate::request::{Wishes, is_being_deleted, is_finalized};
use crate::watches::Watch;

/// What tells why a release is looked at.
pub(super) struct Occasion<'a> {
    pub(super) object: &'a DynamicObject,
    pub(super) wishes: &'a Wishes,
    pub(super) memo: Option<&'a Memo>,
    /// The chart's digest, if it can be used.
    pub(super) chart: Option<&'a [u8; 32]>,
    pub(super) watch: &'a Arc<Watch>,
    /// Whether what the values come from is as it was.
    pub(super) sources_are_current: bool,
    pub(super) causes: &'a Causes,
    /// Whether it was looked at before.
    pub(super) is_repeated: bool,
}

impl Occasion<'_> {
    /// The first cause that holds, in a word or two; a period has passed if there is none.
    pub(super) fn told(&self) -> String {
        if is_being_deleted(self.object) {
            return "deletion".to_owned();
        }
        let word = match self.memo {
            None if self.is_repeated => "retry",
            None if is_finalized(self.object) => "start",
            None => "creation",
            Some(memo) => match self.change_since(memo) {
                Some(word) => word,
                None => return self.event().unwrap_or_else(|| "period".to_owned()),
            },
        };
        word.to_owned()
    }

    /// What has changed that the release is made from.
    fn change_since(&self, memo: &Memo) -> Option<&'static str> {
        let Some((uid, generation, rollback_to)) = &memo.made_from else {
            return Some("retry");
        };
        let (uid_now, generation_now, rollback_to_now) = identity(self.object, self.wishes);
        let asked = &self.wishes.reconcile_now;
        let changes = [
            ("spec", (uid, generation) != (&uid_now, &generation_now)),
            ("rollback-to", *rollback_to != rollback_to_now),
            ("paused", memo.is_paused != self.wishes.paused),
            ("watches.yaml", !Arc::ptr_eq(&memo.watch, self.watch)),
            ("chart", self.chart != Some(&memo.chart)),
            ("values", !self.sources_are_current),
            ("reconcile-now", asked.is_some() && memo.asked != *asked),
        ];
        changes.into_iter().find_map(|(word, holds)| holds.then_some(word))
    }

    /// What its objects did.
    fn event(&self) -> Option<String> {
        let mut drifted = self.causes.drifted.keys();
        match (drifted.next(), drifted.len()) {
            (Some(object), 0) => Some(format!("drift of {object}")),
            (Some(object), more) => Some(format!("drift of {object} and {more} more")),
            (None, _) => self.causes.readiness.then(|| "readiness".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use helm_kube::{Gvk, ObjectRef, Record};
    use serde_json::json;

    use super::*;
    use crate::dependents::Sighting;
    use crate::request::FINALIZER;

    fn object(generation: i64, is_going: bool) -> DynamicObject {
        let gone = is_going.then_some("2026-01-01T00:00:00Z");
        let metadata = json!({"name": "demo", "uid": "1", "generation": generation, "finalizers": [FINALIZER],
            "deletionTimestamp": gone});
        serde_json::from_value(json!({"metadata": metadata})).unwrap()
    }

    fn memo(watch: &Arc<Watch>, is_kept: bool) -> Memo {
        Memo {
            made_from: is_kept.then(|| ("1".into(), 1, None)),
            watch: Arc::clone(watch),
            chart: [0; 32],
            asked: None,
            is_paused: false,
            record: Arc::new(Record::default()),
            objects: Vec::new(),
            is_left: false,
        }
    }

    fn drift(count: usize) -> Causes {
        let object = |number: usize| ObjectRef {
            gvk: Gvk::new("v1", "Service"),
            namespace: Some("shop".into()),
            name: format!("app-{number}"),
        };
        Causes {
            drifted: (0..count).map(|number| (object(number), Sighting::Gone)).collect(),
            readiness: true,
        }
    }

    #[test]
    fn the_first_cause_that_holds_is_told() {
        let watch = Arc::new(Watch::new(
            Gvk::new("shop.example.com/v1", "Book"),
            Path::new("charts/books"),
        ));
        let (kept, refused) = (memo(&watch, true), memo(&watch, false));
        let readiness = Causes {
            readiness: true,
            ..Causes::default()
        };
        let none = Causes::default();
        let first = drift(1);
        let several = drift(3);
        let service = first.drifted.keys().next().unwrap().to_string();
        let cases = [
            (object(1, true), Some(&kept), &none, false, "deletion".to_owned()),
            (object(1, false), None, &none, false, "start".to_owned()),
            (object(1, false), None, &none, true, "retry".to_owned()),
            (object(1, false), Some(&refused), &none, true, "retry".to_owned()),
            (object(2, false), Some(&kept), &first, true, "spec".to_owned()),
            (
                object(1, false),
                Some(&kept),
                &first,
                true,
                format!("drift of {service}"),
            ),
            (
                object(1, false),
                Some(&kept),
                &several,
                true,
                format!("drift of {service} and 2 more"),
            ),
            (object(1, false), Some(&kept), &readiness, true, "readiness".to_owned()),
            (object(1, false), Some(&kept), &none, true, "period".to_owned()),
        ];
        for (object, memo, causes, is_repeated, expected) in cases {
            let occasion = Occasion {
                object: &object,
                wishes: &Wishes::default(),
                memo,
                chart: Some(&[0; 32]),
                watch: &watch,
                sources_are_current: true,
                causes,
                is_repeated,
            };
            assert_eq!(occasion.told(), expected);
        }
    }
}
