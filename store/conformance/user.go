package conformance

import (
	"testing"
	"time"

	"redial/engine"
)

var userTests = map[string]func(*testing.T, Open){
	"a sign-in link works once":     usesLinkOnce,
	"a session lasts until it ends": keepsSessions,
}

func usesLinkOnce(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	wantEqual(t, "somebody is there", value(s.HasUsers(ctx))(t), false)
	wantEqual(t, "ada is new", value(s.AddUser(ctx, "ada"))(t), true)
	wantEqual(t, "ada is new again", value(s.AddUser(ctx, "ada"))(t), false)
	wantEqual(t, "somebody is there", value(s.HasUsers(ctx))(t), true)
	if _, err := s.AddUser(ctx, ""); err == nil {
		t.Error("somebody without a name was added")
	}
	if _, err := s.CreateSignInLink(ctx, "nobody"); err == nil {
		t.Error("a link was made for nobody")
	}

	first, second := value(s.CreateSignInLink(ctx, "ada"))(t), value(s.CreateSignInLink(ctx, "ada"))(t)
	if first == second || len(first) < 40 {
		t.Fatalf("links %q and %q", first, second)
	}
	wantEqual(t, "user", value(s.UseSignInLink(ctx, first))(t), "ada")
	_, err := s.UseSignInLink(ctx, first)
	wantError(t, err, engine.ErrNotFound)
	_, err = s.UseSignInLink(ctx, "made up")
	wantError(t, err, engine.ErrNotFound)
	wantEqual(t, "user", value(s.UseSignInLink(ctx, second))(t), "ada")
}

func keepsSessions(t *testing.T, open Open) {
	dir, ctx := t.TempDir(), t.Context()
	s := opened(t, open, dir)
	k := s.Sessions()
	must(t, k.CommitCtx(ctx, "one", []byte("data"), time.Now().Add(time.Hour)))
	must(t, k.CommitCtx(ctx, "one", []byte("more"), time.Now().Add(time.Hour)))
	must(t, k.CommitCtx(ctx, "old", []byte("data"), time.Now().Add(-time.Second)))
	data, found, err := opened(t, open, dir).Sessions().FindCtx(ctx, "one")
	must(t, err)
	wantEqual(t, "found", found, true)
	wantEqual(t, "data", string(data), "more")
	for _, token := range []string{"old", "none"} {
		_, found, err = k.FindCtx(ctx, token)
		must(t, err)
		wantEqual(t, token+" found", found, false)
	}
	must(t, k.DeleteCtx(ctx, "one"))
	_, found, err = k.FindCtx(ctx, "one")
	must(t, err)
	wantEqual(t, "found after the end", found, false)
}
