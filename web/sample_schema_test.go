package web_test

import (
	"encoding/json"
	"net/http"
	"testing"
)

// The schema is that of the payload as it is kept when it is asked for.
func TestSchemaOfTheSample(t *testing.T) {
	t.Parallel()
	r := open(t)
	p := r.signIn(t)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/bare", "redial: 1\nslug: bare\ntrigger: {uses: webhook}\nsteps: {}\n")
	const none = `{"schema":null}`
	wants := func(want string) {
		t.Helper()
		if a := p.get(t, "/flows/bare/samples/schema"); a.status != http.StatusOK || a.body != want+"\n" {
			t.Errorf("got %d: %s, want %s", a.status, a.body, want)
		}
	}
	wants(none) // nothing was written yet
	for _, test := range []struct{ body, want string }{
		{`{"sku": "LAMP-01"}`, `{"schema":{"type":"object","required":["sku"],"properties":{"sku":{"type":"string","examples":["LAMP-01"]}}}}`},
		{`[true]`, `{"schema":{"type":"array","items":{"type":"boolean"}}}`},
		{`7`, `{"schema":{"type":"integer","examples":[7]}}`},
		{``, none},
		{`{"sku":`, none},
		{`null`, none},
		{`{}`, none},
		{`[]`, none},
	} {
		kept, err := json.Marshal(map[string]string{"method": http.MethodPost, "path": "/", "body": test.body})
		if err != nil {
			t.Fatal(err)
		}
		if a := p.send(t, http.MethodPut, "/flows/bare/payload", string(kept)); a.status != http.StatusNoContent {
			t.Fatalf("keeping %s: got %d: %s", test.body, a.status, a.body)
		}
		wants(test.want)
	}
	if a := p.get(t, "/flows/nothing/samples/schema"); a.status != http.StatusNotFound {
		t.Errorf("of no flow: got %d", a.status)
	}
}
