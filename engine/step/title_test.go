package step_test

import (
	"testing"

	"redial/engine/flow"
)

func TestTitle(t *testing.T) {
	t.Parallel()
	library := library()
	for _, test := range []struct{ id, name, uses, want string }{
		{"http", "", "http", "HTTP request"},
		{"http_2", "", "http", "HTTP request 2"},
		{"http_2", "Ask", "http", "Ask"},
		{"https", "", "http", "https"},
		{"http_", "", "http", "http_"},
		{"http_b", "", "http", "http_b"},
		{"ask", "", "http", "ask"},
		{"http", "", "respond", "http"},
		{"nothing", "", "nothing", "nothing"},
		{"", "", "", ""},
	} {
		if got := library.Title(&flow.Step{ID: test.id, Name: test.name, Uses: test.uses}); got != test.want {
			t.Errorf("%s %q of %s is called %q, want %q", test.id, test.name, test.uses, got, test.want)
		}
	}
}
