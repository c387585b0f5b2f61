package canvas_test

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"redial/designer/canvas"
	"redial/designer/template"
	"redial/engine/check"
	"redial/engine/flow"
	"redial/engine/flowfile"
)

// The templates as their cards say them.
func TestTemplates(t *testing.T) {
	t.Parallel()
	for _, source := range template.All() {
		if source.Slug != "order-request" && source.Slug != "customer-from-three-crms" {
			continue // the two that show all there is to show
		}
		t.Run(source.Slug, func(t *testing.T) {
			t.Parallel()
			document, err := flowfile.Read(source.Source)
			if err != nil {
				t.Fatal(err)
			}
			_, problems := check.Flow(document.Flow, library)
			golden(t, "testdata/"+source.Slug+".txt", []byte(described(canvas.Build(document.Flow, library, problems))))
		})
	}
}

// described is what the cards of a graph say, and where they lead.
func described(g *canvas.Graph) string {
	var out strings.Builder
	for _, card := range g.Cards {
		fmt.Fprintf(&out, "%s%s: %s, %s", strings.Repeat("  ", card.Depth), card.ID, card.Title, card.Kind)
		if card.Status != "" {
			fmt.Fprintf(&out, " [%s]", card.Status)
		}
		fmt.Fprintf(&out, ": %s\n", card.Summary)
		for _, row := range card.Rows {
			fmt.Fprintf(&out, "%s  %s: %s\n", strings.Repeat("  ", card.Depth), row.Name, row.Condition)
		}
		for _, p := range card.Problems {
			fmt.Fprintf(&out, "%s  %s: %s\n", strings.Repeat("  ", card.Depth), p.Severity, p.Message)
		}
	}
	for _, e := range g.Edges {
		fmt.Fprintln(&out, flow.Edge{From: e.From.ID, Port: e.Port, To: e.To.ID})
	}
	return out.String()
}

func TestSummaries(t *testing.T) {
	t.Parallel()
	object := func(pairs ...any) flow.Object {
		var o flow.Object
		for i := 0; i < len(pairs); i += 2 {
			o = append(o, flow.Field{Name: pairs[i].(string), Value: pairs[i+1]})
		}
		return o
	}
	for _, test := range []struct {
		uses string
		with flow.Object
		want string
	}{
		{"http", object("method", "PUT", "url", "https://api.example.com/orders/{{ trigger.body.id }}?dry={{ 1 }}"), "PUT api.example.com/orders/{id}"},
		{"http", object("url", `{{ config.base }}/a/{{ {"a": "}}"}.a }}`), `GET {base}/a/{{"a": "}}"}.a}`},
		{"http", nil, "GET an address that is not given yet"},
		{"transform", object("set", object("a", 1, "b", 2)), "Sets a, b"},
		{"transform", object("set", "{{ steps.x.rows }}"), "Gives rows"},
		{"respond", object("body", "{{ steps.customer }}"), "Answers customer"},
		{"respond", object("body", "Hello {{ trigger.body.name }}"), "Answers “Hello {name}”"},
		{"respond", nil, "Answers without a body"},
		{"wait", object("for", "1h30m"), "For 1 hour 30 minutes"},
		{"wait", object("for", "2d"), "For 2 days"},
		{"wait", object("until", "{{ trigger.body.due }}"), "Until due"},
		{"each", object("items", "trigger.body.lines", "as", "line", "concurrency", int64(5)), "For each line of trigger.body.lines, 5 at once"},
		{"flow", object("slug", "book-it"), "Runs book-it"},
		{"flow", object("slug", "book-it", "wait", false), "Starts book-it and goes on"},
		{"fail", object("message", "No {{ trigger.body.sku }}"), "No sku"},
		{"ses/send-email", object("to", []any{"{{ trigger.body.email }}"}, "subject", "Order {{ steps.order.id }}"), "Email to email: Order id"},
	} {
		g := canvas.Build(&flow.Flow{Body: flow.Body{Steps: []flow.Step{{ID: "a", Uses: test.uses, With: test.with}}}}, library, nil)
		if got := g.Card("a").Summary; got != test.want {
			t.Errorf("%s %v is summarized as %q; want %q", test.uses, test.with, got, test.want)
		}
	}
}

func TestWebhookSaysItsAddress(t *testing.T) {
	t.Parallel()
	for slug, want := range map[string]string{
		"customer-from-three-crms":             "POST /hooks/customer-from-three-crms",
		"customer-from-three-crms-and-a-sheet": "POST /customer-from-three-crms-and-a-sheet",
	} {
		g := canvas.Build(&flow.Flow{Slug: slug, Trigger: flow.Trigger{Uses: "webhook"}}, library, nil)
		if got := g.Card(flow.TriggerID).Summary; got != want {
			t.Errorf("the webhook of %s is summarized as %q; want %q", slug, got, want)
		}
		if page := render(t, g); !strings.Contains(page, `title="POST /hooks/`+slug+`"`) {
			t.Errorf("the card of %s does not name its whole address", slug)
		}
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ when, want string }{
		{"steps.check.available >= trigger.body.quantity", "available ≥ quantity"},
		{`trigger.body.a == "x == y" && not steps.b.done`, `a = "x == y" and not done`},
		{"steps.crm.error != null or trigger.query.force", "crm.error ≠ null or trigger.query.force"},
		{"all(steps.stock, .missing == 0)", "all(stock, .missing = 0)"},
		{"config.limit <= 5\n  and 'it\\'s' != `a\"b`", "limit ≤ 5 and 'it\\'s' ≠ `a\"b`"},
		{strings.Repeat("long ", 100), strings.TrimSpace(strings.Repeat("long ", 24))[:118] + "…"},
	} {
		g := canvas.Build(&flow.Flow{Body: flow.Body{Steps: []flow.Step{{ID: "a", Uses: "branch", With: flow.Object{{Name: "paths", Value: []any{
			flow.Object{{Name: "name", Value: "p"}, {Name: "when", Value: test.when}},
		}}}}}}}, library, nil)
		row := g.Card("a").Rows[0]
		if row.Condition != test.want {
			t.Errorf("%q reads %q; want %q", test.when, row.Condition, test.want)
		}
		if row.Whole != strings.Join(strings.Fields(test.when), " ") {
			t.Errorf("the whole of %q is %q", test.when, row.Whole)
		}
	}
}

