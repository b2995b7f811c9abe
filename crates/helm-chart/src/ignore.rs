//! `.helmignore`: which files of a chart folder are not part of the chart.

mod glob;

use bstr::ByteSlice;
use glob::BadPattern;
pub(crate) use glob::base;

/// Whether a pattern of Go's `filepath.Match` on Unix matches the whole name; a malformed one matches nothing.
pub fn path_matches(pattern: &[u8], name: &[u8]) -> bool {
    glob::matches(pattern, name).unwrap_or(false)
}

/// The rules of a `.helmignore` file, in Helm's reading of it: unlike Git's, each rule decides alone and in order.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    rules: Vec<Rule>,
}

/// Why a rule was refused, in Helm's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IgnoreError {
    /// A rule has `**`.
    #[error("double-star (**) syntax is not supported")]
    DoubleStar,
    /// A rule is no pattern.
    #[error("syntax error in pattern")]
    Pattern,
    /// A line has 64 KiB or more.
    #[error("bufio.Scanner: token too long")]
    LineTooLong,
}

#[derive(Clone, Debug)]
struct Rule {
    /// The pattern, without the marks below.
    pattern: Vec<u8>,
    shape: Shape,
    /// Whether the rule began with `!`: what it does *not* match is ignored.
    negated: bool,
    /// Whether the rule ended with `/`.
    folders_only: bool,
    /// Whether the pattern is matched against the last element of a path alone.
    last_element_only: bool,
}

/// How a pattern is compared; most need no more than the first two.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// As it is.
    Literal,
    /// A star, and then as it is.
    Suffix,
    /// As a pattern.
    Pattern,
}

/// The length from which Go's line scanner gives up.
const MAX_LINE: usize = 64 * 1024;

impl Rules {
    /// Reads the text of a `.helmignore` file.
    pub fn parse(text: &[u8]) -> Result<Self, IgnoreError> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let mut rules = Self::default();
        for line in text.split(|&byte| byte == b'\n') {
            if line.len() >= MAX_LINE {
                return Err(IgnoreError::LineTooLong);
            }
            rules.add(line)?;
        }
        Ok(rules)
    }

    /// Adds the rule that every chart has: hidden files among the templates are no templates.
    pub fn add_defaults(&mut self) {
        let pattern = b"templates/.?*".to_vec();
        self.rules.push(Rule {
            shape: Shape::of(&pattern),
            pattern,
            negated: false,
            folders_only: false,
            last_element_only: false,
        });
    }

    /// Whether the file or folder at a path below the chart's folder, with `/` between elements, is left out.
    pub fn ignores(&self, path: &[u8], is_folder: bool) -> bool {
        if matches!(path, b"" | b"." | b"./") {
            return false;
        }
        for rule in &self.rules {
            let applies = is_folder || !rule.folders_only;
            match rule.negated {
                true if !applies || !rule.matches(path) => return true,
                false if applies && rule.matches(path) => return true,
                _ => {}
            }
        }
        false
    }

    fn add(&mut self, line: &[u8]) -> Result<(), IgnoreError> {
        let rule = line.trim();
        if rule.is_empty() || rule.starts_with(b"#") {
            return Ok(());
        }
        if rule.windows(2).any(|pair| pair == b"**") {
            return Err(IgnoreError::DoubleStar);
        }
        glob::matches(rule, b"abc").map_err(|BadPattern| IgnoreError::Pattern)?;
        let (rule, negated) = rule.strip_prefix(b"!").map_or((rule, false), |rest| (rest, true));
        let (rule, folders_only) = rule.strip_suffix(b"/").map_or((rule, false), |rest| (rest, true));
        let last_element_only = !rule.contains(&b'/');
        let pattern = rule.strip_prefix(b"/").unwrap_or(rule).to_vec();
        self.rules.push(Rule {
            shape: Shape::of(&pattern),
            pattern,
            negated,
            folders_only,
            last_element_only,
        });
        Ok(())
    }
}

impl Rule {
    fn matches(&self, path: &[u8]) -> bool {
        let path = if self.last_element_only { base(path) } else { path };
        match self.shape {
            Shape::Literal => path == self.pattern,
            Shape::Suffix => path
                .strip_suffix(&self.pattern[1..])
                .is_some_and(|start| !start.contains(&b'/')),
            // One that turns out to be malformed late matches nothing.
            Shape::Pattern => glob::matches(&self.pattern, path).unwrap_or(false),
        }
    }
}

impl Shape {
    fn of(pattern: &[u8]) -> Self {
        let is_literal = |text: &[u8]| !text.iter().any(|byte| b"*?[\\".contains(byte));
        match pattern {
            [b'*', rest @ ..] if is_literal(rest) => Self::Suffix,
            pattern if is_literal(pattern) => Self::Literal,
            _ => Self::Pattern,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignores(rules: &str, path: &str, is_folder: bool) -> bool {
        Rules::parse(rules.as_bytes())
            .unwrap()
            .ignores(path.as_bytes(), is_folder)
    }

    #[test]
    fn rules_without_a_slash_look_at_the_last_element() {
        assert!(ignores("*.bak", "templates/a.bak", false));
        assert!(!ignores("*.bak", "templates/a.yaml", false));
        assert!(ignores("# comment\n\n  .git/ \r\n", "x/.git", true));
        assert!(!ignores(".git/", "x/.git", false));
    }

    #[test]
    fn rules_with_a_slash_look_at_the_whole_path() {
        assert!(ignores("/README.md", "README.md", false));
        assert!(!ignores("/README.md", "docs/README.md", false));
        assert!(ignores("docs/*.md", "docs/a.md", false));
        assert!(!ignores("docs/*.md", "docs/x/a.md", false));
    }

    #[test]
    fn a_negated_rule_ignores_whatever_it_does_not_match() {
        assert!(ignores("!*.yaml", "NOTES.txt", false));
        assert!(!ignores("!*.yaml", "values.yaml", false));
        assert!(ignores("!templates/", "Chart.yaml", false));
    }

    #[test]
    fn ill_formed_rules_are_refused() {
        assert_eq!(Rules::parse(b"a/**/b").unwrap_err(), IgnoreError::DoubleStar);
        assert_eq!(Rules::parse(b"[a").unwrap_err(), IgnoreError::Pattern);
        assert_eq!(Rules::parse(&vec![b'a'; 70_000]).unwrap_err(), IgnoreError::LineTooLong);
        assert!(
            Rules::parse(b"foo*[").is_ok(),
            "the fault is behind a part that does not match"
        );
    }

    #[test]
    fn hidden_templates_are_ignored_by_default() {
        let mut rules = Rules::default();
        rules.add_defaults();
        assert!(rules.ignores(b"templates/.swp", false));
        assert!(!rules.ignores(b"templates/x.yaml", false));
        assert!(!rules.ignores(b".", true));
    }
}
