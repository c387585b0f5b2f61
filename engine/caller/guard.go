package caller

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"redial/engine/signature"
	"redial/engine/step"
)

// Guard lets callers of a hook through who have one of its credentials. It is
// immutable. Printing one shows no secret.
type Guard struct {
	kind    string
	secrets [][sha256.Size]byte // digests of what callers may come with
	header  string              // of an API key; empty: it is in the query
	query   string              // name of the parameter that holds it
	key     signature.Key
}

// Kind is how callers identify themselves: step.AuthBearer, step.AuthBasic,
// step.AuthAPIKey or step.AuthSignature.
func (g *Guard) Kind() string { return g.kind }

// Scheme is that of the signatures; empty for other kinds.
func (g *Guard) Scheme() signature.Scheme { return g.key.Scheme() }

// Place is where an API key belongs, and its name there; both are empty for other
// kinds.
func (g *Guard) Place() (in, name string) {
	switch {
	case g.kind != step.AuthAPIKey:
		return "", ""
	case g.query != "":
		return inQuery, g.query
	default:
		return inHeader, g.header
	}
}

// Format prints the kind and nothing more, under every verb.
func (g *Guard) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, "a guard of the kind "+g.kind)
}

// Refusal is why somebody is not let through. The message is for callers, and
// holds neither what they sent nor what was expected.
type Refusal struct {
	// Missing says that there was no credential at all.
	Missing bool
	Message string
}

func (r *Refusal) Error() string { return r.Message }

// Call is what of a call is looked at: its headers, and its query as it was sent.
type Call struct {
	Header http.Header
	Query  string
}

// Admit checks what can be told of a call before its body is read. That is all,
// but for signatures: those have to be verified. The error is a *Refusal.
func (g *Guard) Admit(c Call, now time.Time) error {
	switch g.kind {
	case step.AuthBearer:
		return g.admitBearer(c)
	case step.AuthBasic:
		return g.admitBasic(c)
	case step.AuthAPIKey:
		return g.admitKey(c)
	default:
		return g.unsigned(g.key.VerifyHeader(c.Header, now))
	}
}

// Verify checks the signature of a body, byte for byte as it came. There is
// nothing to check for other kinds. The error is a *Refusal.
func (g *Guard) Verify(c Call, body []byte, now time.Time) error {
	if g.kind != step.AuthSignature {
		return nil
	}
	return g.unsigned(g.key.Verify(c.Header, body, now))
}

// AdmitFollower checks somebody who asks after an execution, or cancels it: by
// the credential of a call, or by the signature of an empty body, if the scheme
// signs the time too. A signature that never expires would be one to keep. The
// error is a *Refusal.
func (g *Guard) AdmitFollower(c Call, now time.Time) error {
	if g.kind != step.AuthSignature {
		return g.Admit(c, now)
	}
	if !g.key.Scheme().Timed() {
		return &Refusal{Missing: true, Message: "signatures of this scheme do not expire, so they open nothing but the hook"}
	}
	return g.Verify(c, nil, now)
}

// MessageID identifies the message that a call delivers, the same each time it is
// sent, where the signature covers it. Empty: there is none.
func (g *Guard) MessageID(header http.Header) string {
	return g.key.Scheme().MessageID(header)
}

func (g *Guard) admitBearer(c Call) error {
	token, found := authorization(c, "Bearer")
	if !found {
		return &Refusal{true, "this flow asks for a bearer token; send the header Authorization: Bearer TOKEN"}
	}
	if !g.knows(token) {
		return &Refusal{false, "the bearer token is not one that this flow takes"}
	}
	return nil
}

func (g *Guard) admitBasic(c Call) error {
	encoded, found := authorization(c, "Basic")
	decoded, err := base64.StdEncoding.DecodeString(encoded)
	if !found || err != nil {
		return &Refusal{true, "this flow asks for a user name and a password; send them by the header Authorization: Basic"}
	}
	if !g.knows(string(decoded)) { // in the form of pair
		return &Refusal{false, "the user name or the password is not one that this flow takes"}
	}
	return nil
}

func (g *Guard) admitKey(c Call) error {
	values, place := c.Header.Values(g.header), "the header "+g.header
	if g.query != "" {
		values, _ = cutParameter(c.Query, g.query)
		place = "the parameter " + g.query + " of the query"
	}
	if len(values) != 1 || values[0] == "" {
		return &Refusal{true, "this flow asks for an API key; send it once, in " + place}
	}
	if !g.knows(strings.TrimSpace(values[0])) {
		return &Refusal{false, "the API key in " + place + " is not one that this flow takes"}
	}
	return nil
}

// unsigned is the refusal of a message that is not signed as it has to be.
func (g *Guard) unsigned(err error) error {
	if err == nil {
		return nil
	}
	message := err.Error()
	switch {
	case errors.Is(err, signature.ErrUnsigned):
		message = fmt.Sprintf("this flow takes signed messages, and %s is missing or is not one of the scheme %s", g.key.Scheme().Headers()[0], g.key.Scheme())
	case errors.Is(err, signature.ErrExpired):
		message += fmt.Sprintf("; %g s are tolerated", g.key.Tolerance().Seconds())
	}
	return &Refusal{errors.Is(err, signature.ErrUnsigned), message}
}

// knows compares with every secret, in a time that tells nothing of any.
func (g *Guard) knows(text string) bool {
	sum, found := sha256.Sum256([]byte(text)), 0
	for i := range g.secrets {
		found |= subtle.ConstantTimeCompare(sum[:], g.secrets[i][:])
	}
	return found == 1
}

// authorization is what stands behind a scheme in the one Authorization header.
func authorization(c Call, scheme string) (string, bool) {
	values := c.Header.Values("Authorization")
	if len(values) != 1 {
		return "", false
	}
	named, rest, _ := strings.Cut(strings.TrimSpace(values[0]), " ")
	rest = strings.TrimSpace(rest)
	return rest, strings.EqualFold(named, scheme) && rest != ""
}

// Challenge is what a 401 says in WWW-Authenticate.
func (g *Guard) Challenge(realm string, refused error) string {
	challenge := map[string]string{
		step.AuthBearer: "Bearer", step.AuthBasic: "Basic", step.AuthAPIKey: "ApiKey", step.AuthSignature: "Signature",
	}[g.kind] + fmt.Sprintf(" realm=%q", realm)
	var refusal *Refusal
	switch g.kind {
	case step.AuthBearer:
		if errors.As(refused, &refusal) && !refusal.Missing {
			challenge += `, error="invalid_token"` // RFC 6750, section 3
		}
	case step.AuthBasic:
		challenge += `, charset="UTF-8"` // RFC 7617, section 2.1
	case step.AuthAPIKey:
		in, name := g.Place()
		challenge += fmt.Sprintf(", in=%q, name=%q", in, name)
	default:
		challenge += fmt.Sprintf(", scheme=%q", string(g.key.Scheme()))
	}
	return challenge
}
