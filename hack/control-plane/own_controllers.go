package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/klog/v2"
)

// ownControllers are the controllers that run inside the supervisor: those that no cluster component plays, and
// those of the controller manager whose fixed waiting times are too long for a test. They live as long as the process.
type ownControllers struct {
	*plane
	metadata metadata.Interface
	typed    informers.SharedInformerFactory
	untyped  metadatainformer.SharedInformerFactory
}

// runOwnControllers starts them. Their log goes to a file like any component's.
func (p *plane) runOwnControllers() error {
	log, err := os.Create(filepath.Join(p.options.state, "logs", "own-controllers.log"))
	if err != nil {
		return err
	}
	klog.LogToStderr(false)
	klog.SetOutput(log)

	client, err := metadata.NewForConfig(p.config)
	if err != nil {
		return fmt.Errorf("make a metadata client: %w", err)
	}
	own := &ownControllers{
		plane:    p,
		metadata: client,
		typed:    informers.NewSharedInformerFactory(p.client, 0),
		untyped:  metadatainformer.NewSharedInformerFactory(client, 0),
	}
	ctx := context.Background()
	informersStarted := make(chan struct{})
	if err := own.collectGarbage(ctx, informersStarted); err != nil {
		return err
	}
	if err := own.emptyNamespaces(ctx); err != nil {
		return err
	}
	if err := own.giveAddresses(ctx); err != nil {
		return err
	}
	own.typed.Start(ctx.Done())
	own.untyped.Start(ctx.Done())
	close(informersStarted)
	return nil
}
