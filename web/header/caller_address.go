package header

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// CallerAddress is where a call comes from, as callers are told apart: an IPv4
// address, or the /64 network that somebody with IPv6 has.
//
// What a proxy says is believed as far as it is one of ours: X-Forwarded-For, or
// Forwarded (RFC 7239), from the right to the first address that is none of ours. A
// call that brings both came through a proxy that passes one of them on unread, so
// neither can be believed.
func CallerAddress(r *http.Request, proxies []netip.Prefix) string {
	remote, ok := remoteAddress(r.RemoteAddr)
	if !ok {
		return r.RemoteAddr
	}
	if within(proxies, remote) {
		hops := forwardedFor(r.Header)
		for i := len(hops) - 1; i >= 0; i-- {
			hop, ok := remoteAddress(hops[i])
			if !ok {
				break // it does not say; whoever passed it on counts
			}
			if remote = hop; !within(proxies, remote) {
				break
			}
		}
	}
	if remote.Is6() {
		if network, err := remote.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return remote.String()
}

// forwardedFor are the addresses that a call has come from, the nearest last.
func forwardedFor(fields http.Header) []string {
	plain, structured := fields.Values("X-Forwarded-For"), fields.Values("Forwarded")
	if len(plain) > 0 && len(structured) > 0 {
		return nil
	}
	var hops []string
	for _, line := range plain {
		for hop := range strings.SplitSeq(line, ",") {
			hops = append(hops, strings.TrimSpace(hop))
		}
	}
	for _, line := range structured {
		for _, element := range splitUnquoted(line, ',') {
			hop := "unknown"
			for _, pair := range splitUnquoted(element, ';') {
				if name, value, _ := strings.Cut(pair, "="); strings.EqualFold(strings.TrimSpace(name), "for") {
					hop = unquoted(strings.TrimSpace(value))
				}
			}
			hops = append(hops, hop)
		}
	}
	return hops
}

// remoteAddress reads an address with or without a port: 192.0.2.1, 192.0.2.1:80,
// [2001:db8::1]:80, [2001:db8::1] or 2001:db8::1.
func remoteAddress(text string) (netip.Addr, bool) {
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	address, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return address.Unmap(), err == nil
}

func within(prefixes []netip.Prefix, address netip.Addr) bool {
	return slices.ContainsFunc(prefixes, func(p netip.Prefix) bool { return p.Contains(address) })
}
