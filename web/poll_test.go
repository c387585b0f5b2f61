package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// A stopping server does not let its callers wait for what will not come.
func TestLongPollsEndWhenTheServerStops(t *testing.T) {
	t.Parallel()
	r := open(t)
	r.publish(t, "async", strings.NewReplacer("slug: pausing", "slug: async\nmode: async").Replace(pausing))
	id := r.start(t, "async")
	r.closeSockets()
	a := r.wants(t, http.StatusAccepted, http.MethodGet, "/executions/"+id+"/response", "", "Prefer", "wait=60")
	if a.header.Get("Redial-Answer") != "pending" {
		t.Errorf("the answer is %v", a.header)
	}
	r.wants(t, http.StatusOK, http.MethodGet, "/executions/"+id, "", "Prefer", "wait=60")
}
