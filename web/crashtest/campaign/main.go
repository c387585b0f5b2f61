// Command campaign is `make crash`: it kills a program at random under load and
// says which promises it has broken. Exit status 1 if there is one.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"time"

	"redial/web/crashtest"
)

func main() {
	binary := flag.String("binary", "./redial", "the program to kill")
	kills := flag.Int("kills", 100, "how often")
	callers := flag.Int("callers", 8, "callers who place orders all the time")
	between := flag.Duration("between", 600*time.Millisecond, "mean time between the program's start and its kill")
	pause := flag.Duration("pause", 30*time.Millisecond, "longest time for which an outside service holds a call up, twice")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *binary, *pause, &crashtest.Campaign{Kills: *kills, Callers: *callers, Between: *between})
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "campaign:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, binary string, pause time.Duration, campaign *crashtest.Campaign) (err error) {
	dir, err := os.MkdirTemp("", "redial-crash-")
	if err != nil {
		return err
	}
	defer func() {
		if err == nil {
			err = os.RemoveAll(dir)
			return
		}
		_, _ = fmt.Fprintln(os.Stderr, "the data folder is left in", dir)
	}()
	command := func(args ...string) *exec.Cmd {
		return exec.CommandContext(context.WithoutCancel(ctx), binary, args...) //nolint:gosec // the program to kill is the operator's choice
	}
	if campaign.Shop, err = crashtest.OpenShop(ctx, dir, pause, command); err != nil {
		return err
	}
	defer campaign.Shop.Close()
	campaign.Progress = func(kill int) {
		if kill%50 == 0 {
			_, _ = fmt.Fprintln(os.Stderr, kill, "kills")
		}
	}
	result, err := campaign.Run(ctx)
	if err != nil {
		return err
	}
	if err := result.Table(os.Stdout); err != nil {
		return err
	}
	return result.Err()
}
