//! Documents are patched as kustomize patches them: each folder of `tests/patches` is a kustomization, and its
//! `expected.yaml` what `kubectl kustomize` makes of it (`hack/update-patches.sh`).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use govalue::Value;
use helm_release::{Change, LabelSelector, Patch, Pattern, Target, documents, sort_patched};

fn patch(entry: &Value) -> Patch {
    let mut change = Change::read(entry.get("patch").unwrap().as_str().unwrap()).unwrap();
    let identity = change.take_identity();
    let text = |key: &str| entry.get("target").unwrap().get(key).and_then(Value::as_str);
    let pattern = |key: &str| text(key).map(|text| Pattern::new(text).unwrap());
    let selector = |key: &str| LabelSelector::parse(text(key).unwrap_or_default()).unwrap();
    let target = match entry.get("target") {
        None => identity.unwrap(),
        Some(_) => Target {
            group: pattern("group"),
            version: pattern("version"),
            kind: pattern("kind"),
            name: pattern("name"),
            namespace: pattern("namespace"),
            labels: selector("labelSelector"),
            annotations: selector("annotationSelector"),
        },
    };
    let optional = true;
    Patch {
        target,
        change,
        optional,
    }
}

/// Documents by what names them, their order being another matter.
fn by_name(found: impl IntoIterator<Item = helm_release::Manifest>) -> BTreeMap<String, Value> {
    let named = found
        .into_iter()
        .map(|one| (format!("{} {}", one.head.kind, one.head.name), one.object));
    named.collect()
}

/// What we make of a kustomization, and what kustomize does.
fn both(case: &str) -> [BTreeMap<String, Value>; 2] {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/patches").join(case);
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let kustomization = goyaml::from_str(read("kustomization.yaml")).unwrap();
    let entries = kustomization.get("patches").unwrap().as_list().unwrap().to_vec();
    let patches: Vec<Patch> = entries.iter().map(patch).collect();
    let files = BTreeMap::from([("c/t.yaml".to_owned(), read("objects.yaml"))]);
    let sorted = sort_patched(&files, &patches, "default").unwrap();
    [
        by_name(sorted.manifests),
        by_name(documents(&read("expected.yaml")).unwrap()),
    ]
}

#[test]
fn documents_are_patched_as_kustomize_patches_them() {
    for case in ["operations", "others", "pods", "targets"] {
        let [found, wanted] = both(case);
        assert_eq!(
            found.keys().collect::<Vec<_>>(),
            wanted.keys().collect::<Vec<_>>(),
            "{case}"
        );
        for (name, object) in &wanted {
            let texts = [&found[name], object].map(|object| goyaml::to_string(object).unwrap());
            assert_eq!(texts[0], texts[1], "{case}: {name}");
        }
    }
}

#[test]
fn words_of_a_merge_patch_are_booleans_as_in_charts_and_not_as_in_kustomize() {
    let [ours, theirs] = both("words").map(|mut found| found.remove("ConfigMap words").unwrap());
    let text = |object: &Value, field: &str| goyaml::to_string(object.get(field).unwrap()).unwrap();
    assert_eq!(
        text(&ours, "merged"),
        "a: true\nb: false\nc: true\nd: false\ne: false\noctal: 420\nplain: true\ntext: \"yes\"\n"
    );
    assert_eq!(
        text(&theirs, "merged"),
        "a: \"yes\"\nb: \"No\"\nc: \"on\"\nd: \"off\"\ne: \"n\"\noctal: 420\nplain: true\ntext: \"yes\"\n"
    );
    // In operations, kustomize reads them as we do.
    assert_eq!(text(&ours, "added"), text(&theirs, "added"));
}