// What is not filled in yet, or wrong, is shown as people see it in the form.
func TestUnfinishedConditions(t *testing.T) {
	t.Parallel()
	for when, want := range map[string]string{
		"_ == 5":                            "… = 5",
		"steps.check.available >= __":       "available ≥ …",
		`_("trigger.body.") != "_"`:         `trigger.body. ≠ "_"`,
		`not _ and trigger.body.a_b in [_]`: "not … and a_b in […]",
	} {
		g := canvas.Build(&flow.Flow{Body: flow.Body{Steps: []flow.Step{{ID: "a", Uses: "branch", With: flow.Object{{Name: "paths", Value: []any{
			flow.Object{{Name: "name", Value: "p"}, {Name: "when", Value: when}},
		}}}}}}}, library, nil)
		row := g.Card("a").Rows[0]
		if row.Condition != want {
			t.Errorf("%q reads %q; want %q", when, row.Condition, want)
		}
		if told := strings.HasPrefix(row.Whole, "Something is still to be filled in: "); told != strings.Contains(want, "…") {
			t.Errorf("the whole of %q is %q", when, row.Whole)
		}
	}
}

func render(t testing.TB, g *canvas.Graph) string {
	t.Helper()
	var out strings.Builder
	options := canvas.Options{Selected: "a", States: map[string]canvas.State{"a": {Status: canvas.Failed, Detail: "<5 ms"}}}
	if err := canvas.View(g, options).Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if err := canvas.Thumbnail(g).Render(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// Whatever a flow holds is text on the page, and nothing breaks the content
// policy: no scripts, no inline styles or handlers.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	for _, hostile := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onfocus='alert(1)`, `javascript:alert(1)`,
		`</svg><style>*{}</style>`, "\u202eabc\u2066", "{{ \"</a>\" }}", `__proto__`, strings.Repeat("𝕏", 10_000), "a\x00b\nc",
	} {
		f := &flow.Flow{Slug: hostile, Name: hostile, Trigger: flow.Trigger{Uses: hostile}}
		for i, uses := range []string{"branch", "http", "acme/check-inventory", "respond", "fail", "wait", hostile} {
			f.Steps = append(f.Steps, flow.Step{ID: fmt.Sprint(hostile, i), Name: hostile, Uses: uses, Note: hostile, With: flow.Object{
				{Name: "paths", Value: []any{flow.Object{{Name: "name", Value: hostile}, {Name: "when", Value: hostile}}}},
				{Name: "url", Value: hostile}, {Name: "sku", Value: hostile}, {Name: "body", Value: hostile},
				{Name: "message", Value: hostile}, {Name: "until", Value: hostile}, {Name: "status", Value: hostile},
			}})
			f.Edges = append(f.Edges, flow.Edge{From: flow.TriggerID, Port: hostile, To: f.Steps[i].ID})
		}
		problems := []flow.Problem{{Step: f.Steps[0].ID, Message: hostile, Severity: flow.SeverityError}}
		checkMarkup(t, hostile, render(t, canvas.Build(f, library, problems)))
	}
}

func checkMarkup(t *testing.T, hostile, source string) {
	t.Helper()
	document, err := html.Parse(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	allowed := " html head body flow-canvas p div ol ul li a span bdi svg use path g rect button "
	for n := range document.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if !strings.Contains(allowed, " "+n.Data+" ") {
			t.Errorf("%.40q made an element %s", hostile, n.Data)
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.Contains(a.Key, "script") {
				t.Errorf("%.40q made an attribute %s", hostile, a.Key)
			}
			if a.Key == "href" && strings.Contains(a.Val, "javascript:alert") && !strings.HasPrefix(a.Val, "?") {
				t.Errorf("%.40q made a link to %s", hostile, a.Val)
			}
		}
	}
}

func TestView(t *testing.T) {
	t.Parallel()
	f := &flow.Flow{Slug: "x", Name: "X", Trigger: flow.Trigger{Uses: "webhook"}, Body: flow.Body{
		Steps: []flow.Step{
			{ID: "a", Name: "Ask", Uses: "acme/check-inventory", OnError: flow.OnErrorRoute},
			{ID: "b", Name: "Off it is", Uses: "respond", Disabled: true},
		},
		Edges: []flow.Edge{{From: flow.TriggerID, To: "a"}, {From: "a", To: "b"}, {From: "a", Port: flow.ErrorPort, To: "b"}},
	}}
	g := canvas.Build(f, library, []flow.Problem{
		{Step: "a", Severity: flow.SeverityWarning, Message: "mild"}, {Step: "a", Severity: flow.SeverityError, Message: "bad"},
	})
	page := render(t, g)
	for _, want := range []string{
		`data-step="a"`, `data-tint="#e8590c"`, `data-status="failed"`, `data-problems="error"`, `data-selected`, `aria-current="true"`,
		`href="?step=a"`, "2 problems", "title=\"bad\nmild\"", `data-disabled`, `data-error`, "&lt;5 ms",
		`, Acme: Check inventory,`, `data-from="a" data-port="error" data-to="b"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not contain %q", want)
		}
	}
	if t.Failed() {
		t.Log(page)
	}
}
