//! Measures parsing and executing a template such as charts have: `cargo run --release -p gotemplate --example speed`.
#![expect(clippy::print_stdout, reason = "a program")]

use std::time::Instant;

use gotemplate::{
    Any, Args, Call, Effects, Error, FuncError, FuncMap, Function, MissingKey, Options, TemplateSet, Type, execute,
    parse,
};

static INCLUDE: Function = Function {
    name: "include",
    params: &[Type::String, Type::Any],
    variadic: None,
    returns: Type::String,
    effects: Effects::NONE,
    call: include,
};

fn include(call: &mut Call<'_>, args: Args<'_>) -> Result<Any, FuncError> {
    Ok(Any::String(
        call.execute(args.string(0)?.as_bytes(), args.any(1).clone())?,
    ))
}

const TEXT: &[u8] = include_bytes!("speed.tpl");

fn data() -> Any {
    let map =
        |entries: Vec<(&str, Any)>| Any::map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect());
    let text = |text: &str| Any::string(text);
    let port = |name: &str, port: f64| map(vec![("name", Any::string(name)), ("port", Any::Float64(port))]);
    let env = (0..12)
        .map(|index| (format!("VARIABLE_{index}"), text("value")))
        .collect::<Vec<_>>();
    let env = Any::map(env.into_iter().map(|(key, value)| (key.into(), value)).collect());
    let image = map(vec![
        ("repository", text("docker.io/library/books")),
        ("tag", text("1.2.3")),
        ("pull", Any::Nil),
    ]);
    let values = map(vec![
        ("image", image),
        ("replicas", Any::Float64(3.0)),
        ("nameOverride", text("")),
        ("env", env),
        (
            "ports",
            Any::list(vec![
                port("http", 8080.0),
                port("metrics", 9090.0),
                port("admin", 9999.0),
            ]),
        ),
        ("labels", map(vec![("team", text("store")), ("tier", text("backend"))])),
        (
            "persistence",
            map(vec![("enabled", Any::Bool(true)), ("size", text("8Gi"))]),
        ),
        ("nodeSelector", map(vec![])),
    ]);
    let release = map(vec![
        ("Name", text("books")),
        ("Namespace", text("shop")),
        ("Service", text("Helm")),
    ]);
    let chart = map(vec![
        ("Name", text("book-store")),
        ("Version", text("0.1.0")),
        ("AppVersion", text("1.2.3")),
    ]);
    map(vec![("Values", values), ("Release", release), ("Chart", chart)])
}

fn main() -> Result<(), Error> {
    const ROUNDS: u32 = 5_000;
    let functions: FuncMap = [&INCLUDE].into_iter().collect();
    let started = Instant::now();
    for _ in 0..ROUNDS {
        std::hint::black_box(parse("t", TEXT, &functions)?);
    }
    println!(
        "parse:   {:?} per template of {} bytes",
        started.elapsed() / ROUNDS,
        TEXT.len()
    );
    let mut templates = TemplateSet::new("gotpl");
    templates.add(&parse("t", TEXT, &functions)?);
    let options = Options {
        missing_key: MissingKey::Zero,
        ..Options::default()
    };
    let data = data();
    let (mut out, mut steps) = (Vec::new(), 0);
    let started = Instant::now();
    for _ in 0..ROUNDS {
        out.clear();
        steps = execute(&templates, b"t", data.clone(), &options, &(), &mut out)?.steps;
    }
    let each = started.elapsed() / ROUNDS;
    println!("execute: {each:?} for {steps} steps, {} bytes", out.len());
    Ok(())
}
