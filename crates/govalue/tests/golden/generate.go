// Writes the expectations of govalue's tests: what Go's strconv and encoding/json answer.
//
//	go run generate.go -count 100 -seed 1 -out .
//
// Each file holds one JSON object per line; text that is not UTF-8 is under NAME_b64.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"
)

var (
	count = flag.Int("count", 100, "random cases per file, besides the fixed ones")
	seed  = flag.Int64("seed", 1, "seed of the random cases")
	out   = flag.String("out", ".", "folder to write to")
	rnd   *rand.Rand
)

type line map[string]any

func (l line) text(name, text string) line {
	if utf8.ValidString(text) {
		l[name] = text
	} else {
		l[name+"_b64"] = base64.StdEncoding.EncodeToString([]byte(text))
	}
	return l
}

func main() {
	flag.Parse()
	for name, generate := range map[string]func(func(line)){
		"floats": floats, "parse": parse, "quote": quote, "decode": decode, "encode": encode,
	} {
		rnd = rand.New(rand.NewSource(*seed))
		file, err := os.Create(filepath.Join(*out, name+".jsonl"))
		check(err)
		buffered := bufio.NewWriter(file)
		encoder := json.NewEncoder(buffered)
		encoder.SetEscapeHTML(false)
		generate(func(l line) { check(encoder.Encode(l)) })
		check(buffered.Flush())
		check(file.Close())
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func pick[T any](items ...T) T { return items[rnd.Intn(len(items))] }

var hardFloats = []float64{
	0, math.Copysign(0, -1), 1, -1, 0.5, 1.5, 2.5, 0.125, 0.1, 0.3, 1.0 / 3, 100, 123456, 999999, 999999.5, 1000000, 1234567, 12345678,
	1e20, 1e21, 1.5e21, 123456789012345680000, 1e22, 1e23, 1e-4, 1e-5, 1e-6, 1e-7, 1.5e-7, 9.999999e-7, 5e-324, 2.2250738585072014e-308,
	2.225073858507201e-308, math.MaxFloat64, -math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN(), 1 << 53, 1<<53 + 2, 9007199254740993,
	4.35, 8.41e21, 9.5e-3, 0.000123456, 1e9, 1e10, 1e15, 9e15, 1e16, 8080, 3.14159265358979, 1e100, 1e-100, 2.5e-5, 0.045, 1.005,
	1029207214911265.25, 2611916072481.78125, 21599626526898.0625, 1.0009e18 + 50, // between two shortest decimals
}

func randomFloat() float64 {
	switch rnd.Intn(6) {
	case 0:
		return math.Float64frombits(rnd.Uint64())
	case 1:
		return float64(rnd.Int63n(1 << uint(1+rnd.Intn(62))))
	case 2:
		return float64(rnd.Int63n(1000000)) / math.Pow(10, float64(rnd.Intn(12)))
	case 3:
		return (rnd.Float64() - 0.5) * math.Pow(10, float64(rnd.Intn(60)-30))
	case 4:
		return float64(rnd.Intn(200)) / float64(int(1)<<uint(rnd.Intn(12)))
	}
	return pick(hardFloats...)
}

func floats(emit func(line)) {
	one := func(f float64) {
		for _, style := range []byte("gefbx") {
			for _, precision := range []int{-1, 0, 1 + rnd.Intn(5), pick(6, 16, 17, 18, 20, 25, 40, 800, 1200)} {
				if precision > 40 && rnd.Intn(50) > 0 {
					continue
				}
				emit(line{"bits": fmt.Sprintf("%016x", math.Float64bits(f)), "style": string(style), "precision": precision,
					"want": strconv.FormatFloat(f, style, precision, 64)})
			}
		}
	}
	for _, f := range hardFloats {
		one(f)
	}
	for i := 0; i < *count/10; i++ {
		one(randomFloat())
	}
}

var hardNumbers = []string{
	"", "0", "-0", "+0", "1", "-1", "+1", "--1", "+-1", " 1", "1 ", "007", "08", "0x1f", "0X1F", "0b101", "0o17", "0x", "0b", "0o", "0b2", "0o8", "0xg",
	"1_000", "_1", "1_", "1__0", "0x_1f", "0_x1f", "0_7", "0b_1", "1_000.5", "1_000_000e1_0", "0x1_f", "9223372036854775807", "9223372036854775808",
	"-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "99999999999999999999", "99999999999999999999x",
	"2147483647", "2147483648", "-2147483648", "-2147483649", "127", "128", "255", "256", "1.0", "1.", ".5", ".", "-.5", "1e5", "1E5", "1e", "1e+", "1e-5",
	"1e309", "-1e309", "1e308", "1.8e308", "1e-400", "inf", "Inf", "+Inf", "-inf", "infinity", "-Infinity", "infinit", "nan", "NaN", "+nan", "NaNs",
	"0x1p4", "0x1.8p1", "0x.8p0", "0x1p-1074", "0x1p-1075", "0x1.8p-1075", "0x1p1024", "0x1.fffffffffffff8p1023", "0x1.fffffffffffff7p1023", "0x1", "0x1.8", "0xp1",
	"0x1.00000000000008p0", "0x1.00000000000008000000000001p0", "0x1.00000000000018p0", "0x12345678901234567890p-20", "0x1p", "0x1p+", "0x1p99999999999",
	"0x0p99999", "1e99999999", "0e99999999", "0.000000000000000000000000001e30", "1a", "a", "zz", "Z", "true", "TRUE", "True", "tRUE", "t", "F", "f", "false", "é", "\xff", "1\x00",
	"9007199254740993", "9007199254740992.999999999999999999", "2.2250738585072012e-308", "4.9e-324", "2.4e-324", "2.5e-324", "1e23", "123456789012345678901234567890",
}

func randomNumber() string {
	switch rnd.Intn(3) {
	case 0:
		return strconv.FormatFloat(randomFloat(), pick[byte]('e', 'f', 'g', 'x'), pick(-1, 3, 20), 64)
	case 1:
		return mutate(pick(hardNumbers...), "0123456789abcdefxXoOpPeE_+-. infINFnan")
	}
	text := make([]byte, rnd.Intn(12))
	for i := range text {
		text[i] = "0123456789abxop_e+-."[rnd.Intn(20)]
	}
	return string(text)
}

func mutate(text, alphabet string) string {
	b := []byte(text)
	for n := 1 + rnd.Intn(2); n > 0; n-- {
		at := rnd.Intn(len(b) + 1)
		c := alphabet[rnd.Intn(len(alphabet))]
		switch op := rnd.Intn(3); {
		case op == 0 || at == len(b):
			b = append(b[:at], append([]byte{c}, b[at:]...)...)
		case op == 1:
			b = append(b[:at], b[at+1:]...)
		default:
			b[at] = c
		}
	}
	return string(b)
}

func parse(emit func(line)) {
	one := func(text string) {
		add := func(function string, l line, want string, err error) {
			l["func"] = function
			l["want"] = want
			if err != nil {
				l["err"] = err.Error()
			}
			emit(l.text("in", text))
		}
		base, bits := pick(0, 0, 0, 10, 2, 8, 16, 36, 1, 37), pick(64, 64, 0, 32, 8)
		i, err := strconv.ParseInt(text, base, bits)
		add("ParseInt", line{"base": base, "size": bits}, fmt.Sprint(i), err)
		u, err := strconv.ParseUint(text, base, bits)
		add("ParseUint", line{"base": base, "size": bits}, fmt.Sprint(u), err)
		n, err := strconv.Atoi(text)
		add("Atoi", line{}, fmt.Sprint(n), err)
		f, err := strconv.ParseFloat(text, 64)
		add("ParseFloat", line{}, fmt.Sprintf("%016x", math.Float64bits(f)), err)
		b, err := strconv.ParseBool(text)
		add("ParseBool", line{}, fmt.Sprint(b), err)
	}
	for _, text := range hardNumbers {
		one(text)
	}
	for i := 0; i < *count; i++ {
		one(randomNumber())
	}
}

var hardTexts = []string{
	"", "a", "\"quoted\"", "back\\slash", "'", "`", "tab\tnew\nret\rbell\abs\bff\fvt\v", "\x00\x01\x1f\x7f", "é", "日本語", "\u00a0\u00ad\u2028\u2029\ufeff\ufffd",
	"\xff\xfe", "\xe2\x82", "\xe2\x82a", "\xf0\x9f\x98", "😀", "\U000e0001", "\U0010ffff", "\U0001f1e6", "\u0378", "\ud7ff\ue000", "<a href=\"x\">&</a>", "a\xc3(", "\xed\xa0\x80",
	"\xf4\x90\x80\x80", "\xc0\x80", "e\u0301", "\u200b\u200d",
}

func randomText() string {
	var b strings.Builder
	for n := rnd.Intn(8); n > 0; n-- {
		switch rnd.Intn(6) {
		case 0:
			b.WriteString(pick(hardTexts...))
		case 1:
			b.WriteByte(byte(rnd.Intn(256)))
		case 2:
			b.WriteRune(rune(rnd.Intn(0x3000)))
		case 3:
			b.WriteRune(rune(rnd.Intn(0x110000)))
		default:
			b.WriteByte(byte(32 + rnd.Intn(95)))
		}
	}
	return b.String()
}

func quote(emit func(line)) {
	one := func(text string) {
		emit(line{"quote": strconv.Quote(text), "ascii": strconv.QuoteToASCII(text), "backquote": strconv.CanBackquote(text),
			"runes": utf8.RuneCountInString(text)}.text("in", text))
	}
	for _, text := range hardTexts {
		one(text)
	}
	for i := 0; i < *count; i++ {
		one(randomText())
	}
}

var hardDocuments = []string{
	"", " ", "null", "nul", "nulL", "true", "tru", "trux", "false", "fals", "falsy", "x", "'", "\"", "\xe9", "\x80", "\x00", "-", "-x", "-0", "-0.0", "0", "00", "01", "1.", "1.x", ".5", "+1",
	"1e", "1ex", "1e+", "1e5", "1E+5", "1e-7", "1e999", "-1e999", "[1e999,x]", "[1e999,2e999]", "{\"a\":1e999}", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
	"-9223372036854775809", "12345678901234567890123", "0.1", "100000000000000000000", "1e21", "[", "]", "[]", "[ ]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1}", "{", "}", "{}", "{ }", "{\"a\"",
	"{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{,}", "{a:1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":1]", "{1:2}", "{\"a\":1,\"a\":2}", "{\"b\":1,\"a\":[true,null,{}]}", "1 2", "{} x", "[] []",
	"\"a", "\"\\", "\"\\x\"", "\"\\u", "\"\\u12\"", "\"\\u12g4\"", "\"\\u00e9\"", "\"\\ud83d\\ude00\"", "\"\\ud83d\"", "\"\\ud83d\\u0041\"", "\"\\ude00\\ud83d\"", "\"\\ud83d\\ud83d\\ude00\"", "\"\\ud83dx\"",
	"\"\\ud83d\\", "\"\\ud83d\\u12", "\"\\n\\t\\r\\b\\f\\/\\\\\\\"\"", "\"a\nb\"", "\"a\tb\"", "\"\x00\"", "\"\x7f\"", "\"\xff\"", "\"\xe2\x82\"", "\"\\u2028<>&\"", "\"\u2028\"", "\"\\'\"", "\ufeff1",
	" \t\r\n1 \t\r\n", "\v1", "[1,\n2]", "{\"\":{\"\":[]}}", "{\"\\u0061\":1,\"a\":2}", "nullx", "truefalse", "1x", "\"a\"x", "{\"a\":tru}", "[nul]", "[-]", "[1.]", "[1e]", "{\"a\":\"\\q\"}", "[\"\\ud800\"]",
}

func randomDocument(depth int) string {
	switch n := rnd.Intn(10); {
	case n < 2 && depth > 0:
		items := make([]string, rnd.Intn(4))
		for i := range items {
			items[i] = randomDocument(depth - 1)
		}
		return "[" + strings.Join(items, pick(",", ", ", ",\n")) + "]"
	case n < 5 && depth > 0:
		items := make([]string, rnd.Intn(4))
		for i := range items {
			items[i] = randomString() + pick(":", ": ") + randomDocument(depth-1)
		}
		return "{" + strings.Join(items, pick(",", " , ")) + "}"
	case n < 7:
		return strconv.FormatFloat(randomFloat(), pick[byte]('e', 'f', 'g'), pick(-1, 3), 64)
	case n < 9:
		return randomString()
	}
	return pick("null", "true", "false", "0", "1", "-1", "8080", "1e6", "\"\"")
}

func randomString() string {
	if rnd.Intn(3) == 0 {
		return pick("\"a\"", "\"b\"", "\"key\"", "\"\\u0041\"", "\"\\ud834\\udd1e\"", "\"\\u2029\"", "\"\\ud800\"")
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(rnd.Intn(2) == 0)
	check(encoder.Encode(randomText()))
	return strings.TrimSpace(b.String())
}

func marshal(value any, html bool, indent string) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(html)
	encoder.SetIndent("", indent)
	if err := encoder.Encode(value); err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// decode reads documents, valid and broken, and writes what they mean.
func decode(emit func(line)) {
	one := func(text string) {
		l := line{}
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			l["err"] = err.Error()
		} else {
			l["want"], l["plain"], l["pretty"] = marshal(value, true, ""), marshal(value, false, ""), marshal(value, true, "  ")
		}
		var m map[string]any
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			l["map_err"] = err.Error()
		}
		var s []any
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			l["list_err"] = err.Error()
		}
		emit(l.text("in", text))
	}
	for _, text := range hardDocuments {
		one(text)
	}
	for i := 0; i < *count; i++ {
		text := randomDocument(4)
		if i%2 == 0 {
			text = mutate(text, "{}[]\",:\\u0123e+-. \n\x00\xfftrufalsn")
		}
		one(text)
	}
}

// encode writes strings and floats, which documents can't hold as they are.
func encode(emit func(line)) {
	text := func(text string) {
		emit(line{"html": marshal(text, true, ""), "plain": marshal(text, false, "")}.text("text", text))
	}
	float := func(f float64) {
		emit(line{"bits": fmt.Sprintf("%016x", math.Float64bits(f)), "html": marshal(f, true, "")})
	}
	for _, t := range hardTexts {
		text(t)
	}
	for _, f := range hardFloats {
		float(f)
	}
	for i := 0; i < *count/2; i++ {
		text(randomText())
		float(randomFloat())
	}
}
