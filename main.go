// Redial is a visual flow designer and engine for integration builders.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"redial/web/command"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := command.Run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
