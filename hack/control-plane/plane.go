package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// plane is a control plane: its components in the order they were started, and the way to its API.
type plane struct {
	options   *options
	started   time.Time
	lock      *os.File // of the state folder; held as long as this file is open
	server    string
	processes []*process
	config    *rest.Config
	client    kubernetes.Interface
	kubelet   int // the port that logs are served on
}

// start brings all components up and returns when a pod could be made. What it started before an error
// is left for `stop`.
func (p *plane) start(ctx context.Context) error {
	if err := p.prepareState(); err != nil {
		return fmt.Errorf("prepare %s: %w", p.options.state, err)
	}
	port, err := reservePort()
	if err != nil {
		return err
	}
	p.server = fmt.Sprintf("https://%s:%d", loopback, port)
	if err := p.writeFiles(); err != nil {
		return err
	}

	if err := p.run("etcd", etcdArguments()); err != nil {
		return err
	}
	if err := p.wait(ctx, "etcd listens", p.etcdListens); err != nil {
		return err
	}
	if err := p.run("kube-apiserver", apiserverArguments(port, p.options.auditLog)); err != nil {
		return err
	}
	if err := p.wait(ctx, "kube-apiserver is ready", p.apiserverReady); err != nil {
		return err
	}
	if err := p.runPlayers(); err != nil {
		return err
	}
	if err := p.wait(ctx, "its objects are made", p.makeObjects); err != nil {
		return err
	}
	return p.waitForPlayers(ctx)
}

// runPlayers starts everything that acts on objects. A component that $KUBEBUILDER_ASSETS does not have and
// this build neither is left out, with a word on what then stands still.
func (p *plane) runPlayers() error {
	players := []struct {
		name      string
		arguments []string
		absence   string
	}{
		{"kube-controller-manager", controllerManagerArguments(), "workloads get no pods, claims are not bound"},
		{"kube-scheduler", schedulerArguments(), "pods get no node and never run"},
		{"kwok", kwokArguments(), ""},
	}
	if p.options.onlyAPI {
		players = nil
	}
	for _, player := range players {
		if _, err := programOf(player.name); err != nil {
			p.say("%v: %s", err, player.absence)
			continue
		}
		if err := p.run(player.name, player.arguments); err != nil {
			return err
		}
	}
	return p.runOwnControllers()
}

// prepareState makes the state folder ours: nobody else may read it, only one supervisor runs in it, and
// what a former one left is gone.
func (p *plane) prepareState() error {
	state := p.options.state
	if err := os.MkdirAll(filepath.Join(state, "logs"), 0o700); err != nil {
		return err
	}
	lock, err := os.OpenFile(filepath.Join(state, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	p.lock = lock
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("another control plane runs there: %w", err)
	}
	for _, leftover := range []string{"etcd", "etcd.sock", "peer.sock", "kubeconfig"} {
		if err := os.RemoveAll(filepath.Join(state, leftover)); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(state, "pid"), fmt.Appendln(nil, os.Getpid()), 0o600)
}

func (p *plane) writeFiles() error {
	state := p.options.state
	ca, err := newAuthority()
	if err != nil {
		return err
	}
	if err := writeServerFiles(state, ca); err != nil {
		return err
	}
	if err := writeKubeconfigs(state, p.server, ca); err != nil {
		return err
	}
	if err := writePlay(state); err != nil {
		return err
	}
	if p.config, err = supervisorConfig(state); err != nil {
		return err
	}
	if p.client, err = kubernetes.NewForConfig(p.config); err != nil {
		return err
	}
	return p.serveLogs(ca)
}

func (p *plane) run(name string, arguments []string) error {
	started, err := startProcess(p.options.state, name, arguments)
	if err == nil {
		p.processes = append(p.processes, started)
	}
	return err
}

// supervise returns when the context ends, or with the story of the first component that ends by itself.
func (p *plane) supervise(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
			if err := p.failed(); err != nil {
				return err
			}
		}
	}
}

// failed is the error of a component that ended by itself, with the end of its log.
func (p *plane) failed() error {
	for _, process := range p.processes {
		select {
		case <-process.exited:
			return fmt.Errorf("%s ended (%v), its log %s ends with\n%s",
				process.name, process.result, process.log, tail(process.log, 15))
		default:
		}
	}
	return nil
}

// stop ends the components in reverse order: the API server before etcd, without which it would hang.
func (p *plane) stop() {
	for i := len(p.processes) - 1; i >= 0; i-- {
		p.processes[i].kill()
	}
}

func (p *plane) ready() ready {
	state := p.options.state
	return ready{filepath.Join(state, "kubeconfig"), p.server, os.Getpid(), state}
}

// say tells people of progress, on standard error.
func (p *plane) say(format string, arguments ...any) {
	fmt.Fprintf(os.Stderr, "control-plane: %5.1fs %s\n", time.Since(p.started).Seconds(), fmt.Sprintf(format, arguments...))
}

// tail is the last lines of a file, or nothing if it cannot be read.
func tail(file string, count int) string {
	content, _ := os.ReadFile(file)
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	return strings.Join(lines[max(0, len(lines)-count):], "\n")
}
