package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
	"github.com/Masterminds/semver/v3"
	"sigs.k8s.io/yaml"
	goyaml "sigs.k8s.io/yaml/goyaml.v3"
)

// described is a typed answer: the value tagged, its Go type, and its %v.
func described(v any) response {
	res := response{"value": encodeTagged(v), "type": fmt.Sprintf("%T", v)}
	putText(res, "text", fmt.Sprint(v))
	return res
}

func opSprintf(req request) response {
	args, _ := req.value("args").([]any)
	return textual(fmt.Sprintf(req.text("format"), args...), nil)
}

func opSprint(req request) response {
	args, _ := req.value("args").([]any)
	res := textual(fmt.Sprint(args...), nil)
	putText(res, "ln", fmt.Sprintln(args...))
	return res
}

func opYAMLEncode(req request) response {
	out, err := yaml.Marshal(req.value("value"))
	return textual(string(out), err)
}

// opYAMLPretty is the encoder behind Helm's toYamlPretty (two spaces, no step
// through JSON), with the final line break kept.
func opYAMLPretty(req request) response {
	var buf bytes.Buffer
	encoder := goyaml.NewEncoder(&buf)
	encoder.SetIndent(2)
	err := encoder.Encode(req.value("value"))
	return textual(buf.String(), err)
}

// opYAMLDecode answers with the JSON that sigs.k8s.io/yaml makes (numbers as
// they are, in "json") and with the value that unmarshalling into an any gives.
func opYAMLDecode(req request) response {
	convert, unmarshal := yaml.YAMLToJSON, yaml.Unmarshal
	if req.flag("strict") {
		convert, unmarshal = yaml.YAMLToJSONStrict, yaml.UnmarshalStrict
	}
	in := []byte(req.text("text"))
	out, err := convert(in)
	if err != nil {
		return response{"err": err.Error()}
	}
	res := response{}
	putText(res, "json", string(out))
	var v any
	if err := unmarshal(in, &v); err != nil {
		res["value_err"] = err.Error()
	} else {
		res["value"] = encodeTagged(v)
	}
	return res
}

// opYAMLRoundTrip decodes and encodes again, as a template's fromYaml | toYaml.
func opYAMLRoundTrip(req request) response {
	var v any
	if err := yaml.Unmarshal([]byte(req.text("text")), &v); err != nil {
		return response{"err": err.Error()}
	}
	out, err := yaml.Marshal(v)
	return textual(string(out), err)
}

// opJSONEncode is json.Marshal: with "indent" MarshalIndent, with "raw" without
// the escapes for HTML (as Sprig's toRawJson).
func opJSONEncode(req request) response {
	v := req.value("value")
	indent := req.text("indent")
	if req.flag("raw") {
		var buf bytes.Buffer
		encoder := json.NewEncoder(&buf)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", indent)
		err := encoder.Encode(v)
		return textual(buf.String(), err)
	}
	if indent != "" {
		out, err := json.MarshalIndent(v, "", indent)
		return textual(string(out), err)
	}
	out, err := json.Marshal(v)
	return textual(string(out), err)
}

func opJSONDecode(req request) response {
	decoder := json.NewDecoder(bytes.NewReader([]byte(req.text("text"))))
	if req.flag("numbers") {
		decoder.UseNumber()
	}
	var v any
	if err := decoder.Decode(&v); err != nil {
		return response{"err": err.Error()}
	}
	return response{"value": encodeTagged(v)}
}

func opTOMLEncode(req request) response {
	var buf bytes.Buffer
	err := toml.NewEncoder(&buf).Encode(req.value("value"))
	return textual(buf.String(), err)
}

func opTOMLDecode(req request) response {
	v := map[string]any{}
	if err := toml.Unmarshal([]byte(req.text("text")), &v); err != nil {
		return response{"err": err.Error()}
	}
	return response{"value": encodeTagged(v)}
}

