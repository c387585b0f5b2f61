package components_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"redial/engine/component"
	"redial/engine/components"
	"redial/engine/flow"
	"redial/engine/outbound"
)

// TestHTTPConnections: what the built-in http step sends with the connections
// of the http component.
func TestHTTPConnections(t *testing.T) {
	t.Parallel()
	var got *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r }))
	t.Cleanup(server.Close)
	client := outbound.New(outbound.Options{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(client.Close)
	for name, test := range map[string]struct {
		fields        map[string]any
		authorization string
		key           string
		uri           string
		code          flow.FailureCode
	}{
		"none":       {map[string]any{"scheme": "none"}, "", "", "/?a=1", ""},
		"bearer":     {map[string]any{"token": " abc\n"}, "Bearer abc", "", "/?a=1", ""},
		"basic":      {map[string]any{"scheme": "basic", "username": "ada", "password": "s:cret"}, "Basic YWRhOnM6Y3JldA==", "", "/?a=1", ""},
		"key":        {map[string]any{"scheme": "api_key", "key": "k&y"}, "", "k&y", "/?a=1", ""},
		"query":      {map[string]any{"scheme": "api_key", "in": "query", "name": "k", "key": "k&y"}, "", "", "/?a=1&k=k%26y", ""},
		"this host":  {map[string]any{"token": "abc", "base_url": server.URL}, "Bearer abc", "", "/?a=1", ""},
		"other host": {map[string]any{"token": "abc", "base_url": "https://api.example.com"}, "", "", "", flow.FailedConnection},
		"no token":   {map[string]any{"scheme": "bearer"}, "", "", "", flow.FailedConnection},
		"no scheme":  {map[string]any{"scheme": "digest"}, "", "", "", flow.FailedConnection},
	} {
		connection := &component.Connection{Name: "any", Component: "http", Fields: test.fields}
		auth, failure := components.Embedded().Auth(connection)
		if failure == nil {
			_, failure = client.Do(t.Context(), outbound.Request{URL: server.URL + "/?a=1", Auth: auth})
		}
		if (failure == nil) != (test.code == "") || failure != nil && failure.Code != test.code {
			t.Errorf("%s: %+v, want %q", name, failure, test.code)
		}
		if failure != nil {
			continue
		}
		if got.Header.Get("Authorization") != test.authorization || got.Header.Get("X-Api-Key") != test.key || got.RequestURI != test.uri {
			t.Errorf("%s: %s with %v", name, got.RequestURI, got.Header)
		}
	}
}
