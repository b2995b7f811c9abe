//! A sample resource: the chart's defaults, with their comments.

use govalue::{Map, Value};
use helm_chart::{Chart, overlay};

use crate::{Api, Error};

/// The text of a resource of the kind, whose spec is what `values.yaml` says, and over it what is given.
///
/// # Errors
/// [`Error::Yaml`] if the values can't be written.
pub(crate) fn sample(api: &Api, chart: &Chart, chart_path: &str, given: &Map) -> Result<String, Error> {
    let head = format!(
        "apiVersion: {}\nkind: {}\nmetadata:\n  name: {}-sample\n",
        api.api_version(),
        api.kind,
        api.singular(),
    );
    let note = format!("  # The defaults of {chart_path}/values.yaml: what is as it is there can be left out.\n");
    let file = chart.raw.iter().find(|file| file.name == "values.yaml");
    let text = file.map(|file| file.data.to_lossy()).unwrap_or_default();
    let mut values = goyaml::from_str(text.as_bytes())
        .ok()
        .and_then(Value::into_map)
        .unwrap_or_default();
    overlay(&mut values, given.clone());
    if values.is_empty() {
        return Ok(format!("{head}spec: {{}}\n"));
    }
    let values = Value::Map(values);
    let whole = format!("{head}spec:\n{note}{}", indented(&text));
    // What means something else when it is moved to the right, or is not the whole, is written anew, without comments.
    let read = goyaml::from_str(&whole).ok();
    if read.as_ref().and_then(|read| read.get("spec")) == Some(&values) {
        return Ok(whole);
    }
    let text = goyaml::to_string(&values).map_err(|source| Error::Yaml {
        path: "the sample".into(),
        source,
    })?;
    Ok(format!("{head}spec:\n{note}{}", indented(&text)))
}

/// The document's lines, two columns to the right.
fn indented(text: &str) -> String {
    let body = text.trim_start_matches('\u{feff}');
    let body = body.strip_prefix("---\n").unwrap_or(body);
    let mut out = String::with_capacity(body.len() * 5 / 4);
    for line in body.trim_end().lines() {
        let line = line.trim_end_matches('\r');
        if !line.trim().is_empty() {
            out.push_str("  ");
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use helm_chart::{File, load_files};

    use super::*;

    fn sample_of(values: &str) -> String {
        sample_with(values, &Map::new())
    }

    fn sample_with(values: &str, given: &Map) -> String {
        let file = |name: &str, data: &str| File {
            name: name.into(),
            data: data.into(),
        };
        let head = file("Chart.yaml", "apiVersion: v2\nname: books\nversion: 1.0.0\n");
        let chart = load_files(vec![head, file("values.yaml", values)]).unwrap().chart;
        let api = Api::new("charts", "example.com", "v1", "Book").unwrap();
        let text = sample(&api, &chart, "helm-charts/books", given).unwrap();
        text.split_once("book-sample\n").unwrap().1.to_owned()
    }

    #[test]
    fn comments_stay() {
        let text = sample_of("---\n# how many\nreplicas: 1 # or more\n\ntext: |\n  a\n\n  b\n");
        assert!(
            text.ends_with("  # how many\n  replicas: 1 # or more\n\n  text: |\n    a\n\n    b\n"),
            "{text}"
        );
    }

    #[test]
    fn no_values_are_an_empty_spec() {
        for values in ["", "# nothing\n", "{}\n"] {
            assert_eq!(sample_of(values), "spec: {}\n");
        }
    }

    #[test]
    fn values_that_were_given_are_in_it() {
        let given = goyaml::from_str("a: {c: 2}").unwrap().into_map().unwrap();
        let text = sample_with("a: {b: 1}\n", &given);
        assert!(text.ends_with("  a:\n    b: 1\n    c: 2\n"), "{text}");
    }

    #[test]
    fn a_file_that_can_t_be_moved_is_written_anew() {
        let text = sample_of("%YAML 1.1\n---\na: 1\n");
        assert!(text.ends_with("  a: 1\n"), "{text}");
    }
}
