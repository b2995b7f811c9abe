package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"helm.sh/helm/v3/pkg/chartutil"
)

// Tagged JSON names Go types that JSON cannot tell apart.
//
//	null, true, "text"      nil, bool, string
//	5, 1e6                  float64 (as values files have it)
//	[...] and {...}         []any and map[string]any
//	{"$int": 5}             any object with a single key that begins with "$" is
//	                        a typed value; numbers may be written as strings
//	{"$map": {"$int": 1}}   map[string]any whose key is really "$int"
//
// Answers use the same form, and write every number with its tag.
type tagDecoder func(raw json.RawMessage) (any, error)

var tags map[string]tagDecoder

func init() {
	tags = map[string]tagDecoder{
		"$int":      signed(strconv.IntSize, func(n int64) any { return int(n) }),
		"$int8":     signed(8, func(n int64) any { return int8(n) }),
		"$int16":    signed(16, func(n int64) any { return int16(n) }),
		"$int32":    signed(32, func(n int64) any { return int32(n) }),
		"$int64":    signed(64, func(n int64) any { return n }),
		"$uint":     unsigned(strconv.IntSize, func(n uint64) any { return uint(n) }),
		"$uint8":    unsigned(8, func(n uint64) any { return uint8(n) }),
		"$uint32":   unsigned(32, func(n uint64) any { return uint32(n) }),
		"$uint64":   unsigned(64, func(n uint64) any { return n }),
		"$float32":  floating(32, func(f float64) any { return float32(f) }),
		"$float64":  floating(64, func(f float64) any { return f }),
		"$number":   text(func(s string) (any, error) { return json.Number(s), nil }),
		"$bytes":    text(func(s string) (any, error) { return base64.StdEncoding.DecodeString(s) }),
		"$string":   text(func(s string) (any, error) { return s, nil }),
		"$str_b64":  text(decodeStringBytes),
		"$error":    text(func(s string) (any, error) { return errors.New(s), nil }),
		"$duration": signed(64, func(n int64) any { return time.Duration(n) }),
		"$time":     decodeTime,
		"$list":     plain[[]json.RawMessage](decodeList),
		"$map":      plain[map[string]json.RawMessage](decodeMap),
		"$values": plain[map[string]json.RawMessage](func(m map[string]json.RawMessage) (any, error) {
			v, err := decodeMap(m)
			if err != nil {
				return nil, err
			}
			return chartutil.Values(v.(map[string]any)), nil
		}),
		"$strings":     plain[[]string](func(s []string) (any, error) { return s, nil }),
		"$ints":        plain[[]int](func(s []int) (any, error) { return s, nil }),
		"$string_map":  plain[map[string]string](func(m map[string]string) (any, error) { return m, nil }),
		"$any_map":     plain[[][2]json.RawMessage](decodeAnyMap),
		"$apiversions": plain[[]string](func(s []string) (any, error) { return chartutil.VersionSet(s), nil }),
		"$kubeversion": text(func(s string) (any, error) { return chartutil.ParseKubeVersion(s) }),
	}
}

func plain[T any](build func(T) (any, error)) tagDecoder {
	return func(raw json.RawMessage) (any, error) {
		var v T
		if err := json.Unmarshal(raw, &v); err != nil {
			return nil, err
		}
		return build(v)
	}
}

func text(build func(string) (any, error)) tagDecoder { return plain[string](build) }

// numeral accepts 5 and "5".
func numeral(raw json.RawMessage) string { return strings.Trim(string(raw), `" `) }

func signed(bits int, build func(int64) any) tagDecoder {
	return func(raw json.RawMessage) (any, error) {
		n, err := strconv.ParseInt(numeral(raw), 10, bits)
		if err != nil {
			return nil, err
		}
		return build(n), nil
	}
}

func unsigned(bits int, build func(uint64) any) tagDecoder {
	return func(raw json.RawMessage) (any, error) {
		n, err := strconv.ParseUint(numeral(raw), 10, bits)
		if err != nil {
			return nil, err
		}
		return build(n), nil
	}
}

// floating also reads NaN, +Inf, -Inf and -0.
func floating(bits int, build func(float64) any) tagDecoder {
	return func(raw json.RawMessage) (any, error) {
		f, err := strconv.ParseFloat(numeral(raw), bits)
		if err != nil && !math.IsInf(f, 0) {
			return nil, err
		}
		return build(f), nil
	}
}

func decodeStringBytes(s string) (any, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	return string(b), err
}

// decodeTime reads {"unix": seconds, "nanos": n, "zone": "Europe/Berlin"}.
func decodeTime(raw json.RawMessage) (any, error) {
	var t struct {
		Unix, Nanos int64
		Zone        string
	}
	if err := json.Unmarshal(raw, &t); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(t.Zone)
	if err != nil {
		return nil, err
	}
	return time.Unix(t.Unix, t.Nanos).In(zone), nil
}

