package main

import (
	"bytes"
	"encoding/json"
	"os"
	"sort"
	"strings"
	"time"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/cli"
	"helm.sh/helm/v3/pkg/cli/values"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/getter"
	"helm.sh/helm/v3/pkg/ignore"
	"helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/releaseutil"
	"helm.sh/helm/v3/pkg/strvals"
	"sigs.k8s.io/yaml"
)

// requestedChart is loaded from "chart" (a folder or archive on this machine)
// or from "files" (a map of paths and texts).
func requestedChart(req request) (*chart.Chart, error) {
	if dir := req.text("chart"); dir != "" {
		return loader.Load(dir)
	}
	var files map[string]string
	req.into("files", &files)
	buffered := []*loader.BufferedFile{}
	for _, name := range sortedKeys(files) {
		buffered = append(buffered, &loader.BufferedFile{Name: name, Data: []byte(files[name])})
	}
	return loader.LoadFiles(buffered)
}

// requestedValues merges, as the command line does, "values_yaml" (a list of
// texts) or "values_files", then "set", "set_string", "set_json", "set_literal";
// a tagged "values" object is taken as it is when none of the others is there.
func requestedValues(req request) (map[string]any, error) {
	opts := values.Options{}
	req.into("values_files", &opts.ValueFiles)
	req.into("set", &opts.Values)
	req.into("set_string", &opts.StringValues)
	req.into("set_json", &opts.JSONValues)
	req.into("set_literal", &opts.LiteralValues)
	var texts []string
	req.into("values_yaml", &texts)
	for _, text := range texts {
		file, err := os.CreateTemp("", "goracle-values-*.yaml")
		if err != nil {
			return nil, err
		}
		defer os.Remove(file.Name())
		if _, err := file.WriteString(text); err != nil {
			return nil, err
		}
		file.Close()
		opts.ValueFiles = append(opts.ValueFiles, file.Name())
	}
	if len(opts.ValueFiles)+len(opts.Values)+len(opts.StringValues)+len(opts.JSONValues)+len(opts.LiteralValues) == 0 {
		return req.valueMap("values"), nil
	}
	return opts.MergeValues(getter.All(cli.New()))
}

// capabilities are Helm's defaults with "kube_version" and "api_versions".
func capabilities(req request) (*chartutil.Capabilities, error) {
	caps := chartutil.DefaultCapabilities.Copy()
	if text := req.text("kube_version"); text != "" {
		version, err := chartutil.ParseKubeVersion(text)
		if err != nil {
			return nil, err
		}
		caps.KubeVersion = *version
	}
	var extra []string
	req.into("api_versions", &extra)
	caps.APIVersions = append(caps.APIVersions, extra...)
	return caps, nil
}

func releaseOptions(req request) chartutil.ReleaseOptions {
	opts := chartutil.ReleaseOptions{Name: req.text("name"), Namespace: req.text("namespace"), Revision: 1}
	if opts.Name == "" {
		opts.Name = "release-name"
	}
	if opts.Namespace == "" {
		opts.Namespace = "default"
	}
	req.into("revision", &opts.Revision)
	opts.IsUpgrade = req.flag("upgrade")
	opts.IsInstall = !opts.IsUpgrade
	return opts
}

// prepare loads a chart, processes its dependencies and builds the render values.
func prepare(req request) (*chart.Chart, chartutil.Values, error) {
	chrt, err := requestedChart(req)
	if err != nil {
		return nil, nil, err
	}
	vals, err := requestedValues(req)
	if err != nil {
		return nil, nil, err
	}
	if err := chartutil.ProcessDependenciesWithMerge(chrt, vals); err != nil {
		return nil, nil, err
	}
	caps, err := capabilities(req)
	if err != nil {
		return nil, nil, err
	}
	top, err := chartutil.ToRenderValuesWithSchemaValidation(chrt, vals, releaseOptions(req), caps, req.flag("skip_schema"))
	return chrt, top, err
}

// opRender answers with each rendered file, before sorting.
func opRender(req request) response {
	chrt, top, err := prepare(req)
	if err != nil {
		return response{"err": err.Error(), "stage": "prepare"}
	}
	files, err := engine.Engine{Strict: req.flag("strict"), LintMode: req.flag("lint")}.Render(chrt, top)
	if err != nil {
		return response{"err": err.Error(), "stage": "render"}
	}
	return response{"files": files}
}

