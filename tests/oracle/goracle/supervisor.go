package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// requestTimeout ends a request that does not come back.
const requestTimeout = 60 * time.Second

// worker is one child process and the lines it answers.
type worker struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	lines  chan []byte
	stderr *tail
}

// tail keeps the first bytes of a stream: enough to say why a child died.
type tail struct{ kept []byte }

func (t *tail) Write(p []byte) (int, error) {
	if room := 400 - len(t.kept); room > 0 {
		t.kept = append(t.kept, p[:min(room, len(p))]...)
	}
	return len(p), nil
}

func (t *tail) text() string {
	return strings.TrimSpace(strings.ToValidUTF8(string(t.kept), "?"))
}

// supervise forwards lines to a worker and answers for it when it dies.
func supervise(in io.Reader, out io.Writer) int {
	reader := bufio.NewReaderSize(in, 1<<20)
	var current *worker
	defer func() {
		if current != nil {
			current.in.Close()
			current.cmd.Wait()
		}
	}()
	for {
		line, err := reader.ReadBytes('\n')
		if err != nil && len(line) > 0 {
			line = append(line, '\n')
		}
		if len(line) > 1 {
			if current == nil {
				started, serr := startWorker()
				if serr != nil {
					os.Stderr.WriteString("goracle: " + serr.Error() + "\n")
					return 1
				}
				current = started
			}
			reply, alive := current.ask(line)
			if _, werr := out.Write(reply); werr != nil {
				return 1
			}
			if !alive {
				current = nil
			}
		}
		if err != nil {
			return 0
		}
	}
}

func startWorker() (*worker, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	w := &worker{cmd: exec.Command(self, "worker"), lines: make(chan []byte), stderr: &tail{}}
	w.cmd.Stderr = w.stderr
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := w.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(w.lines)
		reader := bufio.NewReaderSize(stdout, 1<<20)
		for {
			line, err := reader.ReadBytes('\n')
			if err != nil {
				return
			}
			w.lines <- line
		}
	}()
	return w, nil
}

// ask returns the worker's answer, or one that says how the worker ended.
func (w *worker) ask(line []byte) (reply []byte, alive bool) {
	timer := time.NewTimer(requestTimeout)
	defer timer.Stop()
	go w.in.Write(line) // a dying worker closes the pipe, which ends this write
	select {
	case reply, open := <-w.lines:
		if open {
			return reply, true
		}
		w.cmd.Wait()
		return obituary(line, "panic: worker died: "+w.stderr.text()), false
	case <-timer.C:
		w.cmd.Process.Kill()
		go func() {
			for range w.lines {
			}
			w.cmd.Wait()
		}()
		return obituary(line, "timeout: no answer in "+requestTimeout.String()), false
	}
}

func obituary(line []byte, text string) []byte {
	res := response{"err": text}
	var req request
	if json.Unmarshal(line, &req) == nil && req["id"] != nil {
		res["id"] = req["id"]
	}
	encoded, _ := marshal(res)
	return encoded
}
