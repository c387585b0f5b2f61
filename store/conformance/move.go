package conformance

import (
	"context"
	"testing"

	"redial/engine"
	"redial/store"
)

// mover is a store that gives flows other slugs.
type mover interface {
	MoveFlow(ctx context.Context, m store.FlowMove) (revision int64, err error)
	MovedTo(ctx context.Context, slug string) (string, error)
	EverPublished(ctx context.Context, slug string) (bool, error)
	PutTestPayload(ctx context.Context, slug string, payload []byte) error
	TestPayload(ctx context.Context, slug string) ([]byte, error)
}

func movesDraft(t *testing.T, open Open) {
	dir, ctx := t.TempDir(), t.Context()
	s := opened(t, open, dir)
	m := s.(mover)
	put(t, s, "g", "gone")
	put(t, s, "g", "gone again")
	put(t, s, "g", "gone for good")
	must(t, s.DeleteFlow(ctx, "g"))
	put(t, s, "f", "one")
	edited(t, s, "two", store.Edit{User: "ada", Kind: store.EditMade})
	pin(t, s, "f", "a", "1")
	must(t, m.PutTestPayload(ctx, "f", []byte("payload")))
	tested := newRun(s, "f")
	tested.Test = true
	must(t, tested.append(tested.first(1)))
	put(t, s, "taken", "x")
	made := value(s.Draft(ctx, "f"))(t).Created

	move := store.FlowMove{From: "f", To: "taken", Source: []byte("three"), IfMatch: 2, Edit: store.Edit{User: "ada", Kind: store.EditSetting}}
	_, err := m.MoveFlow(ctx, move)
	wantError(t, err, store.ErrExists)
	move.To, move.IfMatch = "g", 1
	_, err = m.MoveFlow(ctx, move)
	wantError(t, err, store.ErrRevision)
	move.From = "nobody"
	_, err = m.MoveFlow(ctx, move)
	wantError(t, err, engine.ErrNotFound)
	move.From, move.IfMatch = "f", 2
	before := value(s.Generation(ctx))(t)
	wantEqual(t, "revision", value(m.MoveFlow(ctx, move))(t), int64(4)) // those of g go on
	if value(s.Generation(ctx))(t) == before {
		t.Error("nobody is told")
	}

	again := opened(t, open, dir)
	draft := value(again.Draft(ctx, "g"))(t)
	wantEqual(t, "source", string(draft.Source), "three")
	wantEqual(t, "made at", draft.Created, made)
	wantEqual(t, "pins", pinned(t, again, "g"), "a=1")
	wantEqual(t, "payload", string(value(again.(mover).TestPayload(ctx, "g"))(t)), "payload")
	last := value(again.LastUndoable(ctx, "g", "ada"))(t)
	wantEqual(t, "what can be undone", last.Revision, int64(2))
	record := value(again.Execution(ctx, tested.ID))(t)
	wantEqual(t, "flow of the test", record.Flow, "g")
	_, err = again.Draft(ctx, "f")
	wantError(t, err, engine.ErrNotFound)
	wantEqual(t, "moved to", value(again.(mover).MovedTo(ctx, "f"))(t), "g")
	wantEqual(t, "moved to", value(again.(mover).MovedTo(ctx, "g"))(t), "")

	put(t, s, "f", "another")
	wantEqual(t, "moved to", value(m.MovedTo(ctx, "f"))(t), "")
	must(t, s.DeleteFlow(ctx, "f"))
	wantEqual(t, "moved to", value(m.MovedTo(ctx, "f"))(t), "")
}

func staysPublished(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	m := s.(mover)
	put(t, s, "f", "one")
	wantEqual(t, "published", value(m.EverPublished(ctx, "f"))(t), false)
	publish(t, s, "f", "one")
	must(t, s.DeleteFlow(ctx, "f"))
	revision := put(t, s, "f", "made anew")
	wantEqual(t, "published", value(m.EverPublished(ctx, "f"))(t), true)
	_, err := m.MoveFlow(ctx, store.FlowMove{From: "f", To: "g", Source: []byte("two"), IfMatch: revision})
	wantError(t, err, store.ErrFixed)
	_, err = s.Draft(ctx, "f")
	must(t, err)
}
