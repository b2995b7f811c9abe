//! Metadata, command-line values, joined values and schemas against real Helm 3.22.0.
//!
//! Each `.jsonl` file beside this one has one case a line, with what Helm made of it. Numbers in results are tagged:
//! `{"$i": "1"}` is an int64, `{"$f": "1"}` a float64.

use std::collections::BTreeSet;

use govalue::number::{FloatStyle, format_float};
use govalue::{Map, Value};
use helm_chart::{Chart, File, Overrides, Schema, helm_text, load_files, strvals};
use serde_json::{Value as Json, json};

fn cases(lines: &str) -> Vec<Json> {
    lines
        .lines()
        .map(|line| serde_json::from_str(line).expect("every line is JSON"))
        .collect()
}

fn text<'a>(case: &'a Json, field: &str) -> &'a str {
    case[field].as_str().unwrap_or_default()
}

fn tagged_map(map: &Map) -> Json {
    map.iter()
        .map(|(key, value)| (key.to_string(), tagged(value)))
        .collect()
}

fn tagged(value: &Value) -> Json {
    match value {
        Value::Int(number) => json!({"$i": number.to_string()}),
        Value::Float(number) => json!({"$f": format_float(*number, FloatStyle::General, None)}),
        Value::List(items) => items.iter().map(tagged).collect(),
        Value::Map(map) => tagged_map(map),
        other => serde_json::to_value(other).expect("what is no number is JSON"),
    }
}

fn yaml_values(text: &str) -> Map {
    let map = goyaml::map_from_str(text).expect("the values of a case are YAML");
    map.into_iter()
        .map(|(key, value)| (key, value.through_json()))
        .collect()
}

#[test]
fn metadata_is_read_converted_and_validated_as_by_helm() {
    for case in cases(include_str!("metadata.jsonl")) {
        let file = File {
            name: "Chart.yaml".into(),
            data: text(&case, "text").into(),
        };
        match load_files(vec![file]) {
            Ok(loaded) => {
                let metadata = serde_json::to_value(&*loaded.chart.metadata).unwrap();
                let expected = case["out"].clone();
                assert_eq!(metadata, expected, "{case}");
            }
            Err(error) => {
                let error = error.helm_text();
                let error = error.strip_prefix("cannot load Chart.yaml: ").unwrap_or(&error);
                assert_eq!(error, text(&case, "err"), "{case}");
            }
        }
    }
}

#[test]
fn command_lines_set_what_helm_sets_and_fail_as_helm_fails() {
    for case in cases(include_str!("strvals.jsonl")) {
        let mut values = yaml_values(text(&case, "base"));
        let mut steps = case["steps"].as_array().unwrap().iter();
        let outcome = steps.try_for_each(|step| apply(text(step, "kind"), text(step, "text"), &mut values));
        match outcome {
            Ok(()) => assert_eq!(
                (tagged_map(&values), &Json::Null),
                (case["out"].clone(), &case["err"]),
                "{case}"
            ),
            Err(error) => assert_eq!(error.to_string(), text(&case, "err"), "{case}"),
        }
    }
}

fn apply(kind: &str, line: &str, values: &mut Map) -> Result<(), strvals::StrvalsError> {
    let mut read = |path: &str| match path {
        "bad" => Err("no such file".to_owned()),
        path => Ok(format!("<{path}>").into()),
    };
    match kind {
        "set" => strvals::set(line, values),
        "string" => strvals::set_string(line, values),
        "json" => strvals::set_json(line, values),
        "literal" => strvals::set_literal(line, values),
        _ => strvals::set_file(line, values, &mut read),
    }
}

#[test]
fn schemas_complain_as_helm_complains() {
    for case in cases(include_str!("schemas.jsonl")) {
        let schema = Schema::new(text(&case, "schema"));
        let problem = schema.check(&yaml_values(text(&case, "values"))).err();
        // Helm reports the properties of an object in no certain order.
        let lines = |text: &str| text.split('\n').map(str::to_owned).collect::<Vec<_>>();
        let sorted = |mut lines: Vec<String>| {
            lines.sort();
            lines
        };
        let expected = case["error"].as_str().map(|text| sorted(lines(text)));
        assert_eq!(problem.map(|problem| sorted(lines(&problem))), expected, "{case}");
    }
}

