package web_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
	"redial/web/retention"
)

// BenchmarkDropping measures calls while old executions are dropped and while none
// are, in turns of a second, so that both have what else the machine does.
func BenchmarkDropping(b *testing.B) {
	for b.Loop() {
		r := open(b)
		if _, _, err := r.store.TrustedTime(b.Context()); err != nil {
			b.Fatal(err)
		}
		r.publish(b, "mirror", mirror)
		r.fill(b, 60_000)
		before := r.count(b)
		var with, without []time.Duration
		for range 15 {
			with = append(with, r.measure(b, true)...)
			without = append(without, r.measure(b, false)...)
		}
		dropped := before + len(with) + len(without) - r.count(b)
		slices.Sort(with)
		slices.Sort(without)
		for _, share := range []struct {
			name string
			of   int
		}{{"p50", 50}, {"p99", 99}} {
			x, y := with[len(with)*share.of/100], without[len(without)*share.of/100]
			b.ReportMetric(float64(x.Microseconds())/1000, share.name+"-ms-with")
			b.ReportMetric(float64(y.Microseconds())/1000, share.name+"-ms-without")
			b.ReportMetric(float64(x)/float64(y), share.name+"-ratio")
		}
		b.ReportMetric(float64(len(with))/15, "calls/s-with")
		b.ReportMetric(float64(len(without))/15, "calls/s-without")
		b.ReportMetric(float64(dropped)/15, "dropped/s")
	}
}

// fill stores executions of 3 KB that ended 40 days ago.
func (r *room) fill(b *testing.B, n int) {
	b.Helper()
	at := time.Now().Add(-40 * 24 * time.Hour)
	stored := make(chan error, n)
	for range n {
		x := flow.Execution{
			ID: ulid.MustNew(ulid.Timestamp(at), rand.Reader).String(), Flow: "old", VersionID: 1, Mode: flow.Sync,
			Settings: flow.DefaultSettings(), Status: flow.Succeeded, StartedAt: at, EndedAt: at,
		}
		r.store.Append(engine.Batch{
			Execution: x, Epoch: 1, Changed: true, Request: &flow.Request{Method: http.MethodPost, Body: strings.Repeat("body ", 300)},
			Events: []flow.Event{
				{Seq: 1, Execution: x.ID, Type: flow.ExecutionStarted, At: at},
				{Seq: 2, Execution: x.ID, Type: flow.StepFinished, Step: "a", At: at, Output: strings.Repeat("output ", 200)},
				{Seq: 3, Execution: x.ID, Type: flow.ExecutionFinished, At: at, Status: flow.Succeeded},
			},
		}, func(err error) { stored <- err })
	}
	for range n {
		if err := <-stored; err != nil {
			b.Fatal(err)
		}
	}
}

// count is how many executions there are.
func (r *room) count(b *testing.B) (n int) {
	b.Helper()
	for after := ""; ; {
		list, next, err := r.store.Executions(b.Context(), store.ExecutionQuery{After: after, Limit: store.MaxPage})
		if err != nil {
			b.Fatal(err)
		}
		if n += len(list); next == "" {
			return n
		}
		after = next
	}
}

// measure lets callers call for a second, and returns how long each call took.
func (r *room) measure(b *testing.B, dropping bool) (took []time.Duration) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Second)
	defer cancel()
	var wait sync.WaitGroup
	if dropping {
		dropper := retention.New(retention.Options{Store: r.store, Policy: retention.Usual, Logger: slog.New(slog.DiscardHandler)})
		wait.Go(func() {
			if err := dropper.Round(ctx); !errors.Is(err, context.DeadlineExceeded) {
				b.Errorf("there was too little to drop, or %v", err)
			}
		})
	}
	const callers = 16
	var mu sync.Mutex
	var failed atomic.Int64
	for range callers {
		wait.Go(func() {
			var own []time.Duration
			for ctx.Err() == nil {
				began := time.Now()
				if a := r.call(b, http.MethodPost, "/hooks/mirror", `{"sku":"A-1"}`); a.status != http.StatusOK {
					failed.Add(1)
				}
				own = append(own, time.Since(began))
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, own...)
		})
	}
	wait.Wait()
	if failed.Load() > 0 {
		b.Errorf("%d calls failed", failed.Load())
	}
	return took
}
