package component

import (
	"slices"
	"strings"

	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/schema"
)

func (m *manifest) readActions(n node) {
	if spec := m.component.Connection; spec == nil || spec.base == nil {
		n.problem(flow.CodeMissingField, "the component has actions, so it needs connection.base, the address that they call; make the connection optional if the service needs no credentials")
	}
	entries := n.entries()
	if len(entries) > maxActions {
		n.problem(flow.CodeLimit, "%s lists more than %d actions", n.what(), maxActions)
		return
	}
	for _, e := range entries {
		if !namePattern.MatchString(e.name) {
			e.key.invalid("an action's name is made of small letters, digits and hyphens, not %q", shorten(e.name))
		}
		m.component.Actions = append(m.component.Actions, m.readAction(e))
	}
}

// actionParts are the places of an action that can be read only once its fields
// are known.
type actionParts struct {
	alternatives, request, success, output, lookup, pages, binding, examples *node
}

func (m *manifest) readAction(e entry) *Action {
	action := &Action{Component: m.component, Name: e.name}
	var parts actionParts
	later := func(place **node) func(node) { return func(n node) { *place = &n } }
	e.object(keys{
		"title":   func(n node) { action.Title = n.filled() },
		"help":    func(n node) { action.Help = n.text() },
		"summary": func(n node) { action.summary = n.filled() },
		"effect": func(n node) {
			action.Effect = Effect(n.word(string(Safe), string(Keyed), string(Lookup), string(Unsafe)))
		},
		"fields": func(n node) {
			action.Fields, action.properties = readFields(n)
			refuseConditions(n, action.Fields)
		},
		"at_least_one": later(&parts.alternatives),
		"idempotency":  func(n node) { action.key = readKey(n) },
		"request":      later(&parts.request),
		"success":      later(&parts.success),
		"output":       later(&parts.output),
		"lookup":       later(&parts.lookup),
		"pagination":   later(&parts.pages),
		"bind":         later(&parts.binding),
		"examples":     later(&parts.examples),
	}, "title", "effect", "request")
	m.readParts(action, parts)
	action.check(e.node)
	return action
}

func (m *manifest) readParts(action *Action, parts actionParts) {
	asked := names{
		"input":      typeOf(action.properties),
		"connection": m.connection,
		"key":        {Kind: expression.Text},
	}
	if parts.pages != nil {
		asked = asked.with("cursor", &expression.Type{Kind: expression.Any, Nullable: true})
	}
	answered := names{"input": asked["input"], "key": asked["key"], "response": responseType}
	if parts.alternatives != nil {
		action.AtLeastOne = readAlternatives(*parts.alternatives, action.Fields)
	}
	if parts.binding != nil {
		action.binding = readBinding(*parts.binding)
	}
	if parts.request != nil {
		action.request = readRequest(*parts.request, asked)
	}
	if parts.success != nil {
		action.success = parts.success.expression(answered)
	}
	given := answered
	if parts.pages != nil {
		action.pages = readPages(*parts.pages, answered.with("cursor", asked["cursor"]))
		given = given.with("items", &expression.Type{Kind: expression.List}).with("more", &expression.Type{Kind: expression.Boolean})
	}
	if parts.output != nil {
		readOutput(*parts.output, action, given)
	}
	if parts.lookup != nil {
		action.lookup = readLookup(*parts.lookup, asked, answered)
	}
	if parts.examples != nil {
		action.Examples = readExamples(*parts.examples)
	}
}

// check reports what does not fit together.
func (a *Action) check(n node) {
	switch {
	case a.Effect == Keyed && a.key == nil:
		n.problem(flow.CodeMissingField, "%s is keyed and needs the key idempotency: where the service takes the key", n.what())
	case a.Effect == Lookup && a.lookup == nil:
		n.problem(flow.CodeMissingField, "%s has the effect lookup and needs the key lookup: how to ask the service", n.what())
	case a.lookup != nil && a.Effect != Lookup:
		n.invalid("%s has a lookup, so its effect must be lookup", n.what())
	case a.pages != nil && a.Effect != Safe:
		n.invalid("%s asks for pages, so its effect must be safe", n.what())
	}
	known := make([]string, len(a.Fields))
	for i := range a.Fields {
		known[i] = a.Fields[i].Name
	}
	for _, part := range strings.Split(a.summary, "{")[min(1, strings.Count(a.summary, "{")):] {
		if name, _, closed := strings.Cut(part, "}"); strings.Contains(a.summary, "{") && (!closed || !slices.Contains(known, name)) {
			n.problem(flow.CodeUnknownField, "%s: the summary names the field %q, which the action does not have", n.what(), shorten(name))
		}
	}
	if a.binding != nil {
		for _, name := range []string{a.binding.text, a.binding.values} {
			if !slices.Contains(known, name) {
				n.problem(flow.CodeUnknownField, "%s: bind names the field %q, which the action does not have%s", n.what(), shorten(name), didYouMean(name, known))
			}
		}
	}
}

func readRequest(n node, in names) *request {
	r := &request{method: "GET"}
	n.object(keys{
		"method":     func(n node) { r.method = n.word("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") },
		"path":       func(n node) { r.path = n.template(in, expression.URLTemplate) },
		"query":      func(n node) { r.query = n.namedTrees(in) },
		"headers":    func(n node) { r.headers = n.namedTrees(in) },
		"body":       func(n node) { r.body = n.tree(in) },
		"form":       func(n node) { r.form = n.namedTrees(in) },
		"omit_empty": func(n node) { r.omitEmpty = n.boolean() },
	}, "path")
	if r.body != nil && r.form != nil {
		n.invalid("%s has both a body and a form; a request has one", n.what())
	}
	return r
}

func readKey(n node) *keyPlacement {
	k := &keyPlacement{}
	n.object(keys{
		"header":     func(n node) { k.header = n.filled() },
		"query":      func(n node) { k.query = n.filled() },
		"max_length": func(n node) { k.maxLength = n.integer(16, 255) },
	})
	if (k.header == "") == (k.query == "") {
		n.invalid("%s must name either a header or a query parameter; in a body, use {{ key }}", n.what())
	}
	return k
}

func readPages(n node, in names) *pages {
	p := &pages{maxPages: 10}
	n.object(keys{
		"items":     func(n node) { p.items = n.expression(in) },
		"next":      func(n node) { p.next = n.expression(in) },
		"limit":     func(n node) { p.limit = n.expression(in) },
		"max_pages": func(n node) { p.maxPages = n.integer(1, 100) },
	}, "items", "next")
	return p
}

func readLookup(n node, asked, answered names) *lookup {
	l := &lookup{}
	matched := answered.with("match", &expression.Type{Kind: expression.Any})
	n.object(keys{
		"request": func(n node) { l.request = readRequest(n, asked) },
		"match":   func(n node) { l.match = n.expression(answered) },
		"output":  func(n node) { l.output = n.tree(matched) },
	}, "request", "match", "output")
	return l
}

func readOutput(n node, action *Action, in names) {
	n.object(keys{
		"value": func(n node) { action.output = n.tree(in) },
		"schema": func(n node) {
			plain := n.plain()
			if _, err := schema.Compile(plain); err != nil {
				n.invalid("%s is not a JSON Schema: %s", n.what(), err)
				return
			}
			action.OutputSchema, action.Output = plain, expression.TypeFromSchema(plain)
		},
	})
}

func readBinding(n node) *binding {
	b := &binding{}
	n.object(keys{
		"text":   func(n node) { b.text = n.filled() },
		"values": func(n node) { b.values = n.filled() },
	}, "text", "values")
	return b
}
