//! Go's predefined functions.

mod access;
mod compare;
mod escape;
mod logic;
mod print;

use crate::{Effects, Function, Native, Type};

/// The builtins, sorted by name.
static BUILTINS: [Function; 19] = [
    builtin("and", &[Type::Reflect], Some(Type::Reflect), Type::Reflect, logic::and),
    builtin(
        "call",
        &[Type::Reflect],
        Some(Type::Reflect),
        Type::Reflect,
        logic::call,
    ),
    builtin("eq", &[Type::Reflect], Some(Type::Reflect), Type::Bool, compare::eq),
    builtin("ge", &[Type::Reflect, Type::Reflect], None, Type::Bool, compare::ge),
    builtin("gt", &[Type::Reflect, Type::Reflect], None, Type::Bool, compare::gt),
    builtin("html", &[], Some(Type::Any), Type::String, escape::html),
    builtin(
        "index",
        &[Type::Reflect],
        Some(Type::Reflect),
        Type::Reflect,
        access::index,
    ),
    builtin("js", &[], Some(Type::Any), Type::String, escape::js),
    builtin("le", &[Type::Reflect, Type::Reflect], None, Type::Bool, compare::le),
    builtin("len", &[Type::Reflect], None, Type::Int, access::len),
    builtin("lt", &[Type::Reflect, Type::Reflect], None, Type::Bool, compare::lt),
    builtin("ne", &[Type::Reflect, Type::Reflect], None, Type::Bool, compare::ne),
    builtin("not", &[Type::Reflect], None, Type::Bool, logic::not),
    builtin("or", &[Type::Reflect], Some(Type::Reflect), Type::Reflect, logic::or),
    builtin("print", &[], Some(Type::Any), Type::String, print::print),
    builtin("printf", &[Type::String], Some(Type::Any), Type::String, print::printf),
    builtin("println", &[], Some(Type::Any), Type::String, print::println),
    builtin(
        "slice",
        &[Type::Reflect],
        Some(Type::Reflect),
        Type::Reflect,
        access::slice,
    ),
    builtin("urlquery", &[], Some(Type::Any), Type::String, escape::urlquery),
];

const fn builtin(
    name: &'static str,
    params: &'static [Type],
    variadic: Option<Type>,
    returns: Type,
    call: Native,
) -> Function {
    Function {
        name,
        params,
        variadic,
        returns,
        effects: Effects::NONE,
        call,
    }
}

/// The builtin `name`.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    BUILTINS
        .binary_search_by_key(&name, |function| function.name)
        .ok()
        .and_then(|index| BUILTINS.get(index))
}

#[cfg(test)]
mod tests {
    use super::BUILTINS;

    #[test]
    fn builtins_are_sorted_by_name() {
        assert!(BUILTINS.is_sorted_by_key(|function| function.name));
    }
}
