package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// options are the supervisor's flags.
type options struct {
	state            string // folder of all its files; empty: a temporary one
	removeState      bool   // remove the folder at the end
	untilStdinCloses bool   // end when standard input does
	auditLog         string // file of the API server's audit log; empty: none
	onlyAPI          bool   // nobody acts on workloads: no pods, no bound claims
	timeout          time.Duration
}

// ready is the line on standard output that says the control plane can be used.
type ready struct {
	Kubeconfig string `json:"kubeconfig"`
	Server     string `json:"server"`
	PID        int    `json:"pid"`
	State      string `json:"state"`
}

// up runs a control plane until a signal comes, standard input closes or a component ends.
func up(arguments []string) error {
	// A child's parent-death signal is bound to the thread that made it: stay on one that lives to the end.
	runtime.LockOSThread()

	options, err := parseOptions(arguments)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	defer stop()
	if options.untilStdinCloses {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			stop()
		}()
	}
	if options.removeState {
		defer os.RemoveAll(options.state)
	}

	plane := &plane{options: options, started: time.Now()}
	defer plane.stop()
	starting, cancel := context.WithTimeout(ctx, options.timeout)
	defer cancel()
	if err := plane.start(starting); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(plane.ready()); err != nil {
		return fmt.Errorf("tell that the control plane is ready: %w", err)
	}
	return plane.supervise(ctx)
}

func parseOptions(arguments []string) (*options, error) {
	options := &options{}
	flags := flag.NewFlagSet("control-plane up", flag.ExitOnError)
	flags.StringVar(&options.state, "state", "", "folder for all files (default: a temporary one, removed at the end)")
	flags.BoolVar(&options.removeState, "remove-state", false, "remove the state folder at the end")
	flags.BoolVar(&options.untilStdinCloses, "until-stdin-closes", false, "end when standard input closes")
	flags.StringVar(&options.auditLog, "audit-log", "", "file to log each API request to, one JSON object per line")
	flags.BoolVar(&options.onlyAPI, "only-api", false, "start nothing that acts on workloads, as setup-envtest does")
	flags.DurationVar(&options.timeout, "timeout", 2*time.Minute, "how long the start may take")
	if err := flags.Parse(arguments); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if options.state == "" {
		folder, err := os.MkdirTemp("", "control-plane-")
		if err != nil {
			return nil, err
		}
		options.state, options.removeState = folder, true
	}
	return options, errors.Join(makeAbsolute(&options.state), makeAbsolute(&options.auditLog))
}

func makeAbsolute(path *string) error {
	if *path == "" {
		return nil
	}
	absolute, err := filepath.Abs(*path)
	*path = absolute
	return err
}
