//! The screen.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style, Stylize as _};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Block, Cell, Paragraph, Row, Table, Wrap};

use super::facts::{Facts, Release, count_line, work_lines};
use super::keys::View;
use crate::standing::Standing;

const KEYS: &str = " ↑↓ choose   enter details   s sort   r reverse   q quit ";

/// How wide the columns of names may be.
const WIDEST: usize = 28;

/// Draws everything.
pub(super) fn draw(frame: &mut Frame<'_>, facts: &Facts, view: &mut View) {
    let mut head: Vec<Line<'_>> = work_lines(facts.work.as_ref()).into_iter().map(Line::from).collect();
    head.push(Line::from(count_line(&facts.releases)).bold());
    head.extend(facts.problems.iter().map(|problem| Line::from(problem.as_str()).red()));
    let height = u16::try_from(head.len()).unwrap_or(u16::MAX).saturating_add(2);
    let [top, body] = Layout::vertical([Constraint::Length(height), Constraint::Fill(1)]).areas(frame.area());
    frame.render_widget(Paragraph::new(head).block(block(" chartwright top ")), top);
    let releases = view.sorted(facts);
    // Rows come and go; somebody is always chosen.
    let last = releases.len().saturating_sub(1);
    let chosen = view.table.selected().unwrap_or(0).min(last);
    view.table.select(Some(chosen));
    match releases.get(chosen).filter(|_| view.shows_details) {
        Some(release) => frame.render_widget(details(release), body),
        None => draw_table(frame, body, &releases, view),
    }
}

fn block(title: &str) -> Block<'_> {
    Block::bordered()
        .border_style(Style::new().dark_gray())
        .title(title.bold())
}

fn draw_table(frame: &mut Frame<'_>, area: Rect, releases: &[&Release], view: &mut View) {
    let arrow = if view.is_reversed { "↑" } else { "↓" };
    let title = format!(" releases by {} {arrow} ", view.order.name());
    let headings = [
        "NAMESPACE",
        "NAME",
        "KIND",
        "STATUS",
        "REV",
        "OBJECTS",
        "PODS",
        "DRIFT",
        "AGE",
        "WHY",
    ];
    let heading = Row::new(headings).style(Style::new().dark_gray());
    let table = Table::new(releases.iter().map(|release| row(release)), widths(releases))
        .header(heading)
        .row_highlight_style(Style::new().add_modifier(Modifier::REVERSED))
        .block(block(&title).title_bottom(KEYS));
    frame.render_stateful_widget(table, area, &mut view.table);
}

/// The widths of the columns: names as wide as the widest, and what is left for the last.
fn widths(releases: &[&Release]) -> [Constraint; 10] {
    let widest = |heading: &str, text: fn(&Release) -> &str| {
        let texts = releases.iter().map(|release| text(release).chars().count());
        let width = texts.chain([heading.len()]).max().unwrap_or_default();
        Constraint::Length(u16::try_from(width.min(WIDEST)).unwrap_or(u16::MAX))
    };
    [
        widest("NAMESPACE", |release| &release.namespace),
        widest("NAME", |release| &release.name),
        widest("KIND", |release| &release.kind),
        Constraint::Length(11),
        Constraint::Length(4),
        Constraint::Length(7),
        Constraint::Length(6),
        Constraint::Length(5),
        Constraint::Length(5),
        Constraint::Fill(1),
    ]
}

fn row(release: &Release) -> Row<'_> {
    Row::new([
        Cell::from(release.namespace.as_str()),
        Cell::from(release.name.as_str()).bold(),
        Cell::from(release.kind.as_str()),
        Cell::from(release.standing.word()).style(color(release.standing)),
        Cell::from(release.revision.to_string()),
        Cell::from(release.objects.to_string()),
        Cell::from(release.pods.as_str()),
        Cell::from(release.drift()).style(if release.repaired > Some(0.0) {
            Style::new().yellow()
        } else {
            Style::new()
        }),
        Cell::from(release.age.as_str()),
        Cell::from(release.message.as_str()),
    ])
}

fn color(standing: Standing) -> Style {
    let color = match standing {
        Standing::Ready => Color::Green,
        Standing::Progressing => Color::Cyan,
        Standing::Failed => Color::Red,
        Standing::Paused => Color::Yellow,
        Standing::Deleting => Color::Magenta,
    };
    Style::new().fg(color).add_modifier(Modifier::BOLD)
}

fn details(release: &Release) -> Paragraph<'_> {
    let fact = |name: &'static str, value: String| Line::from(vec![Span::from(name).dark_gray(), Span::from(value)]);
    let mut text = Text::from(vec![
        Line::from(vec![
            Span::from(format!("{} ", release.kind)),
            Span::from(release.name.as_str()).bold(),
            Span::from("  "),
            Span::styled(release.standing.word(), color(release.standing)),
        ]),
        fact("Namespace  ", release.namespace.clone()),
        fact("Revision   ", release.revision.to_string()),
        fact("Objects    ", release.objects.to_string()),
        fact("Pods       ", release.pods.clone()),
        fact(
            "Drift      ",
            release.repaired.map_or_else(String::new, |count| {
                format!("{count} brought back since the operator started")
            }),
        ),
        fact("Age        ", release.age.clone()),
        Line::default(),
    ]);
    for condition in &release.conditions {
        let style = if condition.status == "True" {
            Style::new().bold()
        } else {
            Style::new().dark_gray()
        };
        text.push_line(Line::from(vec![
            Span::styled(format!("{:<15}{:<9}", condition.kind, condition.status), style),
            Span::from(condition.reason.as_str()),
        ]));
        if !condition.message.is_empty() {
            text.push_line(Line::from(format!("    {}", condition.message)));
        }
    }
    let block = block(" release ").title_bottom(" esc back   ↑↓ others   q quit ");
    Paragraph::new(text).wrap(Wrap { trim: false }).block(block)
}

#[cfg(test)]
mod tests;
