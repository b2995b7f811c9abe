package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"
)

// goldenCase is a case.yaml. Its fields are flags of `helm template`.
type goldenCase struct {
	About     string   `json:"about"`
	Chart     string   `json:"chart"`     // folder, seen from the case
	Name      string   `json:"name"`      // release
	Namespace string   `json:"namespace"` // of the release
	Expect    string   `json:"expect"`    // ok or error
	Values    []string `json:"values"`    // files; values.yaml when absent and there
	Set       []string `json:"set"`
	SetString []string `json:"setString"`
	SetJSON   []string `json:"setJSON"`

	SetLiteral           []string `json:"setLiteral"`
	IsUpgrade            bool     `json:"isUpgrade"`
	IncludeCRDs          bool     `json:"includeCRDs"`
	NoHooks              bool     `json:"noHooks"`
	SkipSchemaValidation bool     `json:"skipSchemaValidation"`
	RenderSubchartNotes  bool     `json:"renderSubchartNotes"`
	KubeVersion          string   `json:"kubeVersion"`
	APIVersions          []string `json:"apiVersions"`
	AnyOrder             bool     `json:"anyOrder"` // Helm lists its complaints in any order
	Helm4                string   `json:"helm4"`    // how Helm 4 differs, in words
}

// arguments is the command line of `helm template`, run in the case's folder.
func (c goldenCase) arguments() []string {
	args := []string{"template", c.Name, c.Chart, "--namespace", c.Namespace}
	repeated := func(name string, items []string) {
		for _, item := range items {
			args = append(args, name, item)
		}
	}
	repeated("--values", c.Values)
	repeated("--set", c.Set)
	repeated("--set-string", c.SetString)
	repeated("--set-json", c.SetJSON)
	repeated("--set-literal", c.SetLiteral)
	repeated("--api-versions", c.APIVersions)
	switches := []struct {
		on   bool
		name string
	}{
		{c.IsUpgrade, "--is-upgrade"}, {c.IncludeCRDs, "--include-crds"}, {c.NoHooks, "--no-hooks"},
		{c.SkipSchemaValidation, "--skip-schema-validation"}, {c.RenderSubchartNotes, "--render-subchart-notes"},
	}
	for _, s := range switches {
		if s.on {
			args = append(args, s.name)
		}
	}
	if c.KubeVersion != "" {
		args = append(args, "--kube-version", c.KubeVersion)
	}
	return args
}

// installRequest is the same release for opInstall, which knows the notes.
func (c goldenCase) installRequest(dir string) request {
	files := []string{}
	for _, file := range c.Values {
		files = append(files, filepath.Join(dir, file))
	}
	fields := map[string]any{
		"chart": filepath.Join(dir, c.Chart), "name": c.Name, "namespace": c.Namespace, "values_files": files,
		"set": c.Set, "set_string": c.SetString, "set_json": c.SetJSON, "set_literal": c.SetLiteral,
		"upgrade": c.IsUpgrade, "include_crds": c.IncludeCRDs, "no_hooks": c.NoHooks, "skip_schema": c.SkipSchemaValidation,
		"sub_notes": c.RenderSubchartNotes, "kube_version": c.KubeVersion, "api_versions": c.APIVersions,
	}
	encoded, _ := marshal(fields)
	var req request
	if err := yaml.Unmarshal(encoded, &req); err != nil {
		panic(err)
	}
	return req
}

// run is what a helm binary did.
type run struct {
	stdout, stderr string
	exit           int
}

// runHelm runs a command in a folder, with an empty home: nothing of the user's is read.
func runHelm(binary, home, dir string, args []string) (run, error) {
	cmd := exec.Command(binary, args...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + home, "HELM_CACHE_HOME=" + home, "HELM_CONFIG_HOME=" + home, "HELM_DATA_HOME=" + home, "TZ=UTC", "PATH=" + os.Getenv("PATH")}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return run{}, err
	}
	return run{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}, nil
}

// goldens writes (or, with -check, compares) the expected files of cases.
func goldens(args []string, out io.Writer) int {
	flags := flag.NewFlagSet("goldens", flag.ContinueOnError)
	helm3 := flags.String("helm3", "", "Helm 3, whose output is expected")
	helm4 := flags.String("helm4", "", "Helm 4, whose differences are checked against the case's helm4")
	check := flags.Bool("check", false, "write nothing; fail if something would change")
	if err := flags.Parse(args); err != nil || flags.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: goracle goldens -helm3 BINARY [-helm4 BINARY] [-check] CASE...")
		return 2
	}
	home, err := os.MkdirTemp("", "goracle-home-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(home)
	changed, failed := 0, 0
	for _, dir := range flags.Args() {
		files, notes, err := golden(dir, *helm3, *helm4, home)
		if err != nil {
			failed++
			fmt.Fprintf(out, "%-28s FAILED: %v\n", filepath.Base(dir), err)
			continue
		}
		for _, note := range notes {
			fmt.Fprintf(out, "%-28s %s\n", filepath.Base(dir), note)
		}
		differs, err := settle(filepath.Join(dir, "expected"), files, *check)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		if differs {
			changed++
			fmt.Fprintf(out, "%-28s %s\n", filepath.Base(dir), map[bool]string{true: "stale", false: "written"}[*check])
		}
	}
	fmt.Fprintf(out, "%d cases, %d changed, %d failed\n", flags.NArg(), changed, failed)
	if failed > 0 || *check && changed > 0 {
		return 1
	}
	return 0
}

