//! The table: every function of every group, and the documentation made from it.

use std::fmt::Write as _;

use gotemplate::{Effects, Function, Type};

use crate::{
    crypto, date, defaults, dicts, encoding, flow, lists, math, network, paths, random, regex, semver, string_list,
    strings, types, url, uuid,
};

/// One function: what the executor needs to call it, and what a reader needs to use it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Its name, signature, effects and body.
    pub function: Function,
    /// The heading it is documented under.
    pub group: Group,
    /// What it does, in a sentence or two.
    pub summary: &'static str,
}

/// The headings of Sprig's own documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Functions on one string.
    Strings,
    /// Functions between strings and lists of strings.
    StringLists,
    /// Arithmetic on integers and floats.
    Math,
    /// Dates, times and durations.
    Dates,
    /// Defaults and conditions.
    Defaults,
    /// Base64, base32 and JSON.
    Encoding,
    /// Lists.
    Lists,
    /// Maps.
    Dicts,
    /// Conversion and reflection.
    Types,
    /// Slash-separated and file system paths.
    Paths,
    /// Control of the render itself.
    Flow,
    /// Regular expressions.
    Regex,
    /// Semantic versions.
    Semver,
    /// Keys, certificates, ciphers and hashes.
    Crypto,
    /// Host names.
    Network,
    /// Addresses.
    Url,
    /// Random strings and numbers.
    Random,
    /// Unique identifiers.
    Uuid,
}

/// Each module's rows, in the order of the reference.
const TABLE: &[&[Entry]] = &[
    strings::ENTRIES,
    string_list::ENTRIES,
    math::ENTRIES,
    date::ENTRIES,
    defaults::ENTRIES,
    encoding::ENTRIES,
    lists::ENTRIES,
    dicts::ENTRIES,
    types::ENTRIES,
    paths::ENTRIES,
    flow::ENTRIES,
    regex::ENTRIES,
    semver::ENTRIES,
    crypto::ENTRIES,
    random::ENTRIES,
    uuid::ENTRIES,
    network::ENTRIES,
    url::ENTRIES,
];

/// All rows, group by group.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    TABLE.iter().copied().flatten()
}

/// All functions, to register with a template set.
pub fn functions() -> impl Iterator<Item = &'static Function> {
    entries().map(|entry| &entry.function)
}

/// The table as Markdown: one heading for each group, one table row for each function.
pub fn reference() -> String {
    let mut text = String::from("# Template functions\n");
    let mut group = None;
    for entry in entries() {
        if group != Some(entry.group) {
            group = Some(entry.group);
            let _ = write!(
                text,
                "\n## {}\n\n| Function | Result | What it does |\n|---|---|---|\n",
                entry.group.title()
            );
        }
        let function = &entry.function;
        let _ = writeln!(
            text,
            "| `{}` | `{}` | {} |",
            usage(function),
            function.returns.name(),
            described(entry)
        );
    }
    text
}

/// How a call is written, with the types in the arguments' places.
fn usage(function: &Function) -> String {
    let params = function.params.iter().map(|param| spelled(*param).to_owned());
    let rest = function.variadic.map(|rest| format!("{}...", spelled(rest)));
    let words = std::iter::once(function.name.to_owned()).chain(params).chain(rest);
    words.collect::<Vec<_>>().join(" ")
}

/// A type's name for readers who don't know Go.
fn spelled(kind: Type) -> &'static str {
    match kind {
        Type::Any | Type::Reflect => "any",
        Type::AnyList => "list",
        Type::AnyMap => "dict",
        other => other.name(),
    }
}

/// The summary, with a note on what the result depends on besides the arguments.
fn described(entry: &Entry) -> String {
    let notes = [
        (Effects::RANDOM, "random"),
        (Effects::CLOCK, "reads the clock"),
        (Effects::NETWORK, "asks the network"),
        (Effects::LOOKUP, "reads the cluster"),
        (Effects::REVISION, "reads the revision"),
    ];
    let held: Vec<_> = notes
        .iter()
        .filter(|(effect, _)| entry.function.effects.contains(*effect))
        .map(|(_, note)| *note)
        .collect();
    if held.is_empty() {
        return entry.summary.to_owned();
    }
    format!("{} ({})", entry.summary, held.join(", "))
}

impl Group {
    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Strings => "Strings",
            Self::StringLists => "String lists",
            Self::Math => "Math",
            Self::Dates => "Dates",
            Self::Defaults => "Defaults",
            Self::Encoding => "Encoding",
            Self::Lists => "Lists",
            Self::Dicts => "Dicts",
            Self::Types => "Type conversion and reflection",
            Self::Paths => "Paths",
            Self::Flow => "Flow control",
            Self::Regex => "Regular expressions",
            Self::Semver => "Semantic versions",
            Self::Crypto => "Cryptography",
            Self::Network => "Network",
            Self::Url => "URLs",
            Self::Random => "Random",
            Self::Uuid => "UUIDs",
        }
    }
}
