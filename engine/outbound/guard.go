package outbound

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

// guard decides which addresses may be dialled. It is asked with the address
// that the socket is about to connect to, so neither a name that resolves to a
// private address nor one that changes between look-up and connection passes.
type guard struct {
	allowed []netip.Prefix
}

func newGuard(allowed []netip.Prefix) *guard {
	g := &guard{}
	for _, prefix := range allowed {
		if prefix.Addr().Is4In6() && prefix.Bits() >= 96 {
			prefix = netip.PrefixFrom(prefix.Addr().Unmap(), prefix.Bits()-96)
		}
		g.allowed = append(g.allowed, prefix.Masked())
	}
	return g
}

// egressError says that an address may not be called, and of what kind it is.
type egressError struct{ kind string }

func (e *egressError) Error() string { return "the address is " + e.kind }

// control is net.Dialer.ControlContext.
func (g *guard) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	end, err := netip.ParseAddrPort(address)
	if err != nil {
		return &egressError{fmt.Sprintf("no IP address of a %s connection", network)}
	}
	return g.check(end.Addr())
}

func (g *guard) check(address netip.Addr) error {
	address = address.WithZone("").Unmap()
	if slices.ContainsFunc(g.allowed, func(p netip.Prefix) bool { return p.Contains(address) }) {
		return nil
	}
	for _, special := range notPublic {
		if special.prefix.Contains(address) {
			return &egressError{special.kind}
		}
	}
	// What IANA has not given out for the public IPv6 internet is refused as a
	// whole: loopback, link-local, unique local, multicast and NAT64 among it.
	if address.Is6() && !globalUnicast6.Contains(address) {
		return &egressError{kindOf6(address)}
	}
	return nil
}

var globalUnicast6 = netip.MustParsePrefix("2000::/3")

func kindOf6(address netip.Addr) string {
	switch {
	case address.IsLoopback():
		return "a loopback address"
	case address.IsPrivate():
		return "a private address"
	case address.IsLinkLocalUnicast():
		return "a link-local address"
	case address.IsMulticast():
		return "a multicast address"
	default:
		return "not a public address"
	}
}

// notPublic are the special-purpose addresses of the IANA registries for IPv4
// and IPv6 (RFC 6890 and its updates), and those under which clouds hand out
// credentials of the machine.
var notPublic = []struct {
	prefix netip.Prefix
	kind   string
}{
	{netip.MustParsePrefix("169.254.169.254/32"), "a cloud metadata address"},
	{netip.MustParsePrefix("169.254.170.0/24"), "a cloud metadata address"},
	{netip.MustParsePrefix("168.63.129.16/32"), "a cloud metadata address"},
	{netip.MustParsePrefix("100.100.100.200/32"), "a cloud metadata address"},
	{netip.MustParsePrefix("192.0.0.192/32"), "a cloud metadata address"},
	{netip.MustParsePrefix("fd00:ec2::/32"), "a cloud metadata address"},

	{netip.MustParsePrefix("127.0.0.0/8"), "a loopback address"},
	{netip.MustParsePrefix("10.0.0.0/8"), "a private address"},
	{netip.MustParsePrefix("172.16.0.0/12"), "a private address"},
	{netip.MustParsePrefix("192.168.0.0/16"), "a private address"},
	{netip.MustParsePrefix("100.64.0.0/10"), "an address of a provider's own network"},
	{netip.MustParsePrefix("169.254.0.0/16"), "a link-local address"},
	{netip.MustParsePrefix("224.0.0.0/4"), "a multicast address"},
	{netip.MustParsePrefix("0.0.0.0/8"), "not a public address"},
	{netip.MustParsePrefix("192.0.0.0/24"), "not a public address"},
	{netip.MustParsePrefix("192.0.2.0/24"), "not a public address"},
	{netip.MustParsePrefix("192.88.99.0/24"), "not a public address"},
	{netip.MustParsePrefix("198.18.0.0/15"), "not a public address"},
	{netip.MustParsePrefix("198.51.100.0/24"), "not a public address"},
	{netip.MustParsePrefix("203.0.113.0/24"), "not a public address"},
	{netip.MustParsePrefix("240.0.0.0/4"), "not a public address"},

	// Protocol assignments (Teredo, ORCHID, benchmarking), 6to4, which wraps any
	// IPv4 address, and documentation.
	{netip.MustParsePrefix("2001::/23"), "not a public address"},
	{netip.MustParsePrefix("2001:db8::/32"), "not a public address"},
	{netip.MustParsePrefix("2002::/16"), "not a public address"},
	{netip.MustParsePrefix("3fff::/20"), "not a public address"},
}
