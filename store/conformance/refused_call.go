package conformance

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"redial/store"
)

// refusedCallTests are about calls that started nothing.
var refusedCallTests = map[string]func(*testing.T, Open){
	"counts add up":                         countsRefused,
	"counts of several processes add up":    countsRefusedTogether,
	"only those of published flows":         passesOverStrangers,
	"the newest kinds are kept":             boundsRefused,
	"they go with their flow":               dropsRefused,
	"old ones are forgotten":                forgetsRefused,
	"the newest of all flows can be listed": listsRefused,
}

var refusedAt = time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC)

// refused is a refusal of a flow some minutes after refusedAt.
func refused(slug, detail string, count int64, minutes int) store.Refusal {
	when := refusedAt.Add(time.Duration(minutes) * time.Minute)
	return store.Refusal{Flow: slug, Type: "invalid-body", Status: 422, Detail: detail, Count: count, First: when, Last: when}
}

func add(t *testing.T, s Store, refusals ...store.Refusal) {
	t.Helper()
	must(t, s.AddRefusals(t.Context(), refusals))
}

func countsRefused(t *testing.T, open Open) {
	dir, ctx := t.TempDir(), t.Context()
	s := opened(t, open, dir)
	publish(t, s, "f", "x")
	before := value(s.Generation(ctx))(t)
	places := []store.RefusedPlace{{Pointer: "/sku", Detail: "sku is required"}, {Pointer: "/é", Detail: ""}}
	newest, oldest, other := refused("f", "a", 2, 10), refused("f", "a", 3, 0), refused("f", "a", 1, 5)
	newest.ContentType, newest.Caller = "text/plain", "192.0.2.1"
	oldest.ContentType, oldest.Caller = "text/html", "192.0.2.9"
	other.Places = places
	add(t, s, newest, other)
	add(t, s, oldest)
	want := newest
	want.Count, want.First = 5, oldest.First
	again := opened(t, open, dir)
	wantEqual(t, "refusals", value(again.Refusals(ctx, "f", 0))(t), []store.Refusal{want, other})
	wantEqual(t, "count", value(s.CountRefused(ctx, "f", refusedAt))(t), int64(6))
	wantEqual(t, "generation", value(s.Generation(ctx))(t), before)

	add(t, s, refused("f", "b", 7, 24*60), refused("f", "a", 1, 24*60+40))
	for hours, want := range map[int]int64{0: 14, 1: 8, 24: 8, 25: 1, 26: 0} {
		since := refusedAt.Add(time.Duration(hours) * time.Hour)
		wantEqual(t, "count since "+since.String(), value(s.CountRefused(ctx, "f", since))(t), want)
	}
	add(t, s, refused("f", "a", 1, 72*60)) // those of the first day are not counted by the hour any more
	wantEqual(t, "count of two days", value(s.CountRefused(ctx, "f", time.Time{}))(t), int64(9))
}

func countsRefusedTogether(t *testing.T, open Open) {
	dir, ctx := t.TempDir(), t.Context()
	handles := []Store{opened(t, open, dir), opened(t, open, dir)}
	publish(t, handles[0], "f", "x")
	var wait sync.WaitGroup
	for i := range 20 {
		wait.Go(func() {
			if err := handles[i%2].AddRefusals(ctx, []store.Refusal{refused("f", "a", 3, i), refused("f", "b", 1, i)}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	var total int64
	for _, r := range value(handles[0].Refusals(ctx, "f", 0))(t) {
		total += r.Count
	}
	wantEqual(t, "all refusals", total, int64(80))
}

func passesOverStrangers(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	put(t, s, "drafted", "x")
	publish(t, s, "f", "x")
	add(t, s, refused("nothing", "a", 1, 0), refused("drafted", "a", 1, 0), refused("f", "a", 1, 0))
	wantEqual(t, "refusals", value(s.Refusals(ctx, "", 0))(t), []store.Refusal{refused("f", "a", 1, 0)})
	wantEqual(t, "count", value(s.CountRefused(ctx, "nothing", time.Time{}))(t), int64(0))
}

func boundsRefused(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	publish(t, s, "f", "x")
	publish(t, s, "g", "x")
	add(t, s, refused("g", "a", 1, 0))
	var batch []store.Refusal
	for i := range store.MaxRefusals + 50 {
		batch = append(batch, refused("f", fmt.Sprint("kind ", i), 2, i))
	}
	add(t, s, batch...)
	found := value(s.Refusals(ctx, "f", 0))(t)
	wantEqual(t, "kinds", len(found), store.MaxRefusals+1)
	wantEqual(t, "newest", found[0], batch[len(batch)-1])
	wantEqual(t, "oldest of those that are kept", found[store.MaxRefusals-1], batch[50])
	rest := *batch[0].Rest()
	rest.Count, rest.Last = 100, batch[49].Last
	wantEqual(t, "the rest", found[store.MaxRefusals], rest)

	add(t, s, *batch[0].Rest(), batch[60]) // what is known changes no other kind
	found = value(s.Refusals(ctx, "f", 0))(t)
	wantEqual(t, "kinds", len(found), store.MaxRefusals+1)
	wantEqual(t, "count of the rest", found[store.MaxRefusals].Count, int64(102))
	wantEqual(t, "count", value(s.CountRefused(ctx, "f", time.Time{}))(t), int64(2*len(batch)+4))
	wantEqual(t, "refusals of another flow", len(value(s.Refusals(ctx, "g", 0))(t)), 1)
}

func dropsRefused(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	publish(t, s, "f", "x")
	publish(t, s, "g", "x")
	add(t, s, refused("f", "a", 1, 0), refused("g", "a", 1, 0))
	must(t, s.DeleteFlow(ctx, "f"))
	add(t, s, refused("f", "late", 1, 0))
	publish(t, s, "f", "x")
	wantEqual(t, "refusals", len(value(s.Refusals(ctx, "f", 0))(t)), 0)
	wantEqual(t, "count", value(s.CountRefused(ctx, "f", time.Time{}))(t), int64(0))
	wantEqual(t, "refusals of another flow", len(value(s.Refusals(ctx, "g", 0))(t)), 1)
}

func forgetsRefused(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	publish(t, s, "f", "x")
	add(t, s, refused("f", "a", 1, 0), refused("f", "b", 1, 1), refused("f", "c", 1, 2), refused("f", "d", 1, 120))
	before := refusedAt.Add(time.Hour)
	wantEqual(t, "forgotten before there were any", value(s.SweepRefusals(ctx, refusedAt, 10))(t), 0)
	wantEqual(t, "forgotten", value(s.SweepRefusals(ctx, before, 2))(t), 2)
	wantEqual(t, "forgotten then", value(s.SweepRefusals(ctx, before, 2))(t), 1)
	wantEqual(t, "refusals", value(s.Refusals(ctx, "f", 0))(t), []store.Refusal{refused("f", "d", 1, 120)})
	wantEqual(t, "count", value(s.CountRefused(ctx, "f", time.Time{}))(t), int64(1))
}

func listsRefused(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	publish(t, s, "f", "x")
	publish(t, s, "g", "x")
	add(t, s, refused("f", "a", 1, 1), refused("g", "a", 1, 3), refused("f", "b", 1, 2))
	wantEqual(t, "two of three", value(s.Refusals(ctx, "", 2))(t), []store.Refusal{refused("g", "a", 1, 3), refused("f", "b", 1, 2)})
	wantEqual(t, "those of a flow", len(value(s.Refusals(ctx, "f", 0))(t)), 2)
}
