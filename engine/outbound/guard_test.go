package outbound_test

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"redial/engine/flow"
	"redial/engine/outbound"
)

func TestGuardRefusesLiteralAddresses(t *testing.T) {
	t.Parallel()
	client := newClient(t, outbound.Options{AllowPrivate: []netip.Prefix{}})
	for address, kind := range map[string]string{
		"127.0.0.1":                "loopback",
		"127.8.9.10":               "loopback",
		"10.1.2.3":                 "private",
		"172.31.255.255":           "private",
		"192.168.0.1":              "private",
		"100.64.0.1":               "provider",
		"100.100.100.200":          "metadata",
		"169.254.169.254":          "metadata",
		"169.254.1.1":              "link-local",
		"168.63.129.16":            "metadata",
		"0.0.0.0":                  "not a public",
		"224.0.0.1":                "multicast",
		"255.255.255.255":          "not a public",
		"198.18.0.1":               "not a public",
		"[::ffff:127.0.0.1]":       "loopback",
		"[::ffff:169.254.169.254]": "metadata",
	} {
		_, failure := client.Do(t.Context(), outbound.Request{URL: "http://" + address + ":9/secret?token=abc"})
		if failure == nil || failure.Code != flow.FailedEgress || failure.Retryable {
			t.Errorf("%s: %+v, want an egress failure", address, failure)
			continue
		}
		if !strings.Contains(failure.Message, kind) || strings.Contains(failure.Message, "abc") {
			t.Errorf("%s: %q does not say %q", address, failure.Message, kind)
		}
	}
}

// nameServer is a DNS server on a real socket that gives every name one
// address, as one that means harm would.
func nameServer(t *testing.T, address [4]byte) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buffer := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			var query dnsmessage.Message
			if query.Unpack(buffer[:n]) != nil || len(query.Questions) != 1 {
				continue
			}
			query.Response = true
			query.Additionals = nil
			if question := query.Questions[0]; question.Type == dnsmessage.TypeA {
				query.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: question.Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET},
					Body:   &dnsmessage.AResource{A: address},
				}}
			}
			if answer, err := query.Pack(); err == nil {
				_, _ = conn.WriteTo(answer, from)
			}
		}
	}()
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	var dialer net.Dialer
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func TestGuardLooksAtTheAddressOfAName(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	_, port, _ := net.SplitHostPort(hostOf(t, server.URL))

	inside := newClient(t, outbound.Options{AllowPrivate: []netip.Prefix{}, Resolver: nameServer(t, [4]byte{127, 0, 0, 1})})
	_, failure := inside.Do(t.Context(), outbound.Request{URL: "http://innocent.example:" + port + "/"})
	if failure == nil || failure.Code != flow.FailedEgress {
		t.Fatalf("a name that leads to loopback: %+v", failure)
	}
	if !strings.Contains(failure.Message, "innocent.example") || strings.Contains(failure.Message, "127.0.0.1") {
		t.Errorf("the message names the host and not where it leads to: %q", failure.Message)
	}

	allowed := newClient(t, outbound.Options{Resolver: nameServer(t, [4]byte{127, 0, 0, 1})})
	response, failure := allowed.Do(t.Context(), outbound.Request{URL: "http://service.example:" + port + "/"})
	if failure != nil || response.Status != http.StatusNoContent {
		t.Errorf("an allowed address: %+v", failure)
	}
}

func TestGuardFollowsRedirects(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	})
	client := newClient(t, outbound.Options{})
	for target, code := range map[string]flow.FailureCode{
		"http://127.0.0.2:9/":             flow.FailedEgress,
		"http://169.254.169.254/latest":   flow.FailedEgress,
		"http://[::ffff:10.0.0.1]/":       flow.FailedEgress,
		"file:///etc/passwd":              flow.FailedService,
		"gopher://example.com/":           flow.FailedService,
		"http://user:pass@127.0.0.1:9/":   flow.FailedService,
		"http://127.0.0.1:99999/":         flow.FailedService,
		"http://exa mple.com/%zz":         flow.FailedService,
		server.URL + "/?to=" + server.URL: flow.FailedLimit,
	} {
		if code == flow.FailedLimit {
			target = "" // to itself, for ever
		}
		request := outbound.Request{URL: server.URL + "/?to=" + urlQuery(target)}
		if _, failure := client.Do(t.Context(), request); failure == nil || failure.Code != code {
			t.Errorf("to %q: %+v, want %s", target, failure, code)
		}
	}
}
