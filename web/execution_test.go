package web_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestListsOfExecutionsAreFiltered(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "mirror", mirror)
	id := r.wants(t, http.StatusOK, http.MethodPost, "/hooks/mirror", "").header.Get("Redial-Execution-Id")
	for query, want := range map[string]bool{
		"": true, "?flow=mirror": true, "?flow=nobody": false, "?status=failed": false, "?limit=1": true, "?after=" + id: false,
	} {
		a := r.wants(t, http.StatusOK, http.MethodGet, "/api/executions"+query, "")
		if got := strings.Contains(a.body, id); got != want {
			t.Errorf("%q: the execution is there: %t, want %t", query, got, want)
		}
	}
	for _, query := range []string{"?status=done", "?status=SUCCEEDED", "?limit=0", "?limit=501", "?limit=many"} {
		r.wants(t, http.StatusBadRequest, http.MethodGet, "/api/executions"+query, "")
	}
}

func TestStoppingServerTakesNoCalls(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "mirror", mirror)
	r.engine.Stop(t.Context())
	for _, path := range []string{"/hooks/mirror", "/api/flows/mirror/test"} {
		a := r.wants(t, http.StatusServiceUnavailable, http.MethodPost, path, "")
		if a.header.Get("Retry-After") == "" || a.header.Get("Redial-Execution-Id") != "" || a.field(t, "type") != r.url+"/problems/unavailable" {
			t.Errorf("%s: the answer is %v\n%s", path, a.header, a.body)
		}
	}
}
