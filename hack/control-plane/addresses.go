package main

import (
	"context"
	"fmt"
	"net/netip"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
)

// giveAddresses plays the load balancer: every Service of that type gets an address to be reached by.
func (own *ownControllers) giveAddresses(ctx context.Context) error {
	_, err := own.typed.Core().V1().Services().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(service any) { own.giveAddress(ctx, service.(*corev1.Service)) },
		UpdateFunc: func(_, service any) { own.giveAddress(ctx, service.(*corev1.Service)) },
	})
	if err != nil {
		return fmt.Errorf("watch services: %w", err)
	}
	return nil
}

// giveAddress leaves a failed write to the next event: a conflict means that one is on its way.
func (own *ownControllers) giveAddress(ctx context.Context, service *corev1.Service) {
	if service.Spec.Type != corev1.ServiceTypeLoadBalancer || len(service.Status.LoadBalancer.Ingress) > 0 {
		return
	}
	address, ok := outsideAddress(service)
	if !ok {
		return
	}
	changed := service.DeepCopy()
	changed.Status.LoadBalancer.Ingress = []corev1.LoadBalancerIngress{{IP: address}}
	_, err := own.client.CoreV1().Services(service.Namespace).UpdateStatus(ctx, changed, metav1.UpdateOptions{})
	if err != nil {
		klog.ErrorS(err, "No address given", "service", klog.KObj(service), "address", address)
	}
}

// outsideAddress is the address that a Service asks for or, as unique as its cluster address, one of the range
// that is kept for benchmarks (198.18.0.0/15).
func outsideAddress(service *corev1.Service) (string, bool) {
	if wanted := service.Spec.LoadBalancerIP; wanted != "" {
		return wanted, true
	}
	inside, err := netip.ParseAddr(service.Spec.ClusterIP)
	if err != nil || !inside.Is4() {
		return "", false
	}
	bytes := inside.As4()
	copy(bytes[:], []byte{198, 18})
	return netip.AddrFrom4(bytes).String(), true
}
