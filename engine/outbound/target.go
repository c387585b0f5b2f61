package outbound

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"

	"redial/engine/flow"
)

// parseURL takes an address apart and refuses what cannot or must not be
// called. Its messages never repeat the whole URL: it may carry a secret.
func parseURL(text string) (*url.URL, *flow.Failure) {
	if len(text) > maxURLBytes {
		return nil, &flow.Failure{Code: flow.FailedLimit, Message: fmt.Sprintf(
			"the URL is longer than %s", formatBytes(maxURLBytes))}
	}
	target, err := url.Parse(text)
	if err != nil {
		return nil, invalidURL("the URL cannot be read; it must look like https://host/path")
	}
	return target, checkURL(target)
}

func checkURL(target *url.URL) *flow.Failure {
	switch {
	case target.Scheme != "http" && target.Scheme != "https":
		return invalidURL(fmt.Sprintf("the URL must begin with http:// or https://, not %q", Clean(target.Scheme, 40)))
	case target.Hostname() == "":
		return invalidURL("the URL names no host; it must look like https://host/path")
	case target.User != nil:
		return invalidURL("the URL has a user name or password in it; put them into a connection instead")
	}
	if port := target.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return invalidURL(fmt.Sprintf("the URL has the port %s; ports go from 1 to 65535", Clean(port, 20)))
		}
	}
	target.Fragment, target.RawFragment = "", ""
	return nil
}

func invalidURL(message string) *flow.Failure {
	return &flow.Failure{Code: flow.FailedInput, Message: message}
}

// redirectTarget is where an answer sends the caller, or nil if it is to be
// taken as it is. Only methods that change nothing are sent on.
func redirectTarget(req *http.Request, answer *http.Response) *string {
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		return nil
	}
	switch answer.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		if location := answer.Header.Get("Location"); location != "" {
			return &location
		}
	}
	return nil
}

func parseRedirect(from *url.URL, location *string) (*url.URL, *flow.Failure) {
	next, err := from.Parse(*location)
	if err == nil {
		failure := checkURL(next)
		if failure == nil {
			return next, nil
		}
		return nil, &flow.Failure{Code: flow.FailedService, Message: fmt.Sprintf(
			"%s redirected to an address that cannot be called: %s", from.Host, failure.Message)}
	}
	return nil, &flow.Failure{Code: flow.FailedService, Message: fmt.Sprintf(
		"%s redirected to an address that cannot be read", from.Host)}
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host)
}

// harmless are the headers that may follow a redirect to another host. Any
// other could be a credential under a name of its own.
var harmless = []string{"Accept", "Accept-Language", "User-Agent"}

func withoutCredentials(header http.Header) http.Header {
	kept := make(http.Header, len(harmless))
	for _, name := range harmless {
		if values, found := header[name]; found {
			kept[name] = values
		}
	}
	return kept
}

// ofConnection are the headers that net/http writes itself from the URL and the
// body. Taking them from a flow would break the framing of the request.
var ofConnection = []string{
	"Connection", "Content-Length", "Host", "Keep-Alive", "Proxy-Connection", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade", "Proxy-Authorization",
}

// header checks the headers of the request and completes them.
func (c *call) header() (http.Header, *flow.Failure) {
	header := make(http.Header, len(c.request.Header)+3)
	size := 0
	for name, values := range c.request.Header {
		if !httpguts.ValidHeaderFieldName(name) {
			return nil, &flow.Failure{Code: flow.FailedInput, Message: fmt.Sprintf(
				"%q is not a header name", Clean(name, 60))}
		}
		name = http.CanonicalHeaderKey(name)
		if slices.Contains(ofConnection, name) {
			continue
		}
		for _, value := range values {
			if !httpguts.ValidHeaderFieldValue(value) {
				return nil, &flow.Failure{Code: flow.FailedInput, Message: fmt.Sprintf(
					"the value of the header %s has control characters in it, such as a line break", name)}
			}
			size += len(name) + len(value)
			header[name] = append(header[name], value)
		}
	}
	if size > maxRequestHeaderBytes {
		return nil, &flow.Failure{Code: flow.FailedLimit, Message: fmt.Sprintf(
			"the headers of the request are larger than %s", formatBytes(maxRequestHeaderBytes))}
	}
	if _, found := header["User-Agent"]; !found {
		header["User-Agent"] = []string{c.client.userAgent}
	}
	return header, nil
}
