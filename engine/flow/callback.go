package flow

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// Callback is where the answer of an execution is sent to whose caller was let
// go with a 202.
type Callback struct {
	// URL is where callbacks go that name no address of their own. Empty: there
	// are none without one.
	URL string `json:"url,omitempty"`
	// Hosts are those that a call may name in its address: host names, with a
	// port where it is not the scheme's own. Empty: calls may name none.
	Hosts []string `json:"hosts,omitempty"`
	// Secret is the name of the connection that signs.
	Secret string `json:"secret"`
}

// Bounds of a callback.
const (
	MaxCallbackURL   = 2048 // bytes
	MaxCallbackHosts = 100
)

// Equal reports whether two callbacks are the same; either may be nil.
func (c *Callback) Equal(other *Callback) bool {
	if c == nil || other == nil {
		return c == other
	}
	return c.URL == other.URL && c.Secret == other.Secret && slices.Equal(c.Hosts, other.Hosts)
}

// Target is the address that a callback goes to. named is the one that the call
// gives, empty if it gives none. An empty target means that nobody is called
// back. The error says what is wrong with the named one.
func (c *Callback) Target(named string) (string, error) {
	if named == "" {
		return c.URL, nil
	}
	u, err := callbackURL(named)
	if err != nil {
		return "", err
	}
	host := callbackHost(u)
	if slices.ContainsFunc(c.Hosts, func(allowed string) bool { return strings.EqualFold(allowed, host) }) {
		return u.String(), nil
	}
	return "", fmt.Errorf("the flow does not call back to %s; it lists the hosts that a call may name", host)
}

// problems are what is wrong with the callback, under the names of the flow
// file.
func (c *Callback) problems(report func(path, format string, args ...any)) {
	if c.URL != "" {
		if _, err := callbackURL(c.URL); err != nil {
			report("callback.url", "callback.url: %v", err)
		}
	}
	if len(c.Hosts) > MaxCallbackHosts {
		report("callback.hosts", "callback has %d hosts; it may have %d", len(c.Hosts), MaxCallbackHosts)
	}
	for _, host := range c.Hosts {
		if !validHost(host) {
			report("callback.hosts", "%.80q is no host; write one such as api.example.com or api.example.com:8443", host)
		}
	}
}

// Missing says what a callback lacks to be of use: the field, and a sentence
// about it. It is empty for a complete one, and for none.
func (c *Callback) Missing() (field, message string) {
	switch {
	case c == nil:
		return "", ""
	case c.URL == "" && len(c.Hosts) == 0:
		return "url", "callback says neither where to call back, url, nor which hosts a call may name, hosts"
	case c.Secret == "":
		return "secret", "callback has no secret; name the connection that signs, one of the component signature"
	default:
		return "", ""
	}
}

// callbackURL reads an address that can be called back.
func callbackURL(text string) (*url.URL, error) {
	if len(text) > MaxCallbackURL {
		return nil, fmt.Errorf("the address is longer than %d bytes", MaxCallbackURL)
	}
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "", u.Opaque != "":
		return nil, fmt.Errorf("the address must look like https://host/path")
	case u.User != nil:
		return nil, fmt.Errorf("the address has a user name or password in it, which cannot be sent")
	case u.Fragment != "":
		return nil, fmt.Errorf("the address has a fragment, which cannot be sent")
	}
	return u, nil
}

// callbackHost is the host of an address, with its port unless it is the
// scheme's own.
func callbackHost(u *url.URL) string {
	port := u.Port()
	if port == "" || u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		return bracketed(strings.ToLower(u.Hostname()))
	}
	return strings.ToLower(net.JoinHostPort(u.Hostname(), port))
}

// CallbackHost is the host that an address of a callback belongs to, as
// Callback.Hosts lists it; empty for no address.
func CallbackHost(address string) string {
	u, err := callbackURL(address)
	if err != nil {
		return ""
	}
	return callbackHost(u)
}

func bracketed(host string) string {
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// validHost reports whether a text is a host as it stands in an address, with
// or without a port.
func validHost(text string) bool {
	u, err := url.Parse("https://" + text)
	if err != nil || u.Host != text || u.Hostname() == "" || strings.ContainsAny(text, "*@/ ") {
		return false
	}
	if strings.Contains(u.Hostname(), ":") {
		_, err := netip.ParseAddr(u.Hostname())
		return err == nil
	}
	return true
}
