// Command control-plane is a whole Kubernetes control plane in one file: etcd, kube-apiserver,
// kube-controller-manager, kube-scheduler and kwok, and a supervisor that runs them together.
//
// It acts as the component whose name it is called by, as its own name or as its first argument:
//
//	control-plane up --state DIR          # the supervisor: everything, until a signal
//	control-plane kube-apiserver --help   # one component
package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// components maps the name of each program in this binary to its main function, which reads os.Args.
// Builds with the tag `assets` leave out the ones that $KUBEBUILDER_ASSETS is to have.
var components = map[string]func() int{
	"kwok": kwokMain,
}

func main() {
	if run, ok := components[filepath.Base(os.Args[0])]; ok {
		os.Exit(run())
	}
	if len(os.Args) < 2 {
		os.Exit(usage())
	}
	os.Args = os.Args[1:]
	if os.Args[0] == "up" {
		os.Exit(upMain())
	}
	if run, ok := components[os.Args[0]]; ok {
		os.Exit(run())
	}
	os.Exit(usage())
}

func usage() int {
	names := slices.Sorted(maps.Keys(components))
	fmt.Fprintf(os.Stderr, "usage: control-plane up|%s [flags]\n", strings.Join(names, "|"))
	return 2
}

// upMain runs the supervisor and tells its error, if any, on standard error.
func upMain() int {
	if err := up(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "control-plane: %v\n", err)
		return 1
	}
	return 0
}
