package main

import (
	"context"
	"flag"
	"fmt"
	"log"
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

// runOwnControllers starts them.
func (p *plane) runOwnControllers() error {
	if err := p.logToFile(); err != nil {
		return err
	}
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

// logToFile has them log to a file like any component, and nowhere else. By itself klog writes errors to standard error
// as well, with its lock held: once a pipe that nobody reads is full, everything that has something to say would stand
// still.
func (p *plane) logToFile() error {
	file, err := os.Create(filepath.Join(p.options.state, "logs", "own-controllers.log"))
	if err != nil {
		return err
	}
	flags := flag.NewFlagSet("klog", flag.ContinueOnError)
	klog.InitFlags(flags)
	for name, value := range map[string]string{"logtostderr": "false", "stderrthreshold": "FATAL", "one_output": "true"} {
		if err := flags.Set(name, value); err != nil {
			return fmt.Errorf("set klog's %s: %w", name, err)
		}
	}
	klog.SetOutput(file)
	log.SetOutput(file)
	return nil
}