// opSemver parses a version, and checks it when there is a constraint.
func opSemver(req request) response {
	res := response{}
	var version *semver.Version
	if _, found := req["version"]; found {
		parse := semver.NewVersion
		if req.flag("strict") {
			parse = semver.StrictNewVersion
		}
		v, err := parse(req.text("version"))
		if err != nil {
			return response{"err": err.Error(), "stage": "version"}
		}
		version = v
		res["version"] = map[string]any{
			"major": v.Major(), "minor": v.Minor(), "patch": v.Patch(), "prerelease": v.Prerelease(),
			"metadata": v.Metadata(), "original": v.Original(), "string": v.String(),
		}
	}
	if _, found := req["other"]; found && version != nil {
		other, err := semver.NewVersion(req.text("other"))
		if err != nil {
			return response{"err": err.Error(), "stage": "other"}
		}
		res["compare"] = version.Compare(other)
	}
	if _, found := req["constraint"]; found {
		c, err := semver.NewConstraint(req.text("constraint"))
		if err != nil {
			return response{"err": err.Error(), "stage": "constraint"}
		}
		res["constraint"] = c.String()
		if version != nil {
			ok, reasons := c.Validate(version)
			texts := []string{}
			for _, reason := range reasons {
				texts = append(texts, reason.Error())
			}
			res["ok"], res["reasons"] = ok, texts
		}
	}
	return res
}

func opTimeFormat(req request) response {
	var unix, nanos int64
	req.into("unix", &unix)
	req.into("nanos", &nanos)
	zone, err := time.LoadLocation(req.text("zone"))
	if err != nil {
		return response{"err": err.Error()}
	}
	return textual(time.Unix(unix, nanos).In(zone).Format(req.text("layout")), nil)
}

func opTimeParse(req request) response {
	zone, err := time.LoadLocation(req.text("zone"))
	if err != nil {
		return response{"err": err.Error()}
	}
	t, err := time.ParseInLocation(req.text("layout"), req.text("text"), zone)
	if err != nil {
		return response{"err": err.Error()}
	}
	return response{"unix": t.Unix(), "nanos": t.Nanosecond(), "text": t.String()}
}

func opDuration(req request) response {
	d, err := time.ParseDuration(req.text("text"))
	if err != nil {
		return response{"err": err.Error()}
	}
	return response{"ok": d.String(), "nanos": strconv.FormatInt(int64(d), 10)}
}

// opRegex reports matches (byte offsets), the replacement and the split.
func opRegex(req request) response {
	re, err := regexp.Compile(req.text("re"))
	if req.flag("posix") {
		re, err = regexp.CompilePOSIX(req.text("re"))
	}
	if err != nil {
		return response{"err": err.Error()}
	}
	in := req.text("text")
	res := response{"match": re.MatchString(in), "all": re.FindAllStringSubmatchIndex(in, -1)}
	if _, found := req["replace"]; found {
		putText(res, "replaced", re.ReplaceAllString(in, req.text("replace")))
		putText(res, "replaced_literal", re.ReplaceAllLiteralString(in, req.text("replace")))
	}
	res["split"] = encodeTagged(re.Split(in, -1))
	return res
}

// opFloat formats one float in every strconv way that matters.
func opFloat(req request) response {
	f, ok := req.value("value").(float64)
	if !ok {
		return response{"err": "bad request: value is not a float64"}
	}
	res := response{}
	for _, verb := range "efgG" {
		res[string(verb)] = strconv.FormatFloat(f, byte(verb), -1, 64)
	}
	if out, err := json.Marshal(f); err == nil {
		res["json"] = string(out)
	}
	return res
}

// opQuote is strconv's quoting, and its way back when "unquote" is set.
func opQuote(req request) response {
	in := req.text("text")
	if req.flag("unquote") {
		out, err := strconv.Unquote(in)
		return textual(out, err)
	}
	return response{"ok": strconv.Quote(in), "ascii": strconv.QuoteToASCII(in), "utf8": utf8.ValidString(in)}
}
