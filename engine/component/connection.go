package component

import (
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/outbound"
)

// Connection holds the address and the credentials of a service, decrypted. It
// never shows its fields: not printed, not logged, not encoded.
type Connection struct {
	Name      string
	Component string
	Fields    map[string]any `json:"-"`
	// Spec says how the connection signs in, for steps that make requests of
	// their own; nil: as the component of the catalogue says.
	Spec *ConnectionSpec
}

// String names the connection and nothing more.
func (c Connection) String() string { return fmt.Sprintf("connection %s to %s", c.Name, c.Component) }

// GoString is String.
func (c Connection) GoString() string { return c.String() }

// Format prints String under every verb.
func (c Connection) Format(state fmt.State, _ rune) { _, _ = fmt.Fprint(state, c.String()) }

// LogValue is what a log shows of the connection.
func (c Connection) LogValue() slog.Value { return slog.StringValue(c.String()) }

// ConnectionSpec says what a connection of a component consists of.
type ConnectionSpec struct {
	Help   string
	Fields []Field
	// Optional connections may be left out: the service also answers without.
	Optional bool

	title      string
	component  string
	base       *expression.Template
	auth       auth
	headers    []named
	test       *connectionTest
	properties []property
}

// auth are the templates of a scheme's parts.
type auth struct {
	scheme tree
	parts  map[string]tree
}

// connected is a connection made ready for calls.
type connected struct {
	fields  map[string]any
	base    *url.URL // nil if the component has no address
	auth    outbound.Auth
	header  []named
	secrets []string
}

// Auth makes a connection's credentials ready for a request, for steps that
// make requests of their own. They are bound to the connection's host, if it
// names one: they cannot be sent anywhere else. A failure is a FailedConnection.
func (s *ConnectionSpec) Auth(connection *Connection) (outbound.Auth, *flow.Failure) {
	ready, failure := s.connect(connection)
	if failure != nil {
		return nil, failure
	}
	if ready.base != nil {
		return outbound.ForHost(ready.auth, ready.base.Host), nil
	}
	return ready.auth, nil
}

// Secrets are the texts of a connection that nobody may see.
func (s *ConnectionSpec) Secrets(connection *Connection) []string {
	if connection == nil {
		return nil
	}
	return s.secretsOf(connection.Fields)
}

// Check says what is missing from or wrong with a connection's fields.
func (s *ConnectionSpec) Check(fields map[string]any) []Finding {
	object := make(flow.Object, 0, len(fields))
	for _, name := range sortedNames(fields) {
		object = append(object, flow.Field{Name: name, Value: fields[name]})
	}
	findings := checkFields(s.Fields, s.properties, object, literal)
	if len(findings) == 0 {
		findings = s.checkAddress(fields)
	}
	return findings
}

// checkAddress finds an address to which no call can be made. A schema says no more
// than that it is one.
func (s *ConnectionSpec) checkAddress(fields map[string]any) []Finding {
	prepared, finding := prepare(s.properties, fields)
	if finding != nil {
		return []Finding{*finding}
	}
	if _, failure := s.address(&expression.Values{Inputs: map[string]any{"connection": prepared}}); failure == nil {
		return nil
	}
	for i := range s.Fields {
		if f := &s.Fields[i]; f.Kind == KindURL && prepared[f.Name] != nil {
			return []Finding{{Field: f.Name, Code: flow.CodeInvalidValue, Message: "must look like https://host, without user name, query or anchor"}}
		}
	}
	return nil
}

// Applies reports whether a field counts with some values of the others.
func (s *ConnectionSpec) Applies(field *Field, values map[string]any) bool {
	return field.For.holds(s.properties, func(name string) any { return values[name] })
}

// Host is the only one that gets the credentials of a connection with these
// fields, with its port, as in a URL; empty: any, or that cannot be told.
func (s *ConnectionSpec) Host(fields map[string]any) string {
	fields, finding := prepare(s.properties, fields)
	if finding != nil {
		return ""
	}
	base, failure := s.address(&expression.Values{Inputs: map[string]any{"connection": fields}})
	if failure != nil || base == nil {
		return ""
	}
	return base.Host
}

// Fault says why no call can be made with a connection of these fields, such as
// "incomplete: token missing"; empty: nothing is wrong that can be told. It shows
// no secret.
func (s *ConnectionSpec) Fault(fields map[string]any) string {
	var lacks []string
	findings := s.Check(fields)
	for _, finding := range findings {
		if finding.Code == flow.CodeMissingField {
			lacks = append(lacks, s.label(finding.Field))
		}
	}
	switch {
	case len(lacks) > 0:
		return "incomplete: " + strings.Join(lacks, ", ") + " missing"
	case len(findings) > 0:
		return "not in order: " + s.label(findings[0].Field) + ": " + findings[0].Message
	default:
		return ""
	}
}

