package header_test

import (
	"net/http"
	"testing"
	"time"

	"redial/web/header"
)

func TestReadPreferences(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		lines []string
		want  header.Preferences
	}{
		"none":                 {nil, header.Preferences{}},
		"async":                {[]string{"Respond-Async"}, header.Preferences{Async: true}},
		"both":                 {[]string{"respond-async, wait=10"}, header.Preferences{Async: true, Waits: true, Wait: 10 * time.Second}},
		"over two lines":       {[]string{"respond-async", "wait=10"}, header.Preferences{Async: true, Waits: true, Wait: 10 * time.Second}},
		"with parameters":      {[]string{`wait=5; of="a, b"; respond-async`}, header.Preferences{Waits: true, Wait: 5 * time.Second}},
		"quoted":               {[]string{`wait="7"`}, header.Preferences{Waits: true, Wait: 7 * time.Second}},
		"not at all":           {[]string{"wait=0"}, header.Preferences{Waits: true}},
		"the first one counts": {[]string{"wait=1, wait=2"}, header.Preferences{Waits: true, Wait: time.Second}},
		"unreadable":           {[]string{"wait=soon, wait=-1, wait"}, header.Preferences{}},
		"within a quotation":   {[]string{`foo="respond-async, wait=10"`}, header.Preferences{}},
		"too long to be meant": {[]string{"wait=99999999999999999999"}, header.Preferences{Waits: true, Wait: 24 * time.Hour}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := header.ReadPreferences(http.Header{"Prefer": tc.lines}); got != tc.want {
				t.Errorf("%q is read as %+v, not %+v", tc.lines, got, tc.want)
			}
		})
	}
}

func TestWaitApplied(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]string{0: "wait=0", time.Second: "wait=1", 1001 * time.Millisecond: "wait=2"} {
		if got := header.WaitApplied(wait); got != want {
			t.Errorf("%s is said as %s, not %s", wait, got, want)
		}
	}
}
