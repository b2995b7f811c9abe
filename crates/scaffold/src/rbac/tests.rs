//! What small charts ask for.

use helm_chart::{File, load_files};

use super::*;

fn chart(files: &[(&str, &str)]) -> Chart {
    let head = [("Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\n")];
    let files = head.iter().chain(files).map(|(name, data)| File {
        name: (*name).into(),
        data: (*data).into(),
    });
    load_files(files.collect()).unwrap().chart
}

/// The rules as `group/resource verbs (reasons)`.
fn rules_of(files: &[(&str, &str)]) -> Vec<String> {
    rules_when(files, &WatchAccess::default())
}

/// The rules of a watch, and then those for what its chart makes.
fn rules_when(files: &[(&str, &str)], watch: &WatchAccess) -> Vec<String> {
    let access = survey(&chart(files), &Map::new(), watch).unwrap();
    let text = |rule: &AccessRule| {
        let what = [rule.resources.join(","), rule.urls.join(",")].concat();
        let names = if rule.names.is_empty() {
            String::new()
        } else {
            format!("[{}]", rule.names.join(","))
        };
        let scope = if rule.cluster { "cluster " } else { "" };
        format!(
            "{scope}{}/{what}{names} {} ({})",
            rule.group,
            rule.verbs.join(","),
            rule.reasons.join("; ")
        )
    };
    access.watch.iter().chain(&access.rules).map(text).collect()
}

fn object(api_version: &str, kind: &str) -> String {
    format!("apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: x}}\n")
}

const ALL: &str = "create,delete,get,list,patch,watch";

#[test]
fn a_rule_knows_which_value_asks_for_it() {
    let template = format!(
        "{}---\n{{{{- if .Values.web.enabled }}}}\n{}---\n{{{{- if .Values.web.ingress.enabled }}}}\n{}{{{{- end }}}}\n{{{{- end }}}}\n",
        object("v1", "ConfigMap"),
        object("v1", "Service"),
        object("networking.k8s.io/v1", "Ingress")
    );
    let values = "web: {enabled: false, ingress: {enabled: false}}\n";
    assert_eq!(
        rules_of(&[("values.yaml", values), ("templates/a.yaml", &template)]),
        [
            format!("/configmaps {ALL} ()"),
            format!("/services {ALL} (web.enabled=true)"),
            format!("networking.k8s.io/ingresses {ALL} (web.ingress.enabled=true, web.enabled=true)"),
        ]
    );
}

#[test]
fn hooks_and_definitions_take_less() {
    let hook = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: x, annotations: {helm.sh/hook: pre-install}}\n";
    let test = "apiVersion: v1\nkind: Pod\nmetadata: {name: x, annotations: {helm.sh/hook: test}}\n";
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: mice.d.com}\n\
                      spec: {group: d.com, scope: Cluster, names: {kind: Mouse, plural: mice}}\n";
    let files = [
        ("templates/hook.yaml", hook),
        ("templates/test.yaml", test),
        ("crds/mice.yaml", definition),
        ("templates/mouse.yaml", &object("d.com/v1", "Mouse")),
    ];
    assert_eq!(
        rules_of(&files),
        [
            "/pods/log get ()".to_owned(),
            "/pods list ()".to_owned(),
            "cluster apiextensions.k8s.io/customresourcedefinitions create,get ()".to_owned(),
            "batch/jobs create,delete,get,list,watch ()".to_owned(),
            format!("cluster d.com/mice {ALL} ()"),
            "/pods create,delete,get,watch (the annotation chartwright.dev/run-tests)".to_owned(),
        ]
    );
}

#[test]
fn tests_are_run_when_somebody_asks_for_them() {
    let test = "apiVersion: v1\nkind: Pod\nmetadata: {name: x, annotations: {helm.sh/hook: test}}\n";
    let asked = "(the annotation chartwright.dev/run-tests)";
    assert_eq!(
        rules_of(&[("templates/test.yaml", test)]),
        [
            format!("/pods create,delete,get,list,watch {asked}"),
            format!("/pods/log get {asked}"),
        ]
    );
}

