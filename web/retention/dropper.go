package retention

import (
	"context"
	"log/slog"
	"time"

	"redial/store"
)

const (
	// roundEvery lies between the ends of rounds and the next ones.
	roundEvery = 10 * time.Minute
	// dropBatch, clearBatch and forgetBatch are how many executions are dropped, how
	// many batches of their journal deleted, and how many executions forgotten, at
	// once. Each is one short turn of the store's writer.
	dropBatch   = 25
	clearBatch  = 50
	forgetBatch = 200
	// After each the writer is left to others for restShare times as long as it took,
	// so that a round takes a quarter of it at most, and less the more there is to do
	// besides.
	restShare     = 3
	shortestPause = 5 * time.Millisecond
	longestPause  = time.Second
)

// Store is where executions are. store.Store documents the methods.
type Store interface {
	TrustedTime(ctx context.Context) (now, doubted time.Time, err error)
	DropExecutions(ctx context.Context, q store.DropQuery) (dropped []string, next string, err error)
	ClearDropped(ctx context.Context, limit int) (int, error)
	SweepDropped(ctx context.Context, before time.Time, limit int) (int, error)
	SweepRefusals(ctx context.Context, before time.Time, limit int) (int, error)
}

// Options are what a dropper stands on. Dropped and Logger may be nil.
type Options struct {
	Store  Store
	Policy Policy
	// Dropped is told of executions that are not there any more.
	Dropped func(ids []string)
	Logger  *slog.Logger
}

// Dropper drops old executions. One of them runs for a store.
type Dropper struct {
	options Options
	doubted time.Time // of the last round
}

// New makes a dropper.
func New(options Options) *Dropper {
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	if options.Dropped == nil {
		options.Dropped = func([]string) {}
	}
	return &Dropper{options: options}
}

// Run drops what is old until the context ends, at once and every ten minutes.
func (d *Dropper) Run(ctx context.Context) {
	for {
		if err := d.Round(ctx); err != nil && ctx.Err() == nil {
			d.options.Logger.Warn("old executions could not be dropped; it is tried again later", "error", err)
		}
		select {
		case <-time.After(roundEvery):
		case <-ctx.Done():
			return
		}
	}
}

// Round drops all that is old now. What was dropped before and is not cleared yet is
// cleared, whatever the policy says.
func (d *Dropper) Round(ctx context.Context) error {
	began := time.Now()
	now, doubted, err := d.options.Store.TrustedTime(ctx)
	if err != nil {
		return err
	}
	d.say(doubted)
	if err := d.clear(ctx); err != nil || !doubted.IsZero() {
		return err
	}
	calls, err := d.drop(ctx, false, now, d.options.Policy.Calls)
	tests := 0
	if err == nil {
		tests, err = d.drop(ctx, true, now, d.options.Policy.Tests)
	}
	if calls+tests > 0 {
		d.options.Logger.Info("old executions were dropped", "calls", calls, "tests", tests, "took", time.Since(began).Round(time.Millisecond))
	}
	if err != nil {
		return err
	}
	if err := d.forgetRefusals(ctx, now); err != nil {
		return err
	}
	return d.repeat(ctx, forgetBatch, func() (int, error) {
		return d.options.Store.SweepDropped(ctx, now.Add(-store.DroppedLife), forgetBatch)
	})
}

// forgetRefusals forgets calls that were refused as long ago as those that are dropped.
func (d *Dropper) forgetRefusals(ctx context.Context, now time.Time) error {
	age := d.options.Policy.Calls
	if age == 0 {
		return nil
	}
	return d.repeat(ctx, forgetBatch, func() (int, error) {
		return d.options.Store.SweepRefusals(ctx, now.Add(-age), forgetBatch)
	})
}

// say tells once that the clock is in doubt.
func (d *Dropper) say(doubted time.Time) {
	if !doubted.IsZero() && !doubted.Equal(d.doubted) && d.options.Policy != (Policy{}) {
		d.options.Logger.Warn("no execution is dropped for a day, because the clock is far ahead of when that was last done, or it was never done; if the clock is wrong, set it, and if nothing is to be dropped, use --retention off",
			"until", doubted.Format(time.RFC3339), "calls", Text(d.options.Policy.Calls), "tests", Text(d.options.Policy.Tests))
	}
	d.doubted = doubted
}

// drop drops the executions that ended longer ago than an age, and returns how many.
func (d *Dropper) drop(ctx context.Context, tests bool, now time.Time, age time.Duration) (count int, err error) {
	if age == 0 {
		return 0, nil
	}
	query := store.DropQuery{Tests: tests, Before: now.Add(-age), Limit: dropBatch}
	for more := true; more; more = query.After != "" {
		began := time.Now()
		dropped, next, err := d.options.Store.DropExecutions(ctx, query)
		if err != nil {
			return count, err
		}
		count += len(dropped)
		query.After = next
		if len(dropped) > 0 {
			d.options.Dropped(dropped)
		}
		if err := pause(ctx, began); err != nil {
			return count, err
		}
		if err := d.clear(ctx); err != nil {
			return count, err
		}
	}
	return count, nil
}

func (d *Dropper) clear(ctx context.Context) error {
	return d.repeat(ctx, 1, func() (int, error) { return d.options.Store.ClearDropped(ctx, clearBatch) })
}

// repeat does something again and again as long as it finds so much to do.
func (d *Dropper) repeat(ctx context.Context, enough int, do func() (int, error)) error {
	for {
		began := time.Now()
		n, err := do()
		if err != nil || n < enough {
			return err
		}
		if err := pause(ctx, began); err != nil {
			return err
		}
	}
}

// pause leaves the writer to others after something that began at a time.
func pause(ctx context.Context, began time.Time) error {
	timer := time.NewTimer(min(max(restShare*time.Since(began), shortestPause), longestPause))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
