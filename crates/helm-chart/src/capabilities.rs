//! What a cluster offers, as templates ask for it: Kubernetes version, API versions, Helm version.

mod api_versions;

use std::sync::LazyLock;

use api_versions::KNOWN_API_VERSIONS;

/// What `.Capabilities` is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The version of the cluster.
    pub kube_version: KubeVersion,
    /// The API versions it serves, in the order it lists them.
    pub api_versions: VersionSet,
    /// The Helm version templates are told.
    pub helm_version: HelmVersion,
}

/// A Kubernetes version, in the parts that templates read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeVersion {
    /// The whole version with a leading `v`, such as `v1.33.1`.
    pub version: String,
    /// The major number in decimal.
    pub major: String,
    /// The minor number in decimal; some cloud clusters append a plus sign.
    pub minor: String,
}

/// Why a Kubernetes version could not be read, in Kubernetes' own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KubeVersionError {
    /// It does not begin like a version.
    #[error("could not parse {} as version", govalue::quote(.0.as_bytes()))]
    Unreadable(String),
    /// It has fewer than two numbers.
    #[error("illegal version string {}", govalue::quote(.0.as_bytes()))]
    TooShort(String),
    /// Its first number has a leading zero.
    #[error("illegal zero-prefixed version component \"{component}\" in {}", govalue::quote(text.as_bytes()))]
    LeadingZero {
        /// The number.
        component: String,
        /// The whole text.
        text: String,
    },
    /// One of its numbers does not fit 64 bits.
    #[error(
        "illegal non-numeric version component \"{component}\" in {}: strconv.ParseUint: parsing \"{component}\": value out of range",
        govalue::quote(text.as_bytes())
    )]
    Overflow {
        /// The number.
        component: String,
        /// The whole text.
        text: String,
    },
}

/// A set of API versions (`apps/v1`) and, where a cluster was asked, kinds (`apps/v1/Deployment`), in listing order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionSet(Vec<String>);

/// The build of Helm that templates are told they are rendered by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelmVersion {
    /// The version with a leading `v`.
    pub version: String,
    /// The commit, empty when unknown.
    pub git_commit: String,
    /// The state of the source tree: `clean`, or empty when unknown.
    pub git_tree_state: String,
    /// The version of the Go toolchain.
    pub go_version: String,
}

static KNOWN: LazyLock<VersionSet> =
    LazyLock::new(|| VersionSet(KNOWN_API_VERSIONS.iter().map(|&version| version.to_owned()).collect()));

impl Default for Capabilities {
    /// What `helm template` of Helm 3.22.0 assumes without a cluster.
    fn default() -> Self {
        Self {
            kube_version: KubeVersion::default(),
            api_versions: KNOWN.clone(),
            helm_version: HelmVersion::default(),
        }
    }
}

impl Default for KubeVersion {
    /// The Kubernetes version that Helm 3.22.0 is built with, v1.37.0.
    fn default() -> Self {
        Self {
            version: "v1.37.0".into(),
            major: "1".into(),
            minor: "37".into(),
        }
    }
}

impl Default for HelmVersion {
    /// Helm 3.22.0, whose behaviour this workspace reproduces.
    fn default() -> Self {
        Self {
            version: "v3.22.0".into(),
            git_commit: String::new(),
            git_tree_state: "clean".into(),
            go_version: "go1.26.8".into(),
        }
    }
}