#[test]
fn claims_that_may_grow_are_changed() {
    let set = format!(
        "{}spec: {{volumeClaimTemplates: [{{metadata: {{name: d}}}}]}}\n",
        object("apps/v1", "StatefulSet")
    );
    assert_eq!(
        rules_of(&[("templates/set.yaml", &set)]),
        [
            "/persistentvolumeclaims list,patch ()".to_owned(),
            format!("apps/statefulsets {ALL} ()"),
        ]
    );
}

#[test]
fn sources_of_values_are_read_by_name() {
    let watch = WatchAccess {
        secrets: ["db".to_owned(), "extra".to_owned()].into(),
        config_maps: ["defaults".to_owned()].into(),
        ..WatchAccess::default()
    };
    assert_eq!(
        rules_when(&[("templates/service.yaml", &object("v1", "Service"))], &watch),
        [
            "/secrets[db,extra] get,list,watch ()".to_owned(),
            "/configmaps[defaults] get,list,watch ()".to_owned(),
            format!("/services {ALL} ()"),
        ]
    );
}

#[test]
fn what_an_account_makes_is_only_watched() {
    let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: x}\n\
                rules: [{apiGroups: [''], resources: [pods], verbs: [get, watch]}]\n";
    let hook = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: x, annotations: {helm.sh/hook: pre-install}}\n";
    let files = [("templates/role.yaml", role), ("templates/hook.yaml", hook)];
    let watched = "rbac.authorization.k8s.io/roles list,watch ()";
    let named = WatchAccess {
        account: Some("tenant".into()),
        ..WatchAccess::default()
    };
    assert_eq!(
        rules_when(&files, &named),
        ["/serviceaccounts[tenant] impersonate ()", watched]
    );
    let any = WatchAccess {
        any_account: true,
        ..named
    };
    assert_eq!(rules_when(&files, &any), ["/serviceaccounts impersonate ()", watched]);
}

#[test]
fn definitions_that_are_replaced_are_changed() {
    let definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: mice.d.com}\n\
                      spec: {group: d.com, scope: Cluster, names: {kind: Mouse, plural: mice}}\n";
    let watch = WatchAccess {
        definitions: Definitions::Replace,
        ..WatchAccess::default()
    };
    let files = [("crds/mice.yaml", definition)];
    assert_eq!(
        rules_when(&files, &watch),
        ["cluster apiextensions.k8s.io/customresourcedefinitions create,get,update ()"]
    );
    let watch = WatchAccess {
        definitions: Definitions::Skip,
        ..watch
    };
    assert_eq!(rules_when(&files, &watch), [""; 0]);
}

#[test]
fn an_account_s_roles_have_what_the_operator_does_in_its_name() {
    let hook = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: x, annotations: {helm.sh/hook: pre-install}}\n";
    let set = format!(
        "{}spec: {{volumeClaimTemplates: [{{}}]}}\n",
        object("apps/v1", "StatefulSet")
    );
    let class = object("storage.k8s.io/v1", "StorageClass");
    let files = [
        ("templates/hook.yaml", hook),
        ("templates/set.yaml", &set),
        ("templates/class.yaml", &class),
    ];
    let watch = WatchAccess {
        account: Some("tenant".into()),
        ..WatchAccess::default()
    };
    let access = survey(&chart(&files), &Map::new(), &watch).unwrap();
    let api = crate::Api::new("charts", "example.com", "v1", "Book").unwrap();
    let text = release_role(&api, &access).unwrap();
    let read = |text: &str| {
        let role = goyaml::from_str(text).unwrap();
        let list = |rule: &govalue::Value, key: &str| -> Vec<String> {
            let items = rule.get(key).and_then(govalue::Value::as_list).unwrap_or_default();
            items
                .iter()
                .filter_map(|item| item.as_str().map(str::to_owned))
                .collect()
        };
        let rules = role.get("rules").and_then(govalue::Value::as_list).unwrap_or_default();
        let rules = rules.iter().map(|rule| {
            format!(
                "{} {}",
                list(rule, "resources").join(","),
                list(rule, "verbs").join(",")
            )
        });
        rules.collect::<Vec<_>>()
    };
    let (namespaced, cluster) = text.split_once("---\n").unwrap();
    let wanted = [
        "pods list",
        "pods/log get",
        "persistentvolumeclaims list,patch",
        "statefulsets create,delete,get,list,patch",
        "jobs create,delete,get,list,watch",
    ];
    let mut found = read(namespaced);
    found.sort();
    let mut wanted = wanted.map(str::to_owned);
    wanted.sort();
    assert_eq!(found, wanted);
    assert_eq!(read(cluster), ["storageclasses create,delete,get,list,patch"]);
    let own = survey(&chart(&files), &Map::new(), &WatchAccess::default()).unwrap();
    assert_eq!(release_role(&api, &own), None, "no account, no role");
}

