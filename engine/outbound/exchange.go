package outbound

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"redial/engine/flow"
)

// maxExchangeBody is how much of a body an exchange keeps, in bytes.
const maxExchangeBody = 16 << 10

// exchange describes the call as far as it came.
func (c *call) exchange(failure *flow.Failure) *flow.Exchange {
	secrets := c.secrets()
	exchange := &flow.Exchange{
		Method:   c.method(),
		URL:      maskURL(c.request.URL, secrets),
		Request:  flow.Message{Body: shownBody(c.request.Body, secrets), Size: len(c.request.Body)},
		Status:   c.response.Status,
		Response: flow.Message{Header: maskHeader(c.response.Header, secrets), Body: shownBody(c.response.Body, secrets), Size: len(c.response.Body)},
		Duration: c.response.Duration,
	}
	for _, redirect := range c.redirects {
		exchange.Redirects = append(exchange.Redirects, maskURL(redirect, secrets))
	}
	if c.sent != nil {
		exchange.Request.Header = maskHeader(c.sent.Header, secrets)
		if len(c.redirects) == 0 {
			exchange.URL = maskURL(c.sent.URL.String(), secrets)
		}
	}
	if failure != nil {
		exchange.Failure = failure.Message
	}
	return exchange
}

// secrets are the texts that the exchange must not show: those of the request's
// credentials, and what a flow itself sent under a telling name, as services
// like to repeat what they got.
func (c *call) secrets() []string {
	secrets := slices.Clone(c.request.Secrets)
	if c.request.Auth != nil {
		secrets = append(secrets, c.request.Auth.secrets()...)
	}
	if c.sent == nil {
		return secrets
	}
	for name, values := range c.sent.Header {
		if isSensitive(name) {
			for _, value := range values {
				_, credential, _ := strings.Cut(value, " ")
				secrets = append(secrets, value, credential)
			}
		}
	}
	for name, values := range c.sent.URL.Query() {
		if isSensitive(name) {
			secrets = append(secrets, values...)
		}
	}
	return secrets
}

func isSensitive(name string) bool {
	return !strings.EqualFold(name, "Idempotency-Key") && sensitive.MatchString(name)
}

// sensitive matches names of headers and query parameters that usually hold a
// credential. It catches those that a flow sets by itself.
var sensitive = regexp.MustCompile(`(?i)(^|[-_])(authorization|cookie2?|api[-_]?key|apikey|token|access[-_]?token|secret|password|passwd|signature|credentials?|sig)$|[-_](token|secret|key)$|^(key|x-amz-security-token|set-cookie)$`)

func maskHeader(header http.Header, secrets []string) http.Header {
	masked := make(http.Header, len(header))
	for name, values := range header {
		for _, value := range values {
			masked[name] = append(masked[name], maskValue(name, value, secrets))
		}
	}
	return masked
}

func maskValue(name, value string, secrets []string) string {
	if !isSensitive(name) {
		return Redact(value, secrets)
	}
	// The scheme alone is no secret and explains much.
	if scheme, _, found := strings.Cut(value, " "); found && strings.EqualFold(name, "Authorization") {
		return scheme + " " + Mask
	}
	return Mask
}

// maskURL keeps the URL readable: names of query parameters stay, values of
// those that look like credentials do not.
func maskURL(text string, secrets []string) string {
	parsed, err := url.Parse(text)
	if err != nil {
		return Mask
	}
	parsed.User = nil
	pairs := strings.Split(parsed.RawQuery, "&")
	for i, pair := range pairs {
		name, _, found := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		if found && (err != nil || isSensitive(plain)) {
			pairs[i] = name + "=" + Mask
		}
	}
	parsed.RawQuery = strings.Join(pairs, "&")
	return Redact(parsed.String(), secrets)
}

// shownBody masks before it cuts, so that the cut cannot leave half a secret.
func shownBody(body []byte, secrets []string) string {
	if len(body) == 0 {
		return ""
	}
	if !utf8.Valid(body) {
		return fmt.Sprintf("(%d bytes that are not text)", len(body))
	}
	text := Redact(string(body), secrets)
	if len(text) > maxExchangeBody {
		text = strings.ToValidUTF8(text[:maxExchangeBody], "")
	}
	return text
}
