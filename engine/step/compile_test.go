package step_test

import (
	"strings"
	"testing"

	"redial/engine/component"
	"redial/engine/flow"
	"redial/engine/flowfile"
	"redial/engine/outbound"
	"redial/engine/step"
)

func library() *step.Library {
	return step.NewLibrary(component.NewCatalogue(), outbound.New(outbound.Options{}))
}

// compile compiles a step as it stands in a flow file, in one line of YAML.
func compile(t *testing.T, source string) (*step.Compiled, []flow.Problem) {
	t.Helper()
	document, err := flowfile.Read([]byte("redial: 1\nslug: test\nname: Test\ntrigger: {uses: webhook}\nsteps:\n  s: {" + source + "}\n"))
	if err != nil {
		t.Fatal(err)
	}
	s := &document.Flow.Steps[0]
	kind, err := library().Kind(s.Uses)
	if err != nil {
		t.Fatal(err)
	}
	return kind.Compile(s, "steps.s", nil)
}

// What is wrong with the fields of a step is said where it stands.
func TestProblems(t *testing.T) {
	t.Parallel()
	cases := []struct{ step, want string }{
		// Fields in general.
		{`uses: transform, with: {sett: {a: 1}}`, `missing_field steps.s.with.set: Values (set): a value is required
unknown_field steps.s.with.sett: Transform has no field "sett"; did you mean "set"?`},
		{`uses: fail, with: {nonsense: 1}`, `unknown_field steps.s.with.nonsense: Fail has no field "nonsense"; it has status, message`},
		{`uses: transform, connection: acme, with: {set: {a: 1}}`, `unknown_field steps.s.connection: Transform uses no connection; remove it`},
		{`uses: transform, with: {set: {a: {b: ["{{ 1 + }}"]}}}`, `expression steps.s.with.set.a.b[0]: `},
		{`uses: transform, with: {set: [1]}`, `invalid_value steps.s.with.set: set is [1]; it is an object of names and values`},

		// http.
		{`uses: http, with: {method: get, url: "https://example.com"}`, `invalid_value steps.s.with.method: method is "get"; it is one of GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE`},
		{`uses: http`, `missing_field steps.s.with.url: URL: a value is required`},
		{`uses: http, with: {url: 5}`, `invalid_value steps.s.with.url: url is 5; it is the text of an address`},
		{`uses: http, with: {url: ""}`, `invalid_value steps.s.with.url: url is ""; it is the text of an address`},
		{`uses: http, with: {url: "ftp://example.com"}`, `invalid_value steps.s.with.url: "ftp://example.com" is no address; write one that begins with https:// or http://`},
		{`uses: http, with: {url: "/orders"}`, `invalid_value steps.s.with.url: "/orders" is no address; write one that begins with https:// or http://`},
		{`uses: http, with: {url: "/orders/{{ 1 }}"}`, `invalid_value steps.s.with.url: "/orders/{{ 1 }}" is no address; write one that begins with https:// or http://`},
		{`uses: http, with: {url: "api.example.com/{{ 1 }}"}`, `invalid_value steps.s.with.url: "api.example.com/{{ 1 }}" is no address; write one that begins with https:// or http://`},
		{`uses: http, with: {url: "https://me:secret@example.com"}`, `invalid_value steps.s.with.url: the address holds a user name or a password; use a connection instead`},
		{`uses: http, with: {url: "https://example.com", query: [a]}`, `invalid_value steps.s.with.query: query is ["a"]; it is an object of names and values`},
		{`uses: http, with: {url: "https://example.com", headers: {"a b": c}}`, `invalid_value steps.s.with.headers.a b: "a b" is not the name of a header`},
		{`uses: http, with: {url: "https://example.com", headers: {host: c}}`, `invalid_value steps.s.with.headers.host: the header Host is set by Redial; remove it`},
		{`uses: http, with: {url: "https://example.com", accept: [404, 4xx, 6xx, abc, 1000]}`, `invalid_value steps.s.with.accept[2]: "6xx" is no status; write one such as 404, or 4xx for all of a hundred
invalid_value steps.s.with.accept[3]: "abc" is no status; write one such as 404, or 4xx for all of a hundred
invalid_value steps.s.with.accept[4]: 1000 is no status; write one such as 404, or 4xx for all of a hundred`},
		{`uses: http, with: {url: "https://example.com", effect: lookup}`, `invalid_value steps.s.with.effect: effect is "lookup"; it is one of safe, keyed, unsafe`},

		// branch.
		{`uses: branch, with: {paths: []}`, `invalid_value steps.s.with.paths: paths is []; it is a list of at least one {name, when}`},
		{`uses: branch, with: {paths: [5]}`, `invalid_value steps.s.with.paths[0]: a path is 5; it is an object {name, when}`},
		{`uses: branch, with: {paths: [{name: A}]}`, `invalid_value steps.s.with.paths[0].name: the path's name is "A"; it is made of a-z, 0-9 and _, begins with a letter and is not "error"`},
		{`uses: branch, with: {paths: [{name: error}]}`, `invalid_value steps.s.with.paths[0].name: the path's name is "error"; `},
		{`uses: branch, with: {paths: [{name: a, when: "true"}, {name: a}]}`, `invalid_value steps.s.with.paths[1].name: two paths are called "a"; each needs a name of its own`},
		{`uses: branch, with: {paths: [{name: a}, {name: b}]}`, `invalid_value steps.s.with.paths[0]: the path "a" has no condition and takes the rest; move it to the end`},
		{`uses: branch, with: {paths: [{name: a, when: 5}]}`, `invalid_value steps.s.with.paths[0].when: the condition is 5; it is an expression`},
		{`uses: branch, with: {paths: [{name: a, wenn: "true"}]}`, `unknown_field steps.s.with.paths[0].wenn: a path has no "wenn"; it has name and when`},

		// respond and fail.
		{`uses: respond, with: {status: 600}`, `invalid_value steps.s.with.status: status is 600; it is a whole number from 200 to 599`},
		{`uses: respond, with: {headers: {set-cookie: a}}`, `invalid_value steps.s.with.headers.set-cookie: the header Set-Cookie is set by Redial; remove it`},
		{`uses: respond, with: {headers: text}`, `invalid_value steps.s.with.headers: headers is "text"; it is an object of header names and values`},
		{`uses: fail, with: {status: 200}`, `invalid_value steps.s.with.status: status is 200; it is a whole number from 400 to 599`},

		// wait.
		{`uses: wait`, `missing_field steps.s.with: Wait needs either "for" or "until"`},
		{`uses: wait, with: {for: 5s, until: "2026-01-01T00:00:00Z"}`, `missing_field steps.s.with: Wait needs either "for" or "until"`},
		{`uses: wait, with: {for: 5}`, `invalid_value steps.s.with.for: 5 has no unit; write 5s for seconds`},
		{`uses: wait, with: {for: 99999d}`, `invalid_value steps.s.with.for: `},
		{`uses: wait, with: {until: tomorrow}`, `invalid_value steps.s.with.until: "tomorrow" is not a time; write it like 2026-11-22T08:00:00Z`},

		// each.
		{`uses: each, with: {items: "[1]"}`, `missing_field steps.s.with.do: For each needs at least one step inside of it`},
		{`uses: each, with: {items: 5}, do: {steps: {a: {uses: fail}}}`, `invalid_value steps.s.with.items: items is 5; it is an expression that gives a list, or a list`},
		{`uses: each, with: {items: "[1]", as: index}, do: {steps: {a: {uses: fail}}}`, `invalid_value steps.s.with.as: "index" cannot name the item; `},
		{`uses: each, with: {items: "[1]", concurrency: 101}, do: {steps: {a: {uses: fail}}}`, `invalid_value steps.s.with.concurrency: concurrency is 101; it is a whole number from 1 to 100`},
		{`uses: each, with: {items: "[1]", on_item_error: skip}, do: {steps: {a: {uses: fail}}}`, `invalid_value steps.s.with.on_item_error: on_item_error is "skip"; it is one of fail, continue`},

		// flow.
		{`uses: flow, with: {slug: "A b"}`, `invalid_value steps.s.with.slug: "A b" is not a flow's slug; slugs are made of a-z, 0-9 and -`},
		{`uses: flow, with: {slug: a, wait: perhaps}`, `invalid_value steps.s.with.wait: wait is "perhaps"; it is true or false`},

		// Triggers.
		{`uses: webhook, with: {methods: [POST, BREW]}`, `invalid_value steps.s.with.methods[1]: "BREW" is no method that a webhook takes; `},
		{`uses: webhook, with: {methods: []}`, `invalid_value steps.s.with.methods: methods is empty, so nobody could call the flow; `},
		{`uses: webhook, with: {max_body: 0}`, `invalid_value steps.s.with.max_body: max_body is 0; it is a whole number from 1 to 104857600`},
		{`uses: webhook, with: {types: [json]}`, `invalid_value steps.s.with.types[0]: "json" is no content type; write one such as application/json`},
		{`uses: webhook, with: {cors: ["https://example.com/path"]}`, `invalid_value steps.s.with.cors[0]: "https://example.com/path" is no origin; `},
		{`uses: webhook, with: {schema: {type: 5}}`, `invalid_value steps.s.with.schema: the schema cannot be used: `},
		{`uses: webhook, with: {auth: {type: magic}}`, `invalid_value steps.s.with.auth.type: auth.type is "magic"; `},
	}
	for _, c := range cases {
		t.Run(c.step, func(t *testing.T) {
			t.Parallel()
			compiled, problems := compile(t, c.step)
			if compiled != nil {
				t.Error("it compiles all the same")
			}
			wanted := strings.Split(c.want, "\n")
			for i, p := range problems {
				got := p.Code + " " + p.Path + ": " + p.Message
				if i >= len(wanted) || !strings.HasPrefix(got, wanted[i]) {
					t.Errorf("problem %d is\n%s\nwanted\n%s", i, got, c.want)
				}
				if p.Step != "s" || p.Severity != flow.SeverityError {
					t.Errorf("the problem is %+v", p)
				}
			}
			if len(problems) != len(wanted) {
				t.Errorf("there are %d problems: %v", len(problems), problems)
			}
		})
	}
}

