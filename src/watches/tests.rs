//! What the parser makes of good files, and its exact report on bad ones.

use std::collections::BTreeMap;

use govalue::{Map, Value};

use super::*;

const HEAD: &str = "- group: shop.example.com\n  version: v1\n  kind: Book\n  chart: charts/books\n";

/// A folder with the chart `charts/books` and some that can't be used, made the working folder of no one: paths in the
/// files are absolute where they must be found.
struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let project = Self(folder);
        project.write("books/Chart.yaml", "apiVersion: v2\nname: books\nversion: 1.0.0\n");
        project.write(
            "library/Chart.yaml",
            "apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n",
        );
        project.write("empty/README.md", "no chart\n");
        project.write("broken/Chart.yaml", "apiVersion: v2\nname: broken\n");
        project
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn parse(&self, text: &str) -> Result<Watches, String> {
        let charts = format!("{}/", self.0.path().display());
        let environment: Environment = [("TAG", "9.9"), ("IMAGE", "shop/books:1.2"), ("LIST", "a=b,c=d")]
            .into_iter()
            .collect();
        Watches::parse(
            Path::new("w.yaml"),
            &text.replace("charts/", &charts),
            &environment,
            &Charts::default(),
        )
        .map_err(|error| crate::error::chain(&error).replace(&charts, "charts/"))
    }
}

