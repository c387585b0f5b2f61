package outbound_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"redial/engine/outbound"
)

const secret = `s3cr3t/"Wörd"+&=`

func TestExchangeHidesSecrets(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		// A service that repeats all it was sent.
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Set-Cookie", "session=abcdef")
		w.Header().Set("X-Seen", url.QueryEscape(r.Header.Get("Authorization")))
		nested, _ := json.Marshal(string(body))
		_, _ = fmt.Fprintf(w, "%s %s %s %s", r.URL, r.Header.Get("Authorization"), body, nested)
	})
	client := newClient(t, outbound.Options{})
	quoted, err := json.Marshal(secret)
	if err != nil {
		t.Fatal(err)
	}
	for name, auth := range map[string]outbound.Auth{
		"bearer": outbound.Bearer{Token: secret},
		"basic":  outbound.Basic{Username: "ada", Password: secret},
		"header": outbound.APIKey{Name: "X-Custom", Value: secret},
		"query":  outbound.APIKey{InQuery: true, Name: "custom", Value: secret},
		"sigv4":  outbound.SigV4{AccessKey: "AKID", SecretKey: secret, SessionToken: secret, Region: "eu-west-1", Service: "ses"},
		"host":   outbound.ForHost(outbound.Bearer{Token: secret}, hostOf(t, server.URL)),
	} {
		response, failure := client.Do(t.Context(), outbound.Request{
			Method: "POST", URL: server.URL + "/x?api_key=other&q=1", Auth: auth, Record: true, Secrets: []string{"field-secret"},
			Header: http.Header{"X-Field": {"field-secret"}, "Cookie": {"a=b"}},
			Body:   fmt.Appendf(nil, `{"a":%s,"b":"field-secret"}`, quoted),
		})
		if failure != nil {
			t.Fatal(failure)
		}
		text, err := json.Marshal(response.Exchange)
		if err != nil {
			t.Fatal(err)
		}
		for _, hidden := range []string{"s3cr3t", "field-secret", "abcdef", "api_key=other", "a=b", "YWRhOnMzY3IzdC"} {
			if strings.Contains(string(text), hidden) {
				t.Errorf("%s: the exchange shows %s: %s", name, hidden, text)
			}
		}
		if !strings.Contains(response.Exchange.URL, "q=1") || response.Exchange.Status != 200 || response.Exchange.Request.Size == 0 {
			t.Errorf("%s: the exchange is %s", name, text)
		}
		if printed := fmt.Sprintf("%v %+v %#v %s", auth, auth, auth, auth); strings.Contains(printed, "s3cr3t") {
			t.Errorf("%s prints its secret: %s", name, printed)
		}
	}
}

func TestExchangeIsBounded(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/binary" {
			_, _ = w.Write([]byte{0xff, 0xfe, 0})
			return
		}
		// The secret lies across the place where the body is cut.
		_, _ = io.WriteString(w, strings.Repeat("a", 64<<10-5)+"field-secret"+strings.Repeat("ü", 64<<10))
	})
	client := newClient(t, outbound.Options{})
	response, failure := client.Do(t.Context(), outbound.Request{URL: server.URL, Record: true, Secrets: []string{"field-secret"}})
	if failure != nil {
		t.Fatal(failure)
	}
	shown := response.Exchange.Response
	if len(shown.Body) > 64<<10 || shown.Size != len(response.Body) || strings.Contains(shown.Body, "field") {
		t.Errorf("%d of %d bytes are shown, ending with %q", len(shown.Body), shown.Size, shown.Body[len(shown.Body)-20:])
	}
	response, _ = client.Do(t.Context(), outbound.Request{URL: server.URL + "/binary", Record: true})
	if got := response.Exchange.Response.Body; got != "(3 bytes that are not text)" {
		t.Errorf("binary shows as %q", got)
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text    string
		secrets []string
		want    string
	}{
		{"nothing here", nil, "nothing here"},
		{"key=abc", []string{"abc"}, "key=[hidden]"},
		{"abcdef abc", []string{"abc", "abcdef"}, "[hidden] [hidden]"},
		{"a short one", []string{"a", "", "on"}, "a short one"},
		{"q=a%2Fb%20c a/b c", []string{"a/b c"}, "q=[hidden] [hidden]"},
		{`{"k":"a\"b"}`, []string{`a"b`}, `{"k":"[hidden]"}`},
	} {
		if got := outbound.Redact(test.text, test.secrets); got != test.want {
			t.Errorf("Redact(%q, %q) is %q, want %q", test.text, test.secrets, got, test.want)
		}
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain":                       "plain",
		"  a \r\n\t b  ":              "a b",
		"a\x00\x1b[31mb\u202e\u200bc": "a[31mbc",
		"\xff\xfeé":                   "é",
		strings.Repeat("ü", 30):       strings.Repeat("ü", 20) + "…",
	} {
		if got := outbound.Clean(text, 20); got != want {
			t.Errorf("Clean(%q) is %q, want %q", text, got, want)
		}
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("Bearer abc def", "abc", "abc def")
	f.Fuzz(func(t *testing.T, text, first, second string) {
		redacted := outbound.Redact(text, []string{first, second})
		for _, secret := range []string{first, second} {
			// The mask itself may hold a secret such as "hidden" or ends that join.
			if len(secret) >= 3 && strings.Contains(strings.ReplaceAll(redacted, outbound.Mask, "\x00"), secret) && !strings.Contains(secret, "\x00") {
				t.Errorf("%q still has %q", redacted, secret)
			}
		}
	})
}