func TestEffects(t *testing.T) {
	t.Parallel()
	cases := map[string]component.Effect{
		"method: GET": component.Safe, "method: HEAD": component.Safe, "method: OPTIONS": component.Safe,
		"method: PUT": component.Safe, "method: DELETE": component.Safe,
		"method: POST": component.Unsafe, "method: PATCH": component.Unsafe,
		"method: POST, effect: keyed": component.Keyed, "method: POST, effect: safe": component.Safe,
		"method: GET, effect: unsafe": component.Unsafe,
	}
	for with, want := range cases {
		compiled, problems := compile(t, `uses: http, with: {url: "https://example.com", `+with+`}`)
		if compiled == nil {
			t.Fatal(problems)
		}
		if got := compiled.Runner.(step.Caller).Effect(); got != want {
			t.Errorf("%s: the effect is %s, wanted %s", with, got, want)
		}
	}
}

func TestPorts(t *testing.T) {
	t.Parallel()
	compiled, _ := compile(t, `uses: branch, with: {paths: [{name: a, when: "true"}, {name: b}]}`)
	if p := compiled.Ports; p.Default || strings.Join(p.Named, " ") != "a b" {
		t.Errorf("the ports are %+v", p)
	}
	compiled, _ = compile(t, `uses: fail`)
	if p := compiled.Ports; !p.Default || p.Named != nil {
		t.Errorf("the ports are %+v", p)
	}
}

func TestUnknownKinds(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"":           "the step does not say what it uses",
		"htpp":       `there is no step "htpp"; did you mean "http"?`,
		"database":   `there is no step "database"; built in are webhook, manual, schedule, http`,
		"nobody/act": "nobody",
	}
	for uses, want := range cases {
		if _, err := library().Kind(uses); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: the error is %v", uses, err)
		}
	}
}

// Every kind describes itself for the designer.
func TestKindsDescribeThemselves(t *testing.T) {
	t.Parallel()
	for _, kind := range library().Builtin() {
		if kind.Title == "" || kind.Help == "" || kind.Icon == "" {
			t.Errorf("%s has no title, help or icon", kind.Uses)
		}
		for _, f := range kind.Fields {
			if f.Name == "" || f.Title == "" || f.Kind == "" {
				t.Errorf("%s: a field is incomplete: %+v", kind.Uses, f)
			}
		}
	}
}
