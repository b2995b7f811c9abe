// Command goracle answers questions about what Go, Sprig and Helm really do.
//
// It reads one JSON request per line on standard input and writes one JSON
// response per line on standard output, in the same order. Tests of the Rust
// crates compare their own answers with these; the product never calls it.
//
// The process that reads standard input is a supervisor: the work happens in a
// child, because a few requests (a self-referencing map handed to a printer, for
// one) overflow Go's stack, which no recover can stop.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"runtime/debug"
)

// maxStack ends a runaway recursion after 256 MiB instead of Go's 1 GB.
const maxStack = 256 << 20

func main() {
	log.SetFlags(0)
	args := os.Args[1:]
	switch {
	case len(args) == 0:
		os.Exit(supervise(os.Stdin, os.Stdout))
	case args[0] == "worker":
		debug.SetMaxStack(maxStack)
		os.Exit(work(os.Stdin, os.Stdout))
	case args[0] == "bench":
		os.Exit(bench(args[1:], os.Stdout))
	case args[0] == "goldens":
		os.Exit(goldens(args[1:], os.Stdout))
	case args[0] == "ops":
		for _, name := range opNames() {
			fmt.Println(name)
		}
	default:
		fmt.Fprintln(os.Stderr, "usage: goracle            JSON lines on stdin and stdout")
		fmt.Fprintln(os.Stderr, "       goracle bench ...  time Helm's library on charts (-h for flags)")
		fmt.Fprintln(os.Stderr, "       goracle goldens .. write expected files of test cases with real Helm")
		fmt.Fprintln(os.Stderr, "       goracle ops        list the operations")
		os.Exit(2)
	}
}

// response is what every operation answers; an empty field is left out.
type response map[string]any

// request carries the undecoded fields of one line.
type request map[string]json.RawMessage

// work serves requests until standard input ends.
func work(in io.Reader, out io.Writer) int {
	reader := bufio.NewReaderSize(in, 1<<20)
	writer := bufio.NewWriterSize(out, 1<<20)
	for {
		line, err := reader.ReadBytes('\n')
		if len(line) > 1 {
			encoded, jerr := marshal(answer(line))
			if jerr != nil {
				encoded, _ = marshal(response{"err": "response cannot be encoded: " + jerr.Error()})
			}
			writer.Write(encoded)
			writer.Flush()
		}
		if err != nil {
			return 0
		}
	}
}

// answer decodes one line and runs its operation; a panic becomes an error.
func answer(line []byte) (out response) {
	var id json.RawMessage
	defer func() {
		if r := recover(); r != nil {
			out = response{"err": fmt.Sprintf("panic: %v", r)}
		}
		if id != nil {
			out["id"] = id
		}
	}()
	var req request
	if err := json.Unmarshal(line, &req); err != nil {
		return response{"err": "bad request: " + err.Error()}
	}
	id = req["id"]
	name := req.text("op")
	op, found := operations[name]
	if !found {
		return response{"err": fmt.Sprintf("bad request: unknown op %q", name)}
	}
	return op(req)
}

// text is a string field; an absent field is the empty string. A field that ends
// in "_b64" may stand in for one whose bytes are not UTF-8.
func (r request) text(field string) string {
	if raw, found := r[field]; found {
		var s string
		if err := json.Unmarshal(raw, &s); err != nil {
			panic(fmt.Sprintf("field %q: %v", field, err))
		}
		return s
	}
	if raw, found := r[field+"_b64"]; found {
		var b []byte
		if err := json.Unmarshal(raw, &b); err != nil {
			panic(fmt.Sprintf("field %q: %v", field+"_b64", err))
		}
		return string(b)
	}
	return ""
}

// into decodes a field into a plain Go value; an absent field leaves it as it is.
func (r request) into(field string, target any) {
	if raw, found := r[field]; found {
		if err := json.Unmarshal(raw, target); err != nil {
			panic(fmt.Sprintf("field %q: %v", field, err))
		}
	}
}

// value decodes a field written in tagged JSON (see tagged.go).
func (r request) value(field string) any {
	raw, found := r[field]
	if !found {
		return nil
	}
	v, err := decodeTagged(raw)
	if err != nil {
		panic(fmt.Sprintf("field %q: %v", field, err))
	}
	return v
}

// valueMap is a tagged field that must be an object; absent means empty.
func (r request) valueMap(field string) map[string]any {
	switch m := r.value(field).(type) {
	case nil:
		return map[string]any{}
	case map[string]any:
		return m
	default:
		panic(fmt.Sprintf("field %q: want an object, have %T", field, m))
	}
}

// textual is the usual shape of an answer: bytes in "ok" (or "ok_b64" when they
// are not UTF-8), or the error's text in "err".
func textual(out string, err error) response {
	res := response{}
	if err != nil {
		res["err"] = err.Error()
		return res
	}
	putText(res, "ok", out)
	return res
}
