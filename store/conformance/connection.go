package conformance

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

var connectionTests = map[string]func(*testing.T, Open){
	"keeps fields":                        keepsFields,
	"does not print its fields":           hidesFields,
	"refuses what it could not read back": refusesConnection,
}

func keepsFields(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	_, err := s.Connection(ctx, "acme")
	wantError(t, err, engine.ErrNotFound)
	wantError(t, s.DeleteConnection(ctx, "acme"), engine.ErrNotFound)
	wantEqual(t, "connections", len(value(s.Connections(ctx))(t)), 0)

	fields := map[string]any{"key": "s3cret ü", "port": int64(9007199254740993), "scopes": []any{"a"}, "none": nil}
	must(t, s.PutConnection(ctx, store.Connection{Name: "b", Component: "acme", Fields: fields}))
	must(t, s.PutConnection(ctx, store.Connection{Name: "a", Component: "ses"}))
	c := value(s.Connection(ctx, "b"))(t)
	if time.Since(c.Updated).Abs() > time.Hour {
		t.Errorf("updated at %v", c.Updated)
	}
	wantEqual(t, "component", c.Component, "acme")
	wantEqual(t, "fields", c.Fields, fields)

	must(t, s.PutConnection(ctx, store.Connection{Name: "b", Component: "other", Fields: map[string]any{"new": "x"}}))
	list := value(s.Connections(ctx))(t)
	wantEqual(t, "number of connections", len(list), 2)
	wantEqual(t, "first", list[0].Name, "a")
	wantEqual(t, "fields of the first", list[0].Fields, map[string]any{})
	wantEqual(t, "component of the second", list[1].Component, "other")
	wantEqual(t, "fields of the second", list[1].Fields, map[string]any{"new": "x"})

	must(t, s.DeleteConnection(ctx, "b"))
	_, err = s.Connection(ctx, "b")
	wantError(t, err, engine.ErrNotFound)
}

func hidesFields(t *testing.T, _ Open) {
	c := store.Connection{Name: "n", Component: "c", Fields: map[string]any{"key": "s3cret"}}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, v := range []any{c, &c, []store.Connection{c}} {
			if text := fmt.Sprintf(format, v); strings.Contains(text, "s3cret") {
				t.Errorf("%s prints %s", format, text)
			}
		}
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("m", "connection", c, "pointer", &c)
	if strings.Contains(log.String(), "s3cret") || !strings.Contains(log.String(), "connection n of c") {
		t.Errorf("the log says %s", log.String())
	}
}

func refusesConnection(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	for name, c := range map[string]store.Connection{
		"no name":      {Component: "c"},
		"no component": {Name: "n"},
		"a function":   {Name: "n", Component: "c", Fields: map[string]any{"s3cret": func() {}}},
	} {
		err := s.PutConnection(ctx, c)
		if err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

var componentTests = map[string]func(*testing.T, Open){
	"keeps and replaces components": keepsComponents,
}

func keepsComponents(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	wantEqual(t, "components", len(value(s.Components(ctx))(t)), 0)
	must(t, s.PutComponent(ctx, manifest("b", "b 1")))
	must(t, s.PutComponent(ctx, manifest("a", "a 1")))
	must(t, s.PutComponent(ctx, manifest("b", "b 2")))
	must(t, s.PutComponent(ctx, manifest("c", "a 1"))) // the same source under another name
	wantEqual(t, "components", value(s.Components(ctx))(t),
		[]flow.Manifest{manifest("a", "a 1"), manifest("b", "b 2"), manifest("c", "a 1")})
	forged := manifest("a", "a 1")
	forged.Source = []byte("a 2")
	if err := s.PutComponent(ctx, forged); err == nil {
		t.Error("a manifest with a wrong hash was stored")
	}
}

var tokenTests = map[string]func(*testing.T, Open){
	"a token is worth its name": checksTokens,
}

func checksTokens(t *testing.T, open Open) {
	s, ctx := fresh(t, open), t.Context()
	token := value(s.CreateToken(ctx, "ci"))(t)
	other := value(s.CreateToken(ctx, "cron"))(t)
	if !strings.HasPrefix(token, "redial_") || len(token) < len("redial_")+43 || token == other {
		t.Fatalf("tokens %q and %q", token, other)
	}
	wantEqual(t, "name", value(s.CheckToken(ctx, token))(t), "ci")
	wantEqual(t, "name", value(s.CheckToken(ctx, other))(t), "cron")
	for _, wrong := range []string{"", "redial_", token[:len(token)-1], token + "A", strings.ToUpper(token), "ci"} {
		_, err := s.CheckToken(ctx, wrong)
		wantError(t, err, engine.ErrNotFound)
	}
	_, err := s.CreateToken(ctx, "ci")
	wantError(t, err, store.ErrExists)
	if _, err := s.CreateToken(ctx, ""); err == nil {
		t.Error("a token without a name was made")
	}
	tokens := value(s.Tokens(ctx))(t)
	wantEqual(t, "number of tokens", len(tokens), 2)
	wantEqual(t, "first token", tokens[0].Name, "ci")

	must(t, s.DeleteToken(ctx, "ci"))
	wantError(t, s.DeleteToken(ctx, "ci"), engine.ErrNotFound)
	_, err = s.CheckToken(ctx, token)
	wantError(t, err, engine.ErrNotFound)
}
