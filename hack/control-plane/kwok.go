package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/pflag"
	kwok "sigs.k8s.io/kwok/pkg/kwok/cmd"

	kwokconfig "sigs.k8s.io/kwok/pkg/config"
	kwoklog "sigs.k8s.io/kwok/pkg/log"
	kwoksignals "sigs.k8s.io/kwok/pkg/utils/signals"
)

// kwokMain runs kwok. Its configuration and log flags live outside its command and are read first.
func kwokMain() int {
	if err := runKwok(kwoksignals.SetupSignalContext()); err != nil {
		fmt.Fprintf(os.Stderr, "kwok: %v\n", err)
		return 1
	}
	return 0
}

func runKwok(ctx context.Context) error {
	flags := pflag.NewFlagSet("kwok", pflag.ContinueOnError)
	flags.ParseErrorsAllowlist.UnknownFlags = true
	flags.Usage = func() {}

	ctx, _ = kwoklog.InitFlags(ctx, flags)
	ctx, err := kwokconfig.InitFlags(ctx, flags)
	if err != nil {
		return fmt.Errorf("read its configuration: %w", err)
	}
	command := kwok.NewCommand(ctx)
	command.Version = "" // its --version would clash with that of the Kubernetes components in this binary
	command.PersistentFlags().AddFlagSet(flags)
	return command.ExecuteContext(ctx)
}
