package main

import (
	"context"
	"fmt"
	"time"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/restmapper"
	"k8s.io/controller-manager/pkg/informerfactory"
	"k8s.io/kubernetes/pkg/controller/garbagecollector"
)

// collectorPeriod is how often the garbage collector looks for new kinds. In the controller manager it is 30 seconds,
// a long time to wait for the dependents of a custom resource whose definition is a second old.
const collectorPeriod = time.Second

const collectorWorkers = 5

// collectGarbage runs Kubernetes' own garbage collector.
func (own *ownControllers) collectGarbage(ctx context.Context, informersStarted <-chan struct{}) error {
	// The collector resets the cache below at will: it needs a discovery client that is not behind it.
	kinds, err := discovery.NewDiscoveryClientForConfig(own.config)
	if err != nil {
		return fmt.Errorf("make the garbage collector's discovery: %w", err)
	}
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(own.client.Discovery()))
	factory := informerfactory.NewInformerFactory(own.typed, own.untyped)
	collector, err := garbagecollector.NewGarbageCollector(
		ctx, own.client, own.metadata, mapper, garbagecollector.DefaultIgnoredResources(), factory, informersStarted)
	if err != nil {
		return fmt.Errorf("make the garbage collector: %w", err)
	}
	go collector.Run(ctx, collectorWorkers, collectorPeriod)
	go collector.Sync(ctx, kinds, collectorPeriod)
	return nil
}
