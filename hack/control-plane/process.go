package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
)

// maxProcs bounds the threads of a component: on a big machine each would otherwise keep much more memory.
const maxProcs = 4

// process is a running component.
type process struct {
	name   string
	log    string
	pid    int
	exited chan struct{} // closed once the process is gone
	result error         // why it is gone; read it only after `exited`
}

// startProcess runs a component in the state folder, with its log in `logs`. The kernel kills it when the
// supervisor is gone, however that ended; for that the caller must stay on its thread (runtime.LockOSThread).
func startProcess(state, name string, arguments []string) (*process, error) {
	log := filepath.Join(state, "logs", name+".log")
	output, err := os.OpenFile(log, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	defer output.Close()

	program, err := programOf(name)
	if err != nil {
		return nil, err
	}
	command := exec.Command(program, arguments...)
	command.Args[0] = name
	command.Dir = state
	command.Env = append(os.Environ(), "HOME="+state, "GOMAXPROCS="+strconv.Itoa(min(maxProcs, runtime.NumCPU())))
	command.Stdout, command.Stderr = output, output
	command.SysProcAttr = childAttributes()
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	started := &process{name: name, log: log, pid: command.Process.Pid, exited: make(chan struct{})}
	go func() {
		started.result = command.Wait()
		close(started.exited)
	}()
	return started, nil
}

// programOf is the file to run for a component: the one in $KUBEBUILDER_ASSETS, or this binary itself.
func programOf(name string) (string, error) {
	if assets := os.Getenv("KUBEBUILDER_ASSETS"); assets != "" {
		program := filepath.Join(assets, name)
		if _, err := os.Stat(program); err == nil {
			return filepath.Abs(program)
		}
	}
	if _, ok := components[name]; !ok {
		return "", fmt.Errorf("%s is neither in this build nor in $KUBEBUILDER_ASSETS", name)
	}
	return os.Executable()
}

// kill ends the process at once and waits until it is gone. A control plane's state is never used again,
// so nothing is lost, and a component that hangs in its shutdown holds nobody up.
func (p *process) kill() {
	select {
	case <-p.exited:
	default:
		_ = syscall.Kill(p.pid, syscall.SIGKILL)
		<-p.exited
	}
}
