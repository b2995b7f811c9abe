//! What Prometheus' text says.

use std::collections::BTreeMap;

/// The values of metrics at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Scrape(Vec<Sample>);

/// One line.
#[derive(Clone, Debug, PartialEq)]
struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

impl Scrape {
    /// Reads the text; lines that are none of it are left out.
    pub(super) fn read(text: &str) -> Self {
        Self(text.lines().filter_map(sample).collect())
    }

    /// The sum of a metric over all its labels; `None` if it is not there.
    pub(super) fn sum(&self, name: &str) -> Option<f64> {
        self.sum_where(name, |_| true)
    }

    /// The sum over the labels that `counts`.
    pub(super) fn sum_where(&self, name: &str, counts: impl Fn(&BTreeMap<String, String>) -> bool) -> Option<f64> {
        let mut found = self
            .0
            .iter()
            .filter(|sample| sample.name == name && counts(&sample.labels))
            .peekable();
        found.peek()?;
        Some(found.map(|sample| sample.value).sum())
    }

    /// The labels of a metric's samples.
    pub(super) fn labels<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a BTreeMap<String, String>> {
        self.0
            .iter()
            .filter(move |sample| sample.name == name)
            .map(|sample| &sample.labels)
    }
}

fn sample(line: &str) -> Option<Sample> {
    if line.starts_with('#') {
        return None;
    }
    let end = line.find(['{', ' '])?;
    let (name, rest) = line.split_at(end);
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (BTreeMap::new(), rest),
    };
    Some(Sample {
        name: name.to_owned(),
        labels,
        value: rest.split_whitespace().next()?.parse().ok()?,
    })
}

/// The labels up to the closing brace, and what follows it.
fn labels(mut rest: &str) -> Option<(BTreeMap<String, String>, &str)> {
    let mut labels = BTreeMap::new();
    loop {
        rest = rest.trim_start_matches(',');
        if let Some(rest) = rest.strip_prefix('}') {
            return Some((labels, rest));
        }
        let (name, quoted) = rest.split_once("=\"")?;
        let mut value = String::new();
        let mut letters = quoted.char_indices();
        let end = loop {
            match letters.next()? {
                (at, '"') => break at,
                (_, '\\') => match letters.next()?.1 {
                    'n' => value.push('\n'),
                    letter => value.push(letter),
                },
                (_, letter) => value.push(letter),
            }
        };
        labels.insert(name.to_owned(), value);
        rest = &quoted[end + 1..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_with_their_labels() {
        let text = "# HELP a What.\n# TYPE a gauge\na{k=\"v\",q=\"a\\\"b\\\\c\\nd\"} 2\na{k=\"w\"} 3.5\nb 1e6 1700000000\nodd{ 1\n\nc NaN\n";
        let scrape = Scrape::read(text);
        assert_eq!(scrape.sum("a"), Some(5.5));
        assert_eq!(scrape.sum_where("a", |labels| labels["k"] == "w"), Some(3.5));
        assert_eq!(scrape.sum_where("a", |labels| labels["k"] == "x"), None);
        assert_eq!(scrape.sum("b"), Some(1e6));
        assert_eq!(scrape.sum("odd"), None);
        assert_eq!(scrape.labels("a").next().unwrap()["q"], "a\"b\\c\nd");
    }
}
