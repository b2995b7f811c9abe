//! `chartwright bundle`: the OLM bundle of the project in the working folder.

use std::io::{self, Read as _};

use anyhow::Context as _;
use clap::Args;
use scaffold::{Folder, Release};

use super::create::write;

/// Write the OLM bundle of what `kubectl kustomize config/manifests` builds, which is read from standard input.
#[derive(Args, Debug)]
pub(super) struct BundleArgs {
    /// The bundle's version, such as 0.0.1.
    #[arg(long)]
    version: String,
    /// The channels that it is published in, separated by commas.
    #[arg(long, value_delimiter = ',', default_value = "alpha")]
    channels: Vec<String>,
    /// The channel of those who name none; the first if not given.
    #[arg(long)]
    default_channel: Option<String>,
}

/// Writes the bundle, in place of an older one.
pub(super) fn run(args: &BundleArgs) -> anyhow::Result<()> {
    let mut built = String::new();
    io::stdin()
        .read_to_string(&mut built)
        .context("failed to read what kustomize has built")?;
    let first = args.channels.first().map_or("", String::as_str);
    let release = Release {
        version: &args.version,
        channels: &args.channels,
        default_channel: args.default_channel.as_deref().unwrap_or(first),
    };
    write(&Folder::new("."), &scaffold::bundle(&built, &release)?, true)
}
