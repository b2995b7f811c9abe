use super::*;

const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, annotations: {a: '1'}}\nspec: \
                          {replicas: 1, containers: [{name: a, env: [{name: X, value: x}]}]}\n";

fn patch(name: &str, text: &str) -> Patch {
    Patch {
        target: Target {
            name: Some(Pattern::new(name).unwrap()),
            ..Target::default()
        },
        change: Change::read(text).unwrap(),
        optional: false,
    }
}

fn sorted(patches: &[Patch]) -> Result<Sorted, String> {
    let files = BTreeMap::from([("c/templates/t.yaml".to_owned(), DEPLOYMENT.to_owned())]);
    sort_patched(&files, patches, "shop").map_err(|error| {
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        text
    })
}

#[test]
fn what_is_not_patched_stays_as_it_is_written() {
    let mut optional = patch("other", "spec: {replicas: 2}");
    optional.optional = true;
    assert_eq!(sorted(&[optional]).unwrap().manifests[0].content, DEPLOYMENT);
}

#[test]
fn what_is_no_object_is_not_patched() {
    let text = format!("# nothing\n---\n{DEPLOYMENT}");
    let files = BTreeMap::from([("c/t.yaml".to_owned(), text)]);
    let everything = Patch {
        target: Target::default(),
        ..patch("", "metadata: {labels: {a: b}}")
    };
    let sorted = sort_patched(&files, &[everything], "shop").unwrap();
    let contents: Vec<&str> = sorted.manifests.iter().map(|one| one.content.as_str()).collect();
    assert!(contents.contains(&"# nothing\n"), "{contents:?}");
    assert!(
        contents.iter().any(|content| content.contains("  labels:\n    a: b")),
        "{contents:?}"
    );
}

#[test]
fn patches_follow_each_other_and_null_takes_away() {
    let found = sorted(&[
        patch("web", "metadata: {annotations: {a: null, b: '2'}}"),
        patch(
            "w.*",
            "- {op: move, from: /metadata/annotations/b, path: /metadata/annotations/c}",
        ),
    ]);
    let manifest = &found.unwrap().manifests[0];
    assert_eq!(
        manifest.head.annotations,
        BTreeMap::from([("c".to_owned(), "2".to_owned())])
    );
    assert!(
        manifest
            .content
            .starts_with("apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  annotations:\n    c: \"2\"\n")
    );
}

#[test]
fn a_patch_makes_a_hook_of_a_document_or_leaves_it_out() {
    let hook = patch(
        "web",
        "metadata: {annotations: {helm.sh/hook: pre-install, helm.sh/hook-weight: '-3'}}",
    );
    let found = sorted(&[hook]).unwrap();
    assert!(found.manifests.is_empty());
    assert_eq!((found.hooks[0].name.as_str(), found.hooks[0].weight), ("web", -3));
    assert_eq!(sorted(&[patch("web", "$patch: delete")]), Ok(Sorted::default()));
}

#[test]
fn a_patch_that_does_not_fit_is_told_with_its_number_and_the_document() {
    let document = "patch 1 can't be applied to Deployment web of c/templates/t.yaml: ";
    let cases = [
        (
            patch("db", "spec: {}"),
            "patch 1 (name `db`) matches no document of the release: correct its target, or make it `optional`",
        ),
        (
            patch("web", "- {op: remove, path: /spec/missing}"),
            "operation '/0' failed at path '/spec/missing': path is invalid",
        ),
        (
            patch("web", "metadata: {namespace: other}"),
            "it changes `metadata.namespace`, which says what object it is",
        ),
        (
            patch("web", "spec: {containers: [{image: b}]}"),
            "an item of `containers` has no `name`, by which items are merged",
        ),
        (
            patch("web", "spec: {$patch: remove}"),
            "`$patch: remove` is none of delete, replace, merge",
        ),
    ];
    for (index, (patch, text)) in cases.into_iter().enumerate() {
        let prefix = if index == 0 { "" } else { document };
        assert_eq!(sorted(&[patch]), Err(format!("{prefix}{text}")));
    }
}

#[test]
fn a_patch_that_makes_no_sense_is_refused_when_it_is_read() {
    for text in ["text", "", "- {op: put, path: /a}", "- 1", "a: ["] {
        assert!(Change::read(text).is_err(), "{text}");
    }
    for (text, is_whole) in [
        ("{apiVersion: v1, kind: Secret, metadata: {name: a}}", true),
        ("{apiVersion: v1, kind: Secret}", false),
        ("- {op: remove, path: /a}", false),
    ] {
        assert_eq!(Change::read(text).unwrap().take_identity().is_ok(), is_whole, "{text}");
    }
    for text in ["a b", "a in b", "a=b c", "a==(b)", "=a", "a,,b", "!"] {
        assert!(LabelSelector::parse(text).is_err(), "{text}");
    }
    assert_eq!(
        Pattern::new("*-web").unwrap_err().to_string(),
        "`*-web` is not a regular expression: repetition operator missing expression"
    );
}
