package outbound

import (
	"net/netip"
	"testing"
)

// The machine that runs the tests may have no IPv6, so these addresses are put
// to the guard itself.
func TestGuardIPv6(t *testing.T) {
	t.Parallel()
	for address, public := range map[string]bool{
		"2606:4700:4700::1111": true,
		"2a00:1450:4001::200e": true,
		"::":                   false,
		"::1":                  false,
		"fe80::1%eth0":         false,
		"fc00::1":              false,
		"fd00:ec2::254":        false,
		"ff02::1":              false,
		"64:ff9b::7f00:1":      false,
		"64:ff9b:1::1":         false,
		"2001::1":              false,
		"2001:db8::1":          false,
		"2002:7f00:1::":        false,
		"3fff::1":              false,
		"::7f00:1":             false,
		"::ffff:10.0.0.1":      false,
		"100::1":               false,
		"fec0::1":              false,
		"8.8.8.8":              true,
		"::ffff:8.8.8.8":       true,
	} {
		if err := newGuard(nil).check(netip.MustParseAddr(address)); (err == nil) != public {
			t.Errorf("%s: %v, want public %t", address, err, public)
		}
	}
}

func TestGuardAllows(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		prefix, address string
		allowed         bool
	}{
		{"127.0.0.0/8", "127.0.0.1", true},
		{"127.0.0.0/8", "::ffff:127.0.0.1", true},
		{"::ffff:127.0.0.0/104", "127.0.0.1", true},
		{"10.0.0.5/8", "10.9.9.9", true},
		{"127.0.0.1/32", "127.0.0.2", false},
		{"::1/128", "::1", true},
		{"::1/128", "127.0.0.1", false},
		{"fd00::/8", "fd12::1", true},
		{"fe80::/10", "fe80::1%eth0", true},
	} {
		g := newGuard([]netip.Prefix{netip.MustParsePrefix(test.prefix)})
		if err := g.check(netip.MustParseAddr(test.address)); (err == nil) != test.allowed {
			t.Errorf("%s allowed, %s: %v", test.prefix, test.address, err)
		}
	}
}
