//! What the comments of `values.yaml` say of values: plain ones above a key, `# -- text` as helm-docs reads them, and
//! `## @param path text` as readme-generator does.

use std::collections::HashMap;

use goyaml::{Entry, Node};

use super::{Schema, Shape};

/// The descriptions that stand anywhere in the file, by path.
#[derive(Debug, Default)]
pub(super) struct Comments {
    by_path: HashMap<String, String>,
}

impl Comments {
    /// Finds the descriptions that name their path.
    pub(super) fn of(text: &str) -> Self {
        let lines = text.lines().map(str::trim_start).filter(|line| line.starts_with('#'));
        let by_path = lines
            .filter_map(|line| named(line.trim_start_matches('#').trim_start()))
            .collect();
        Self { by_path }
    }

    /// Gives a description to every field that has none and about which there is a comment.
    pub(super) fn describe(&self, schema: &mut Schema, node: &Node, path: &str) {
        match &mut schema.shape {
            Shape::Object { fields, .. } => {
                for entry in node.entries() {
                    let key = entry.key.to_lossy();
                    let Some(field) = fields.get_mut(&*key) else { continue };
                    let path = if path.is_empty() {
                        key.into_owned()
                    } else {
                        format!("{path}.{key}")
                    };
                    if field.description.is_none() {
                        field.description = self.by_path.get(&path).cloned().or_else(|| description(entry));
                    }
                    self.describe(field, &entry.value, &path);
                }
            }
            Shape::List(items) => {
                if let Some(first) = node.items().first() {
                    self.describe(items, first, &format!("{path}[0]"));
                }
            }
            _ => {}
        }
    }
}

/// `@param path [notes] text` or `path -- text`.
fn named(line: &str) -> Option<(String, String)> {
    if let Some(rest) = line.strip_prefix("@param ") {
        let (path, text) = rest.trim_start().split_once(char::is_whitespace)?;
        let mut text = text.trim_start();
        while let Some((_, after)) = text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            text = after.trim_start();
        }
        return (!text.is_empty()).then(|| (path.to_owned(), text.trim_end().to_owned()));
    }
    let (path, text) = line.split_once(" -- ")?;
    let is_path = !path.is_empty() && !path.contains(char::is_whitespace) && path != "--";
    is_path.then(|| (path.to_owned(), text.trim().to_owned()))
}

/// What the comments at a key say of it.
fn description(entry: &Entry) -> Option<String> {
    let head = entry
        .head_comment
        .as_deref()
        .and_then(|comment| prose(comment, &entry.key.to_lossy()));
    head.or_else(|| prose(entry.line_comment.as_deref()?, &entry.key.to_lossy()))
}

/// The text of a comment above `key`, without what is there for other readers: annotations, values that are commented
/// out, and what is said of those. `None` if nothing is left.
fn prose(comment: &str, key: &str) -> Option<String> {
    let mut paragraphs: Vec<String> = vec![String::new()];
    for line in comment.lines() {
        let line = line.trim_start_matches('#');
        let text = line.trim();
        if let Some((_, text)) = text
            .split_once("-- ")
            .filter(|(before, _)| before.trim().is_empty() || *before == key)
        {
            // Here helm-docs' text begins, whatever stands before.
            paragraphs = vec![text.trim().to_owned()];
        } else if let Some(commented_out) = key_of(text) {
            if commented_out != key {
                // What was said up to here is about the key that is commented out.
                paragraphs = vec![String::new()];
            }
        } else if text.is_empty() {
            paragraphs.push(String::new());
        } else if !is_decoration(line)
            && let Some(last) = paragraphs.last_mut()
        {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(text);
        }
    }
    let paragraphs: Vec<String> = paragraphs.into_iter().filter(|text| !text.is_empty()).collect();
    (!paragraphs.is_empty()).then(|| paragraphs.join("\n"))
}

/// The key of a line of YAML that is commented out.
fn key_of(text: &str) -> Option<&str> {
    let text = text.trim_start_matches("- ");
    let (key, after) = text.split_once(':')?;
    let is_key = !key.is_empty()
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_./\"'".contains(&byte));
    (is_key && (after.is_empty() || after.starts_with(' ')) && !after.trim_start().contains(' ')).then_some(key)
}

/// Lines that are no prose: rules, annotations for tools, items of lists, and what is indented as an example.
fn is_decoration(line: &str) -> bool {
    let text = line.trim();
    let is_rule = text.bytes().all(|byte| b"-=#*~+_".contains(&byte));
    is_rule || text.starts_with('@') || text.starts_with("- ") || text.starts_with(['{', '[', '}', ']'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_s_prose_describes_the_key() {
        for (comment, wanted) in [
            ("how many\nof them", Some("how many of them")),
            ("-- how many\n@default -- 1", Some("how many")),
            ("first\n\nsecond", Some("first\nsecond")),
            ("nodePort is for others.\nnodePort: 30080", None),
            (
                "nodePort is for others.\nnodePort: 30080\nFor this one.",
                Some("For this one."),
            ),
            ("An example:\nkey:\n  - a", Some("An example:")),
            ("=====", None),
            ("# doubled", Some("doubled")),
            ("Ref: see the manual of it", Some("Ref: see the manual of it")),
        ] {
            assert_eq!(prose(comment, "key").as_deref(), wanted, "{comment}");
        }
    }

    #[test]
    fn a_comment_may_name_its_path() {
        for (line, wanted) in [
            ("@param image.tag [string] The tag", Some(("image.tag", "The tag"))),
            ("@param a.b [array, nullable] [default: x] Some", Some(("a.b", "Some"))),
            ("image.tag -- The tag", Some(("image.tag", "The tag"))),
            ("some words -- and more", None),
            ("@section Images", None),
        ] {
            let found = named(line);
            assert_eq!(found.as_ref().map(|(a, b)| (a.as_str(), b.as_str())), wanted, "{line}");
        }
    }
}
