package main

import (
	"k8s.io/component-base/cli"
	kubectl "k8s.io/kubectl/pkg/cmd"
)

// kubectl is in the binary so that a machine without one can use the control plane (hack/kubectl.sh).
func init() {
	components["kubectl"] = func() int { return cli.Run(kubectl.NewDefaultKubectlCommand()) }
}