// label is what people call a field, as it stands within a sentence.
func (s *ConnectionSpec) label(name string) string {
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			name = s.Fields[i].Label()
		}
	}
	if len(name) > 1 && name[1] >= 'a' && name[1] <= 'z' {
		return strings.ToLower(name[:1]) + name[1:]
	}
	return name
}

func (s *ConnectionSpec) secretsOf(fields map[string]any) []string {
	var secrets []string
	for i := range s.Fields {
		if !s.Fields[i].Secret {
			continue
		}
		if text, ok := fields[s.Fields[i].Name].(string); ok && strings.TrimSpace(text) != "" {
			secrets = append(secrets, strings.TrimSpace(text))
		}
	}
	return secrets
}

func (s *ConnectionSpec) connect(connection *Connection) (*connected, *flow.Failure) {
	fields := map[string]any{}
	switch {
	case connection == nil && !s.Optional:
		return nil, s.failure("the step needs a connection to " + s.title + "; choose one or make one")
	case connection == nil:
	case connection.Component != s.component:
		return nil, s.failure(fmt.Sprintf("the connection %s is for %s, and the step needs one for %s",
			connection.Name, connection.Component, s.title))
	default:
		fields = connection.Fields
	}
	fields, finding := prepare(s.properties, fields)
	if finding != nil {
		return nil, s.failure(fmt.Sprintf("the connection to %s is not complete: %s: %s", s.title, finding.Field, finding.Message))
	}
	ready := &connected{fields: fields, header: s.headers, secrets: s.secretsOf(fields)}
	values := &expression.Values{Inputs: map[string]any{"connection": fields}}
	var failure *flow.Failure
	if ready.auth, failure = s.authenticate(values); failure != nil {
		return nil, failure
	}
	ready.base, failure = s.address(values)
	return ready, failure
}

func (s *ConnectionSpec) address(values *expression.Values) (*url.URL, *flow.Failure) {
	if s.base == nil {
		return nil, nil
	}
	value, err := s.base.Eval(values)
	if err != nil {
		return nil, s.failure(fmt.Sprintf("the address of %s could not be made: %s", s.title, err))
	}
	text, _ := value.(string)
	if text = strings.TrimSpace(text); text == "" {
		return nil, nil
	}
	base, err := url.Parse(text)
	if err != nil || (base.Scheme != "https" && base.Scheme != "http") || base.Host == "" ||
		base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return nil, s.failure(fmt.Sprintf("the address in the connection to %s must look like https://host, without user name, query or anchor", s.title))
	}
	base.Path, base.RawPath = strings.TrimRight(base.Path, "/"), strings.TrimRight(base.RawPath, "/")
	return base, nil
}

func (s *ConnectionSpec) failure(message string) *flow.Failure {
	return &flow.Failure{Code: flow.FailedConnection, Message: message}
}

// authenticate makes the scheme that the manifest names out of its parts.
func (s *ConnectionSpec) authenticate(values *expression.Values) (outbound.Auth, *flow.Failure) {
	scheme, err := textOf(s.auth.scheme, values)
	if err != nil {
		return nil, s.failure("the scheme of the connection could not be read: " + err.Error())
	}
	parts := make(map[string]string, len(s.auth.parts))
	for name, part := range s.auth.parts {
		if parts[name], err = textOf(part, values); err != nil {
			return nil, s.failure(fmt.Sprintf("%s of the connection could not be read", name))
		}
	}
	switch scheme {
	case "", schemeNone:
		return nil, nil
	case schemeBearer:
		return outbound.Bearer{Token: outbound.Secret(parts["token"])}, nil
	case schemeBasic:
		return outbound.Basic{Username: parts["username"], Password: outbound.Secret(parts["password"])}, nil
	case schemeAPIKey:
		return outbound.APIKey{InQuery: parts["in"] == "query", Name: parts["name"], Value: outbound.Secret(parts["value"])}, nil
	case schemeSigV4:
		return outbound.SigV4{
			AccessKey: parts["access_key"], SecretKey: outbound.Secret(parts["secret_key"]),
			SessionToken: outbound.Secret(parts["session_token"]), Region: parts["region"], Service: parts["service"],
		}, nil
	default:
		return nil, s.failure(fmt.Sprintf("the connection has the scheme %q, which is none of %s",
			outbound.Clean(scheme, 40), strings.Join(schemes, ", ")))
	}
}

// The authentication schemes of a manifest, and the parts that each has.
const (
	schemeNone   = "none"
	schemeBearer = "bearer"
	schemeBasic  = "basic"
	schemeAPIKey = "api_key"
	schemeSigV4  = "sigv4"
)

var schemes = []string{schemeNone, schemeBearer, schemeBasic, schemeAPIKey, schemeSigV4}

var schemeParts = map[string][]string{
	schemeNone:   {},
	schemeBearer: {"token"},
	schemeBasic:  {"username", "password"},
	schemeAPIKey: {"in", "name", "value"},
	schemeSigV4:  {"access_key", "secret_key", "session_token", "region", "service"},
}
