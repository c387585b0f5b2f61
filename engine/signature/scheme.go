package signature

import "net/http"

// Timed reports whether a signature of the scheme says when it was made, so that
// it serves for a time only. Signatures of the other schemes never expire.
func (s Scheme) Timed() bool { return s == Standard || s == Stripe || s == Slack }

// Headers are those that hold signatures of the scheme, in canonical form, the
// one that is verified first.
func (s Scheme) Headers() []string {
	switch s {
	case Standard:
		return []string{headerSignature}
	case GitHub:
		// GitHub signs with SHA-1 beside it, for receivers of old.
		return []string{"X-Hub-Signature-256", "X-Hub-Signature"}
	case Stripe:
		return []string{"Stripe-Signature"}
	case Slack:
		return []string{"X-Slack-Signature"}
	case Shopify:
		return []string{"X-Shopify-Hmac-Sha256"}
	case Intuit:
		return []string{"Intuit-Signature"}
	default:
		return nil
	}
}

// MessageID is the identifier of a message, where the scheme signs one: that of
// Standard Webhooks, the same at each attempt to deliver the message. Empty: there
// is none, or anybody could have written it.
func (s Scheme) MessageID(header http.Header) string {
	if s != Standard {
		return ""
	}
	return header.Get(headerID)
}
