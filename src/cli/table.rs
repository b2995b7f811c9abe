//! Tables for people: columns as wide as their widest cell.

use std::fmt::Write as _;

/// Lays out rows under their headings.
pub(super) fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = headings.map(str::len);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    let mut add = |cells: [&str; N]| {
        let mut line = String::new();
        for (cell, width) in cells.into_iter().zip(widths) {
            let _ = write!(line, "{cell:width$}  ");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    };
    add(headings);
    for row in rows {
        add(row.each_ref().map(String::as_str));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["1".into(), "déployé".into()], ["10".into(), "x".into()]];
        let expected = "NO  STATUS\n1   déployé\n10  x\n";
        assert_eq!(table(["NO", "STATUS"], &rows), expected);
        assert_eq!(table(["NO"], &[]), "NO\n");
    }
}
