package command_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Signing, as the services document it.

func signed(secret, text string) []byte {
	hash := hmac.New(sha256.New, []byte(secret))
	hash.Write([]byte(text))
	return hash.Sum(nil)
}

const standardKey = "0123456789abcdef01234567"

var standardSecret = "whsec_" + base64.StdEncoding.EncodeToString([]byte(standardKey))

func standard(key, id string, at time.Time, body string) []string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	return []string{
		"webhook-id", id, "webhook-timestamp", seconds,
		"webhook-signature", "v1," + base64.StdEncoding.EncodeToString(signed(key, id+"."+seconds+"."+body)),
	}
}

// signers make the headers of a message by scheme.
var signers = map[string]func(secret string, at time.Time, body string) []string{
	"standard": func(secret string, at time.Time, body string) []string {
		return standard(secret, "msg_"+strconv.FormatInt(at.UnixNano(), 36), at, body)
	},
	"github": func(secret string, _ time.Time, body string) []string {
		return []string{"X-Hub-Signature-256", "sha256=" + hex.EncodeToString(signed(secret, body)), "X-Hub-Signature", "sha1=00"}
	},
	"stripe": func(secret string, at time.Time, body string) []string {
		seconds := strconv.FormatInt(at.Unix(), 10)
		return []string{"Stripe-Signature", "t=" + seconds + ",v1=" + hex.EncodeToString(signed(secret, seconds+"."+body)) + ",v0=00"}
	},
	"slack": func(secret string, at time.Time, body string) []string {
		seconds := strconv.FormatInt(at.Unix(), 10)
		return []string{"X-Slack-Request-Timestamp", seconds, "X-Slack-Signature", "v0=" + hex.EncodeToString(signed(secret, "v0:"+seconds+":"+body))}
	},
	"shopify": func(secret string, _ time.Time, body string) []string {
		return []string{"X-Shopify-Hmac-Sha256", base64.StdEncoding.EncodeToString(signed(secret, body))}
	},
	"intuit": func(secret string, _ time.Time, body string) []string {
		return []string{"intuit-signature", base64.StdEncoding.EncodeToString(signed(secret, body))}
	},
}

func TestHookVerifiesSignatures(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	const body = "{\"n\": 1,\n \"text\": \"Grüße\"}\n" // as it comes, not as it is read
	for scheme, sign := range signers {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			secret, previous, now := standardKey, "fedcba98765432109876543210", time.Now()
			written := func(secret string) string {
				if scheme == "standard" {
					return "whsec_" + base64.StdEncoding.EncodeToString([]byte(secret))
				}
				return secret
			}
			p.connect(t, scheme, "signature", map[string]any{
				"scheme": scheme, "secret": written(secret), "previous_secret": written(previous), "tolerance": 100,
			})
			slug := "by-" + scheme
			p.publish(t, closed(slug, "signature", scheme))
			timed := scheme == "standard" || scheme == "stripe" || scheme == "slack"
			send := func(text string, headers []string) answer { return p.hook(t, slug, text, headers...) }
			a := send(body, sign(secret, now, body)).wants(t, http.StatusOK)
			if a.get(t, "body.text") != "Grüße" || strings.Contains(strings.ToLower(a.get(t, "headers")), "signature") || strings.Contains(a.get(t, "headers"), "hmac") {
				t.Errorf("the flow saw %s", a)
			}
			send(body, sign(previous, now.Add(-time.Second), body)).wants(t, http.StatusOK)
			refused := func(a answer) {
				t.Helper()
				a.wantsProblem(t, http.StatusUnauthorized, "credentials-required").wantsHeader(t, "Redial-Execution-Id", "").
					wantsHeader(t, "WWW-Authenticate", `Signature realm="`+slug+`", scheme="`+scheme+`"`)
			}
			refused(send(body, nil))
			refused(send(body, sign("another secret of this length", now, body)))
			refused(send(strings.TrimSpace(body), sign(secret, now, body)))
			refused(send(`{`, sign(secret, now, body)))
			refused(send("", sign(secret, now, body)))
			for _, off := range []time.Duration{-103 * time.Second, 3 * time.Hour} {
				late := send(body, sign(secret, now.Add(off), body))
				if !timed {
					late.wants(t, http.StatusOK)
					continue
				}
				if refused(late); !strings.Contains(late.get(t, "detail"), "100 s are tolerated") {
					t.Errorf("too late is told as %s", late.get(t, "detail"))
				}
			}
			send(body, sign(secret, now.Add(-90*time.Second), body)).wants(t, http.StatusOK)
		})
	}
}

// A message of Standard Webhooks has an identifier, which is the same when it is
// sent again: it runs once.
func TestSignedMessageRunsOnce(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	p.connect(t, "sender", "signature", map[string]any{"secret": standardSecret})
	p.publish(t, closed("events", "signature", "sender"))
	now := time.Now()
	first := p.hook(t, "events", `{"n":1}`, standard(standardKey, "msg_1", now, `{"n":1}`)...).wants(t, http.StatusOK)
	p.hook(t, "events", `{"n":1}`, standard(standardKey, "msg_1", now, `{"n":1}`)...).repeated(t, first)
	p.hook(t, "events", `{"n":1}`, standard(standardKey, "msg_1", now.Add(20*time.Second), `{"n":1}`)...).repeated(t, first)
	p.hook(t, "events", `{"n":2}`, standard(standardKey, "msg_1", now, `{"n":2}`)...).wantsProblem(t, http.StatusUnprocessableEntity, "key-reused")
	p.hook(t, "events", `{"n":1}`, standard(standardKey, "msg_2", now, `{"n":1}`)...).wants(t, http.StatusOK).wantsHeader(t, "Idempotency-Replayed", "")
	// A key of the caller's own counts instead.
	with := func(id string) answer {
		return p.hook(t, "events", `{"n":1}`, append(standard(standardKey, id, now, `{"n":1}`), "Idempotency-Key", "own")...)
	}
	own := with("msg_3").wants(t, http.StatusOK)
	with("msg_4").repeated(t, own)
	long := strings.Repeat("m", 300)
	p.hook(t, "events", `{}`, standard(standardKey, long, now, `{}`)...).wantsProblem(t, http.StatusBadRequest, "bad-request")
}
