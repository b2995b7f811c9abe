//! Environment variables and templates in the values of `overrideValues`.

use std::collections::HashMap;
use std::sync::LazyLock;

use gotemplate::{Any, Args, Call, Effects, FuncError, FuncMap, Function, Options, TemplateSet, Type};

/// The variables that overrides may name.
#[derive(Clone, Debug, Default)]
pub struct Environment(HashMap<String, String>);

impl Environment {
    /// Those of this process.
    pub fn of_process() -> Self {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        Self(
            std::env::vars_os()
                .map(|(name, value)| (text(name), text(value)))
                .collect(),
        )
    }

    /// A variable's value; empty if it is not set.
    fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        Self(
            variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

/// Fills in variables, then executes the result as a template without data, as both reference operators do.
pub(super) fn expand(text: &str, environment: &Environment) -> Result<String, gotemplate::Error> {
    const NAME: &str = "overrideValues";
    let text = expand_variables(text, environment);
    let parsed = gotemplate::parse(NAME, text.as_bytes(), &FUNCTIONS)?;
    let mut set = TemplateSet::new(NAME);
    set.add(&parsed);
    let mut out = Vec::new();
    gotemplate::execute(
        &set,
        NAME.as_bytes(),
        Any::Nil,
        &Options::default(),
        environment,
        &mut out,
    )?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// Sprig's functions, and the two that only operators get: a chart's templates never see the environment.
static FUNCTIONS: LazyLock<FuncMap> = LazyLock::new(|| {
    let mut functions = FuncMap::new();
    functions.extend(sprig::functions());
    functions.extend([&ENV, &EXPAND_ENV]);
    functions
});

static ENV: Function = text_function("env", |call, args| {
    let name = args.string(0)?.to_lossy();
    Ok(Any::string(call.host::<Environment>()?.get(&name)))
});

static EXPAND_ENV: Function = text_function("expandenv", |call, args| {
    let text = args.string(0)?.to_lossy();
    Ok(Any::string(expand_variables(&text, call.host::<Environment>()?)))
});

const fn text_function(name: &'static str, call: fn(&mut Call<'_>, Args<'_>) -> Result<Any, FuncError>) -> Function {
    Function {
        name,
        params: &[Type::String],
        variadic: None,
        returns: Type::String,
        effects: Effects::NONE,
        call,
    }
}

/// Replaces `$NAME` and `${NAME}` as Go's `os.ExpandEnv`: a variable that is not set is empty, a dollar before anything
/// else stays, and braces that are empty or have no end are left out.
pub(super) fn expand_variables(text: &str, environment: &Environment) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        out.push_str(&rest[..dollar]);
        rest = &rest[dollar + 1..];
        let (name, after) = split_name(rest);
        match name {
            Some(name) => out.push_str(environment.get(name)),
            None if rest.len() == after.len() => out.push('$'),
            None => {}
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The variable's name at the start of what follows a dollar, if there is one, and what comes after it.
fn split_name(text: &str) -> (Option<&str>, &str) {
    if let Some(braced) = text.strip_prefix('{') {
        return match braced.split_once('}') {
            Some(("", after)) => (None, after),
            Some((name, after)) => (Some(name), after),
            None => (None, braced),
        };
    }
    let is_word = |byte: u8| byte == b'_' || byte.is_ascii_alphanumeric();
    let length = match text.bytes().next() {
        Some(b'*' | b'#' | b'$' | b'@' | b'!' | b'?' | b'-' | b'0'..=b'9') => 1,
        _ => text.bytes().take_while(|byte| is_word(*byte)).count(),
    };
    let (name, after) = text.split_at(length);
    (Some(name).filter(|name| !name.is_empty()), after)
}
