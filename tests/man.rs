//! The manual pages.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use clap::CommandFactory as _;

fn write_pages(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chartwright"));
    command.arg("man").arg(folder).args(args).output().unwrap()
}

/// The names of a command and of all below it, joined as those of pages are.
fn names(command: &clap::Command, name: String, found: &mut BTreeSet<String>) {
    for inner in command.get_subcommands() {
        names(inner, format!("{name}-{}", inner.get_name()), found);
    }
    found.insert(name);
}

#[test]
fn every_command_has_a_page_that_man_reads() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("man1");
    let output = write_pages(&folder, &[]);
    assert!(output.status.success(), "{output:?}");
    let mut command = chartwright::cli::Cli::command().disable_help_subcommand(true);
    command.build();
    let mut wanted = BTreeSet::new();
    names(&command, "chartwright".to_owned(), &mut wanted);
    let pages = std::fs::read_dir(&folder).unwrap();
    let found: BTreeSet<String> = pages
        .map(|page| page.unwrap().file_name().into_string().unwrap())
        .map(|page| page.strip_suffix(".1").unwrap().to_owned())
        .collect();
    assert_eq!(found, wanted);
    for name in &found {
        let page = folder.join(format!("{name}.1"));
        let text = std::fs::read_to_string(&page).unwrap();
        assert!(
            text.contains(&format!("\n.TH {} 1", name.to_uppercase())),
            "{name}: {text}"
        );
        if let Ok(read) = Command::new("man")
            .args(["--warnings", "-l"])
            .arg(&page)
            .env("MANWIDTH", "80")
            .output()
        {
            let (shown, told) = (
                String::from_utf8_lossy(&read.stdout),
                String::from_utf8_lossy(&read.stderr),
            );
            assert!(read.status.success() && told.is_empty(), "{name}: {told}");
            assert!(
                shown.contains("SYNOPSIS") && shown.contains("DESCRIPTION"),
                "{name}: {shown}"
            );
        }
    }
}

#[test]
fn pages_of_others_are_left_alone() {
    let temp = tempfile::tempdir().unwrap();
    let page = temp.path().join("chartwright-run.1");
    std::fs::write(&page, "somebody's").unwrap();
    let output = write_pages(temp.path(), &[]);
    assert!(!output.status.success());
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("chartwright-run.1 would be overwritten"),
        "{output:?}"
    );
    assert_eq!(
        std::fs::read_dir(temp.path()).unwrap().count(),
        1,
        "nothing is half-written"
    );
    assert!(write_pages(temp.path(), &["--force"]).status.success());
    assert_ne!(std::fs::read_to_string(&page).unwrap(), "somebody's");
}