#[test]
fn values_of_chart_trees_are_joined_as_by_helm() {
    for case in cases(include_str!("values.jsonl")) {
        let files = case["files"].as_object().unwrap().iter();
        let files = files.map(|(name, data)| File {
            name: name.as_str().into(),
            data: data.as_str().unwrap().into(),
        });
        let chart = load_files(files.collect()).unwrap().chart;
        let user = yaml_values(text(&case, "values"));
        match join(&chart, user) {
            Ok((outcome, warnings)) => {
                assert_eq!(outcome["out"], case["out"], "{}", case["name"]);
                assert_eq!(outcome["tree"], case["tree"], "{}", case["name"]);
                assert_eq!(outcome["schema"], case["schema"], "{}", case["name"]);
                let expected = case["log"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|line| line.as_str().unwrap().to_owned());
                assert_eq!(warnings, expected.collect(), "{}", case["name"]);
            }
            Err(error) => assert_eq!(error, text(&case, "err"), "{}", case["name"]),
        }
    }
}

fn join(chart: &Chart, user: Map) -> Result<(Json, BTreeSet<String>), String> {
    let processed = helm_chart::process_dependencies(chart, &user).map_err(|error| format!("deps: {error}"))?;
    let joined = helm_chart::coalesce(&processed.chart, user).map_err(|error| error.to_string())?;
    let introduction = "values don't meet the specifications of the schema(s) in the following chart(s):\n";
    let schema = helm_chart::validate(&processed.chart, &joined.values)
        .err()
        .map(|error| error.to_string());
    let schema = schema.map(|text| text.trim_start_matches(introduction).to_owned());
    let outcome = json!({"out": tagged_map(&joined.values), "tree": tree(&processed.chart), "schema": schema});
    Ok((
        outcome,
        processed
            .warnings
            .iter()
            .chain(&joined.warnings)
            .map(ToString::to_string)
            .collect(),
    ))
}

fn tree(chart: &Chart) -> Json {
    let mut subcharts: Vec<&Chart> = chart.dependencies.iter().map(AsRef::as_ref).collect();
    subcharts.sort_by(|left, right| left.name().cmp(right.name()));
    let subcharts: Vec<Json> = subcharts.into_iter().map(tree).collect();
    json!({"path": chart.full_path.to_string(), "deps": subcharts})
}

#[test]
fn flags_are_joined_in_helms_order_and_later_files_win() {
    let overrides = Overrides {
        files: vec![
            ("a.yaml".into(), b"a: {x: 1, z: 2}\nb: [1]\n".to_vec()),
            ("b.yaml".into(), b"a: {z: null}\nb: 2\n".to_vec()),
        ],
        json: vec!["j={\"k\":[1,true]},a.x=7".into()],
        set: vec!["a.x=8,s=1".into()],
        string: vec!["s=2".into()],
        file: vec!["f=path".into()],
        literal: vec!["l=a,b=c".into()],
    };
    let values = overrides
        .join(|path| Ok(format!("contents of {path}").into_bytes()))
        .unwrap();
    let expected = json!({
        "a": {"x": {"$i": "8"}, "z": null},
        "b": {"$f": "2"},
        "j": {"k": [{"$f": "1"}, true]},
        "s": "2",
        "f": "contents of path",
        "l": "a,b=c",
    });
    assert_eq!(tagged_map(&values), expected);
}

#[test]
fn unreadable_overrides_are_reported_as_by_helm() {
    let failing = |overrides: Overrides| helm_text(&overrides.join(|_| Err("no such file".into())).unwrap_err());
    let set = failing(Overrides {
        set: vec!["a".into()],
        ..Overrides::default()
    });
    assert_eq!(set, "failed parsing --set data: key \"a\" has no value");
    let json = failing(Overrides {
        json: vec!["a={".into()],
        ..Overrides::default()
    });
    assert_eq!(json, "failed parsing --set-json data a={");
    let file = failing(Overrides {
        file: vec!["a=b".into()],
        ..Overrides::default()
    });
    assert_eq!(file, "failed parsing --set-file data: no such file");
    let list = failing(Overrides {
        files: vec![("v.yaml".into(), b"[1]".to_vec())],
        ..Overrides::default()
    });
    let expected = "failed to parse v.yaml: error unmarshaling JSON: while decoding JSON: \
                    json: cannot unmarshal array into Go value of type map[string]interface {}";
    assert_eq!(list, expected);
}
