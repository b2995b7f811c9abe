//! What keys do.

use std::cmp::Ordering;

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::widgets::TableState;

use super::facts::{Facts, Release};

/// How the facts are looked at.
#[derive(Debug, Default)]
pub(super) struct View {
    pub(super) order: Order,
    pub(super) is_reversed: bool,
    pub(super) shows_details: bool,
    /// Which row of the table is chosen.
    pub(super) table: TableState,
}

/// What releases are sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    #[default]
    Status,
    Name,
    Kind,
    Revision,
    Age,
}

/// What follows a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Go,
    End,
}

/// How many rows a page of keys is.
const PAGE: u16 = 10;

impl Order {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Name => "name",
            Self::Kind => "kind",
            Self::Revision => "revision",
            Self::Age => "age",
        }
    }

    fn next(self) -> Self {
        match self {
            Self::Status => Self::Name,
            Self::Name => Self::Kind,
            Self::Kind => Self::Revision,
            Self::Revision => Self::Age,
            Self::Age => Self::Status,
        }
    }

    fn compare(self, a: &Release, b: &Release) -> Ordering {
        let by_order = match self {
            Self::Status => a.standing.cmp(&b.standing),
            Self::Name => Ordering::Equal,
            Self::Kind => a.kind.cmp(&b.kind),
            Self::Revision => b.revision.cmp(&a.revision),
            Self::Age => b.created.cmp(&a.created),
        };
        by_order.then_with(|| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)))
    }
}

impl View {
    /// The releases in the order that was asked for.
    pub(super) fn sorted<'a>(&self, facts: &'a Facts) -> Vec<&'a Release> {
        let mut releases: Vec<&Release> = facts.releases.iter().collect();
        releases.sort_by(|a, b| self.order.compare(a, b));
        if self.is_reversed {
            releases.reverse();
        }
        releases
    }

    /// Does what a key asks for.
    pub(super) fn take(&mut self, key: KeyEvent, facts: &Facts) -> Step {
        let is_interrupt = key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            _ if is_interrupt => return Step::End,
            KeyCode::Esc | KeyCode::Backspace if self.shows_details => self.shows_details = false,
            KeyCode::Char('q') | KeyCode::Esc => return Step::End,
            KeyCode::Enter => self.shows_details = !self.shows_details && !facts.releases.is_empty(),
            KeyCode::Char('s') => self.order = self.order.next(),
            KeyCode::Char('r') => self.is_reversed = !self.is_reversed,
            KeyCode::Down | KeyCode::Char('j') => self.table.select_next(),
            KeyCode::Up | KeyCode::Char('k') => self.table.select_previous(),
            KeyCode::PageDown => self.table.scroll_down_by(PAGE),
            KeyCode::PageUp => self.table.scroll_up_by(PAGE),
            KeyCode::Home => self.table.select_first(),
            KeyCode::End => self.table.select_last(),
            _ => {}
        }
        Step::Go
    }
}
