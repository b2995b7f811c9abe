//! A kind of the project, by all its names.

use serde::Serialize;

use crate::Error;

/// Where resources of a kind live.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Scope {
    /// In namespaces.
    #[default]
    Namespaced,
    /// In none.
    Cluster,
}

/// A custom resource kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// The group without the project's domain; may be empty.
    pub short_group: String,
    /// The project's domain.
    pub domain: String,
    /// The version, such as `v1alpha1`.
    pub version: String,
    /// The kind, in upper camel case.
    pub kind: String,
    /// The plural, in lower case.
    pub plural: String,
    /// Further names for kubectl.
    pub short_names: Vec<String>,
    /// Where its resources live.
    pub scope: Scope,
}

impl Api {
    /// A namespaced kind with the usual plural.
    ///
    /// # Errors
    /// [`Error::Name`] for names that Kubernetes does not take.
    pub fn new(short_group: &str, domain: &str, version: &str, kind: &str) -> Result<Self, Error> {
        check(
            "group",
            short_group,
            is_subdomain,
            "it must consist of lower case letters, digits, `-` and `.`",
        )?;
        check(
            "version",
            version,
            is_version,
            "it must be like v1, v1beta1 or v2alpha1",
        )?;
        check(
            "kind",
            kind,
            is_kind,
            "it must be of letters and digits and begin with a capital letter, at most 63 in all",
        )?;
        Ok(Self {
            short_group: short_group.to_owned(),
            domain: domain.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            plural: plural(kind),
            short_names: Vec::new(),
            scope: Scope::Namespaced,
        })
    }

    /// The same with another plural.
    ///
    /// # Errors
    /// [`Error::Name`] if it is not one.
    pub fn with_plural(mut self, plural: &str) -> Result<Self, Error> {
        check(
            "plural",
            plural,
            is_label,
            "it must consist of lower case letters, digits and `-`",
        )?;
        plural.clone_into(&mut self.plural);
        Ok(self)
    }

    /// The same with names for kubectl's users.
    ///
    /// # Errors
    /// [`Error::Name`] if one of them is not valid.
    pub fn with_short_names(mut self, names: &[String]) -> Result<Self, Error> {
        for name in names {
            check(
                "short name",
                name,
                is_label,
                "it must consist of lower case letters, digits and `-`",
            )?;
        }
        self.short_names = names.to_vec();
        Ok(self)
    }

    /// The API group.
    pub fn group(&self) -> String {
        [self.short_group.as_str(), self.domain.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(".")
    }

    /// `group/version`
    pub fn api_version(&self) -> String {
        format!("{}/{}", self.group(), self.version)
    }

    /// The kind in lower case.
    pub fn singular(&self) -> String {
        self.kind.to_ascii_lowercase()
    }
}

/// The kind that a chart is for, if nobody names one: its name in upper camel case.
pub fn kind_of_chart(chart: &str) -> String {
    chart
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word[..1].to_ascii_uppercase() + &word[1..])
        .collect()
}

/// The English plural of a kind, in lower case.
pub(crate) fn plural(kind: &str) -> String {
    let name = kind.to_ascii_lowercase();
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    match name.strip_suffix('y') {
        Some(stem) if !ends(&["ay", "ey", "oy", "uy"]) => format!("{stem}ies"),
        // One already.
        _ if name.ends_with('s') && !ends(&["ss", "us", "is"]) => name,
        _ if ends(&["s", "x", "z", "ch", "sh"]) => format!("{name}es"),
        _ => format!("{name}s"),
    }
}

pub(crate) fn check(
    what: &'static str,
    name: &str,
    is_valid: fn(&str) -> bool,
    rule: &'static str,
) -> Result<(), Error> {
    if is_valid(name) {
        return Ok(());
    }
    Err(Error::Name {
        what,
        name: name.to_owned(),
        rule,
    })
}

/// A DNS-1123 label.
pub(crate) fn is_label(name: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !name.is_empty() && name.len() <= 63 && name.bytes().all(is_inner) && !name.starts_with('-') && !name.ends_with('-')
}

/// A DNS-1123 subdomain.
pub(crate) fn is_subdomain(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(is_label)
}

fn is_kind(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.len() <= 63
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Kubernetes' form of a version: `v`, a number, and perhaps a stage with a number.
fn is_version(name: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    let Some(rest) = name.strip_prefix('v') else {
        return false;
    };
    let (major, stage) = match rest.find(|c: char| !c.is_ascii_digit()) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let stage = stage
        .strip_prefix("alpha")
        .or_else(|| stage.strip_prefix("beta"))
        .or(stage.is_empty().then_some("1"));
    is_number(major) && stage.is_some_and(is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_as_kubernetes_wants_them() {
        for (name, valid) in [
            ("v1", true),
            ("v1alpha1", true),
            ("v12beta3", true),
            ("1", false),
            ("v0", false),
            ("v1alpha", false),
            ("v1gamma1", false),
            ("v1.2", false),
        ] {
            assert_eq!(is_version(name), valid, "{name}");
        }
    }

    #[test]
    fn plurals_are_english() {
        for (kind, wanted) in [
            ("BookStore", "bookstores"),
            ("Policy", "policies"),
            ("Gateway", "gateways"),
            ("Ingress", "ingresses"),
            ("Proxy", "proxies"),
            ("Batch", "batches"),
            ("SealedSecrets", "sealedsecrets"),
            ("Redis", "redises"),
        ] {
            assert_eq!(plural(kind), wanted);
        }
    }

    #[test]
    fn a_chart_s_name_becomes_a_kind() {
        for (chart, kind) in [("book-store", "BookStore"), ("nginx", "Nginx"), ("a_b.c-2", "ABC2")] {
            assert_eq!(kind_of_chart(chart), kind);
        }
    }

    #[test]
    fn names_that_kubernetes_refuses_are_refused() {
        let refused = |group, version, kind| Api::new(group, "example.com", version, kind).is_err();
        assert!(refused("Charts", "v1", "Book"));
        assert!(refused("charts", "v1", "book"));
        assert!(refused("charts", "v1", "Book-Store"));
        assert!(refused("charts", "one", "Book"));
        let api = Api::new("charts", "example.com", "v1", "Book").unwrap();
        assert_eq!(api.api_version(), "charts.example.com/v1");
        assert!(api.with_plural("Books").is_err());
    }
}
