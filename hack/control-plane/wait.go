package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// check says nil when what it looks for is there, and otherwise what is missing.
type check func(ctx context.Context) error

// wait repeats a check until it is content, the context ends or a component does.
func (p *plane) wait(ctx context.Context, what string, done check) error {
	for {
		err := done(ctx)
		if err == nil {
			p.say("%s", what)
			return nil
		}
		if failed := p.failed(); failed != nil {
			return failed
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait until %s: %w", what, errors.Join(ctx.Err(), err))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// waitForPlayers waits until nodes and controllers do their work.
func (p *plane) waitForPlayers(ctx context.Context) error {
	if p.runs("kwok") {
		if err := p.wait(ctx, "the node is ready", p.nodeReady); err != nil {
			return err
		}
	}
	if !p.runs("kube-controller-manager") {
		return nil
	}
	return p.wait(ctx, "controllers work", p.controllersWork)
}

func (p *plane) runs(name string) bool {
	return slices.ContainsFunc(p.processes, func(process *process) bool { return process.name == name })
}

func (p *plane) etcdListens(ctx context.Context) error {
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, "unix", filepath.Join(p.options.state, "etcd.sock"))
	if err == nil {
		err = connection.Close()
	}
	return err
}

func (p *plane) apiserverReady(ctx context.Context) error {
	return p.client.Discovery().RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
}

// makeObjects makes the node and the StorageClass, once there is a namespace to work in.
func (p *plane) makeObjects(ctx context.Context) error {
	if _, err := p.client.CoreV1().Namespaces().Get(ctx, metav1.NamespaceDefault, metav1.GetOptions{}); err != nil {
		return err
	}
	_, nodeErr := p.client.CoreV1().Nodes().Create(ctx, playedNode(p.kubelet), metav1.CreateOptions{})
	_, classErr := p.client.StorageV1().StorageClasses().Create(ctx, playedStorageClass(), metav1.CreateOptions{})
	return errors.Join(unlessExists(nodeErr), unlessExists(classErr))
}

func (p *plane) nodeReady(ctx context.Context) error {
	node, err := p.client.CoreV1().Nodes().Get(ctx, nodeName, metav1.GetOptions{})
	if err != nil {
		return err
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == corev1.NodeReady && condition.Status == corev1.ConditionTrue {
			return nil
		}
	}
	return fmt.Errorf("node %s is not ready", nodeName)
}

// controllersWork looks for the service account and the root certificate that the controller manager puts
// into every namespace.
func (p *plane) controllersWork(ctx context.Context) error {
	core := p.client.CoreV1()
	_, accountErr := core.ServiceAccounts(metav1.NamespaceDefault).Get(ctx, "default", metav1.GetOptions{})
	_, rootErr := core.ConfigMaps(metav1.NamespaceDefault).Get(ctx, "kube-root-ca.crt", metav1.GetOptions{})
	return errors.Join(accountErr, rootErr)
}

func unlessExists(err error) error {
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}
