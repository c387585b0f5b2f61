package signature

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// Scheme is a way of signing webhooks.
type Scheme string

// The schemes.
const (
	Standard Scheme = "standard" // https://www.standardwebhooks.com
	GitHub   Scheme = "github"   // X-Hub-Signature-256
	Stripe   Scheme = "stripe"   // Stripe-Signature
	Slack    Scheme = "slack"    // X-Slack-Signature
	Shopify  Scheme = "shopify"  // X-Shopify-Hmac-Sha256
	Intuit   Scheme = "intuit"   // intuit-signature
)

// Schemes are all of them.
var Schemes = []Scheme{Standard, GitHub, Stripe, Slack, Shopify, Intuit}

// StandardPrefix begins a secret of Standard Webhooks. What follows is base64.
const StandardPrefix = "whsec_"

// minStandardKey is the shortest key of Standard Webhooks that is taken, in
// bytes. The specification asks for 24 to 64; some senders make shorter ones, but
// one that can be guessed signs nothing.
const minStandardKey = 16

// Key signs and verifies under one scheme. It may have several secrets, the
// newest first: all of them sign and any of them verifies, so that both sides can
// change over in their own time. Printing one shows no secret.
type Key struct {
	scheme  Scheme
	secrets [][]byte
	window  time.Duration // 0: Window
}

// Within is the same key with another tolerance than Window.
func (k Key) Within(tolerance time.Duration) Key {
	k.window = tolerance
	return k
}

// Tolerance is how far the time of a message may be from ours, in both
// directions.
func (k Key) Tolerance() time.Duration {
	if k.window > 0 {
		return k.window
	}
	return Window
}

// NewKey makes a key of secrets as people write them. Empty ones are left out; it
// is an error if none is left, if the scheme is unknown, or if a secret cannot be
// one of the scheme. The error never shows a secret.
func NewKey(scheme Scheme, secrets ...string) (Key, error) {
	if !slices.Contains(Schemes, scheme) {
		return Key{}, fmt.Errorf("%.40q is no scheme of signatures", string(scheme))
	}
	key := Key{scheme: scheme}
	for _, text := range secrets {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		secret := []byte(text)
		if scheme == Standard {
			var err error
			if secret, err = decodeStandard(text); err != nil {
				return Key{}, err
			}
		}
		key.secrets = append(key.secrets, secret)
	}
	if len(key.secrets) == 0 {
		return Key{}, errors.New("there is no secret to sign or verify with")
	}
	return key, nil
}

func decodeStandard(text string) ([]byte, error) {
	secret, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, StandardPrefix))
	if err != nil {
		return nil, errors.New("the secret is none of Standard Webhooks: it must be whsec_ and then base64")
	}
	if len(secret) < minStandardKey {
		return nil, fmt.Errorf("the secret is too short: it has %d bytes and needs %d, better 24 or more", len(secret), minStandardKey)
	}
	return secret, nil
}

// Scheme is the one that the key signs and verifies under.
func (k Key) Scheme() Scheme { return k.scheme }

// String names the scheme and nothing more.
func (k Key) String() string { return fmt.Sprintf("a %s key", k.scheme) }

// GoString is String.
func (k Key) GoString() string { return k.String() }

// Format prints String under every verb.
func (k Key) Format(state fmt.State, _ rune) { _, _ = io.WriteString(state, k.String()) }

// LogValue is what a log shows of the key.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }
