package signature

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Window is how far the time of a message may be from ours, in both directions,
// unless the key says otherwise. What was signed earlier may have been recorded
// and sent again.
const Window = 5 * time.Minute

// maxSignatures bounds how many signatures of one message are looked at.
const maxSignatures = 16

// Why a message is not accepted.
var (
	ErrUnsigned = errors.New("the message is not signed")
	ErrExpired  = errors.New("the message was signed too long ago, or ahead of the clock of this server")
	ErrForged   = errors.New("the signature is not that of this message under the shared secret")
)

// signed is what a scheme's headers say.
type signed struct {
	before     []string // signed bytes in front of the body
	timestamp  string   // in seconds since 1970; empty: the scheme has none
	timed      bool
	signatures []string
	decode     func(string) ([]byte, error)
}

// Verify checks that a message was signed with one of the key's secrets, and
// within its tolerance where the scheme says when. The error is one of those of
// this package.
func (k Key) Verify(header http.Header, body []byte, now time.Time) error {
	claim := k.read(header)
	if err := k.plausible(claim, now); err != nil {
		return err
	}
	parts := slices.Concat(claim.before, []string{string(body)})
	valid := false
	for _, secret := range k.secrets {
		want := digest(secret, parts...)
		for _, text := range claim.signatures[:min(len(claim.signatures), maxSignatures)] {
			got, err := claim.decode(text)
			if err == nil && hmac.Equal(got, want) {
				valid = true
			}
		}
	}
	if !valid {
		return ErrForged
	}
	return nil
}

// VerifyHeader checks what can be told without the body: whether there is a
// signature, and whether its time is within the tolerance. A message that passes
// still has to be verified.
func (k Key) VerifyHeader(header http.Header, now time.Time) error {
	return k.plausible(k.read(header), now)
}

func (k Key) plausible(claim signed, now time.Time) error {
	if len(claim.signatures) == 0 || len(k.secrets) == 0 {
		return ErrUnsigned
	}
	if !claim.timed {
		return nil
	}
	seconds, err := strconv.ParseInt(claim.timestamp, 10, 64)
	if err != nil {
		return ErrUnsigned
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > k.Tolerance() || age < -k.Tolerance() {
		return ErrExpired
	}
	return nil
}

func (k Key) read(header http.Header) signed {
	switch k.scheme {
	case Standard:
		return readStandard(header)
	case GitHub:
		return ofBody(prefixed(header.Get("X-Hub-Signature-256"), "sha256="), hex.DecodeString)
	case Stripe:
		return readStripe(header.Get("Stripe-Signature"))
	case Slack:
		at := header.Get("X-Slack-Request-Timestamp")
		return signed{
			before: []string{"v0:", at, ":"}, timestamp: at, timed: true,
			signatures: prefixed(header.Get("X-Slack-Signature"), "v0="), decode: hex.DecodeString,
		}
	case Shopify:
		return ofBody(prefixed(header.Get("X-Shopify-Hmac-Sha256"), ""), base64.StdEncoding.DecodeString)
	case Intuit:
		return ofBody(prefixed(header.Get("Intuit-Signature"), ""), base64.StdEncoding.DecodeString)
	default:
		return signed{}
	}
}

// ofBody is a claim of a scheme that signs the body alone.
func ofBody(signatures []string, decode func(string) ([]byte, error)) signed {
	return signed{signatures: signatures, decode: decode}
}

// prefixed is the one signature of a header, without its prefix; none if it is
// not there.
func prefixed(value, prefix string) []string {
	signature, found := strings.CutPrefix(strings.TrimSpace(value), prefix)
	if !found || signature == "" {
		return nil
	}
	return []string{signature}
}

func readStandard(header http.Header) signed {
	id, at := header.Get(headerID), header.Get(headerTimestamp)
	claim := signed{before: []string{id, ".", at, "."}, timestamp: at, timed: true, decode: base64.StdEncoding.DecodeString}
	if id == "" {
		return claim
	}
	for part := range strings.FieldsSeq(header.Get(headerSignature)) {
		if signature, found := strings.CutPrefix(part, "v1,"); found {
			claim.signatures = append(claim.signatures, signature)
		}
	}
	return claim
}

func readStripe(value string) signed {
	claim := signed{timed: true, decode: hex.DecodeString}
	for part := range strings.SplitSeq(value, ",") {
		name, text, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			claim.timestamp = text
		case "v1":
			claim.signatures = append(claim.signatures, text)
		}
	}
	claim.before = []string{claim.timestamp, "."}
	return claim
}