#[test]
fn every_mistake_is_reported_with_its_place() {
    let project = Project::new();
    let cases: BTreeMap<&str, (String, &str)> = include_str!("tests/mistakes.txt")
        .split("\n=== ")
        .filter_map(|case| {
            let (name, rest) = case.trim_start_matches("=== ").split_once('\n')?;
            let (text, report) = rest.split_once("\n---\n")?;
            Some((
                name,
                ((text.to_owned() + "\n").replace("HEAD\n", HEAD), report.trim_end()),
            ))
        })
        .collect();
    assert!(cases.len() > 20, "{}", cases.len());
    let mut wrong = Vec::new();
    for (name, (text, report)) in cases {
        let found = project
            .parse(&text)
            .map(|watches| format!("{} watches", watches.entries.len()));
        if found.as_ref().map_err(String::as_str) != Err(report) {
            wrong.push(format!("=== {name}\n{}\n", found.unwrap_or_else(|error| error)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.concat());
}

#[test]
fn an_empty_list_and_an_empty_file_watch_nothing() {
    for text in ["[]", "", "---\n# nothing yet\n"] {
        assert_eq!(Project::new().parse(text).unwrap().entries, []);
    }
}

#[test]
fn a_whole_entry_is_read() {
    let text = HEAD.to_owned()
        + "  watchDependentResources: false\n  reconcilePeriod: 1h30m\n  maxConcurrentReconciles: 4\n\
           \x20 maxHistory: 0\n  releaseNamespace: shop\n  dryRunOption: server\n\
           \x20 selector:\n    matchLabels: {tier: gold, size: \"1\"}\n    matchExpressions:\n\
           \x20   - {key: a/b, operator: In, values: [x, z]}\n    - {key: c, operator: NotIn, values: [z]}\n\
           \x20   - {key: d, operator: Exists}\n    - {key: e, operator: DoesNotExist}\n";
    let watches = Project::new().parse(&text).unwrap();
    let [watch] = &*watches.entries else {
        panic!("one entry")
    };
    assert_eq!(watch.gvk, Gvk::new("shop.example.com/v1", "Book"));
    assert!(watch.chart.ends_with("books"));
    assert!(!watch.watch_dependent_resources);
    assert_eq!(watch.reconcile_period, Some(Duration::from_mins(90)));
    assert_eq!(watch.max_concurrent_reconciles, Some(4));
    assert_eq!(watch.max_history, Some(0));
    assert_eq!(watch.release_namespace.as_deref(), Some("shop"));
    assert_eq!(
        watch.selector.to_string(),
        "tier=gold,size=1,a/b in (x,z),c notin (z),d,!e"
    );
}

#[test]
fn policies_are_read() {
    let text = HEAD.to_owned()
        + "  driftIgnore:\n  - {group: apps, kind: Deployment, name: \"*-app\", pointers: [/spec/replicas]}\n\
           \x20 - {group: \"\", pointers: [/data/a~1b]}\n\
           \x20 onImmutable: {\"*\": recreate, Job: fail}\n  crds: createReplace\n";
    let watches = Project::new().parse(&text).unwrap();
    let policy = &watches.entries[0].policy;
    let [first, second] = &*policy.drift_ignore else {
        panic!("two rules")
    };
    assert_eq!(first.name.as_deref(), Some("*-app"));
    assert_eq!((second.group.as_deref(), second.kind.as_deref()), (Some(""), None));
    assert_eq!(second.pointers, ["/data/a~1b"]);
    assert_eq!(policy.on_immutable["*"], helm_action::OnImmutable::Recreate);
    assert_eq!(policy.definitions, helm_action::DefinitionPolicy::CreateReplace);
}

#[test]
fn patches_are_read() {
    let text = HEAD.to_owned()
        + "  patches:\n  - {target: {group: apps, kind: Deployment, name: '', labelSelector: 'a in (b, c),!d'}, patch: '{a: 1}'}\n\
           \x20 - {optional: true, patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, a: 1}'}\n";
    let watches = Project::new().parse(&text).unwrap();
    let patches: Vec<String> = watches.entries[0].patches.iter().map(ToString::to_string).collect();
    assert_eq!(
        patches,
        [
            "group `apps`, kind `Deployment`, labels `a in (b, c),!d`: {\"a\":1}",
            "group `apps`, version `v1`, kind `Deployment`, name `web`: {\"a\":1,\"metadata\":{}}",
        ]
    );
    assert_eq!(
        [false, true],
        [0, 1].map(|index| watches.entries[0].patches[index].optional)
    );
}

#[test]
fn keys_are_found_in_any_case_and_null_counts_as_absent() {
    let text = "- GROUP: shop.example.com\n  Version: 1\n  kind: Book\n  chart: charts/books\n\
                \x20 watchdependentresources: null\n  selector: {}\n  overrideValues:\n";
    let watches = Project::new().parse(text).unwrap();
    assert_eq!(watches.entries[0].gvk, Gvk::new("shop.example.com/1", "Book"));
    assert!(watches.entries[0].watch_dependent_resources);
    assert!(watches.entries[0].selector.is_everything());
    assert!(watches.entries[0].override_values.is_empty());
}

#[test]
fn entries_may_share_fields_by_merge_keys() {
    let text = "- &all {group: shop.example.com, version: v1, kind: Book, chart: charts/books, maxHistory: 3}\n\
                - {<<: *all, kind: Pen}\n";
    let watches = Project::new().parse(text).unwrap();
    assert_eq!(watches.entries[1].gvk.kind, "Pen");
    assert_eq!(watches.entries[1].max_history, Some(3));
}

#[test]
fn one_kind_in_two_groups_is_two_kinds() {
    let text = HEAD.to_owned() + &HEAD.replace("shop.example.com", "library.example.com");
    assert_eq!(Project::new().parse(&text).unwrap().entries.len(), 2);
}

#[test]
fn versions_of_one_kind_may_have_selectors_that_exclude_each_other() {
    let with = |version: &str, selector: &str| HEAD.replace("v1", version) + "  selector: " + selector + "\n";
    let pairs = [
        ("{matchLabels: {a: x}}", "{matchLabels: {a: y}}", true),
        ("{matchLabels: {a: x}}", "{matchLabels: {b: y}}", false),
        (
            "{matchExpressions: [{key: a, operator: Exists}]}",
            "{matchExpressions: [{key: a, operator: DoesNotExist}]}",
            true,
        ),
        (
            "{matchLabels: {a: x}}",
            "{matchExpressions: [{key: a, operator: NotIn, values: [x, y]}]}",
            true,
        ),
        (
            "{matchExpressions: [{key: a, operator: NotIn, values: [x]}]}",
            "{matchLabels: {a: y}}",
            false,
        ),
        (
            "{matchLabels: {a: x}}",
            "{matchExpressions: [{key: a, operator: DoesNotExist}]}",
            true,
        ),
        (
            "{matchExpressions: [{key: a, operator: Exists}]}",
            "{matchLabels: {a: y}}",
            false,
        ),
    ];
    for (first, second, fine) in pairs {
        let text = with("v1", first) + &with("v2", second);
        assert_eq!(Project::new().parse(&text).is_ok(), fine, "{first} {second}");
    }
}

#[test]
fn overrides_are_expanded_and_taken_literally() {
    let text = HEAD.to_owned()
        + r#"  overrideValues:
    image.tag: ${TAG}
    image.repository: '{{ ("$IMAGE" | split ":")._0 }}'
    unset: x$NOT_SET-y
    dollar: "5$ or $ {x"
    list: ${LIST}
    braces: '{a,b}'
    count: 3
    ratio: 1.50
    flag: true
    nothing: null
    hosts[1].name: second
    selector.kubernetes\.io/role: 'a\b'
    fromEnv: '{{ env "TAG" }}{{ expandenv "-$TAG" }}'
"#;
    let watches = Project::new().parse(&text).unwrap();
    let mut values = Map::new();
    watches.entries[0].override_values.apply(&mut values);
    let expected = serde_json::json!({
        "image": {"tag": "9.9", "repository": "shop/books"},
        "unset": "x-y",
        "dollar": "5$ or $ {x",
        "list": "a=b,c=d",
        "braces": "{a,b}",
        "count": "3",
        "ratio": "1.5",
        "flag": "true",
        "nothing": "",
        "hosts": [null, {"name": "second"}],
        "selector": {"kubernetes.io/role": "a\\b"},
        "fromEnv": "9.9-9.9",
    });
    assert_eq!(serde_json::to_value(Value::Map(values)).unwrap(), expected);
}

#[test]
fn overrides_join_maps_and_replace_everything_else() {
    let text = HEAD.to_owned() + "  overrideValues: {image.tag: b, \"hosts[0]\": only, a.b: c}\n";
    let watches = Project::new().parse(&text).unwrap();
    let spec = serde_json::json!({"image": {"tag": "a", "pull": "Always"}, "hosts": ["x", "y"], "a": "text", "n": 3});
    let mut values = serde_json::from_value::<Value>(spec).unwrap().into_map().unwrap();
    watches.entries[0].override_values.apply(&mut values);
    let expected =
        serde_json::json!({"image": {"tag": "b", "pull": "Always"}, "hosts": ["only"], "a": {"b": "c"}, "n": 3});
    assert_eq!(serde_json::to_value(Value::Map(values)).unwrap(), expected);
}

#[test]
fn variables_are_replaced_as_go_does() {
    let environment: Environment = [("A", "1"), ("A_B", "2"), ("*", "star")].into_iter().collect();
    let cases = [
        ("$A$A_B", "12"),
        ("${A}_B", "1_B"),
        ("$", "$"),
        ("a$", "a$"),
        ("$ A", "$ A"),
        ("${}x", "x"),
        ("${A", "A"),
        ("$$A", "A"),
        ("$*${*}", "starstar"),
        ("$12", "2"),
        ("$ä", "$ä"),
    ];
    for (text, expected) in cases {
        assert_eq!(super::expand::expand_variables(text, &environment), expected, "{text}");
    }
}

#[test]
fn the_reference_has_the_table_of_keys() {
    let page = include_str!("../../docs/watches.md");
    assert!(
        page.contains(&reference()),
        "docs/watches.md must contain:\n{}",
        reference()
    );
}
