//! Random calls, compared with real Sprig: `SPRIG_CALLS=50000 cargo test -p sprig differential`.
//!
//! Without the variable nothing is compared, so that the tests need no Go.

use gotemplate::{Effects, Function, Type};
use sprig::Group;

use crate::data::data;
use crate::oracle::Oracle;
use crate::render::{Answer, functions, render};

/// Groups with results that differ from call to call, or with a comparison of their own.
const OTHERS: &[Group] = &[
    Group::Crypto,
    Group::Dates,
    Group::Network,
    Group::Random,
    Group::Regex,
    Group::Semver,
    Group::Uuid,
];

/// What random strings are made of: characters, and words that mean something to one function or another.
const PIECES: &[&str] = &[
    "a", "b", "z", "A", "B", "Z", "0", "1", "7", "9", " ", " ", "_", "-", "-", ".", ".", ",", "/", ":", "@", "%",
    "%2f", "?", "#", "&", "=", "+", "[", "]", "\\", "\"", "'", "$", "<", "(", "*", "!", "~", "^", "\n", "\t", "\u{a0}",
    "\u{85}", "é", "ß", "Ł", "Ǆ", "世", "界", "😀", "\u{300}", "HTTP", "Server", "server", "http://", "[::1]",
    "fe80::", "%25", "YWJj", "==", "ME", "\0", "..",
];

/// Functions that Helm replaces by its own.
const REPLACED: &[&str] = &["fromJson"];

const INTEGERS: &[&str] = &[
    "0",
    "1",
    "-1",
    "2",
    "3",
    "5",
    "7",
    "-4",
    "12",
    "40",
    ".int",
    "(len .text)",
];

const STRINGS: &[&str] = &[
    r#""""#,
    r#""a""#,
    r#"",""#,
    r#"" ""#,
    r#""a,b,,c""#,
    r#""Hello, World""#,
    r#""fooBarBAZ_qux-9x""#,
    r#""12.50""#,
    r#""0x1F""#,
    r#""-7""#,
    r#""a.b.c""#,
    r#""/a/../b/./c.d""#,
    r#""http://u:p@h.example:80/p%20q?x=1#f""#,
    r#""YWJj""#,
    r#""MFRGG===""#,
    r#"`{"a":[1,2.5,"x",null]}`"#,
    r#""string""#,
    r#""map""#,
    r#""a b\tc\nd  e""#,
    r#""\\d+|[a-z]""#,
    r#""1.2.3-beta.1""#,
    r#"">=1.2 <2""#,
    r#""true""#,
    ".unicode",
    ".binary",
    ".lines",
    ".text",
];

const FLOATS: &[&str] = &[
    "0.0",
    "1.5",
    "-2.5",
    ".float",
    ".fraction",
    ".big",
    ".nan",
    ".inf",
    "1e-7",
    "123456789.125",
];

const LISTS: &[&str] = &[
    ".list",
    ".strings",
    ".empty.list",
    ".empty.strings",
    "(list 1 2 3)",
    r#"(list "b" "a" "b" nil)"#,
    "(until 4)",
    r#"(splitList "," "x,y,x")"#,
    "(list (list 1) (dict) nil 0)",
    "(rest (list 1))",
    "(list 1 1.0 (int64 1) true)",
    ".bytes",
];

const MAPS: &[&str] = &[
    ".map",
    ".values",
    ".empty.map",
    "(dict)",
    r#"(dict "a" 5)"#,
    r#"(dict "b" (dict "c" 1 "d" 2))"#,
    r#"(dict "a" nil "l" (list))"#,
    r#"(dict "scheme" "http" "host" "h" "path" "/x y")"#,
    r#"(dict "b" "" "z" false)"#,
    r#"(dict "b" .list "e" (dict "f" .strings))"#,
];

const OTHER_VALUES: &[&str] = &[
    "nil",
    "true",
    "false",
    ".missing",
    ".stringMap",
    ".int64",
    ".uint64",
    "'x'",
];

/// Where the maps begin that are made anew each time.
const FRESH: usize = 3;

/// The maps of a random program.
const VARIABLES: &[&str] = &["$x", "$y", "$z"];

