package caller

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"redial/engine/signature"
	"redial/engine/step"
)

// Where an API key belongs.
const (
	inHeader = "header"
	inQuery  = "query"
)

// defaultKeyName is the header of an API key whose connection names none.
const defaultKeyName = "X-API-Key"

// Holds reports whether connections of a component can hold the credentials of
// callers.
func Holds(component string) bool {
	return component == step.HTTPComponent || component == step.SignatureComponent
}

// New makes the guard of a connection. The error says what is missing, for
// people, and shows no secret: without a secret there is no guard that lets
// anybody through.
func New(component string, fields map[string]any) (*Guard, error) {
	c := connection(fields)
	switch component {
	case step.SignatureComponent:
		return c.signature()
	case step.HTTPComponent:
		return c.shared()
	default:
		return nil, fmt.Errorf("connections of %s hold no credentials of callers", component)
	}
}

// connection are the fields of one.
type connection map[string]any

func (c connection) text(name string) string {
	text, _ := c[name].(string)
	return text
}

// signature is the guard of a connection that holds a secret to sign with.
func (c connection) signature() (*Guard, error) {
	key, err := SignatureKey(c)
	if err != nil {
		return nil, err
	}
	return &Guard{kind: step.AuthSignature, key: key}, nil
}

// SignatureKey is the key of the fields of a connection of step.SignatureComponent.
// The error shows no secret.
func SignatureKey(fields map[string]any) (signature.Key, error) {
	c := connection(fields)
	key, err := signature.NewKey(c.scheme(), c.text("secret"), c.text("previous_secret"))
	if err != nil {
		return key, err
	}
	if seconds := c.seconds("tolerance"); seconds > 0 {
		key = key.Within(seconds)
	}
	return key, nil
}

// scheme is that of the signatures.
func (c connection) scheme() signature.Scheme {
	return cmp.Or(signature.Scheme(c.text("scheme")), signature.Standard)
}

// seconds is a field that counts them; 0 without one.
func (c connection) seconds(name string) time.Duration {
	const most = 24 * time.Hour
	var seconds float64
	switch v := c[name].(type) {
	case int64:
		seconds = float64(v)
	case float64:
		seconds = v
	case string:
		seconds, _ = strconv.ParseFloat(strings.TrimSpace(v), 64)
	}
	return time.Duration(math.Min(math.Max(seconds, 0), most.Seconds())) * time.Second
}

// shared is the guard of a connection that holds what callers send as it is.
func (c connection) shared() (*Guard, error) {
	scheme := c.kind()
	g := &Guard{kind: scheme}
	var err error
	switch scheme {
	case step.AuthBearer:
		err = g.keep("token", c.trimmed("token"), c.trimmed("previous_secret"))
	case step.AuthBasic:
		err = g.keepPasswords(c.text("username"), c.text("password"), c.text("previous_secret"))
	case step.AuthAPIKey:
		if err = g.locate(c.text("in"), c.keyName()); err == nil {
			err = g.keep("API key", c.trimmed("key"), c.trimmed("previous_secret"))
		}
	default:
		err = fmt.Errorf("it is for the scheme %.40q, by which no caller identifies itself", scheme)
	}
	if err != nil {
		return nil, err
	}
	return g, nil
}

// kind is how whoever comes with the credentials identifies themselves.
func (c connection) kind() string { return cmp.Or(c.text("scheme"), step.AuthBearer) }

// keyName is the name of the header or the parameter that holds an API key.
func (c connection) keyName() string { return cmp.Or(c.trimmed("name"), defaultKeyName) }

// trimmed is a text without white space around it, which no header holds.
func (c connection) trimmed(name string) string { return strings.TrimSpace(c.text(name)) }

// keep remembers the digests of what callers may send. The first has to be there.
func (g *Guard) keep(what string, secrets ...string) error {
	if secrets[0] == "" {
		return fmt.Errorf("it holds no %s", what)
	}
	for _, secret := range secrets {
		if secret != "" {
			g.secrets = append(g.secrets, sha256.Sum256([]byte(secret)))
		}
	}
	return nil
}

func (g *Guard) keepPasswords(user, password, previous string) error {
	switch {
	case password == "":
		return errors.New("it holds no password")
	case strings.Contains(user, ":"):
		return errors.New("its user name has a colon in it, which HTTP cannot send")
	case previous != "":
		previous = pair(user, previous)
	}
	return g.keep("password", pair(user, password), previous)
}

// locate notes where the API key is to be found.
func (g *Guard) locate(in, name string) error {
	if in == inQuery {
		g.query = name
		return nil
	}
	if !isHeader(name) {
		return errors.New("its name of a header is none")
	}
	g.header = http.CanonicalHeaderKey(name)
	return nil
}

// isHeader reports whether a header can have a name: a token of RFC 9110.
func isHeader(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
	})
}

// pair is a user name and a password as one text. User names have no colon.
func pair(user, password string) string { return user + ":" + password }
