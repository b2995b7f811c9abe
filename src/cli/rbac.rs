//! `chartwright rbac`: what the operator of this folder must be allowed to do.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Parser};
use govalue::Value;
use helm_action::DefinitionPolicy;
use scaffold::{
    Access, Api, Definitions, Folder, OwnWork, Project, Role, Scope, WatchAccess, manager_role, operator_flags,
    own_roles, release_role, survey,
};

use super::create::{tell_access, values};
use super::run::RunArgs;
use crate::charts::Charts;
use crate::watches::{Environment, SourceKind, Watch, Watches};

/// Print the least rights under which the operator works, and which value asks for which of them.
///
/// The charts are rendered over their values: with the defaults, with each switch the other way, and with the values that
/// they are tested with. Roles of service accounts that make releases follow, and those for what the operator serves and for
/// electing a leader, as its flags ask for them.
#[derive(Args, Debug)]
pub(super) struct RbacArgs {
    /// The file that maps custom resource kinds to charts.
    #[arg(long, default_value = "./watches.yaml")]
    watches_file: PathBuf,
    /// The folder with the custom resource definitions.
    #[arg(long, default_value = "./config/crd/bases")]
    definitions: PathBuf,
    /// The only namespaces that the operator watches, separated by commas: a Role in each, and a `ClusterRole` for what is
    /// in none. Those that config/default names if not given.
    #[arg(long, value_delimiter = ',')]
    namespace: Vec<String>,
    /// Files with values that the charts need to render at all.
    #[arg(long)]
    values: Vec<PathBuf>,
    /// Flags of the operator besides those that config/default gives it.
    #[arg(last = true)]
    flags: Vec<String>,
}

/// The operator's flags alone.
#[derive(Parser)]
#[command(name = "chartwright run", no_binary_name = true)]
struct Flags {
    #[command(flatten)]
    run: RunArgs,
}

/// Prints the roles.
#[expect(clippy::print_stdout, reason = "that is the command")]
pub(super) fn run(args: &RbacArgs) -> anyhow::Result<()> {
    let charts = Charts::default();
    let watches = Watches::load(&args.watches_file, &Environment::of_process(), &charts)?;
    let defined = definitions(args)?;
    let given = values(&args.values)?;
    let mut kinds: Vec<(Api, Access)> = Vec::new();
    for watch in &watches.entries {
        let mut api = Api::new(watch.gvk.group(), "", watch.gvk.version(), &watch.gvk.kind)?;
        if let Some((plural, scope)) = defined.get(&(api.group(), api.kind.clone())) {
            api = api.with_plural(plural)?;
            api.scope = *scope;
        }
        let chart = charts.current(&watch.chart).map_err(anyhow::Error::from)?;
        let access = survey(&chart.chart, &given, &access_of(watch))?;
        tell_access(&access);
        kinds.push((api, access));
    }
    let kinds: Vec<(&Api, &Access)> = kinds.iter().map(|(api, access)| (api, access)).collect();
    let (own, told) = own(args)?;
    let namespaces = if args.namespace.is_empty() {
        told
    } else {
        args.namespace.clone()
    };
    let roles = if namespaces.is_empty() {
        vec![Role::Cluster]
    } else {
        let roles = namespaces.into_iter().map(Role::Namespaced);
        roles.chain([Role::Rest]).collect()
    };
    let mut texts: Vec<String> = roles.iter().filter_map(|role| manager_role(role, &kinds)).collect();
    texts.extend(kinds.iter().filter_map(|(api, access)| release_role(api, access)));
    texts.extend(own);
    print!("{}", texts.join("---\n"));
    Ok(())
}

/// The roles for what the operator does besides, as the project's flags and those of the command line ask for it; and the
/// namespaces that they name.
fn own(args: &RbacArgs) -> anyhow::Result<(Vec<String>, Vec<String>)> {
    let folder = Folder::new(".");
    let mut flags = operator_flags(&folder)?;
    flags.extend(args.flags.iter().cloned());
    let (work, namespaces) = if flags.is_empty() {
        (OwnWork::default(), Vec::new())
    } else {
        let told = || format!("the operator's flags are not understood: {}", flags.join(" "));
        let run = Flags::try_parse_from(&flags).with_context(told)?.run;
        (run.own_work(), run.namespaces())
    };
    let project = folder.read("PROJECT")?.map(|text| Project::parse(&text)).transpose()?;
    let name = project.map_or_else(|| "operator".to_owned(), |project| project.name);
    Ok((own_roles(&name, work)?, namespaces))
}

/// What a watch takes besides its chart.
pub(super) fn access_of(watch: &Watch) -> WatchAccess {
    let names = |kind: SourceKind| {
        let sources = watch.values_from.iter().filter(|source| source.kind == kind);
        sources.map(|source| source.name.clone()).collect()
    };
    WatchAccess {
        secrets: names(SourceKind::Secret),
        config_maps: names(SourceKind::ConfigMap),
        account: watch.service_account_name.clone(),
        any_account: watch.service_account_annotation,
        definitions: match watch.policy.definitions {
            DefinitionPolicy::Skip => Definitions::Skip,
            DefinitionPolicy::Create => Definitions::Create,
            DefinitionPolicy::CreateReplace => Definitions::Replace,
        },
    }
}

/// The plurals and scopes of the kinds that are defined in the folder, by group and kind; none if there is no folder.
fn definitions(args: &RbacArgs) -> anyhow::Result<BTreeMap<(String, String), (String, Scope)>> {
    let mut found = BTreeMap::new();
    let Ok(entries) = fs::read_dir(&args.definitions) else {
        return Ok(found);
    };
    for entry in entries {
        let path = entry.context("failed to list the definitions")?.path();
        let text = fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))?;
        let definition = goyaml::from_str(&text).with_context(|| format!("failed to read {}", path.display()))?;
        let text = |path: &str| {
            definition
                .path(path)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let scope = match text("spec.scope").as_str() {
            "Cluster" => Scope::Cluster,
            _ => Scope::Namespaced,
        };
        let key = (text("spec.group"), text("spec.names.kind"));
        found.insert(key, (text("spec.names.plural"), scope));
    }
    Ok(found)
}