// golden runs a case with real Helm, twice, and answers with its expected files.
func golden(dir, helm3, helm4, home string) (files map[string]string, notes []string, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "case.yaml"))
	if err != nil {
		return nil, nil, err
	}
	var c goldenCase
	if err := yaml.UnmarshalStrict(text, &c); err != nil {
		return nil, nil, err
	}
	if c.Name == "" || c.Namespace == "" || c.Chart == "" || c.About == "" || (c.Expect != "ok" && c.Expect != "error") {
		return nil, nil, errors.New("case.yaml needs about, chart, name, namespace and expect (ok or error)")
	}
	if _, err := os.Stat(filepath.Join(dir, "values.yaml")); err == nil && c.Values == nil {
		c.Values = []string{"values.yaml"}
	}
	first, err := runHelm(helm3, home, dir, c.arguments())
	if err != nil {
		return nil, nil, err
	}
	second, err := runHelm(helm3, home, dir, c.arguments())
	if err != nil {
		return nil, nil, err
	}
	if c.AnyOrder {
		first.stderr, second.stderr = sortComplaints(first.stderr), sortComplaints(second.stderr)
	}
	if first != second {
		return nil, nil, errors.New("two runs of Helm differ")
	}
	if (c.Expect == "ok") != (first.exit == 0) {
		return nil, nil, fmt.Errorf("expected %s, but Helm ended with %d: %s", c.Expect, first.exit, first.stderr)
	}
	if helm4 != "" {
		fourth, err := runHelm(helm4, home, dir, c.arguments())
		if err != nil {
			return nil, nil, err
		}
		if c.AnyOrder {
			fourth.stderr = sortComplaints(fourth.stderr)
		}
		if verdict := compareHelm4(first, fourth); verdict != c.Helm4 {
			notes = append(notes, fmt.Sprintf("helm4 is %q in case.yaml, but Helm 4 has %q", c.Helm4, verdict))
			if os.Getenv("SHOW_HELM4") != "" {
				notes = append(notes, fourth.stdout, fourth.stderr)
			}
		}
	}
	files, err = expectedFiles(dir, c, first)
	return files, notes, err
}

// logPlace is where in Helm's source a line of its log was written.
var logPlace = regexp.MustCompile(`(?m)^[a-z_]+\.go:\d+: `)

// expectedFiles are manifest.yaml and notes.txt, or error.txt and exit-code.txt;
// warnings.txt is what Helm said besides.
func expectedFiles(dir string, c goldenCase, r run) (map[string]string, error) {
	if r.exit != 0 {
		return map[string]string{"error.txt": r.stderr, "exit-code.txt": strconv.Itoa(r.exit) + "\n"}, nil
	}
	files := map[string]string{"manifest.yaml": r.stdout}
	if r.stderr != "" {
		files["warnings.txt"] = logPlace.ReplaceAllString(r.stderr, "")
	}
	res := opInstall(c.installRequest(dir))
	if text, failed := res["err"]; failed {
		return nil, fmt.Errorf("the library refuses what the command renders: %v", text)
	}
	if notes, _ := res["notes"].(string); notes != "" {
		files["notes.txt"] = notes
	}
	return files, nil
}

// sortComplaints sorts each run of lines that are a schema's complaints, indented
// or not: Helm walks a map to find them.
func sortComplaints(text string) string {
	lines := strings.SplitAfter(text, "\n")
	for begin := 0; begin < len(lines); begin++ {
		end := begin
		for end < len(lines) && strings.HasPrefix(strings.TrimLeft(lines[end], " "), "- at ") {
			end++
		}
		if end > begin {
			sort.Strings(lines[begin:end])
			begin = end
		}
	}
	return strings.Join(lines, "")
}

// compareHelm4 says in a few words how Helm 4's answer differs.
func compareHelm4(three, four run) string {
	squeeze := func(s string, drop func(string) bool) string {
		kept := []string{}
		for _, line := range strings.Split(s, "\n") {
			if !drop(line) {
				kept = append(kept, line)
			}
		}
		return strings.Join(kept, "\n")
	}
	blank := func(line string) bool { return strings.TrimSpace(line) == "" }
	mark := func(line string) bool { return blank(line) || line == "---" || strings.HasPrefix(line, "# Source: ") }
	switch {
	case three.exit != four.exit:
		return "exit code " + strconv.Itoa(four.exit)
	case three.exit != 0 && three.stderr != four.stderr:
		return "error text"
	case three.stdout == four.stdout:
		return ""
	case squeeze(three.stdout, blank) == squeeze(four.stdout, blank):
		return "blank lines"
	case squeeze(three.stdout, mark) == squeeze(four.stdout, mark):
		return "document marks"
	}
	return "content"
}

// settle brings a folder to exactly these files, or says that it is not there.
func settle(dir string, files map[string]string, check bool) (differs bool, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	for _, entry := range entries {
		if _, wanted := files[entry.Name()]; !wanted {
			differs = true
			if !check {
				if err := os.Remove(filepath.Join(dir, entry.Name())); err != nil {
					return true, err
				}
			}
		}
	}
	for _, name := range sortedKeys(files) {
		path := filepath.Join(dir, name)
		have, err := os.ReadFile(path)
		if err == nil && string(have) == files[name] {
			continue
		}
		differs = true
		if check {
			continue
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return true, err
		}
		if err := os.WriteFile(path, []byte(files[name]), 0o644); err != nil {
			return true, err
		}
	}
	return differs, nil
}