#[test]
fn who_gives_rights_must_have_them() {
    let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: x}\n\
                rules: [{apiGroups: [''], resources: [pods], resourceNames: [a], verbs: [get, watch]}]\n";
    let binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: x}\n\
                   roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\n";
    assert_eq!(
        rules_of(&[("templates/role.yaml", role), ("templates/binding.yaml", binding)]),
        [
            "/pods[a] get,watch ()".to_owned(),
            "rbac.authorization.k8s.io/clusterroles[view] bind ()".to_owned(),
            format!("rbac.authorization.k8s.io/rolebindings,roles {ALL} ()"),
        ]
    );
}

#[test]
fn names_that_are_made_of_the_release_s_are_not_known() {
    let role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: '{{ .Release.Name }}-x'}\n\
                rules: [{apiGroups: [''], resources: [pods], resourceNames: ['{{ .Release.Name }}-0'], verbs: [get]}]\n";
    let binding = "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: x}\n\
                   roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: '{{ .Release.Name }}-x'}\n";
    assert_eq!(
        rules_of(&[("templates/role.yaml", role), ("templates/binding.yaml", binding)]),
        [
            "/pods get ()".to_owned(),
            format!("rbac.authorization.k8s.io/rolebindings,roles {ALL} ()"),
        ]
    );
}

#[test]
fn lookups_apis_choices_and_test_values_count() {
    let template = format!(
        "{{{{- $_ := lookup \"v1\" \"Secret\" \"ns\" \"name\" }}}}\n{{{{- if .Capabilities.APIVersions.Has \"m.com/v1\" }}}}\n{}{{{{- end }}}}\n---\n\
         apiVersion: apps/v1\nkind: {{{{ .Values.kind }}}}\nmetadata: {{name: y}}\n{{{{- if .Values.extra }}}}\n---\n{}{{{{- end }}}}\n",
        object("m.com/v1", "Monitor"),
        object("v1", "Service"),
    );
    let files = [
        ("values.yaml", "kind: Deployment\nextra: ''\n"),
        ("ci/extra-values.yaml", "extra: x\n"),
        ("templates/a.yaml", &template),
    ];
    assert_eq!(
        rules_of(&files),
        [
            "/secrets get ()".to_owned(),
            format!("apps/deployments {ALL} ()"),
            format!("m.com/monitors {ALL} (a cluster that serves m.com/v1)"),
            format!("/services {ALL} (ci/extra-values.yaml)"),
            format!("apps/daemonsets {ALL} (kind=DaemonSet)"),
            format!("apps/statefulsets {ALL} (kind=StatefulSet)"),
        ]
    );
    assert!(
        survey(&chart(&files), &Map::new(), &WatchAccess::default())
            .unwrap()
            .guessed
            .contains("m.com/v1 Monitor")
    );
}

#[test]
fn a_chart_that_never_renders_is_an_error() {
    let error = survey(
        &chart(&[("templates/a.yaml", "{{ fail \"no\" }}")]),
        &Map::new(),
        &WatchAccess::default(),
    )
    .unwrap_err();
    assert!(
        matches!(&error, Error::Render { chart, .. } if chart == "demo"),
        "{error}"
    );
}
