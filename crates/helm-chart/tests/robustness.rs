//! No input makes the parsers panic, hang or use up the stack.

use govalue::{Map, Value};
use helm_chart::{File, Schema};
use helm_chart::{ValuesError, coalesce, load_files, process_dependencies, strvals};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_line_of_values_panics(line in r#"[ab.\[\]0-9=,{}\\"tn é-]{0,40}"#) {
        let mut values = Map::new();
        let _ = strvals::set(&line, &mut values);
        let _ = strvals::set_string(&line, &mut values);
        let _ = strvals::set_json(&line, &mut values);
        let _ = strvals::set_literal(&line, &mut values);
        let _ = strvals::set_file(&line, &mut values, &mut |path| Ok(path.into()));
    }

    #[test]
    fn no_schema_panics(schema in r#"\{"(type|\$ref|pattern|allOf|items|format)":("[#a-z/(\[]{0,8}"|\[\]|\{\}|1|true)\}"#) {
        let _ = Schema::new(schema).check(&Map::new());
    }
}

#[test]
fn endless_indexes_and_dots_are_refused() {
    let mut values = Map::new();
    let error = strvals::set(&format!("a{}=1", "[0]".repeat(10_000)), &mut values).unwrap_err();
    assert_eq!(error.to_string(), "more than 500 indexes follow each other");
    let error = strvals::set(&format!("b{}=1", ".a".repeat(31)), &mut values).unwrap_err();
    let expected = "value name nested level is greater than maximum supported nested level of 30";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_short_line_makes_no_endless_lists() {
    // Five kilobytes that would take a gigabyte.
    let line = format!("a{}=1", "[65536]".repeat(499));
    let error = strvals::set(&line, &mut Map::new()).unwrap_err();
    assert_eq!(error.to_string(), "the indexes of a line make more than 1048576 items");
    assert_eq!(strvals::set_literal(&line, &mut Map::new()), Err(error.clone()));
    let line = "abcdefghijklmnopq"
        .chars()
        .map(|key| [key.to_string(), "[65536]=1,".into()].concat());
    let line = line.collect::<String>();
    assert_eq!(strvals::set(&line, &mut Map::new()), Err(error));
    assert!(strvals::set("a[65536][65536]=1,b[65536]=2", &mut Map::new()).is_ok());
}

#[test]
fn values_nested_too_deeply_are_refused() {
    let chart = File {
        name: "Chart.yaml".into(),
        data: "apiVersion: v2\nname: a\nversion: 1.0.0\n".into(),
    };
    let chart = load_files(vec![chart]).unwrap().chart;
    let nested = |levels: usize| {
        let value = (0..levels).fold(Value::Null, |value, _| Value::from_iter([("a", value)]));
        value.into_map().unwrap()
    };
    assert!(coalesce(&chart, nested(1_000)).is_ok());
    assert_eq!(coalesce(&chart, nested(1_001)), Err(ValuesError::TooDeep));
    assert!(matches!(
        process_dependencies(&chart, &nested(1_001)),
        Err(ValuesError::TooDeep)
    ));
}

#[test]
fn imports_that_put_values_into_themselves_are_refused() {
    let file = |name: &str, text: &str| File {
        name: name.into(),
        data: text.into(),
    };
    let imports = "[{child: a, parent: a.b}, {child: ., parent: a}, {child: a, parent: a.b.c}, {child: a, parent: .}]";
    let chart = format!(
        "apiVersion: v2\nname: r\nversion: 1.0.0\ndependencies: [{{name: s, version: '*', import-values: {imports}}}]\n"
    );
    let files = vec![
        file("Chart.yaml", &chart),
        file("charts/s/Chart.yaml", "apiVersion: v2\nname: s\nversion: 1.0.0\n"),
        file("charts/s/values.yaml", "a: {b: {c: {a: {b: {}}}}}\n"),
    ];
    let chart = load_files(files).unwrap().chart;
    // Whether it is refused or not, it ends.
    let _ = process_dependencies(&chart, &Map::new());
}
