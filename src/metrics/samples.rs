//! Values of metrics, and their text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use govalue::number::{FloatStyle, format_float};

use super::family::{FAMILIES, Family, FamilyKind};

/// Values of metrics, by name and labels.
#[derive(Clone, Debug, Default)]
pub struct Samples(BTreeMap<&'static str, BTreeMap<Vec<String>, Sample>>);

#[derive(Clone, Debug)]
enum Sample {
    Number(f64),
    Histogram { counts: Vec<u64>, sum: f64 },
}

impl Samples {
    /// Adds to a counter or a gauge; `labels` are values in the family's order.
    pub fn add(&mut self, family: &'static Family, labels: &[&str], amount: f64) {
        if let Sample::Number(number) = self.sample(family, labels) {
            *number += amount;
        }
    }

    /// Sets a gauge.
    pub fn set(&mut self, family: &'static Family, labels: &[&str], value: f64) {
        *self.sample(family, labels) = Sample::Number(value);
    }

    /// Forgets what has these labels.
    pub fn remove(&mut self, family: &'static Family, labels: &[&str]) {
        if let Some(samples) = self.0.get_mut(family.name) {
            samples.retain(|known, _| known != labels);
        }
    }

    /// Counts a value into a histogram.
    pub fn observe(&mut self, family: &'static Family, labels: &[&str], value: f64) {
        let FamilyKind::Histogram(bounds) = family.kind else {
            return;
        };
        if let Sample::Histogram { counts, sum } = self.sample(family, labels) {
            let bucket = bounds.iter().position(|bound| value <= *bound).unwrap_or(bounds.len());
            counts[bucket] += 1;
            *sum += value;
        }
    }

    fn sample(&mut self, family: &'static Family, labels: &[&str]) -> &mut Sample {
        debug_assert_eq!(labels.len(), family.labels.len(), "{}", family.name);
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        self.0
            .entry(family.name)
            .or_default()
            .entry(labels)
            .or_insert_with(|| match family.kind {
                FamilyKind::Histogram(bounds) => Sample::Histogram {
                    counts: vec![0; bounds.len() + 1],
                    sum: 0.0,
                },
                FamilyKind::Counter | FamilyKind::Gauge => Sample::Number(0.0),
            })
    }

    /// Prometheus' text format, version 0.0.4.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for family in FAMILIES {
            let Some(samples) = self.0.get(family.name) else {
                continue;
            };
            // Writing into a string can't fail.
            let _ = writeln!(text, "# HELP {} {}", family.name, family.help);
            let _ = writeln!(text, "# TYPE {} {}", family.name, family.kind.name());
            for (labels, sample) in samples {
                write(&mut text, family, labels, sample);
            }
        }
        text
    }
}

fn write(text: &mut String, family: &Family, labels: &[String], sample: &Sample) {
    let pairs: Vec<(&str, &str)> = family
        .labels
        .iter()
        .copied()
        .zip(labels.iter().map(String::as_str))
        .collect();
    match (sample, family.kind) {
        (Sample::Histogram { counts, sum }, FamilyKind::Histogram(bounds)) => {
            let mut total = 0;
            for (bound, count) in bounds.iter().copied().chain([f64::INFINITY]).zip(counts) {
                total += count;
                let bound = if bound.is_infinite() {
                    "+Inf".to_owned()
                } else {
                    number(bound)
                };
                let mut pairs = pairs.clone();
                pairs.push(("le", &bound));
                line(text, family.name, "_bucket", &pairs, &total.to_string());
            }
            line(text, family.name, "_sum", &pairs, &number(*sum));
            line(text, family.name, "_count", &pairs, &total.to_string());
        }
        (Sample::Number(value), _) => line(text, family.name, "", &pairs, &number(*value)),
        (Sample::Histogram { .. }, _) => {}
    }
}

fn line(text: &mut String, name: &str, suffix: &str, pairs: &[(&str, &str)], value: &str) {
    text.push_str(name);
    text.push_str(suffix);
    for (index, (label, value)) in pairs.iter().enumerate() {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let _ = write!(text, "{}{label}=\"{value}\"", if index == 0 { '{' } else { ',' });
    }
    let _ = writeln!(text, "{} {value}", if pairs.is_empty() { "" } else { "}" });
}

fn number(value: f64) -> String {
    format_float(value, FloatStyle::General, None)
}

#[cfg(test)]
mod tests {
    use super::super::family::names;
    use super::*;

    #[test]
    fn samples_are_written_in_prometheus_text_format() {
        let mut samples = Samples::default();
        samples.add(&names::RECONCILE_TOTAL, &["b-controller", "success"], 2.0);
        samples.add(&names::RECONCILE_TOTAL, &["b-controller", "success"], 1.0);
        samples.set(&names::BUILD_INFO, &["a\"b\\c\nd", "v1"], 1.0);
        let expected = "# HELP helm_operator_build_info What this operator was built from; always 1.\n\
                        # TYPE helm_operator_build_info gauge\n\
                        helm_operator_build_info{commit=\"a\\\"b\\\\c\\nd\",version=\"v1\"} 1\n\
                        # HELP controller_runtime_reconcile_total Reconciles by result: `success`, `requeue_after` or `error`.\n\
                        # TYPE controller_runtime_reconcile_total counter\n\
                        controller_runtime_reconcile_total{controller=\"b-controller\",result=\"success\"} 3\n";
        assert_eq!(samples.text(), expected);
    }

    #[test]
    fn buckets_of_histograms_add_up() {
        let mut samples = Samples::default();
        for value in [0.5, 5.0, 0.000_000_5, 5000.0] {
            samples.observe(&names::QUEUE_DURATION, &["b-controller", "b-controller"], value);
        }
        let text = samples.text();
        for line in [
            "le=\"1e-06\"} 1",
            "le=\"0.1\"} 1",
            "le=\"1\"} 2",
            "le=\"1000\"} 3",
            "le=\"+Inf\"} 4",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        assert!(
            text.contains("seconds_sum{controller=\"b-controller\",name=\"b-controller\"} 5005.5000005\n"),
            "{text}"
        );
        assert!(
            text.contains("seconds_count{controller=\"b-controller\",name=\"b-controller\"} 4\n"),
            "{text}"
        );
    }
}
