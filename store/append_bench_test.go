package store_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

// BenchmarkAppend measures executions that are stored by one batch and by two,
// from callers that each wait until their batch is durable. An operation is an
// execution.
func BenchmarkAppend(b *testing.B) {
	for _, batches := range []int{1, 2} {
		for _, callers := range []int{1, 32, 128} {
			b.Run(fmt.Sprintf("batches=%d/callers=%d", batches, callers), func(b *testing.B) {
				benchmarkAppend(b, batches, callers)
			})
		}
	}
}

func benchmarkAppend(b *testing.B, batches, callers int) {
	b.Helper()
	s := open(b, store.Options{Dir: b.TempDir(), Exclusive: true})
	b.ReportAllocs()
	b.ResetTimer()
	var wait sync.WaitGroup
	for caller := range callers {
		share := b.N / callers
		if caller < b.N%callers {
			share++
		}
		wait.Go(func() {
			done := make(chan error, 1)
			for range share {
				for _, batch := range executionBatches(ulid.Make().String(), batches) {
					s.Append(batch, func(err error) { done <- err })
					if err := <-done; err != nil {
						b.Error(err)
						return
					}
				}
			}
		})
	}
	wait.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "executions/s")
}

// executionBatches is a sync call of three pure steps, stored by one batch or
// by two.
func executionBatches(id string, batches int) []engine.Batch {
	now := time.Now()
	x := flow.Execution{
		ID: id, Flow: "order-request", VersionID: 1, Version: 1, Mode: flow.Sync,
		Settings: flow.DefaultSettings(), Status: flow.Running, StartedAt: now,
	}
	event := func(kind flow.EventType, step string) flow.Event {
		return flow.Event{Execution: id, Type: kind, At: now, Step: step}
	}
	events := []flow.Event{event(flow.ExecutionStarted, "")}
	events[0].Mode = flow.Sync
	for _, step := range []string{"check_stock", "confirm", "answer"} {
		finished := event(flow.StepFinished, step)
		finished.Outcome, finished.Duration = flow.StepSucceeded, 80*time.Microsecond
		finished.Output = map[string]any{"sku": "A-1", "quantity": int64(3), "left": int64(39)}
		events = append(events, event(flow.StepStarted, step), finished)
	}
	stored := event(flow.ResponseStored, "")
	stored.AnswerStatus = 200
	ended := event(flow.ExecutionFinished, "")
	ended.Status = flow.Succeeded
	events = append(events, stored, ended)
	for i := range events {
		events[i].Seq = int64(i + 1)
	}
	request := &flow.Request{
		Method: "POST", Path: "/hooks/order-request", ReceivedAt: now.Format(time.RFC3339Nano),
		Query:   map[string]any{},
		Headers: map[string]any{"content-type": "application/json", "user-agent": "acme/1.0"},
		Body:    map[string]any{"orderId": "4711", "sku": "A-1", "quantity": int64(3), "note": strings.Repeat("x", 100)},
	}
	answer := &flow.Answer{
		Status: 200, Headers: [][2]string{{"Content-Type", "application/json"}},
		Body: []byte(`{"status":"confirmed","left":39}`),
	}
	finished := x
	finished.Status, finished.EndedAt, finished.AnsweredAt, finished.AnswerStatus = flow.Succeeded, now, now, 200
	if batches == 1 {
		return []engine.Batch{{Execution: finished, Epoch: 1, Request: request, Changed: true, Events: events, Answer: answer}}
	}
	return []engine.Batch{
		{Execution: x, Epoch: 1, Request: request, Changed: true, Events: events[:2]},
		{Execution: finished, Epoch: 1, Changed: true, Events: events[2:], Answer: answer},
	}
}
