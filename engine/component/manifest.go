package component

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"

	"redial/engine/expression"
	"redial/engine/flow"
)

// ManifestVersion is the value of a manifest's `component` key that this
// program reads.
const ManifestVersion = 1

// Limits on what a manifest may list.
const (
	maxActions  = 200
	maxFields   = 200
	maxExamples = 50
	maxRules    = 50
)

var (
	namePattern  = regexp.MustCompile(`^[a-z][a-z0-9-]{0,62}$`)
	fieldPattern = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)
	iconPattern  = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	tintPattern  = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	versionText  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$`)
)

// Parse reads a manifest. The component is nil if one of the problems is an
// error; each problem has its line and column. Reading costs bounded time and
// memory, whatever the source is.
func Parse(source []byte) (*Component, []flow.Problem) {
	r := &reader{}
	root, ok := r.read(source)
	if !ok {
		return nil, r.problems
	}
	digest := sha256.Sum256(source)
	component := &Component{Hash: hex.EncodeToString(digest[:]), Source: slices.Clone(source)}
	parser := &manifest{component: component}
	parser.read(root)
	if flow.HasErrors(r.problems) {
		return nil, r.problems
	}
	return component, r.problems
}

// manifest reads one manifest into its component.
type manifest struct {
	component *Component
	// connection is the type of the connection's fields.
	connection *expression.Type
}

func (m *manifest) read(root node) {
	c := m.component
	var connection, errors, actions *node
	root.object(keys{
		"component": func(n node) {
			if n.plain() != int64(ManifestVersion) {
				n.invalid("component must be %d, the version of this format", ManifestVersion)
			}
		},
		"name":       func(n node) { c.Name = n.matching(namePattern, "small letters, digits and hyphens") },
		"title":      func(n node) { c.Title = n.filled() },
		"help":       func(n node) { c.Help = n.text() },
		"icon":       func(n node) { c.Icon = n.matching(iconPattern, "the name of a Lucide icon, such as receipt-text") },
		"tint":       func(n node) { c.Tint = n.matching(tintPattern, "a colour such as #2ca01c") },
		"version":    func(n node) { c.Version = n.matching(versionText, "letters, digits, dots and hyphens") },
		"connection": func(n node) { connection = &n },
		"errors":     func(n node) { errors = &n },
		"actions":    func(n node) { actions = &n },
	}, "component", "name", "title", "icon", "tint")

	// The connection comes first: everything else may read its fields.
	m.connection = &expression.Type{Kind: expression.Object}
	if connection != nil {
		m.readConnection(*connection)
	}
	if errors != nil {
		m.readErrors(*errors)
	}
	if actions != nil {
		m.readActions(*actions)
	}
	m.checkChoiceSources(root.reader.sources)
	if connection == nil && actions == nil {
		root.problem(flow.CodeMissingField, "the manifest has neither a connection nor actions")
	}
}

// matching reads text of a fixed form.
func (n node) matching(pattern *regexp.Regexp, form string) string {
	text := n.text()
	if !pattern.MatchString(text) {
		n.invalid("%s must be %s, not %q", n.what(), form, shorten(text))
	}
	return text
}

func (m *manifest) readConnection(n node) {
	spec := &ConnectionSpec{title: m.component.Title, component: m.component.Name}
	var authNode, base, headers, test *node
	n.object(keys{
		"help":     func(n node) { spec.Help = n.text() },
		"optional": func(n node) { spec.Optional = n.boolean() },
		"fields": func(n node) {
			spec.Fields, spec.properties = readFields(n)
			checkConditions(n, spec.Fields)
		},
		"base":    func(n node) { base = &n },
		"auth":    func(n node) { authNode = &n },
		"headers": func(n node) { headers = &n },
		"test":    func(n node) { test = &n },
	})
	m.connection = typeOf(spec.properties)
	in := names{"connection": m.connection}
	spec.auth.scheme = constantTree{schemeNone}
	if authNode != nil {
		spec.auth = readAuth(*authNode, in)
	}
	if base != nil {
		spec.base = base.template(in, expression.TextTemplate)
	}
	if headers != nil {
		spec.headers = headers.namedTrees(in)
	}
	if test != nil {
		spec.test = m.readTest(*test, in)
	}
	m.component.Connection = spec
}

func readAuth(n node, in names) auth {
	a := auth{parts: map[string]tree{}}
	var scheme node
	known := keys{"scheme": func(n node) { scheme = n; a.scheme = n.tree(in) }}
	for _, parts := range schemeParts {
		for _, part := range parts {
			known[part] = func(n node) { a.parts[part] = n.tree(in) }
		}
	}
	n.object(known, "scheme")
	if fixed, ok := a.scheme.(constantTree); ok {
		name, _ := fixed.value.(string)
		parts, found := schemeParts[name]
		if !found {
			scheme.invalid("%s must be one of %s", scheme.what(), fmt.Sprint(schemes))
		}
		for part := range a.parts {
			if found && !slices.Contains(parts, part) {
				n.problem(flow.CodeUnknownKey, "the scheme %s has no %s", name, part)
			}
		}
	}
	return a
}

func (m *manifest) readTest(n node, in names) *connectionTest {
	test := &connectionTest{}
	n.object(keys{
		"request": func(n node) { test.request = readRequest(n, in) },
		"success": func(n node) { test.success = n.expression(in.with("response", responseType)) },
	}, "request")
	return test
}

// readErrors reads how the service says that something went wrong.
func (m *manifest) readErrors(n node) {
	in := names{"response": responseType}
	f := &faults{}
	n.object(keys{
		"when":    func(n node) { f.when = n.expression(in) },
		"message": func(n node) { f.message = n.expression(in) },
		"code":    func(n node) { f.code = n.expression(in) },
		"rules": func(n node) {
			elements := n.list()
			if len(elements) > maxRules {
				n.problem(flow.CodeLimit, "%s has more than %d rules", n.what(), maxRules)
				return
			}
			for _, element := range elements {
				f.rules = append(f.rules, readRule(element, in))
			}
		},
	})
	m.component.faults = f
}

func readRule(n node, in names) rule {
	var r rule
	n.object(keys{
		"when":      func(n node) { r.when = n.expression(in) },
		"retryable": func(n node) { retryable := n.boolean(); r.retryable = &retryable },
		"wait": func(n node) {
			wait, err := flow.ParseDuration(n.text())
			if err != nil {
				n.invalid("%s: %s", n.what(), err)
			}
			r.wait = wait
		},
		"code": func(n node) {
			r.code = flow.FailureCode(n.word(string(flow.FailedService), string(flow.FailedTimeout),
				string(flow.FailedInput), string(flow.FailedConnection), string(flow.FailedLimit)))
		},
		"hint": func(n node) { r.hint = n.text() },
	}, "when")
	return r
}
