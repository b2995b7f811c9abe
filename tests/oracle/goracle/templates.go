package main

import (
	"sort"
	"strings"
	"text/template"
	"text/template/parse"

	"helm.sh/helm/v3/pkg/engine"
)

// funcMap is the set of functions a request asks for: "go" (Go's built-ins
// only), "sprig" (Sprig as Helm exposes it, with Helm's stateless additions) or
// "helm" (the default: everything, include, tpl, required and fail at work).
func withFuncs(t *template.Template, req request) *template.Template {
	switch set := req.text("funcs"); set {
	case "go":
	case "sprig":
		t.Funcs(helmFuncMap())
	case "", "helm":
		helmInitFunMap(engine.Engine{Strict: req.text("missingkey") == "error", LintMode: req.flag("lint")}, t)
	default:
		panic("field \"funcs\": want go, sprig or helm, have " + set)
	}
	return t
}

// newSet parses the request's text under its name ("t" by default) together
// with its "templates" (a map of further names and texts, parsed first, sorted).
func newSet(req request) (set *template.Template, name string, err error) {
	name = req.text("name")
	if name == "" {
		name = "t"
	}
	root := template.New("gotpl")
	missing := req.text("missingkey")
	switch {
	case missing != "":
		root.Option("missingkey=" + missing)
	case req.text("funcs") != "go":
		root.Option("missingkey=zero")
	}
	var delims []string
	if req.into("delims", &delims); len(delims) == 2 {
		root.Delims(delims[0], delims[1])
	}
	withFuncs(root, req)
	var extra map[string]string
	req.into("templates", &extra)
	for _, other := range sortedKeys(extra) {
		if _, err = root.New(other).Parse(extra[other]); err != nil {
			return nil, other, err
		}
	}
	set, err = root.New(name).Parse(req.text("text"))
	return set, name, err
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

// flag is a boolean field; absent means false.
func (r request) flag(field string) (on bool) {
	r.into(field, &on)
	return on
}

// opTemplate executes a template. With an error, "partial" is what was written
// before it, and "helm_err" the text after Helm's cleaning.
func opTemplate(req request) response {
	set, name, err := newSet(req)
	if err != nil {
		return response{"err": err.Error(), "helm_err": helmCleanupParseError(name, err).Error(), "stage": "parse"}
	}
	var out strings.Builder
	if err := set.ExecuteTemplate(&out, name, req.value("data")); err != nil {
		res := response{"err": err.Error(), "helm_err": helmCleanupExecError(name, err).Error(), "stage": "exec"}
		putText(res, "partial", out.String())
		return res
	}
	return textual(out.String(), nil)
}

// opEval returns the typed value of one pipeline, for instance "add 1 2".
func opEval(req request) response {
	var got any
	capture := func(v any) string { got = v; return "" }
	root := withFuncs(template.New("eval").Option("missingkey=zero"), req)
	root.Funcs(template.FuncMap{"goracle_capture": capture})
	t, err := root.Parse("{{ goracle_capture (" + req.text("expr") + ") }}")
	if err != nil {
		return response{"err": err.Error(), "stage": "parse"}
	}
	if err := t.Execute(&strings.Builder{}, req.value("data")); err != nil {
		return response{"err": err.Error(), "stage": "exec"}
	}
	return described(got)
}

// opLexParse parses without executing; "trees" is each template as Go prints
// its tree, "nodes" the same as nested lists of node kinds.
func opLexParse(req request) response {
	set, name, err := newSet(req)
	if err != nil {
		return response{"err": err.Error(), "helm_err": helmCleanupParseError(name, err).Error()}
	}
	trees := map[string]string{}
	nodes := map[string]any{}
	for _, t := range set.Templates() {
		if t.Tree != nil && t.Tree.Root != nil {
			trees[t.Name()] = t.Tree.Root.String()
			nodes[t.Name()] = nodeShape(t.Tree.Root)
		}
	}
	return response{"ok": trees[name], "trees": trees, "nodes": nodes}
}

// nodeShape is [kind, byte offset, children or text].
func nodeShape(n parse.Node) any {
	shape := func(kind string, rest ...any) any {
		return append([]any{kind, int(n.Position())}, rest...)
	}
	pipe := func(p *parse.PipeNode) any {
		if p == nil {
			return nil
		}
		return nodeShape(p)
	}
	list := func(l *parse.ListNode) any {
		if l == nil {
			return nil
		}
		return nodeShape(l)
	}
	branch := func(kind string, b *parse.BranchNode) any {
		return shape(kind, pipe(b.Pipe), list(b.List), list(b.ElseList))
	}
	switch n := n.(type) {
	case *parse.ListNode:
		items := []any{}
		for _, item := range n.Nodes {
			items = append(items, nodeShape(item))
		}
		return shape("list", items)
	case *parse.TextNode:
		return shape("text", string(n.Text))
	case *parse.ActionNode:
		return shape("action", pipe(n.Pipe))
	case *parse.PipeNode:
		parts := []any{}
		for _, decl := range n.Decl {
			parts = append(parts, nodeShape(decl))
		}
		for _, cmd := range n.Cmds {
			parts = append(parts, nodeShape(cmd))
		}
		return shape("pipe", n.IsAssign, parts)
	case *parse.CommandNode:
		args := []any{}
		for _, arg := range n.Args {
			args = append(args, nodeShape(arg))
		}
		return shape("command", args)
	case *parse.IfNode:
		return branch("if", &n.BranchNode)
	case *parse.RangeNode:
		return branch("range", &n.BranchNode)
	case *parse.WithNode:
		return branch("with", &n.BranchNode)
	case *parse.TemplateNode:
		return shape("template", n.Name, pipe(n.Pipe))
	case *parse.ChainNode:
		return shape("chain", nodeShape(n.Node), n.Field)
	default:
		return shape(kindNames[n.Type()], n.String())
	}
}

var kindNames = map[parse.NodeType]string{
	parse.NodeBool: "bool", parse.NodeDot: "dot", parse.NodeField: "field", parse.NodeIdentifier: "identifier",
	parse.NodeNil: "nil", parse.NodeNumber: "number", parse.NodeString: "string", parse.NodeVariable: "variable",
	parse.NodeBreak: "break", parse.NodeContinue: "continue", parse.NodeComment: "comment",
}