// opInstall is the release that `helm template` makes, with its notes.
func opInstall(req request) response {
	chrt, err := requestedChart(req)
	if err != nil {
		return response{"err": err.Error(), "stage": "load"}
	}
	vals, err := requestedValues(req)
	if err != nil {
		return response{"err": err.Error(), "stage": "values"}
	}
	opts := releaseOptions(req)
	install := action.NewInstall(&action.Configuration{Log: func(string, ...any) {}})
	install.ClientOnly, install.DryRun, install.DryRunOption, install.Replace = true, true, "client", true
	install.ReleaseName, install.Namespace, install.IsUpgrade = opts.Name, opts.Namespace, opts.IsUpgrade
	install.IncludeCRDs, install.SkipSchemaValidation = req.flag("include_crds"), req.flag("skip_schema")
	install.SubNotes, install.DisableHooks = req.flag("sub_notes"), req.flag("no_hooks")
	if text := req.text("kube_version"); text != "" {
		if install.KubeVersion, err = chartutil.ParseKubeVersion(text); err != nil {
			return response{"err": err.Error(), "stage": "values"}
		}
	}
	var extra []string
	req.into("api_versions", &extra)
	install.APIVersions = extra
	rel, err := install.Run(chrt, vals)
	if err != nil {
		return response{"err": err.Error(), "stage": "install"}
	}
	res := response{"hooks": rel.Hooks, "config": encodeTagged(rel.Config)}
	putText(res, "manifest", rel.Manifest)
	putText(res, "notes", rel.Info.Notes)
	return res
}

// opCoalesce answers with the chart's final values ("mode": coalesce, merge, or
// render for the whole top-level scope's Values after dependencies).
func opCoalesce(req request) response {
	chrt, err := requestedChart(req)
	if err != nil {
		return response{"err": err.Error(), "stage": "load"}
	}
	vals, err := requestedValues(req)
	if err != nil {
		return response{"err": err.Error(), "stage": "values"}
	}
	if !req.flag("no_dependencies") {
		if err := chartutil.ProcessDependenciesWithMerge(chrt, vals); err != nil {
			return response{"err": err.Error(), "stage": "dependencies"}
		}
	}
	names := []string{}
	for _, dep := range chrt.Dependencies() {
		names = append(names, dep.Name())
	}
	sort.Strings(names)
	run := chartutil.CoalesceValues
	if req.text("mode") == "merge" {
		run = chartutil.MergeValues
	}
	out, err := run(chrt, vals)
	if err != nil {
		return response{"err": err.Error(), "stage": "coalesce"}
	}
	return response{"value": encodeTagged(out.AsMap()), "dependencies": names, "chart_values": encodeTagged(chrt.Values)}
}

// opCoalesceTables merges "src" under "dst" ("mode": coalesce or merge).
func opCoalesceTables(req request) response {
	dst, src := req.valueMap("dst"), req.valueMap("src")
	if req.text("mode") == "merge" {
		return response{"value": encodeTagged(chartutil.MergeTables(dst, src))}
	}
	return response{"value": encodeTagged(chartutil.CoalesceTables(dst, src))}
}

// opStrvals is one --set family argument on top of "base".
func opStrvals(req request) response {
	base := req.valueMap("base")
	line := req.text("line")
	var err error
	switch kind := req.text("kind"); kind {
	case "", "set":
		err = strvals.ParseInto(line, base)
	case "string":
		err = strvals.ParseIntoString(line, base)
	case "json":
		err = strvals.ParseJSON(line, base)
	case "literal":
		err = strvals.ParseLiteralInto(line, base)
	default:
		return response{"err": "bad request: kind " + kind}
	}
	res := response{"value": encodeTagged(base)}
	if err != nil {
		res["err"] = err.Error()
	}
	return res
}

// opSchema validates values against one schema; "err" is Helm's text.
func opSchema(req request) response {
	schema := []byte(req.text("schema_text"))
	if len(schema) == 0 {
		schema = req["schema"]
	}
	vals, err := requestedValues(req)
	if err != nil {
		return response{"err": err.Error(), "stage": "values"}
	}
	if err := chartutil.ValidateAgainstSingleSchema(vals, schema); err != nil {
		return response{"err": err.Error()}
	}
	return response{"ok": true}
}

// opReleaseDecode opens a stored record; "release" is its JSON.
func opReleaseDecode(req request) response {
	rel, err := helmDecodeRelease(req.text("data"))
	if err != nil {
		return response{"err": err.Error()}
	}
	return response{"release": rel}
}

// opReleaseEncode stores the JSON of a release as Helm does.
func opReleaseEncode(req request) response {
	var rel release.Release
	if err := json.Unmarshal(req["release"], &rel); err != nil {
		return response{"err": err.Error()}
	}
	out, err := helmEncodeRelease(&rel)
	return textual(out, err)
}