func decodeList(items []json.RawMessage) (any, error) {
	out := make([]any, len(items))
	for i, item := range items {
		v, err := decodeTagged(item)
		if err != nil {
			return nil, err
		}
		out[i] = v
	}
	return out, nil
}

func decodeMap(fields map[string]json.RawMessage) (any, error) {
	out := make(map[string]any, len(fields))
	for key, item := range fields {
		v, err := decodeTagged(item)
		if err != nil {
			return nil, err
		}
		out[key] = v
	}
	return out, nil
}

// decodeAnyMap reads map[any]any as a list of [key, value] pairs.
func decodeAnyMap(pairs [][2]json.RawMessage) (any, error) {
	out := make(map[any]any, len(pairs))
	for _, pair := range pairs {
		key, err := decodeTagged(pair[0])
		if err != nil {
			return nil, err
		}
		if out[key], err = decodeTagged(pair[1]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// decodeTagged turns tagged JSON into the Go value it names.
func decodeTagged(raw json.RawMessage) (any, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return nil, nil
	}
	switch raw[0] {
	case '{':
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(raw, &fields); err != nil {
			return nil, err
		}
		if len(fields) == 1 {
			for key, inner := range fields {
				if decode, found := tags[key]; found {
					return decode(inner)
				}
				if strings.HasPrefix(key, "$") {
					return nil, fmt.Errorf("unknown tag %q", key)
				}
			}
		}
		return decodeMap(fields)
	case '[':
		var items []json.RawMessage
		if err := json.Unmarshal(raw, &items); err != nil {
			return nil, err
		}
		return decodeList(items)
	default:
		var v any
		err := json.Unmarshal(raw, &v)
		return v, err
	}
}

// encodeTagged is the way back; a value of any other type becomes
// {"$go": "its type", "text": "%v of it"}.
func encodeTagged(v any) any {
	switch v := v.(type) {
	case nil, bool:
		return v
	case string:
		if utf8.ValidString(v) {
			return v
		}
		return tag("$str_b64", base64.StdEncoding.EncodeToString([]byte(v)))
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return tag(fmt.Sprintf("$%T", v), fmt.Sprint(v))
	case float32:
		return tag("$float32", strconv.FormatFloat(float64(v), 'g', -1, 32))
	case float64:
		return tag("$float64", strconv.FormatFloat(v, 'g', -1, 64))
	case json.Number:
		return tag("$number", v.String())
	case []byte:
		return tag("$bytes", base64.StdEncoding.EncodeToString(v))
	case time.Duration:
		return tag("$duration", strconv.FormatInt(int64(v), 10))
	case time.Time:
		return tag("$time", map[string]any{"unix": v.Unix(), "nanos": v.Nanosecond(), "zone": v.Location().String()})
	case []string:
		if v == nil {
			v = []string{}
		}
		return tag("$strings", v)
	case map[string]string:
		return tag("$string_map", v)
	case chartutil.VersionSet:
		return tag("$apiversions", []string(v))
	case chartutil.Values:
		return tag("$values", encodeFields(v))
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = encodeTagged(item)
		}
		return out
	case map[string]any:
		return encodeMap(v)
	case map[any]any:
		return tag("$any_map", encodePairs(v))
	default:
		return map[string]any{"$go": fmt.Sprintf("%T", v), "text": strings.ToValidUTF8(fmt.Sprint(v), "\uFFFD")}
	}
}

func tag(name string, v any) any { return map[string]any{name: v} }

func encodeFields(m map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	for key, item := range m {
		out[key] = encodeTagged(item)
	}
	return out
}

// encodeMap escapes a map that would read as a tag.
func encodeMap(m map[string]any) any {
	out := encodeFields(m)
	if len(m) == 1 {
		for key := range m {
			if strings.HasPrefix(key, "$") {
				return tag("$map", out)
			}
		}
	}
	return out
}

func encodePairs(m map[any]any) [][2]any {
	out := make([][2]any, 0, len(m))
	for key, item := range m {
		out = append(out, [2]any{encodeTagged(key), encodeTagged(item)})
	}
	sort.Slice(out, func(i, j int) bool { return fmt.Sprint(out[i][0]) < fmt.Sprint(out[j][0]) })
	return out
}

// putText stores a string, or its base64 under NAME_b64 when it is not UTF-8.
func putText(res response, name, s string) {
	if utf8.ValidString(s) {
		res[name] = s
	} else {
		res[name+"_b64"] = base64.StdEncoding.EncodeToString([]byte(s))
	}
}

// marshal is JSON on one line, with <, > and & as they are.
func marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	encoder := json.NewEncoder(&buf)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return buf.Bytes(), err
}
