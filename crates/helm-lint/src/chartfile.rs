//! `Chart.yaml`.

use govalue::{Map, Value};
use helm_chart::ChartFile;

use crate::addresses::{is_email, is_request_url, is_url};
use crate::place::Place;
use crate::subject::Subject;
use crate::{Report, Severity};

const FILE: &str = "Chart.yaml";

/// What is demanded of a part of the file: the text is Helm's complaint.
struct Demand {
    severity: Severity,
    /// The key that an excerpt shows.
    key: &'static str,
    check: fn(&ChartFile, &Map) -> Result<(), String>,
}

const fn must(key: &'static str, check: fn(&ChartFile, &Map) -> Result<(), String>) -> Demand {
    Demand {
        severity: Severity::Error,
        key,
        check,
    }
}

/// The demands, in Helm's order.
const DEMANDS: &[Demand] = &[
    must("name", name),
    must("apiVersion", api_version),
    must("version", |_, raw| is_text(raw, "version")),
    must("version", version),
    must("appVersion", |_, raw| is_text(raw, "appVersion")),
    must("maintainers", maintainers),
    must("sources", sources),
    Demand {
        severity: Severity::Info,
        key: "icon",
        check: icon_is_there,
    },
    must("icon", icon),
    must("type", chart_type),
    must("dependencies", dependencies),
];

pub(crate) fn check(subject: &mut Subject<'_>, report: &mut Report) {
    if subject.folder.join(FILE).is_dir() {
        report.helm(Severity::Error, FILE, "should be a file, not a directory", None);
    }
    let unreadable = |error: &dyn std::fmt::Display| format!("unable to parse YAML\n\t{error}");
    let path = subject.folder.join(FILE);
    let text = match subject.read(FILE) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::IsADirectory => {
            let text = format!("read {}: is a directory", path.display());
            return report.helm(Severity::Error, FILE, unreadable(&text), None);
        }
        Err(error) => return report.helm(Severity::Error, FILE, unreadable(&error), None),
    };
    let file = match ChartFile::parse(&text) {
        Ok(file) => file,
        Err(error) => {
            let line = goyaml::from_str(&text).err().and_then(|error| error.problem().line());
            let place = line.map(|line| Place::new(FILE, &text, line, None));
            return report.helm(Severity::Error, FILE, unreadable(&error), place);
        }
    };
    let raw = goyaml::map_from_str(&text).unwrap_or_default();
    for demand in DEMANDS {
        if let Err(message) = (demand.check)(&file, &raw) {
            report.helm(demand.severity, FILE, message, place_of(&text, demand.key));
        }
    }
}

/// Where a key of the file is.
fn place_of(text: &[u8], key: &str) -> Option<Place> {
    let tree = goyaml::parse_tree(text).ok()?;
    let entry = tree.entries().iter().rfind(|entry| entry.key == key)?;
    Some(Place::at(FILE, text, entry.position))
}

fn quoted(text: &str) -> String {
    govalue::quote(text.as_bytes())
}

fn name(file: &ChartFile, _: &Map) -> Result<(), String> {
    let name = &file.metadata.name;
    if name.is_empty() {
        return Err("name is required".into());
    }
    // The last element of a path, as Go has it: slashes at its end do not count.
    let trimmed = name.trim_end_matches('/');
    let base = if trimmed.is_empty() {
        "/"
    } else {
        trimmed.rsplit('/').next().unwrap_or_default()
    };
    if base == name {
        Ok(())
    } else {
        Err(format!("chart name {} is invalid", quoted(name)))
    }
}

fn api_version(file: &ChartFile, _: &Map) -> Result<(), String> {
    const CHOICE: &str = r#"The value must be either "v1" or "v2""#;
    match file.metadata.api_version.as_str() {
        "v1" | "v2" => Ok(()),
        "" => Err(format!("apiVersion is required. {CHOICE}")),
        other => Err(format!("apiVersion '{other}' is not valid. {CHOICE}")),
    }
}

fn is_text(raw: &Map, key: &str) -> Result<(), String> {
    let found = match raw.get(key.as_bytes()) {
        None | Some(Value::String(_)) => return Ok(()),
        Some(Value::Null) => "<nil>",
        Some(Value::Bool(_)) => "bool",
        Some(Value::Int(_) | Value::Float(_)) => "float64",
        Some(Value::List(_)) => "[]interface {}",
        Some(Value::Map(_)) => "map[string]interface {}",
    };
    Err(format!("{key} should be of type string but it's of type {found}"))
}

fn version(file: &ChartFile, _: &Map) -> Result<(), String> {
    let text = &file.metadata.version;
    if text.is_empty() {
        return Err("version is required".into());
    }
    let version = gosemver::Version::parse(text).map_err(|_| format!("version '{text}' is not a valid SemVer"))?;
    let above_nothing = gosemver::Constraints::parse(">0.0.0-0").map_err(|error| error.to_string())?;
    match above_nothing.validate(&version) {
        Err(reasons) if !reasons.is_empty() => Err(format!("version {}", reasons[0])),
        _ => Ok(()),
    }
}

fn maintainers(file: &ChartFile, _: &Map) -> Result<(), String> {
    for maintainer in &file.maintainers {
        let Some(maintainer) = maintainer else {
            return Err("a maintainer entry is empty".into());
        };
        let (name, email, url) = (&maintainer.name, &maintainer.email, &maintainer.url);
        if name.is_empty() {
            return Err("each maintainer requires a name".into());
        } else if !email.is_empty() && !is_email(email) {
            return Err(format!("invalid email '{email}' for maintainer '{name}'"));
        } else if !url.is_empty() && !is_url(url) {
            return Err(format!("invalid url '{url}' for maintainer '{name}'"));
        }
    }
    Ok(())
}

fn sources(file: &ChartFile, _: &Map) -> Result<(), String> {
    match file.metadata.sources.iter().find(|source| !is_request_url(source)) {
        Some(source) => Err(format!("invalid source URL '{source}'")),
        None => Ok(()),
    }
}

fn icon_is_there(file: &ChartFile, _: &Map) -> Result<(), String> {
    if file.metadata.icon.is_empty() {
        Err("icon is recommended".into())
    } else {
        Ok(())
    }
}

fn icon(file: &ChartFile, _: &Map) -> Result<(), String> {
    let icon = &file.metadata.icon;
    if icon.is_empty() || is_request_url(icon) {
        Ok(())
    } else {
        Err(format!("invalid icon URL '{icon}'"))
    }
}

fn chart_type(file: &ChartFile, _: &Map) -> Result<(), String> {
    let version = &file.metadata.api_version;
    if file.chart_type.is_empty() || version == "v2" {
        return Ok(());
    }
    Err(format!(
        "chart type is not valid in apiVersion '{version}'. It is valid in apiVersion 'v2'"
    ))
}

fn dependencies(file: &ChartFile, _: &Map) -> Result<(), String> {
    let version = &file.metadata.api_version;
    if file.dependencies.as_ref().is_none_or(Vec::is_empty) || version == "v2" {
        return Ok(());
    }
    Err(format!(
        "dependencies are not valid in the Chart file with apiVersion '{version}'. They are valid in apiVersion 'v2'"
    ))
}
