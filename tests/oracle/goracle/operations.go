package main

// operations maps the "op" of a request to what answers it.
var operations map[string]func(request) response

func init() {
	operations = map[string]func(request) response{
		"template":             opTemplate,
		"eval":                 opEval,
		"lexparse":             opLexParse,
		"sprintf":              opSprintf,
		"sprint":               opSprint,
		"float":                opFloat,
		"quote":                opQuote,
		"yaml-encode":          opYAMLEncode,
		"yaml-pretty":          opYAMLPretty,
		"yaml-decode":          opYAMLDecode,
		"yaml-documents":       opYAMLDocuments,
		"yaml-roundtrip":       opYAMLRoundTrip,
		"json-encode":          opJSONEncode,
		"json-decode":          opJSONDecode,
		"toml-encode":          opTOMLEncode,
		"toml-decode":          opTOMLDecode,
		"semver":               opSemver,
		"regex":                opRegex,
		"time-format":          opTimeFormat,
		"time-parse":           opTimeParse,
		"duration":             opDuration,
		"strvals":              opStrvals,
		"read-values":          opReadValues,
		"schema":               opSchema,
		"chart-load":           opChartLoad,
		"coalesce":             opCoalesce,
		"coalesce-tables":      opCoalesceTables,
		"render":               opRender,
		"install":              opInstall,
		"split-manifests":      opSplitManifests,
		"sort-manifests":       opSortManifests,
		"release-decode":       opReleaseDecode,
		"release-encode":       opReleaseEncode,
		"ignore":               opIgnore,
		"kube-version":         opKubeVersion,
		"default-capabilities": opDefaultCapabilities,
	}
}

func opNames() []string { return sortedKeys(operations) }
