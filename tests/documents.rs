//! What documents say of the code is what the code says. `UPDATE_DOCS=1 cargo test --test documents` writes the generated
//! parts anew.
#![expect(clippy::unwrap_used, reason = "a test ends by panicking, wherever it is")]

use std::fmt::Write as _;
use std::path::Path;

use clap::{Arg, Command, CommandFactory as _};

const MARK: &str = "<!-- From here on: generated from Sprig's table. -->\n";
const COMMANDS: &str = "<!-- From here on: generated from the command line's definition. -->\n";

/// Compares the part of a page after `mark` with what is generated, or writes it anew. Returns the whole page.
fn check_generated(page: &str, mark: &str, generated: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(page);
    let text = std::fs::read_to_string(&path).unwrap();
    let (written, found) = text.split_once(mark).unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{written}{mark}{generated}")).unwrap();
    } else {
        assert_eq!(
            found, generated,
            "{page}: run UPDATE_DOCS=1 cargo test --test documents"
        );
    }
    text
}

#[test]
fn every_function_is_documented() {
    let page = check_generated("functions.md", MARK, &sprig::reference());
    for function in helm_engine::functions() {
        assert!(
            page.contains(&format!("`{}", function.name)),
            "{} is missing",
            function.name
        );
    }
}

#[test]
fn every_acceptance_scenario_has_its_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/ACCEPTANCE.md")).unwrap();
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    let tests = end_to_end_tests(&root.join("tests/e2e"));
    for (row, number) in rows.iter().zip(1..) {
        assert!(row.starts_with(&format!("| {number} |")), "scenario {number}: {row}");
        let named = row.split('`').filter(|word| word.contains("::e2e_"));
        for name in named.clone() {
            assert!(tests.contains(name), "scenario {number}: there is no test {name}");
        }
        assert!(
            named.count() > 0 || row.contains("No test:") || row.contains("Not end to end"),
            "scenario {number} names no test"
        );
    }
    assert_eq!(rows.len(), 58);
}

/// The end-to-end tests below a folder, as `module::function`.
fn end_to_end_tests(folder: &Path) -> std::collections::BTreeSet<String> {
    let mut found = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(end_to_end_tests(&path));
            continue;
        }
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let functions = text
            .split("fn ")
            .filter_map(|rest| rest.split_once('('))
            .map(|(name, _)| name);
        found.extend(
            functions
                .filter(|name| name.starts_with("e2e_"))
                .map(|name| format!("{module}::{name}")),
        );
    }
    found
}

#[test]
fn every_command_is_documented() {
    let mut text = String::new();
    let mut cli = chartwright::cli::Cli::command().disable_help_subcommand(true);
    // The arguments of commands are made when they are asked for.
    cli.build();
    for command in cli.get_subcommands() {
        describe(command, "chartwright", &mut text);
    }
    check_generated("commands.md", COMMANDS, &text);
}

/// A command's heading, its purpose and a row for each of its arguments; then its subcommands.
fn describe(command: &Command, parent: &str, text: &mut String) {
    let name = format!("{parent} {}", command.get_name());
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    writeln!(text, "\n## `{name}`\n\n{}.", about.trim_end_matches('.')).unwrap();
    let is_shown = |arg: &&Arg| !arg.is_hide_set() && arg.get_id() != "help";
    let shown: Vec<&Arg> = command.get_arguments().filter(is_shown).collect();
    if !shown.is_empty() {
        text.push_str("\n| Argument | Default | Meaning |\n|---|---|---|\n");
    }
    for arg in shown {
        let meaning = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let meaning = meaning.replace('|', "\\|").replace('\n', " ");
        writeln!(text, "| {} | {} | {meaning} |", spelling(arg), default(arg)).unwrap();
    }
    for subcommand in command.get_subcommands().filter(|command| command.get_name() != "help") {
        describe(subcommand, &name, text);
    }
}

