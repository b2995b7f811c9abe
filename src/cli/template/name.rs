//! The release's name.

use anyhow::bail;
use gotemplate::{Any, FuncMap, Options, TemplateSet, execute, parse};

use super::args::TemplateArgs;

/// The name of a release that was given none.
const DEFAULT_NAME: &str = "release-name";

/// The longest name, in bytes.
const MAX_LENGTH: usize = 53;

/// What Helm asks of a name, as its message shows it.
const NAME_PATTERN: &str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

/// The release's name and the chart, from the positional arguments and the flags about names.
pub(super) fn name_and_chart(args: &TemplateArgs) -> anyhow::Result<(String, String)> {
    match args.positional.as_slice() {
        [] => bail!("\"chartwright template\" requires at least 1 argument"),
        [_, _] if args.generate_name => bail!("cannot set --generate-name and also specify a name"),
        [_, _] if !args.name_template.is_empty() => bail!("cannot set --name-template and also specify a name"),
        [name, chart] => Ok((name.clone(), chart.clone())),
        [chart] if !args.name_template.is_empty() => Ok((rendered(&args.name_template)?, chart.clone())),
        // Helm's default name wins over --generate-name here.
        [chart] => Ok((DEFAULT_NAME.to_owned(), chart.clone())),
        [_, _, others @ ..] => {
            bail!(
                "expected at most two arguments, unexpected arguments: {}",
                others.join(", ")
            )
        }
    }
}

/// The output of a template with Sprig's functions and no data.
fn rendered(template: &str) -> anyhow::Result<String> {
    let functions: FuncMap = sprig::functions().collect();
    let mut set = TemplateSet::new("name-template");
    set.add(&parse("name-template", template.as_bytes(), &functions)?);
    let mut out = Vec::new();
    execute(&set, b"name-template", Any::Nil, &Options::default(), &(), &mut out)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

/// Refuses a name that Helm refuses.
pub(super) fn validate(name: &str) -> anyhow::Result<()> {
    let quoted = govalue::quote(name.as_bytes());
    if name.is_empty() {
        bail!("release name {quoted}: no name provided");
    }
    if name.len() > MAX_LENGTH || !name.split('.').all(is_label) {
        bail!(
            "release name {quoted}: invalid release name, must match regex {NAME_PATTERN} and the length must not be \
             longer than {MAX_LENGTH}"
        );
    }
    Ok(())
}

fn is_label(label: &str) -> bool {
    let is_edge = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = label.as_bytes();
    bytes.first().copied().is_some_and(is_edge)
        && bytes.last().copied().is_some_and(is_edge)
        && bytes.iter().all(|byte| is_edge(*byte) || *byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_refused_as_helm_refuses_them() {
        for name in ["a", "a-b.c9", "9", &"x".repeat(53)] {
            assert!(validate(name).is_ok(), "{name}");
        }
        for name in ["", "A", "-a", "a-", "a..b", ".a", "a_b", &"x".repeat(54)] {
            assert!(validate(name).is_err(), "{name}");
        }
    }
}
