//! The flags about values and the cluster that `template` and `lint` share, and the files that they name.

use std::io::{self, Read};

use anyhow::anyhow;
use clap::Args;
use govalue::Map;
use helm_chart::{KubeVersion, Overrides};

/// Where values come from. Files come first, then `--set-json`, `--set`, `--set-string`, `--set-file`, `--set-literal`.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct ValuesArgs {
    /// A YAML file with values; `-` is standard input. May be repeated, and hold several names joined by commas.
    #[arg(
        short = 'f',
        long = "values",
        value_name = "FILE",
        value_delimiter = ',',
        allow_hyphen_values = true
    )]
    pub(super) files: Vec<String>,
    /// Values as `key1=val1,key2=val2`.
    #[arg(long, value_name = "LINE", allow_hyphen_values = true)]
    pub(super) set: Vec<String>,
    /// As --set, but every value is a string.
    #[arg(long, value_name = "LINE", allow_hyphen_values = true)]
    pub(super) set_string: Vec<String>,
    /// Values as JSON: `key1=json1,key2=json2` or one object.
    #[arg(long, value_name = "LINE", allow_hyphen_values = true)]
    pub(super) set_json: Vec<String>,
    /// Values from files: `key1=path1,key2=path2`.
    #[arg(long, value_name = "LINE", allow_hyphen_values = true)]
    pub(super) set_file: Vec<String>,
    /// One value, taken as it is written.
    #[arg(long, value_name = "LINE", allow_hyphen_values = true)]
    pub(super) set_literal: Vec<String>,
    /// Do not hold the values against the chart's schema.
    #[arg(long)]
    pub(super) skip_schema_validation: bool,
}

/// Where the release would be.
#[derive(Args, Debug)]
pub(super) struct NamespaceArg {
    /// The release's namespace.
    #[arg(
        short,
        long,
        env = "HELM_NAMESPACE",
        default_value = "default",
        hide_env_values = true
    )]
    pub(super) namespace: String,
}

impl ValuesArgs {
    /// Reads the files and joins everything.
    pub(super) fn read(&self) -> anyhow::Result<Map> {
        let mut files = Vec::with_capacity(self.files.len());
        for name in &self.files {
            files.push((name.clone(), read(name).map_err(|text| anyhow!(text))?));
        }
        let overrides = Overrides {
            files,
            json: self.set_json.clone(),
            set: self.set.clone(),
            string: self.set_string.clone(),
            file: self.set_file.clone(),
            literal: self.set_literal.clone(),
        };
        Ok(overrides.join(read)?)
    }
}

/// Reads what `--kube-version` takes.
pub(super) fn kube_version(text: &str) -> anyhow::Result<KubeVersion> {
    KubeVersion::parse(text).map_err(|error| anyhow!("invalid kube version '{text}': {error}"))
}

/// The contents of a file, `-` being standard input; the error is Go's text.
fn read(name: &str) -> Result<Vec<u8>, String> {
    let mut contents = Vec::new();
    if name.trim() == "-" {
        io::stdin()
            .read_to_end(&mut contents)
            .map_err(|error| error.to_string())?;
        return Ok(contents);
    }
    if ["http://", "https://", "oci://"]
        .iter()
        .any(|scheme| name.starts_with(scheme))
    {
        return Err(format!("{name} is not supported: values are not downloaded"));
    }
    std::fs::read(name).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => format!("open {name}: no such file or directory"),
        io::ErrorKind::PermissionDenied => format!("open {name}: permission denied"),
        io::ErrorKind::IsADirectory => format!("read {name}: is a directory"),
        _ => format!("open {name}: {error}"),
    })
}
