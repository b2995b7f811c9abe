//! The screen as a terminal shows it, of real metrics.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::json;

use super::*;
use crate::cli::top::facts::{Facts, Release, Work};
use crate::cli::top::keys::{Step, View};
use crate::cli::top::scrape::Scrape;

/// What an operator with the sample and two more releases served.
const METRICS: &str = include_str!("metrics.txt");

fn release(name: &str, revision: u64, kind: &str, message: &str) -> Release {
    let status = if kind == "Ready" { "True" } else { "False" };
    let mut conditions =
        vec![json!({"type": "Ready", "status": status, "reason": "AllObjectsReady", "message": message})];
    if kind == "ReleaseFailed" {
        conditions.push(json!({"type": kind, "status": "True", "reason": "InstallError", "message": message}));
    }
    let object = json!({"apiVersion": "charts.example.com/v1alpha1", "kind": "BookStore",
        "metadata": {"name": name, "namespace": "default"},
        "status": {"revision": revision, "objects": 4, "replicas": "2/2", "conditions": conditions}});
    Release::of("BookStore", &serde_json::from_value(object).unwrap())
}

fn facts() -> Facts {
    let scrape = Scrape::read(METRICS);
    let releases = vec![
        release("library", 7, "Ready", "4 objects are ready"),
        release(
            "archive",
            1,
            "ReleaseFailed",
            "failed to install release: \u{1b}[31mno\nroom",
        ),
        release("books", 2, "Reconciling", "Deployment default/books-app: 1/2 replicas"),
    ];
    let releases = releases.into_iter().map(|release| release.with_metrics(&scrape));
    Facts {
        releases: releases.collect(),
        work: Work::of(&scrape, None, 1_800_000_000.0),
        problems: Vec::new(),
    }
}

fn press(view: &mut View, facts: &Facts, code: KeyCode) -> Step {
    view.take(KeyEvent::new(code, KeyModifiers::NONE), facts)
}

/// The lines of a screen of this size.
fn screen(facts: &Facts, view: &mut View, width: u16, height: u16) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(frame, facts, view)).unwrap();
    let buffer = terminal.backend().buffer().clone();
    let rows = buffer.content().chunks(usize::from(width));
    rows.map(|cells| {
        cells
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect::<String>()
            .trim_end()
            .to_owned()
    })
    .collect()
}

/// The names in the table, from the top.
fn names(lines: &[String]) -> Vec<&str> {
    let known = ["library", "archive", "books"];
    let first = |line: &String| {
        known
            .iter()
            .find(|name| line.contains(&format!("default  {name} ")))
            .copied()
    };
    lines
        .iter()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join("  "))
        .filter_map(|line| first(&line))
        .collect()
}

#[test]
fn the_screen_has_the_work_and_the_releases() {
    let lines = screen(&facts(), &mut View::default(), 120, 16);
    let text = lines.join("\n");
    for expected in [
        "┌ chartwright top ─",
        "│Operator v0.1.0  up ",
        "memory ",
        "│Queue 0  workers 0/",
        "  drift repaired ",
        "│API requests ",
        "│Releases 3  ready 1  progressing 1  failed 1",
        "┌ releases by status ↓ ─",
        "NAMESPACE",
        "└ ↑↓ choose   enter details   s sort   r reverse   q quit ─",
        // What a message has in it does not reach the terminal.
        "failed to install release:  [31mno room",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in\n{text}");
    }
    assert_eq!(names(&lines), ["archive", "books", "library"]);
    let cells = |name: &str| {
        let line = lines.iter().find(|line| line.contains(&format!(" {name} "))).unwrap();
        line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(cells("books")[6..8], ["2/2", "1"], "drift of that release");
    assert_eq!(cells("library")[6..8], ["2/2", "0"], "and none of the other");
}

#[test]
fn keys_sort_choose_and_show_details() {
    let (facts, mut view) = (facts(), View::default());
    let sorted = |view: &mut View, key: char| {
        assert_eq!(press(view, &facts, KeyCode::Char(key)), Step::Go);
        let lines = screen(&facts, view, 120, 16);
        names(&lines).iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(sorted(&mut view, 's'), ["archive", "books", "library"], "by name");
    assert_eq!(sorted(&mut view, 'r'), ["library", "books", "archive"], "reversed");
    sorted(&mut view, 'r');
    sorted(&mut view, 's');
    assert_eq!(sorted(&mut view, 's'), ["library", "books", "archive"], "by revision");
    for (code, name) in [
        (KeyCode::Down, "books"),
        (KeyCode::End, "archive"),
        (KeyCode::Down, "archive"),
        (KeyCode::Home, "library"),
        (KeyCode::Up, "library"),
        (KeyCode::PageDown, "archive"),
    ] {
        press(&mut view, &facts, code);
        press(&mut view, &facts, KeyCode::Enter);
        let text = screen(&facts, &mut view, 100, 24).join("\n");
        assert!(text.contains(&format!("│BookStore {name} ")), "{code} {name}:\n{text}");
        assert_eq!(press(&mut view, &facts, KeyCode::Esc), Step::Go);
    }
    press(&mut view, &facts, KeyCode::Enter);
    let text = screen(&facts, &mut view, 60, 30).join("\n");
    for expected in [
        "failed",
        "Revision   1",
        "ReleaseFailed  True     InstallError",
        "no room",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in\n{text}");
    }
    assert_eq!(press(&mut view, &facts, KeyCode::Char('q')), Step::End);
    let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(view.take(interrupt, &facts), Step::End);
}

#[test]
fn the_smallest_and_the_emptiest_screen_do_no_harm() {
    for facts in [facts(), Facts::default()] {
        for (width, height) in [(1, 1), (3, 4), (20, 6), (200, 3)] {
            let mut view = View::default();
            for code in [KeyCode::Down, KeyCode::Enter, KeyCode::End, KeyCode::Enter] {
                press(&mut view, &facts, code);
                screen(&facts, &mut view, width, height);
            }
        }
    }
}

#[test]
fn without_metrics_the_releases_are_shown_and_why() {
    let facts = Facts {
        work: None,
        problems: vec!["no metrics from http://127.0.0.1:8080/metrics: connection refused".into()],
        ..facts()
    };
    let text = screen(&facts, &mut View::default(), 120, 16).join("\n");
    assert!(
        text.contains("No metrics.") && text.contains("connection refused") && text.contains("library"),
        "{text}"
    );
}

#[test]
fn rates_come_of_two_scrapes() {
    let at = |requests: u32, seconds: f64| {
        Scrape::read(&format!(
            "helm_operator_build_info{{version=\"v1\"}} 1\nrest_client_requests_total{{code=\"200\"}} {requests}\n\
             rest_client_requests_total{{code=\"<error>\"}} 2\nprocess_cpu_seconds_total {seconds}\n"
        ))
    };
    let since = std::time::Duration::from_secs(10);
    let work = Work::of(&at(50, 1.5), Some((&at(20, 1.0), since)), 0.0).unwrap();
    assert_eq!(
        (work.requests.total, work.requests.rate, work.refused),
        (52.0, Some(3.0), 2.0)
    );
    assert_eq!(work.processor, Some(0.05));
    // An operator that was started anew.
    let work = Work::of(&at(5, 0.1), Some((&at(20, 1.0), since)), 0.0).unwrap();
    assert_eq!(work.requests.rate, None);
    assert_eq!(Work::of(&Scrape::read("up 1\n"), None, 0.0), None, "not an operator");
}
