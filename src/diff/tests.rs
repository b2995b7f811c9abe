use serde_json::json;

use super::*;

fn change(before: Option<Value>, after: Option<Value>) -> Change {
    let object = ObjectRef::of(before.as_ref().or(after.as_ref()).unwrap());
    Change { object, before, after }
}

fn texts(changes: Vec<Change>) -> Vec<String> {
    let found = diffs(changes);
    found.iter().map(|diff| diff.text("live", "merged")).collect()
}

#[test]
fn what_the_server_writes_is_no_change() {
    let map = |version: &str, data: &str| {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": data}, "status": {"x": version},
            "metadata": {"name": "app", "resourceVersion": version, "uid": version, "generation": 1,
                "annotations": {LAST_APPLIED: version}}})
    };
    assert_eq!(texts(vec![change(Some(map("1", "x")), Some(map("2", "x")))]), [""; 0]);
    let expected = "--- live/v1.ConfigMap.app\n+++ merged/v1.ConfigMap.app\n@@ -1,6 +1,6 @@\n apiVersion: v1\n data:\n-  a: x\n\
        +  a: \"y\"\n kind: ConfigMap\n metadata:\n   name: app\n";
    assert_eq!(
        texts(vec![change(Some(map("1", "x")), Some(map("2", "y")))]),
        [expected]
    );
}

#[test]
fn an_object_is_made_or_goes_as_a_whole() {
    let object =
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "app", "namespace": "books"}});
    let made = &diffs(vec![change(None, Some(object.clone()))])[0];
    assert_eq!(made.fate, Fate::Created);
    let head = "--- /dev/null\n+++ merged/apps.v1.Deployment.books.app\n@@ -0,0 +1,5 @@\n+apiVersion: apps/v1\n";
    assert!(made.text("live", "merged").starts_with(head));
    let gone = &diffs(vec![change(Some(object), None)])[0];
    assert_eq!(gone.fate, Fate::Deleted);
    assert!(
        gone.text("live", "merged")
            .contains("+++ /dev/null\n@@ -1,5 +0,0 @@\n-apiVersion")
    );
}

#[test]
fn secrets_tell_that_they_change_and_not_what() {
    let secret = |data: Value, string_data: Value| json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}, "data": data, "stringData": string_data});
    let before = secret(
        json!({"same": "aGk=", "other": "b2xk", "gone": "eA=="}),
        json!({"word": "old-word"}),
    );
    let after = secret(
        json!({"same": "aGk=", "other": "bmV3", "new": "eQ=="}),
        json!({"word": "new-word"}),
    );
    let text = texts(vec![change(Some(before.clone()), Some(after.clone()))]).remove(0);
    for line in [
        "-  gone: '***'\n",
        "-  other: '*** (before)'\n",
        "+  new: '***'\n",
        "+  other: '*** (after)'\n",
        "   same: '***'\n",
        "-  word: '*** (before)'\n",
        "+  word: '*** (after)'\n",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
    let list = |item: Value| json!({"apiVersion": "v1", "kind": "List", "items": [{"kind": "List", "items": [item]}]});
    let whole = texts(vec![
        change(None, Some(before.clone())),
        change(Some(after.clone()), None),
        change(Some(list(before)), Some(list(after))),
    ]);
    for text in whole.iter().chain([&text]) {
        for secret in ["aGk=", "b2xk", "bmV3", "eQ==", "eA==", "old-word", "new-word"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn revisions_are_compared_object_by_object_whatever_their_order() {
    let release = |manifest: &str| Release {
        manifest: manifest.to_owned(),
        ..Release::default()
    };
    let map = |name: &str, text: &str| {
        format!(
            "---\n# Source: demo/templates/{name}.yaml\nkind: ConfigMap\napiVersion: v1\nmetadata: {{name: {name}}}\ndata: {{text: {text}}}\n"
        )
    };
    let old = release(&(map("a", "one") + &map("b", "same") + &map("c", "goes")));
    let new = release(&(map("b", "same") + &map("d", "comes") + &map("a", "two")));
    let found: Vec<_> = between(&old, &new)
        .unwrap()
        .into_iter()
        .map(|diff| (diff.object.name, diff.fate))
        .collect();
    let expected = [("d", Fate::Created), ("a", Fate::Changed), ("c", Fate::Deleted)];
    assert_eq!(found, expected.map(|(name, fate)| (name.to_owned(), fate)));
}