/// A small generator of random numbers: xorshift.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).expect("31 bits fit") % limit
    }

    pub(crate) fn pick<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    /// A string of random pieces, quoted.
    fn string(&mut self) -> String {
        let pieces: String = (0..self.below(9)).map(|_| self.pick(PIECES)).collect();
        govalue::quote(pieces.as_bytes())
    }

    /// A float of few or many digits.
    fn float(&mut self) -> String {
        let digits = [10, 1000, 1_000_000_007][self.below(3)];
        let scale = [1.0, 10.0, 1000.0, 1e9, 1e-9][self.below(5)];
        let whole = u32::try_from(self.below(digits)).expect("small");
        let sign = if self.below(3) == 0 { "-" } else { "" };
        format!("{sign}{}", f64::from(whole) / scale)
    }

    /// An argument: most of the time one of the type.
    fn argument(&mut self, kind: Type) -> String {
        match (kind, self.below(3)) {
            (Type::String, 0 | 1) | (Type::Any, 0) if self.below(3) > 0 => return self.string(),
            (Type::Float64, 0) | (Type::Any, 1) if self.below(3) == 0 => return self.float(),
            _ => {}
        }
        let pool = match kind {
            _ if self.below(12) == 0 => OTHER_VALUES,
            Type::Int | Type::Int64 | Type::Uint32 => INTEGERS,
            Type::Float64 => FLOATS,
            Type::Bool => &["true", "false"],
            Type::AnyMap => MAPS,
            Type::String => STRINGS,
            _ => [INTEGERS, STRINGS, FLOATS, LISTS, LISTS, MAPS, OTHER_VALUES][self.below(7)],
        };
        self.pick(pool).to_owned()
    }

    /// A call of the function with random arguments, and what is shown of the result.
    fn template(&mut self, function: &Function) -> String {
        let mut call = function.name.to_owned();
        let rest = function
            .variadic
            .into_iter()
            .flat_map(|kind| [kind; 4])
            .take(self.below(5));
        for kind in function.params.iter().copied().chain(rest) {
            call.push(' ');
            call.push_str(&self.argument(kind));
        }
        match function.name {
            // Their order is random in Go.
            "keys" | "values" => format!("{{{{ {call} | sortAlpha }}}}"),
            _ => format!("{{{{ $x := {call} }}}}{{{{ typeOf $x }}}} {{{{ $x }}}} {{{{ toJson $x }}}}"),
        }
    }

    /// Three maps that are changed and put into later ones, and what is left of them. (Go dies of a map within itself.)
    fn program(&mut self) -> String {
        let fresh = &MAPS[FRESH..];
        let mut program = Vec::new();
        for (variable, shared) in VARIABLES.iter().zip(MAPS) {
            let map = if self.below(2) == 0 { shared } else { self.pick(fresh) };
            program.push(format!("{{{{ {variable} := {map} }}}}"));
        }
        for _ in 0..=self.below(3) {
            let target = self.below(VARIABLES.len() - 1) + 1;
            let (source, target) = (VARIABLES[self.below(target)], VARIABLES[target]);
            let (key, map) = (self.pick(&["a", "b", "c", "e", "l"]), self.pick(fresh));
            let change = match self.below(9) {
                0 => format!("set {target} {key:?} {source}"),
                1 => format!("set {target} {key:?} {}", self.pick(LISTS)),
                2 => format!("unset {target} {key:?}"),
                3 => format!("merge {target} {source}"),
                4 => format!("mergeOverwrite {target} {source}"),
                5 => format!("merge {target} (dict {key:?} {source}) {map}"),
                6 => format!("mergeOverwrite {target} {map} (dict {key:?} {source})"),
                7 => format!("deepCopy {source}"),
                _ => format!("omit {source} {key:?}"),
            };
            program.push(format!("{{{{ {target} = {change} }}}}"));
        }
        for variable in VARIABLES {
            program.push(format!("{{{{ typeOf {variable} }}}} {{{{ toJson {variable} }}}} "));
        }
        program.concat()
    }
}

#[test]
fn random_calls_are_answered_as_by_sprig() {
    let table: Vec<&Function> = sprig::entries()
        .filter(|entry| !OTHERS.contains(&entry.group) && !REPLACED.contains(&entry.function.name))
        .map(|entry| &entry.function)
        .filter(|function| function.effects == Effects::NONE)
        .collect();
    let mut functions = table.into_iter().cycle();
    compare(move |random| random.template(functions.next().expect("the table isn't empty")));
}

#[test]
fn random_changes_of_maps_leave_them_as_sprig_does() {
    compare(Random::program);
}

/// Compares as many templates as `SPRIG_CALLS` says, none without it.
fn compare(make: impl FnMut(&mut Random) -> String + Send + 'static) {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let Some(calls) = number("SPRIG_CALLS") else { return };
    let seed = number("SPRIG_SEED").unwrap_or(0x5bd1_e995);
    // Maps that contain themselves are walked a thousand levels deep before anyone notices.
    let thread = std::thread::Builder::new()
        .stack_size(32 << 20)
        .spawn(move || differences(calls, seed, make));
    let failures = thread.expect("a thread starts").join().expect("no call panics");
    let shown = failures.len().min(60);
    assert!(
        failures.is_empty(),
        "{} of {calls} differ:\n{}",
        failures.len(),
        failures[..shown].join("\n")
    );
}

/// The templates that are answered otherwise than by Sprig, of those that Go survives.
fn differences(calls: u64, seed: u64, mut make: impl FnMut(&mut Random) -> String) -> Vec<String> {
    let (mut random, mut oracle, ours) = (Random(seed), Oracle::start(), functions());
    let mut failures = Vec::new();
    for _ in 0..calls {
        let template = make(&mut random);
        let (expected, answer) = (oracle.render(&template), render(&template, data(), &ours));
        if lossless(&answer) != lossless(&expected) && !is_crash(&expected) {
            failures.push(format!(
                "{template}\n  Go:   {}\n  here: {}",
                expected.to_line(),
                answer.to_line()
            ));
        }
    }
    failures
}

/// Whether Go died of the call, as it does of a map that contains itself.
fn is_crash(answer: &Answer) -> bool {
    matches!(answer, Answer::Error(text) if text.starts_with("panic: worker died") || text.starts_with("timeout:"))
}

/// The answer with one mark for each run of invalid bytes: Go's JSON has one a byte in errors.
pub(crate) fn lossless(answer: &Answer) -> String {
    let mut line = answer.to_line();
    while line.contains("\u{fffd}\u{fffd}") {
        line = line.replace("\u{fffd}\u{fffd}", "\u{fffd}");
    }
    line
}