// opSplitManifests cuts a stream of documents.
func opSplitManifests(req request) response {
	parts := releaseutil.SplitManifests(req.text("text"))
	keys := sortedKeys(parts)
	sort.Sort(releaseutil.BySplitManifestsOrder(keys))
	texts := []string{}
	for _, key := range keys {
		texts = append(texts, parts[key])
	}
	return response{"documents": texts}
}

// opSortManifests sorts rendered files into hooks and manifests.
func opSortManifests(req request) response {
	var files map[string]string
	req.into("files", &files)
	order := releaseutil.InstallOrder
	if req.text("order") == "uninstall" {
		order = releaseutil.UninstallOrder
	}
	hooks, manifests, err := releaseutil.SortManifests(files, nil, order)
	if err != nil {
		return response{"err": err.Error()}
	}
	out := []any{}
	for _, m := range manifests {
		out = append(out, map[string]any{"name": m.Name, "content": m.Content, "head": m.Head})
	}
	return response{"hooks": hooks, "manifests": out}
}

// opIgnore says whether .helmignore "rules" exclude "path".
func opIgnore(req request) response {
	rules, err := ignore.Parse(strings.NewReader(req.text("rules")))
	if err != nil {
		return response{"err": err.Error()}
	}
	rules.AddDefaults()
	return response{"ok": rules.Ignore(req.text("path"), fakeInfo{req.text("path"), req.flag("dir")})}
}

// fakeInfo is a file that exists only in a request.
type fakeInfo struct {
	name string
	dir  bool
}

func (f fakeInfo) Name() string       { return f.name[strings.LastIndex(f.name, "/")+1:] }
func (f fakeInfo) Size() int64        { return 0 }
func (f fakeInfo) ModTime() time.Time { return time.Time{} }
func (f fakeInfo) IsDir() bool        { return f.dir }
func (f fakeInfo) Sys() any           { return nil }
func (f fakeInfo) Mode() os.FileMode {
	if f.dir {
		return os.ModeDir | 0o755
	}
	return 0o644
}

// opKubeVersion parses a Kubernetes version, and checks a chart's kubeVersion.
func opKubeVersion(req request) response {
	v, err := chartutil.ParseKubeVersion(req.text("version"))
	if err != nil {
		return response{"err": err.Error()}
	}
	res := response{"version": v.Version, "major": v.Major, "minor": v.Minor}
	if constraint := req.text("constraint"); constraint != "" {
		res["ok"] = chartutil.IsCompatibleRange(constraint, v.Version)
	}
	return res
}

// opDefaultCapabilities is what templates see without a cluster.
func opDefaultCapabilities(request) response {
	caps := chartutil.DefaultCapabilities
	return response{"kube_version": caps.KubeVersion.Version, "api_versions": []string(caps.APIVersions), "helm_version": caps.HelmVersion}
}

// opChartLoad answers with what the loader made of a chart.
func opChartLoad(req request) response {
	chrt, err := requestedChart(req)
	if err != nil {
		return response{"err": err.Error()}
	}
	return response{"chart": chartSummary(chrt)}
}

func chartSummary(c *chart.Chart) any {
	names := func(files []*chart.File) []string {
		out := []string{}
		for _, f := range files {
			out = append(out, f.Name)
		}
		sort.Strings(out)
		return out
	}
	deps := map[string]any{}
	for _, dep := range c.Dependencies() {
		deps[dep.Name()] = chartSummary(dep)
	}
	crds := []string{}
	for _, crd := range c.CRDObjects() {
		crds = append(crds, crd.Filename)
	}
	return map[string]any{
		"metadata": c.Metadata, "templates": names(c.Templates), "files": names(c.Files), "crds": crds,
		"values": encodeTagged(c.Values), "dependencies": deps, "schema": len(c.Schema) > 0, "full_path": c.ChartFullPath(),
	}
}

// opReadValues reads a values file's text as Helm does.
func opReadValues(req request) response {
	v, err := chartutil.ReadValues([]byte(req.text("text")))
	if err != nil {
		return response{"err": err.Error()}
	}
	return response{"value": encodeTagged(v.AsMap())}
}

// opYAMLDocuments decodes each document of a stream on its own.
func opYAMLDocuments(req request) response {
	out := []any{}
	for _, part := range bytes.Split([]byte(req.text("text")), []byte("\n---\n")) {
		var v any
		if err := yaml.Unmarshal(part, &v); err != nil {
			return response{"err": err.Error()}
		}
		out = append(out, encodeTagged(v))
	}
	return response{"values": out}
}
