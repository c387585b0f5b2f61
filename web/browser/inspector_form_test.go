package browser

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
)

// everything puts a flow into the store whose steps have fields of all kinds.
func (p *program) everything(t testing.TB) {
	t.Helper()
	p.api(t, http.MethodPut, "/api/components/everything", testFile(t, "everything.yaml"), nil)
	p.api(t, http.MethodPut, "/api/connections/shop", map[string]any{"component": "everything", "fields": map[string]any{"api_key": "x"}}, nil)
	p.api(t, http.MethodPut, "/api/flows/everything", testFile(t, "everything-flow.yaml"), nil)
}

func testFile(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// fields are those of a step of the draft, as JSON.
func (p *program) fields(t testing.TB, slug, step string) map[string]any {
	t.Helper()
	var file struct {
		Steps map[string]map[string]any `json:"steps"`
	}
	p.api(t, http.MethodGet, "/api/flows/"+slug, nil, &file)
	with, _ := file.Steps[step]["with"].(map[string]any)
	return with
}

// openForm opens a step of a flow of the program.
func (tb *tab) openForm(p *program, slug, step string) {
	tb.t.Helper()
	tb.open(p.base + "/flows/" + slug + "?step=" + step)
	tb.wait("the canvas", onCanvas)
	tb.wait("the form", `document.querySelector(".inspector-form:enabled")`)
}

// inField is a condition about the field of a path.
func inField(path, rest string) string {
	return fmt.Sprintf(`document.querySelector('#inspector .field[data-path="%s"]')%s`, path, rest)
}

func TestFormEditsTheDraft(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.everything(t)
	page := p.signedIn(t)
	page.openForm(p, "everything", "full")
	page.picture("inspector-kinds")

	// Numbers stay numbers; what is none is kept, and the check says so.
	page.wait("the problem of a field", inField("with.count", `?.innerText.includes("must be a whole number")`))
	page.element("textbox", "Count").fill("9223372036854775807")
	page.press("\t")
	page.saved()
	page.wait("the problem to be gone", `!`+inField("with.count", `.innerText.includes("must be")`))
	page.element("textbox", "Amount").fill("{{ 1 + 1 }}")
	page.press("\t")
	page.element("textbox", "Text (required)").click()
	page.wait("the editor", `document.activeElement.matches(".cm-content")`)
	page.ctrl("a")
	page.press("\b\t")
	page.saved()
	page.wait("what is missing", inField("with.text", `.innerText.includes("a value is required")`))
	page.element("switch", "Active").click()
	page.element("radio", "Small").click()
	page.element("checkbox", "fri").click()
	page.saved()
	page.wait("the days", inField("with.days", `.querySelectorAll("input:checked").length === 3`))

	with := p.fields(t, "everything", "full")
	for name, want := range map[string]any{"amount": "{{ 1 + 1 }}", "active": true, "size": "s"} {
		if with[name] != want {
			t.Errorf("%s is %v, want %v", name, with[name], want)
		}
	}
	if _, there := with["text"]; there {
		t.Error("a field that was emptied is still there")
	}
	var file struct {
		Steps map[string]struct {
			With map[string]json.RawMessage `json:"with"`
		} `json:"steps"`
	}
	p.api(t, http.MethodGet, "/api/flows/everything", nil, &file)
	if count := string(file.Steps["full"].With["count"]); count != "9223372036854775807" {
		t.Errorf("a large number became %s", count)
	}

	page.element("button", "Reset Count to its default").click()
	page.wait("the default", inField("with.count", `.querySelector("input").value === "" && document.activeElement.closest("[data-path]").dataset.path === "with.count"`))
}

func TestFormOfListsAndMaps(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.everything(t)
	page := p.signedIn(t)
	page.openForm(p, "everything", "full")
	page.element("button", "Add to Tags").click()
	page.wait("the new item to have the focus", `document.activeElement.closest("[data-path]")?.dataset.path === "with.tags[3]"`)
	page.press("four")
	page.element("button", "Move up: Tags, item 4").click()
	page.wait("the item at its place", `document.activeElement.closest("li")?.dataset.key === "with.tags[2]"`)
	page.element("button", "Remove: Tags, item 1").click()
	page.saved()
	page.wait("three items", inField("with.tags", `.querySelectorAll("li").length === 3`))
	if got := fmt.Sprint(p.fields(t, "everything", "full")["tags"]); got != "[{{ trigger.body.sku }} four three]" {
		t.Errorf("the list is %s", got)
	}

	page.element("textbox", "New name in Labels").fill("color")
	page.press("\r")
	page.see("There is color already.")
	page.element("textbox", "New name in Labels").fill("a key")
	page.press("\r")
	page.wait("the new value to have the focus", `document.activeElement.closest("[data-path]")?.dataset.path === 'with.labels["a key"]'`)
	page.press("value")
	page.press("\t")
	page.saved()
	labels, _ := p.fields(t, "everything", "full")["labels"].(map[string]any)
	if labels["a key"] != "value" || labels["__proto__"] != "x" || labels["color"] != "red" {
		t.Errorf("the map is %v", labels)
	}
}

func TestFormOfABranch(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.everything(t)
	page := p.signedIn(t)
	page.openForm(p, "everything", "decide")
	page.picture("inspector-branch")
	page.see("so it has no rows")
	page.elements("textbox", "^Value$")[0].fill("7")
	page.press("\t")
	page.saved()
	page.wait("the condition on the card", `document.querySelector('flow-canvas li[data-step="decide"]').textContent.includes("7")`)
	page.element("textbox", "Name of path 1").fill("fewer")
	page.press("\t")
	page.wait("the path on the card", `document.querySelector('flow-canvas li[data-step="decide"]').textContent.includes("fewer")`)
	page.saved()
	if edges := p.edgesOf(t, "everything"); !strings.Contains(edges, "decide.fewer -> put") {
		t.Errorf("the edges are %s", edges)
	}
	page.element("button", "Remove path many").click()
	page.element("button", "Add “otherwise”").click()
	page.wait("the new path", `document.querySelector('#inspector [value="otherwise"]')`)
	page.saved()
	if edges := p.edgesOf(t, "everything"); strings.Contains(edges, "many") {
		t.Errorf("an edge of a path that is gone is there: %s", edges)
	}
	paths, _ := p.fields(t, "everything", "decide")["paths"].([]any)
	first, _ := paths[0].(map[string]any)
	if want := `trigger.body.quantity <= 7 and trigger.body.sku startsWith "L"`; first["when"] != want {
		t.Errorf("the condition is %v, want %s", first["when"], want)
	}
}

func TestFormMakesAConnection(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.everything(t)
	page := p.signedIn(t)
	page.openForm(p, "everything", "empty")
	evaluate[any](page, `(() => {
		const select = document.querySelector('#inspector [data-path="connection"] select');
		select.focus();
		select.value = "+";
		select.dispatchEvent(new Event("input", { bubbles: true }));
	})(), undefined`)
	page.wait("the dialog", `document.activeElement.id === "connection-name"`)
	page.element("textbox", "Name").fill("other")
	page.element("button", "Create the connection").click()
	page.wait("what is missing", `document.querySelector(".connection-dialog [aria-invalid]")`)
	page.element("textbox", "API key").fill("secret")
	page.element("button", "Create the connection").click()
	page.wait("the connection to be chosen", inField("connection", `?.querySelector("select").selectedOptions[0].textContent === "other"`))
	page.saved()
}

func TestFormKeepsWhatIsTypedWhileOthersEdit(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.everything(t)
	ada, ben := p.signedIn(t), p.signedIn(t)
	ada.openForm(p, "everything", "full")
	ben.openForm(p, "everything", "full")
	ben.element("textbox", "Home page").fill("https://ben.example")
	ada.element("textbox", "Amount").fill("7")
	ada.press("\t")
	ada.saved()
	evaluate[any](ben, `window.dispatchEvent(new Event("focus")), undefined`)
	ben.wait("the other one's edit", inField("with.amount", `.querySelector("[data-as]").value === "7"`))
	ben.wait("the own text, with the focus in it", `document.activeElement.closest("[data-path]")?.dataset.path === "with.homepage" && `+inField("with.homepage", `.querySelector("[data-as]").value === "https://ben.example"`))
}

// TestFormChoosesAgainWhatWasUndone: what was sent once is sent again after it
// was taken back, though the control has kept the focus.
func TestFormChoosesAgainWhatWasUndone(t *testing.T) {
	t.Parallel()
	p := newDemo(t)
	p.everything(t)
	page := p.signedIn(t)
	page.openForm(p, "everything", "full")
	given := p.fields(t, "everything", "full")["active"]
	page.element("switch", "Active").click()
	page.saved()
	chosen := p.fields(t, "everything", "full")["active"]
	if chosen == given {
		t.Fatalf("the switch is %v, as before", chosen)
	}
	page.ctrl("z")
	page.saved()
	page.wait("the form to show what is undone", `!document.querySelector("#inspector").hasAttribute("data-behind")`)
	page.element("switch", "Active").click()
	page.saved()
	if again := p.fields(t, "everything", "full")["active"]; again != chosen {
		t.Errorf("chosen again the draft has %v, want %v", again, chosen)
	}
}
