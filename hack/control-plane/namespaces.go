package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/namespace/deletion"
)

// The time between two attempts to empty a namespace grows between these.
const (
	firstRetry = 100 * time.Millisecond
	lastRetry  = 3 * time.Second
)

// emptyNamespaces empties namespaces that are being deleted, with Kubernetes' own code. The controller manager would
// start 5 seconds later and, where there are pods, look again after half of their grace period.
func (own *ownControllers) emptyNamespaces(ctx context.Context) error {
	deleter := deletion.NewNamespacedResourcesDeleter(ctx, own.client.CoreV1().Namespaces(), own.metadata,
		own.client.CoreV1(), own.client.Discovery().ServerPreferredNamespacedResources, corev1.FinalizerKubernetes)
	var begun sync.Map // of types.UID: namespaces that are being emptied or have been
	begin := func(object any) {
		namespace := object.(*corev1.Namespace)
		if namespace.DeletionTimestamp == nil {
			return
		}
		if _, known := begun.LoadOrStore(namespace.UID, nil); !known {
			go emptyNamespace(ctx, deleter, namespace.Name)
		}
	}
	_, err := own.typed.Core().V1().Namespaces().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    begin,
		UpdateFunc: func(_, object any) { begin(object) },
	})
	if err != nil {
		return fmt.Errorf("watch namespaces: %w", err)
	}
	return nil
}

func emptyNamespace(ctx context.Context, deleter deletion.NamespacedResourcesDeleterInterface, name string) {
	for retry := firstRetry; ; retry = min(2*retry, lastRetry) {
		err := deleter.Delete(ctx, name)
		if err == nil {
			return
		}
		klog.InfoS("Namespace is not empty yet", "namespace", name, "reason", err)
		time.Sleep(retry)
	}
}
