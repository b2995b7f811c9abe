//! Functions as a host brings them: Helm's `include` and `tpl` in short, and some that make and change values.

use std::rc::Rc;

use gotemplate::{Any, Args, Call, Effects, FuncError, FuncMap, Function, Overlay, Type, parse};

static FUNCTIONS: [Function; 6] = [
    Function {
        name: "include",
        params: &[Type::String, Type::Any],
        variadic: None,
        returns: Type::String,
        effects: Effects::NONE,
        call: include,
    },
    Function {
        name: "tpl",
        params: &[Type::String, Type::Any],
        variadic: None,
        returns: Type::String,
        effects: Effects::NONE,
        call: tpl,
    },
    Function {
        name: "set",
        params: &[Type::AnyMap, Type::String, Type::Any],
        variadic: None,
        returns: Type::AnyMap,
        effects: Effects::NONE,
        call: set,
    },
    Function {
        name: "list",
        params: &[],
        variadic: Some(Type::Any),
        returns: Type::AnyList,
        effects: Effects::NONE,
        call: |_, args| Ok(Any::list(args.rest(0).to_vec())),
    },
    Function {
        name: "fail",
        params: &[Type::String],
        variadic: None,
        returns: Type::String,
        effects: Effects::NONE,
        call: |_, args| Err(FuncError::refused(args.string(0)?.clone())),
    },
    Function {
        name: "now",
        params: &[],
        variadic: None,
        returns: Type::Any,
        effects: Effects::CLOCK,
        call: |call, _| Ok(Any::Int64(*call.host::<i64>()?)),
    },
];

fn include(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    Ok(Any::String(
        call.execute(args.string(0)?.as_bytes(), args.any(1).clone())?,
    ))
}

fn tpl(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let text = args.string(0)?;
    let parsed = parse("gotpl", text.as_bytes(), &functions())
        .map_err(|error| FuncError::nested_in(format!("cannot parse template {text:?}"), error))?;
    let overlay = Overlay::new(call.templates()?, &parsed);
    let result = call.execute_overlay(&overlay, args.any(1).clone());
    Ok(Any::String(result.map_err(|error| {
        error.context(format!("error during tpl function execution for {text:?}"))
    })?))
}

fn set(_: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    let map = args
        .map(0)?
        .ok_or_else(|| FuncError::new("assignment to entry in nil map"))?;
    map.insert(args.string(1)?.clone(), args.any(2).clone());
    Ok(Any::Map(Rc::clone(map)))
}

/// The functions above.
pub(crate) fn functions() -> FuncMap {
    FUNCTIONS.iter().collect()
}
