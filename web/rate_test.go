package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"
)

func TestRates(t *testing.T) {
	t.Parallel()
	r := newRates(&Bounds{
		PerCaller: Rate{2, time.Second}, PerFlow: Rate{3, time.Minute},
		Flows: map[string]Rate{"free": {}},
	})
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for i, step := range []struct {
		after        time.Duration
		flow, caller string
		wait         time.Duration
	}{
		{0, "f", "a", 0},
		{0, "f", "a", 0},
		{0, "f", "a", 500 * time.Millisecond}, // the caller's bucket is empty
		{0, "free", "a", 500 * time.Millisecond},
		{0, "free", "b", 0},
		{0, "f", "b", 0},
		{0, "f", "c", 20 * time.Second}, // the flow's is
		{0, "g", "c", 0},
		{500 * time.Millisecond, "free", "a", 0},
		{19500 * time.Millisecond, "f", "c", 0},
	} {
		now = now.Add(step.after)
		wait := r.takeCaller(step.caller, now)
		if wait == 0 {
			seen := r.waitFlow(step.flow, now)
			if wait = r.takeFlow(step.flow, now); wait.Round(time.Millisecond) != seen.Round(time.Millisecond) {
				t.Errorf("%d: the wait was seen as %s and is %s", i, seen, wait)
			}
		}
		if wait.Round(time.Millisecond) != step.wait {
			t.Errorf("%d: the wait is %s, not %s", i, wait, step.wait)
		}
	}
}

// However many callers there are, they are not all remembered; those who call are.
func TestBucketsAreBounded(t *testing.T) {
	t.Parallel()
	var b buckets
	limit, now := Rate{1, time.Hour}, time.Now()
	b.take("regular", limit, now)
	for i := range 3 * maxBuckets {
		b.take(fmt.Sprint(i), limit, now)
		if i%1000 == 0 && b.take("regular", limit, now) == 0 {
			t.Fatalf("the regular caller was forgotten after %d others", i)
		}
	}
	if known := len(b.now) + len(b.last); known > 2*maxBuckets {
		t.Errorf("%d are remembered", known)
	}
}

func TestCallerAddress(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for name, tc := range map[string]struct {
		remote  string
		headers []string
		want    string
	}{
		"alone":                       {"192.0.2.1:7", nil, "192.0.2.1"},
		"IPv6, by its network":        {"[2001:db8:1:2:3::4]:7", nil, "2001:db8:1:2::/64"},
		"IPv4 in IPv6":                {"[::ffff:192.0.2.1]:7", nil, "192.0.2.1"},
		"with a zone":                 {"[fe80::1%eth0]:7", nil, "fe80::/64"},
		"not through a proxy of ours": {"192.0.2.1:7", []string{"X-Forwarded-For", "198.51.100.1"}, "192.0.2.1"},
		"through one":                 {"10.0.0.1:7", []string{"X-Forwarded-For", "198.51.100.1"}, "198.51.100.1"},
		"through two, and a lie":      {"10.0.0.1:7", []string{"X-Forwarded-For", "203.0.113.9, 198.51.100.1:99", "X-Forwarded-For", "10.2.3.4"}, "198.51.100.1"},
		"from within":                 {"10.0.0.1:7", []string{"X-Forwarded-For", "10.9.9.9"}, "10.9.9.9"},
		"nonsense":                    {"10.0.0.1:7", []string{"X-Forwarded-For", "198.51.100.1, what"}, "10.0.0.1"},
		"Forwarded":                   {"10.0.0.1:7", []string{"Forwarded", `for=203.0.113.9, proto=https;For="[2001:db8::1]:99"`}, "2001:db8::/64"},
		"Forwarded, hidden":           {"10.0.0.1:7", []string{"Forwarded", `for=198.51.100.1, for=_hidden`}, "10.0.0.1"},
		"both":                        {"10.0.0.1:7", []string{"X-Forwarded-For", "198.51.100.1", "Forwarded", "for=203.0.113.9"}, "10.0.0.1"},
		"nothing said":                {"10.0.0.1:7", nil, "10.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequest(http.MethodPost, "/", nil)
			r.RemoteAddr = tc.remote
			for i := 0; i < len(tc.headers); i += 2 {
				r.Header.Add(tc.headers[i], tc.headers[i+1])
			}
			if got := callerAddress(r, proxies); got != tc.want {
				t.Errorf("the caller is %s, not %s", got, tc.want)
			}
		})
	}
}
