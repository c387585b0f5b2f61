package outbound

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"redial/engine/flow"
)

// Auth puts credentials on a request. The schemes of this package are its only
// implementations. Printing one shows no secret.
type Auth interface {
	// apply changes the request, after all else of it is in place. A failure is
	// a FailedConnection.
	apply(ctx context.Context, req *http.Request, body []byte, now time.Time) *flow.Failure
	// secrets are the texts that nobody may see.
	secrets() []string
}

// Secret is a text that is never shown: printing, logging or encoding one
// gives the mask. Convert it to a string to use it.
type Secret string

// Mask stands where a secret was.
const Mask = "[hidden]"

// String is the mask.
func (Secret) String() string { return Mask }

// GoString is the mask.
func (Secret) GoString() string { return Mask }

// MarshalText gives the mask, in JSON too.
func (Secret) MarshalText() ([]byte, error) { return []byte(Mask), nil }

// Bearer sends `Authorization: Bearer TOKEN` (RFC 6750).
type Bearer struct{ Token Secret }

func (a Bearer) apply(_ context.Context, req *http.Request, _ []byte, _ time.Time) *flow.Failure {
	token := strings.TrimSpace(string(a.Token))
	if token == "" {
		return badCredentials("the connection has no token")
	}
	return setCredential(req, "Authorization", "Bearer "+token)
}

func (a Bearer) secrets() []string { return []string{strings.TrimSpace(string(a.Token))} }

// Basic sends user name and password (RFC 7617).
type Basic struct {
	Username string
	Password Secret
}

func (a Basic) apply(_ context.Context, req *http.Request, _ []byte, _ time.Time) *flow.Failure {
	if strings.Contains(a.Username, ":") {
		return badCredentials("the user name of the connection has a colon in it, which HTTP Basic cannot carry")
	}
	return setCredential(req, "Authorization", "Basic "+a.encoded())
}

func (a Basic) encoded() string {
	return base64.StdEncoding.EncodeToString([]byte(a.Username + ":" + string(a.Password)))
}

func (a Basic) secrets() []string { return []string{string(a.Password), a.encoded()} }

// APIKey sends a key in a header or as a query parameter.
type APIKey struct {
	InQuery bool // in the header Name, unless set
	Name    string
	Value   Secret
}

func (a APIKey) apply(_ context.Context, req *http.Request, _ []byte, _ time.Time) *flow.Failure {
	value := strings.TrimSpace(string(a.Value))
	if value == "" {
		return badCredentials("the connection has no key")
	}
	if !a.InQuery {
		return setCredential(req, a.Name, value)
	}
	pair := url.QueryEscape(a.Name) + "=" + url.QueryEscape(value)
	if req.URL.RawQuery != "" {
		pair = req.URL.RawQuery + "&" + pair
	}
	req.URL.RawQuery = pair
	return nil
}

func (a APIKey) secrets() []string { return []string{strings.TrimSpace(string(a.Value))} }

func setCredential(req *http.Request, name, value string) *flow.Failure {
	if !httpguts.ValidHeaderFieldName(name) {
		return badCredentials(fmt.Sprintf("the connection sends its key in the header %q, which is not a header name", Clean(name, 60)))
	}
	if !httpguts.ValidHeaderFieldValue(value) {
		return badCredentials("a credential of the connection has control characters in it; paste it again")
	}
	req.Header.Set(name, value)
	return nil
}

func badCredentials(message string) *flow.Failure {
	return &flow.Failure{Code: flow.FailedConnection, Message: message}
}

// ForHost is auth that is put on requests to one host alone, so that a
// connection's credentials cannot be sent to an address of somebody else's
// choice. The host may have a port, as in a URL.
func ForHost(auth Auth, host string) Auth {
	if auth == nil {
		return nil
	}
	return hostAuth{auth, host}
}

type hostAuth struct {
	Auth
	host string
}

func (a hostAuth) apply(ctx context.Context, req *http.Request, body []byte, now time.Time) *flow.Failure {
	if !strings.EqualFold(req.URL.Host, a.host) {
		return badCredentials(fmt.Sprintf("the connection's credentials are for %s and are not sent to %s", a.host, req.URL.Host))
	}
	return a.Auth.apply(ctx, req, body, now)
}
