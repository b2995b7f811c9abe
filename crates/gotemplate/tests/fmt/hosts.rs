//! Hosts' objects, and values that contain themselves.

use std::any::Any as StdAny;
use std::collections::BTreeMap;

use gotemplate::{Any, Kind, Object, fmt};
use govalue::{Str, Value};

/// Stands for Go's `time.Duration`: an `int64` with a `String` method.
#[derive(Debug)]
struct Duration(i64);

impl Object for Duration {
    fn type_name(&self) -> &'static str {
        "time.Duration"
    }

    fn kind(&self) -> Kind {
        Kind::Int64
    }

    fn display(&self) -> Str {
        format!("{}s", self.0 / 1_000_000_000).into()
    }

    fn to_value(&self) -> Value {
        Value::Int(self.0)
    }

    fn as_any(&self) -> &dyn StdAny {
        self
    }
}

fn sprintf(format: &str, args: &[Any]) -> String {
    let mut out = Vec::new();
    fmt::sprintf(format.as_bytes(), args, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn an_object_is_its_text_under_verbs_for_strings_and_its_number_under_others() {
    // As Go prints time.Duration(2000000000).
    let duration = || Any::object(Duration(2_000_000_000));
    assert_eq!(
        sprintf("%v|%s|%q|%5s|%d|%x", &vec![duration(); 6]),
        "2s|2s|\"2s\"|   2s|2000000000|3273"
    );
    assert_eq!(
        sprintf("%T %v", &[duration(), Any::list(vec![duration()])]),
        "time.Duration [2s]"
    );
}

#[test]
fn a_map_that_contains_itself_is_cut_off() {
    let map = Any::map(BTreeMap::new());
    map.as_map()
        .unwrap()
        .insert("a".into(), Any::list(vec![map.clone(), Any::Int(1)]));
    map.as_map().unwrap().insert("b".into(), map.clone());
    assert_eq!(
        sprintf("%v", std::slice::from_ref(&map)),
        "map[a:[%!(CYCLE) 1] b:%!(CYCLE)]"
    );
    // What Go's json.Marshal says of the same map.
    assert_eq!(
        govalue::json::to_string(&map).unwrap_err().to_string(),
        "json: unsupported value: encountered a cycle via map[string]interface {}"
    );
    map.as_map().unwrap().remove(b"a");
    map.as_map().unwrap().remove(b"b");
}

#[test]
fn very_deep_values_are_cut_off() {
    let deep = std::thread::Builder::new().stack_size(64 << 20).spawn(|| {
        let nested = (0..11_000).fold(Any::Int(1), |inner, _| Any::list(vec![inner]));
        let text = sprintf("%v", std::slice::from_ref(&nested));
        assert_eq!(text.len(), 20_000 + "%!(DEPTH)".len());
    });
    deep.unwrap().join().unwrap();
}

#[test]
fn no_value_is_named_only_where_a_template_prints_it() {
    let mut out = Vec::new();
    fmt::write_value(&Any::Invalid, &mut out);
    fmt::write_value(&Any::Nil, &mut out);
    assert_eq!(out, b"<no value><nil>");
}