fn spelling(arg: &Arg) -> String {
    let value = || match arg.get_value_names() {
        Some(names) => names.join(" "),
        None => arg.get_id().to_string(),
    };
    let long = arg.get_long().map(|long| format!("`--{long}`"));
    let short = arg.get_short().map(|short| format!("`-{short}`"));
    let flags: Vec<String> = short.into_iter().chain(long).collect();
    if flags.is_empty() {
        format!("`{}`", value())
    } else {
        flags.join(", ")
    }
}

/// The default, and the variable that sets another. What depends on the machine is not told.
fn default(arg: &Arg) -> String {
    let values: Vec<_> = arg
        .get_default_values()
        .iter()
        .map(|value| value.to_string_lossy())
        .collect();
    let default = match arg.get_long() {
        Some("max-concurrent-reconciles") => "the number of processors".to_owned(),
        _ if !arg.get_action().takes_values() => String::new(),
        _ if values.iter().all(|value| value.is_empty()) => String::new(),
        _ => format!("`{}`", values.join(",")),
    };
    match arg.get_env() {
        Some(variable) => format!("{default} `${}`", variable.to_string_lossy()).trim().to_owned(),
        None => default,
    }
}

#[test]
fn every_reason_and_condition_is_documented() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/conditions.md")).unwrap();
    let source = std::fs::read_to_string(root.join("src/status.rs")).unwrap();
    for name in ["ConditionType", "Reason"] {
        let (_, rest) = source.split_once(&format!("pub enum {name} {{")).unwrap();
        let (variants, _) = rest.split_once("\n}").unwrap();
        let variants = variants.lines().map(str::trim).filter(|line| !line.starts_with("///"));
        for variant in variants.filter(|line| !line.is_empty()) {
            let row = format!("| `{}` |", variant.trim_end_matches(','));
            assert!(page.contains(&row), "docs/conditions.md has no row {row}");
        }
    }
}

/// The documents: those of the book, and the README.
fn documents() -> Vec<std::path::PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = vec![root.join("README.md"), root.join("CONTRIBUTING.md")];
    for folder in ["docs", "docs/decisions"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found
}

/// The targets of a document's links and pictures, but for those in code.
fn links(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut is_code = false;
    for line in text.lines() {
        is_code ^= line.trim_start().starts_with("```");
        if is_code {
            continue;
        }
        let pieces = line.split('`').step_by(2).collect::<Vec<_>>();
        for piece in pieces {
            let targets = piece.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
            found.extend(targets.map(|(target, _)| target));
        }
    }
    found
}

/// The anchors of a document's headings, as GitHub and mdBook make them.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| -> String {
        let letters = heading
            .trim_start_matches('#')
            .trim()
            .chars()
            .filter_map(|letter| match letter {
                ' ' => Some('-'),
                '-' | '_' => Some(letter),
                letter => letter.is_alphanumeric().then(|| letter.to_ascii_lowercase()),
            });
        letters.collect()
    };
    headings.map(anchor).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    let mut checked = 0;
    for path in documents() {
        let text = std::fs::read_to_string(&path).unwrap();
        for link in links(&text) {
            if link.starts_with("http://") || link.starts_with("https://") {
                continue;
            }
            checked += 1;
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() {
                path.clone()
            } else {
                path.parent().unwrap().join(file)
            };
            let has_anchor = || {
                let text = std::fs::read_to_string(&target).unwrap_or_default();
                anchors(&text).iter().any(|known| known == anchor)
            };
            if !target.exists() || (!anchor.is_empty() && !has_anchor()) {
                broken.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
    assert!(checked > 60, "{checked} links");
}

#[test]
fn every_page_is_in_the_book_and_its_pictures_are_small() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let summary = std::fs::read_to_string(docs.join("SUMMARY.md")).unwrap();
    let listed = links(&summary);
    for entry in std::fs::read_dir(&docs).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_page = Path::new(&name).extension().is_some_and(|extension| extension == "md") && name != "SUMMARY.md";
        assert!(
            !is_page || listed.contains(&name.as_str()),
            "docs/SUMMARY.md has no {name}"
        );
    }
    for entry in std::fs::read_dir(docs.join("images")).unwrap() {
        let entry = entry.unwrap();
        assert!(
            entry.metadata().unwrap().len() < 200_000,
            "{} is too large",
            entry.path().display()
        );
    }
}
