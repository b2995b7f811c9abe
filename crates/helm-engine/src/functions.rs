//! Helm's own functions, over Sprig's.

mod data;
mod flow;
mod lookup;
mod templates;

use gotemplate::{Effects, Function, Native, Type};

/// A function that depends on its arguments alone.
const fn pure(name: &'static str, params: &'static [Type], returns: Type, call: Native) -> Function {
    Function {
        name,
        params,
        variadic: None,
        returns,
        effects: Effects::NONE,
        call,
    }
}

const TEXT: &[Type] = &[Type::String];
const ANY: &[Type] = &[Type::Any];

/// Helm's functions, which take the place of Sprig's of the same names.
static FUNCTIONS: &[Function] = &[
    pure("include", &[Type::String, Type::Any], Type::String, templates::include),
    pure("tpl", &[Type::String, Type::Any], Type::String, templates::tpl),
    pure("required", &[Type::String, Type::Any], Type::Any, flow::required),
    pure("fail", TEXT, Type::String, flow::fail),
    Function {
        effects: Effects::LOOKUP,
        ..pure(
            "lookup",
            &[Type::String, Type::String, Type::String, Type::String],
            Type::AnyMap,
            lookup::lookup,
        )
    },
    pure("getHostByName", TEXT, Type::String, lookup::get_host_by_name),
    pure("toYaml", ANY, Type::String, data::to_yaml),
    pure("toYamlPretty", ANY, Type::String, data::to_yaml_pretty),
    pure("fromYaml", TEXT, Type::AnyMap, data::from_yaml),
    pure("fromYamlArray", TEXT, Type::AnyList, data::from_yaml_array),
    pure("toJson", ANY, Type::String, data::to_json),
    pure("fromJson", TEXT, Type::AnyMap, data::from_json),
    pure("fromJsonArray", TEXT, Type::AnyList, data::from_json_array),
    pure("toToml", ANY, Type::String, data::to_toml),
    pure("fromToml", TEXT, Type::AnyMap, data::from_toml),
];

/// Every function that Helm gives to charts: Sprig's, with Helm's own over them.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    let of_sprig = sprig::functions().filter(|function| FUNCTIONS.iter().all(|own| own.name != function.name));
    of_sprig.chain(FUNCTIONS)
}
