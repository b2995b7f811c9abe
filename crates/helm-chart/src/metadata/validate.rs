//! What Helm demands of a chart's metadata, and how it cleans texts.

use std::collections::BTreeSet;

use govalue::Value;

use super::read::{ChartFile, TypeError};
use super::{ChartType, Dependency, Maintainer, Metadata};
use crate::ignore::base;

/// What is wrong with a chart's metadata, in Helm's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValidationError {
    /// A required field is empty.
    #[error("validation: chart.metadata.{0} is required")]
    Required(&'static str),
    /// The name is `.` or `..`.
    #[error("validation: chart.metadata.name {} is not allowed", govalue::quote(.0.as_bytes()))]
    NameNotAllowed(String),
    /// The name has several path elements.
    #[error("validation: chart.metadata.name {} is invalid", govalue::quote(.0.as_bytes()))]
    NameInvalid(String),
    /// The version is not semantic.
    #[error("validation: chart.metadata.version {} is invalid", govalue::quote(.0.as_bytes()))]
    VersionInvalid(String),
    /// The type is neither `application` nor `library`.
    #[error("validation: chart.metadata.type must be application or library")]
    ChartType,
    /// A list has an item that is null.
    #[error("validation: {0} must not contain empty or null nodes")]
    NullItem(&'static str),
    /// An alias has other characters than letters, digits, `-` and `_`.
    #[error("validation: dependency {} has disallowed characters in the alias", govalue::quote(.0.as_bytes()))]
    Alias(String),
    /// Two dependencies go by one name.
    #[error("validation: more than one dependency with name or alias {}", govalue::quote(.0.as_bytes()))]
    DuplicateDependency(String),
}

/// The metadata of a chart while its files are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct MetadataBuilder(ChartFile);

impl MetadataBuilder {
    /// Reads `Chart.yaml`, which is of API version `v1` unless it says otherwise.
    pub(crate) fn read_chart(&mut self, document: &Value) -> Result<(), TypeError> {
        self.0.read(document)?;
        if self.0.metadata.api_version.is_empty() {
            "v1".clone_into(&mut self.0.metadata.api_version);
        }
        Ok(())
    }

    /// Reads `requirements.yaml`.
    pub(crate) fn read_requirements(&mut self, document: &Value) -> Result<(), TypeError> {
        self.0.read(document)
    }

    /// The API version so far.
    pub(crate) fn api_version(&self) -> &str {
        &self.0.metadata.api_version
    }

    /// Cleans the texts and checks everything that Helm checks, in its order.
    pub(crate) fn finish(self) -> Result<Metadata, ValidationError> {
        let ChartFile {
            mut metadata,
            chart_type,
            maintainers,
            dependencies,
        } = self.0;
        sanitize(&mut metadata);
        check_identity(&metadata)?;
        metadata.chart_type = match chart_type.as_str() {
            "" => ChartType::Default,
            "application" => ChartType::Application,
            "library" => ChartType::Library,
            _ => return Err(ValidationError::ChartType),
        };
        metadata.maintainers = maintainers
            .into_iter()
            .map(check_maintainer)
            .collect::<Result<_, _>>()?;
        metadata.dependencies = dependencies.map(check_dependencies).transpose()?;
        Ok(metadata)
    }
}

fn sanitize(metadata: &mut Metadata) {
    let texts = [
        &mut metadata.name,
        &mut metadata.description,
        &mut metadata.home,
        &mut metadata.icon,
        &mut metadata.condition,
        &mut metadata.tags,
        &mut metadata.app_version,
        &mut metadata.kube_version,
    ];
    for text in texts
        .into_iter()
        .chain(&mut metadata.sources)
        .chain(&mut metadata.keywords)
    {
        sanitize_text(text);
    }
}

fn check_identity(metadata: &Metadata) -> Result<(), ValidationError> {
    let name = &metadata.name;
    if metadata.api_version.is_empty() {
        return Err(ValidationError::Required("apiVersion"));
    }
    if name.is_empty() {
        return Err(ValidationError::Required("name"));
    }
    if name == "." || name == ".." {
        return Err(ValidationError::NameNotAllowed(name.clone()));
    }
    if base(name.as_bytes()) != name.as_bytes() {
        return Err(ValidationError::NameInvalid(name.clone()));
    }
    if metadata.version.is_empty() {
        return Err(ValidationError::Required("version"));
    }
    match gosemver::Version::parse(&metadata.version) {
        Ok(_) => Ok(()),
        Err(_) => Err(ValidationError::VersionInvalid(metadata.version.clone())),
    }
}

fn check_maintainer(maintainer: Option<Maintainer>) -> Result<Maintainer, ValidationError> {
    let mut maintainer = maintainer.ok_or(ValidationError::NullItem("maintainers"))?;
    for text in [&mut maintainer.name, &mut maintainer.email, &mut maintainer.url] {
        sanitize_text(text);
    }
    Ok(maintainer)
}

fn check_dependencies(dependencies: Vec<Option<Dependency>>) -> Result<Vec<Dependency>, ValidationError> {
    let mut names = BTreeSet::new();
    let mut checked = Vec::with_capacity(dependencies.len());
    for dependency in dependencies {
        let mut dependency = dependency.ok_or(ValidationError::NullItem("dependencies"))?;
        check_dependency(&mut dependency)?;
        let name = if dependency.alias.is_empty() {
            &dependency.name
        } else {
            &dependency.alias
        };
        if !names.insert(name.clone()) {
            return Err(ValidationError::DuplicateDependency(name.clone()));
        }
        checked.push(dependency);
    }
    Ok(checked)
}

fn check_dependency(dependency: &mut Dependency) -> Result<(), ValidationError> {
    let texts = [
        &mut dependency.name,
        &mut dependency.version,
        &mut dependency.repository,
        &mut dependency.condition,
    ];
    for text in texts.into_iter().chain(&mut dependency.tags) {
        sanitize_text(text);
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if dependency.alias.bytes().all(allowed) {
        Ok(())
    } else {
        Err(ValidationError::Alias(dependency.name.clone()))
    }
}

/// Makes every kind of space a plain one and drops what cannot be printed.
fn sanitize_text(text: &mut String) {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return;
    }
    let printable = |c: char| {
        if c.is_whitespace() {
            Some(' ')
        } else {
            govalue::is_print(c).then_some(c)
        }
    };
    *text = text.chars().filter_map(printable).collect();
}