impl KubeVersion {
    /// Reads what `--kube-version` takes: two or more numbers after an optional `v`; whatever follows them is dropped.
    pub fn parse(text: &str) -> Result<Self, KubeVersionError> {
        let unreadable = || KubeVersionError::Unreadable(text.to_owned());
        let rest = text.trim_start_matches(['\t', '\n', '\x0c', '\r', ' ']);
        let rest = rest.strip_prefix('v').unwrap_or(rest);
        let numbers = numeric_prefix(rest);
        if numbers.is_empty() || rest[numbers.len()..].contains('\n') {
            return Err(unreadable());
        }
        let components: Vec<&str> = numbers.split('.').collect();
        if components.len() < 2 {
            return Err(KubeVersionError::TooShort(text.to_owned()));
        }
        if components[0].len() > 1 && components[0].starts_with('0') {
            return Err(KubeVersionError::LeadingZero {
                component: components[0].to_owned(),
                text: text.to_owned(),
            });
        }
        let components = components.into_iter().map(|component| {
            let overflow = || KubeVersionError::Overflow {
                component: component.to_owned(),
                text: text.to_owned(),
            };
            component
                .parse::<u64>()
                .map(|number| number.to_string())
                .map_err(|_| overflow())
        });
        let components: Vec<String> = components.collect::<Result<_, _>>()?;
        Ok(Self {
            version: format!("v{}", components.join(".")),
            major: components[0].clone(),
            minor: components[1].clone(),
        })
    }
}

impl VersionSet {
    /// A set of the given versions, kept in order.
    pub fn new(versions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(versions.into_iter().map(Into::into).collect())
    }

    /// The API versions that Helm 3.22.0 knows without asking a cluster.
    pub fn known() -> Self {
        KNOWN.clone()
    }

    /// Whether the set has this very API version or kind.
    pub fn has(&self, api_version: &str) -> bool {
        self.0.iter().any(|version| version == api_version)
    }

    /// The versions, in listing order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl Extend<String> for VersionSet {
    fn extend<I: IntoIterator<Item = String>>(&mut self, versions: I) {
        self.0.extend(versions);
    }
}

/// The longest prefix that is numbers joined by dots.
fn numeric_prefix(text: &str) -> &str {
    let mut end = 0;
    for component in text.split('.') {
        let digits = component.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 {
            break;
        }
        end += if end == 0 { digits } else { digits + 1 };
        if digits < component.len() {
            break;
        }
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kube_versions_are_read_as_kubernetes_reads_generic_versions() {
        let cases = [
            ("1.33", "v1.33", "1", "33"),
            ("v1.33.1-gke.1+meta", "v1.33.1", "1", "33"),
            ("1.33.x", "v1.33", "1", "33"),
            ("\n 1.02", "v1.2", "1", "2"),
            ("1.2.3.4-x", "v1.2.3.4", "1", "2"),
            ("1.2..3", "v1.2", "1", "2"),
        ];
        for (text, version, major, minor) in cases {
            let parsed = KubeVersion::parse(text).unwrap();
            assert_eq!(
                [parsed.version, parsed.major, parsed.minor],
                [version, major, minor],
                "{text:?}"
            );
        }
    }

    #[test]
    fn refused_kube_versions_have_kubernetes_reasons() {
        let huge = "99999999999999999999";
        let cases = [
            ("abc", "could not parse \"abc\" as version".to_owned()),
            ("1.2\nx", "could not parse \"1.2\\nx\" as version".to_owned()),
            ("v 1.2", "could not parse \"v 1.2\" as version".to_owned()),
            ("1", "illegal version string \"1\"".to_owned()),
            ("1..2", "illegal version string \"1..2\"".to_owned()),
            (
                "01.2",
                "illegal zero-prefixed version component \"01\" in \"01.2\"".to_owned(),
            ),
            (
                "1.99999999999999999999",
                format!(
                    "illegal non-numeric version component \"{huge}\" in \"1.{huge}\": \
                     strconv.ParseUint: parsing \"{huge}\": value out of range"
                ),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(KubeVersion::parse(text).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn without_a_cluster_the_capabilities_are_those_of_helm_template() {
        let capabilities = Capabilities::default();
        assert_eq!(capabilities.api_versions.iter().len(), 57);
        assert_eq!(capabilities.api_versions.iter().next(), Some("v1"));
        assert!(capabilities.api_versions.has("policy/v1beta1"));
        assert!(!capabilities.api_versions.has("policy"));
        assert_eq!(capabilities.kube_version, KubeVersion::parse("1.37.0").unwrap());
    }
}
