package header_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"redial/web/header"
)

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
			if got := header.CallerAddress(r, proxies); got != tc.want {
				t.Errorf("the caller is %s, not %s", got, tc.want)
			}
		})
	}
}
