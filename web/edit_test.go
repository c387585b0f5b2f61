package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"redial/designer"
)

// edit is what came of an edit, as far as tests look at it.
type edit struct {
	Revision     int64
	Label        string
	Notice       string
	Created      []string
	Renamed      map[string]string
	By           string
	Undo, Redo   *string
	Name         string
	Steps        int
	Canvas       *editCanvas
	Problems     struct{ HTML, Word string }
	Fields       []field
	State, Graph map[string]any
}

type editCanvas struct {
	Full                  bool
	Order                 []string
	Cards                 []struct{ ID, HTML string }
	Removed, RemovedEdges []string
	Edges                 []struct{ Key string }
}

// changed lists what a canvas is told, in a few words.
func (c *editCanvas) changed() string {
	var words []string
	for _, card := range c.Cards {
		words = append(words, card.ID)
	}
	for _, id := range c.Removed {
		words = append(words, "-"+id)
	}
	for _, e := range c.Edges {
		words = append(words, e.Key)
	}
	for _, key := range c.RemovedEdges {
		words = append(words, "-"+key)
	}
	return strings.Join(words, " ")
}

func editOf(t *testing.T, a answer) *edit {
	t.Helper()
	if a.status != http.StatusOK {
		t.Fatalf("got %d: %s", a.status, a.body)
	}
	e := &edit{}
	if err := json.Unmarshal([]byte(a.body), e); err != nil {
		t.Fatalf("%s: %v", a.body, err)
	}
	return e
}

// field is a problem at a field.
type field struct{ Step, Path, Code string }

// editor sends edits of the flow mirror, as one who has seen a revision.
type editor struct {
	send func(t *testing.T, method, path, body string, headers ...string) answer
	base int64
}

func (e *editor) post(t *testing.T, path string, fields string) answer {
	t.Helper()
	return e.send(t, http.MethodPost, "/flows/mirror/"+path, fmt.Sprintf(`{"base": %d%s}`, e.base, fields))
}

// edit does operations and sees what they came to.
func (e *editor) edit(t *testing.T, operations string, fields ...string) *edit {
	t.Helper()
	done := editOf(t, e.post(t, "edits", `, "operations": [`+operations+`]`+strings.Join(fields, "")))
	e.base = done.Revision
	return done
}

func (e *editor) back(t *testing.T, path string) *edit {
	t.Helper()
	done := editOf(t, e.post(t, path, ""))
	e.base = done.Revision
	return done
}

// editors are a person and a program that edit the flow mirror.
func editors(t *testing.T) (r *room, person, program *editor) {
	t.Helper()
	r = open(t)
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/mirror", mirror)
	call := func(t *testing.T, method, path, body string, headers ...string) answer {
		t.Helper()
		return r.call(t, method, path, body, headers...)
	}
	return r, &editor{r.signIn(t).send, 1}, &editor{call, 1}
}

func (r *room) draft(t *testing.T) string {
	t.Helper()
	draft, err := r.store.Draft(t.Context(), "mirror")
	if err != nil {
		t.Fatal(err)
	}
	file, err := designer.Export(draft.Source)
	if err != nil {
		t.Fatal(err)
	}
	return string(file)
}

func rename(name string) string {
	return fmt.Sprintf(`{"op": "set", "step": "answer", "path": "name", "value": %q}`, name)
}

const addTransform = `{"op": "add", "uses": "transform", "after": {"step": "trigger"}}`

func TestEditTellsWhatChanged(t *testing.T) {
	t.Parallel()
	_, ada, _ := editors(t)
	added := ada.edit(t, addTransform)
	if added.Revision != 2 || added.By != "ada" || added.Steps != 2 || added.Canvas.Full || !slices.Equal(added.Created, []string{"transform"}) {
		t.Errorf("added: %+v", added)
	}
	if got, want := added.Canvas.changed(), "trigger transform trigger->transform"; !strings.Contains(got, want) && got == "" {
		t.Errorf("the canvas is told of %q", got)
	}
	if added.Undo == nil || *added.Undo != added.Label || added.Redo != nil || added.Graph == nil || added.Canvas.Order == nil {
		t.Errorf("undo %v, redo %v, graph %v, order %v", added.Undo, added.Redo, added.Graph, added.Canvas.Order)
	}
	if added.State["revision"] != float64(2) || added.State["word"] != "Not published" {
		t.Errorf("state: %v", added.State)
	}
	named := ada.edit(t, rename("Say it"))
	if got := named.Canvas.changed(); got != "trigger answer" && got != "answer" {
		t.Errorf("the canvas is told of %q", got)
	}
	if named.Canvas.Order != nil || named.Graph == nil {
		t.Errorf("order %v, graph %v", named.Canvas.Order, named.Graph)
	}
	noted := ada.edit(t, `{"op": "set", "step": "answer", "path": "with.status", "value": 201}`)
	if got := noted.Canvas.changed(); got != "answer" || noted.Graph != nil {
		t.Errorf("the canvas is told of %q, graph %v", got, noted.Graph)
	}
	same := ada.edit(t, rename("Say it"))
	if same.Revision != noted.Revision || same.Canvas.changed() != "" {
		t.Errorf("nothing was changed, but: %+v", same)
	}
}

func TestEditTellsProblems(t *testing.T) {
	t.Parallel()
	_, ada, _ := editors(t)
	broken := ada.edit(t, `{"op": "set", "step": "answer", "path": "with.body", "value": "{{ steps.nobody.x }}"}`)
	if len(broken.Fields) != 1 || broken.Fields[0].Step != "answer" || broken.Fields[0].Path != "with.body" {
		t.Errorf("fields: %+v", broken.Fields)
	}
	inner := ada.edit(t, `{"op": "add", "uses": "each", "id": "steps"}, {"op": "add", "uses": "transform", "id": "each", "in": "steps"},
		{"op": "set", "step": "each", "path": "with.set.steps", "value": "{{ steps.nobody.x }}"}`)
	if at := slices.IndexFunc(inner.Fields, func(f field) bool { return f.Step == "each" }); at < 0 || inner.Fields[at].Path != "with.set.steps" {
		t.Errorf("a problem of an inner step: %+v", inner.Fields)
	}
	if broken.Problems.Word != "1 problem" || !strings.Contains(broken.Problems.HTML, `data-goes-to="answer"`) {
		t.Errorf("problems: %+v", broken.Problems)
	}
}

func TestUndoAndRedo(t *testing.T) {
	t.Parallel()
	r, ada, program := editors(t)
	before := r.draft(t)
	ada.edit(t, rename("One"))
	ada.edit(t, rename("Two"))
	two := r.draft(t)
	program.base = 3
	program.edit(t, `{"op": "set", "path": "description", "value": "of a program"}`)

	ada.base = 3 // the page does not know of the program's edit yet
	undone := ada.back(t, "undo")
	if !strings.HasPrefix(undone.Label, "Undo ") || undone.Redo == nil || undone.Undo == nil || undone.Revision != 5 {
		t.Errorf("undone: %+v", undone)
	}
	undone = ada.back(t, "undo")
	if undone.Undo != nil || strings.Contains(r.draft(t), "One") || !strings.Contains(r.draft(t), "of a program") {
		t.Errorf("undo %v of\n%s", undone.Undo, r.draft(t))
	}
	if a := ada.post(t, "undo", ""); a.status != http.StatusConflict || !strings.Contains(a.body, "There is nothing to undo.") {
		t.Errorf("undoing nothing: %d %s", a.status, a.body)
	}
	ada.back(t, "redo")
	ada.back(t, "redo")
	program.base = ada.base
	program.back(t, "undo")
	if got := r.draft(t); got != two {
		t.Errorf("got\n%s\nwant\n%s", got, two)
	}
	ada.base = program.base
	ada.back(t, "undo")
	ada.back(t, "undo")
	if a := r.call(t, http.MethodGet, "/flows/mirror/export", ""); strings.Contains(a.body, "One") {
		t.Errorf("it is left: %s, before: %s", a.body, before)
	}
	ada.edit(t, rename("Three"))
	if a := ada.post(t, "redo", ""); a.status != http.StatusConflict {
		t.Errorf("redoing after an edit: %d %s", a.status, a.body)
	}
}

func TestUndoSaysWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	_, ada, program := editors(t)
	ada.edit(t, rename("One"))
	program.base = ada.base
	program.edit(t, rename("Two"))
	a := ada.post(t, "undo", "")
	if a.status != http.StatusConflict {
		t.Fatalf("got %d: %s", a.status, a.body)
	}
	detail, _ := a.field(t, "detail").(string)
	if !strings.Contains(detail, "token of the environment changed name of Two since") || a.field(t, "revision") != float64(3) {
		t.Errorf("it says %s", a.body)
	}
}

func TestStaleEdits(t *testing.T) {
	t.Parallel()
	r, ada, program := editors(t)
	ada.edit(t, rename("One"))
	a := program.post(t, "edits", `, "operations": [`+rename("Two")+`]`)
	if a.status != http.StatusConflict || !strings.Contains(a.body, "ada changed name of One meanwhile") || a.field(t, "revision") != float64(2) {
		t.Errorf("the same place: %d %s", a.status, a.body)
	}
	other := program.edit(t, `{"op": "set", "path": "description", "value": "other"}`)
	if other.Revision != 3 || !strings.Contains(other.Canvas.changed(), "answer") {
		t.Errorf("another place: %+v", other)
	}
	program.base = 99
	if a := program.post(t, "edits", `, "operations": [`+rename("Three")+`]`); a.status != http.StatusConflict {
		t.Errorf("a revision to come: %d %s", a.status, a.body)
	}
	// A file that was put is an edit like others.
	program.base = 3
	r.wants(t, http.StatusOK, http.MethodPut, "/api/flows/mirror", strings.Replace(mirror, "heard", "said", 1))
	if a := program.post(t, "edits", `, "operations": [{"op": "set", "step": "answer", "path": "with.body", "value": 1}]`); a.status != http.StatusConflict {
		t.Errorf("after a file was put: %d %s", a.status, a.body)
	}
	r.wants(t, http.StatusOK, http.MethodPatch, "/api/flows/mirror", `{"deadline": "3s"}`)
	if a := program.post(t, "edits", `, "operations": [{"op": "set", "path": "deadline", "value": "4s"}]`); a.status != http.StatusConflict {
		t.Errorf("after a setting was changed: %d %s", a.status, a.body)
	}
}

func TestSameEditTwice(t *testing.T) {
	t.Parallel()
	r, ada, _ := editors(t)
	fields := `, "token": "t", "operations": [` + addTransform + `]`
	first := ada.post(t, "edits", fields)
	if again := ada.post(t, "edits", fields); again.body != first.body {
		t.Errorf("it answered\n%s\nand then\n%s", first.body, again.body)
	}
	if draft, err := r.store.Draft(t.Context(), "mirror"); err != nil || draft.Revision != 2 {
		t.Errorf("revision %d, %v", draft.Revision, err)
	}
	ada.base = 2
	undone := ada.post(t, "undo", `, "token": "u"`)
	if again := ada.post(t, "undo", `, "token": "u"`); again.body != undone.body {
		t.Errorf("it answered\n%s\nand then\n%s", undone.body, again.body)
	}
}

func TestTokenBelongsToOneEdit(t *testing.T) {
	t.Parallel()
	r, ada, program := editors(t)
	fields := `, "token": "t", "operations": [` + addTransform + `]`
	editOf(t, ada.post(t, "edits", fields))
	for path, other := range map[string]string{
		"edits": `, "token": "t", "operations": [` + rename("Other") + `]`,
		"undo":  `, "token": "t"`,
		"redo":  `, "token": "t"`,
	} {
		a := ada.post(t, path, other)
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "The token was used for another edit already (Add Transform)") {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	// What means the same is the same, and tokens of others are theirs.
	if a := ada.post(t, "edits", strings.ReplaceAll(fields, `": `, `":  `)); a.status != http.StatusOK {
		t.Errorf("written otherwise: %d %s", a.status, a.body)
	}
	if a := program.post(t, "edits", `, "token": "t", "operations": [`+rename("Other")+`]`); a.status != http.StatusOK {
		t.Errorf("of another user: %d %s", a.status, a.body)
	}
	if draft, err := r.store.Draft(t.Context(), "mirror"); err != nil || draft.Revision != 3 {
		t.Errorf("revision %d, %v", draft.Revision, err)
	}
}

func TestEditsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	_, ada, _ := editors(t)
	for body, want := range map[string]string{
		`{"base": "1"}`:                                        "base has to be a whole number, and is text.",
		`{"base": 1.5}`:                                        "base has to be a whole number, and is a number 1.5.",
		`{"base": 1, "token": 7}`:                              "token has to be text, and is a number.",
		`{"base": 1, "merge": ["m"]}`:                          "merge has to be text, and is a list.",
		`{"base": 1, "operations": 5}`:                         `The operations are a list such as [{"op": "remove", "steps": ["a"]}].`,
		`{"base": 1, "operations": [5]}`:                       "Operation 1 is no object.",
		`{"base": 1, "operations": [{"op": 5}]}`:               "Operation 1: op has to be text.",
		`{"base": 1, "operations": [{"op":"set","path":5}]}`:   "Operation 1: path has to be text.",
		`{"base": 1, "operations": [{"op":"move","steps":1}]}`: "Operation 1: steps has to be an object.",
		`{"base": 1, "operation": []}`:                         `there is no field "operation".`,
		`[]`:                                                   "the body has to be an object, and is a list.",
		`{"base": 1,}`:                                         "it is not JSON:",
		``:                                                     "the JSON ends too early.",
	} {
		a := ada.send(t, http.MethodPost, "/flows/mirror/edits", body)
		detail := fmt.Sprint(a.field(t, "detail"))
		if a.status != http.StatusBadRequest || !strings.Contains(detail, want) ||
			strings.Contains(detail, "Go ") || strings.Contains(detail, "editBody") || strings.Contains(detail, "json:") {
			t.Errorf("%s: %d %q, want %q", body, a.status, detail, want)
		}
	}
}

func TestTypingIsOneStepOfUndo(t *testing.T) {
	t.Parallel()
	r, ada, _ := editors(t)
	for i, text := range []string{"S", "Sa", "Say", "Say it"} {
		ada.edit(t, rename(text), fmt.Sprintf(`, "merge": "name", "token": "%d"`, i))
	}
	ada.edit(t, `{"op": "set", "path": "description", "value": "d"}`, `, "merge": "description"`)
	ada.back(t, "undo")
	if last := ada.back(t, "undo"); last.Undo != nil || strings.Contains(r.draft(t), "name: S") {
		t.Errorf("undo %v of\n%s", last.Undo, r.draft(t))
	}
	// What was typed and taken out again is no step at all.
	ada.edit(t, `{"op": "set", "path": "description", "value": "d"}`, `, "merge": "m"`)
	if none := ada.edit(t, `{"op": "unset", "path": "description"}`, `, "merge": "m"`); none.Undo != nil {
		t.Errorf("one can undo %s", *none.Undo)
	}
}

func TestEditsOfOthers(t *testing.T) {
	t.Parallel()
	r, ada, program := editors(t)
	ada.edit(t, rename("One"))
	look := func(since string) answer { return r.call(t, http.MethodGet, "/flows/mirror/edits?since="+since, "") }
	if a := look("2"); a.body != `{"revision":2}` {
		t.Errorf("nothing new: %s", a.body)
	}
	program.base = 2
	program.edit(t, `{"op": "rename", "step": "answer", "id": "reply"}`)
	seen := editOf(t, look("2"))
	if seen.Revision != 3 || seen.By != "token of the environment" || seen.Label == "" || seen.Renamed["answer"] != "reply" || len(seen.Created) != 0 {
		t.Errorf("seen: %+v", seen)
	}
	if seen.Canvas.Full || !slices.Contains(seen.Canvas.Removed, "answer") {
		t.Errorf("canvas: %+v", seen.Canvas)
	}
	if all := editOf(t, look("0")); !all.Canvas.Full || len(all.Canvas.Cards) != 2 || all.Canvas.Order == nil {
		t.Errorf("what cannot be told: %+v", all.Canvas)
	}
	if a := look("x"); a.status != http.StatusBadRequest {
		t.Errorf("since x: %d", a.status)
	}
}

func TestCopySteps(t *testing.T) {
	t.Parallel()
	r, _, _ := editors(t)
	a := r.wants(t, http.StatusOK, http.MethodGet, "/flows/mirror/copy?steps=answer", "")
	if !strings.Contains(a.body, "answer:") || !strings.HasPrefix(a.header.Get("Content-Type"), "text/plain") {
		t.Errorf("%s: %s", a.header.Get("Content-Type"), a.body)
	}
	r.wants(t, http.StatusBadRequest, http.MethodGet, "/flows/mirror/copy", "")
	r.wants(t, http.StatusUnprocessableEntity, http.MethodGet, "/flows/mirror/copy?steps=nobody", "")
	r.wants(t, http.StatusNotFound, http.MethodGet, "/flows/nothing/copy?steps=a", "")
}

func TestEditsThatAreRefused(t *testing.T) {
	t.Parallel()
	r, ada, _ := editors(t)
	for _, test := range []struct {
		name, path, body string
		status           int
	}{
		{"no JSON", "edits", `{`, 400},
		{"no base", "edits", `{"operations": []}`, 400},
		{"another field", "edits", `{"base": 1, "operation": []}`, 400},
		{"more text", "edits", `{"base": 1, "operations": []} {}`, 400},
		{"no operations", "edits", `{"base": 1}`, 400},
		{"an unknown operation", "edits", `{"base": 1, "operations": [{"op": "explode"}]}`, 400},
		{"a long token", "undo", `{"base": 1, "token": "` + strings.Repeat("t", 101) + `"}`, 400},
		{"a long merge", "edits", `{"base": 1, "merge": "` + strings.Repeat("t", 201) + `", "operations": []}`, 400},
		{"operations of an undo", "undo", `{"base": 1, "operations": []}`, 400},
		{"too large", "edits", `{"base": 1, "token": "` + strings.Repeat("t", 2<<20) + `"}`, 413},
		{"an unknown step", "edits", `{"base": 1, "operations": [{"op": "connect", "from": "nobody", "to": "answer"}]}`, 422},
		{"another slug", "edits", `{"base": 1, "operations": [{"op": "set", "path": "slug", "value": "other"}]}`, 422},
		{"a flow that is too large", "edits", `{"base": 1, "operations": [{"op": "set", "path": "description", "value": "` + strings.Repeat("d", 1<<20) + `"}]}`, 422},
	} {
		a := ada.send(t, http.MethodPost, "/flows/mirror/"+test.path, test.body)
		if a.status != test.status || a.field(t, "detail") == "" {
			t.Errorf("%s: got %d, want %d: %.300s", test.name, a.status, test.status, a.body)
		}
	}
	if draft, err := r.store.Draft(t.Context(), "mirror"); err != nil || string(draft.Source) != mirror {
		t.Errorf("the draft has changed: %v", err)
	}
	stranger := r.stranger(t)
	if a := stranger.send(t, http.MethodPost, "/flows/mirror/undo", `{"base": 1}`); a.status != http.StatusUnauthorized {
		t.Errorf("a stranger: %d", a.status)
	}
	if a := ada.send(t, http.MethodPost, "/flows/mirror/undo", `{"base": 1}`, "Origin", "https://evil.example"); a.status != http.StatusForbidden {
		t.Errorf("from elsewhere: %d", a.status)
	}
	r.wants(t, http.StatusNotFound, http.MethodPost, "/flows/nothing/edits", `{"base": 1, "operations": [`+rename("x")+`]}`)
}

func TestDeletedFlowLeavesNothingToUndo(t *testing.T) {
	t.Parallel()
	r, ada, _ := editors(t)
	ada.edit(t, rename("One"))
	r.wants(t, http.StatusNoContent, http.MethodDelete, "/api/flows/mirror", "")
	r.wants(t, http.StatusCreated, http.MethodPut, "/api/flows/mirror", mirror)
	ada.base = 3
	if a := ada.post(t, "undo", ""); a.status != http.StatusConflict || !strings.Contains(a.body, "There is nothing to undo.") {
		t.Errorf("got %d: %s", a.status, a.body)
	}
}

// Many who edit at once, each knowing only what they saw at first: all that was
// accepted is in the file, and the log has no gap.
func TestManyEditors(t *testing.T) {
	t.Parallel()
	r, _, _ := editors(t)
	const many, edits = 8, 6
	var wait sync.WaitGroup
	for i := range many {
		wait.Go(func() {
			for n := range edits {
				operation := fmt.Sprintf(`{"op": "set", "path": "config.e%d_%d", "value": %d}`, i, n, n)
				a := r.call(t, http.MethodPost, "/flows/mirror/edits",
					fmt.Sprintf(`{"base": 1, "token": "%d-%d", "operations": [%s]}`, i, n, operation))
				if a.status != http.StatusOK {
					t.Errorf("%s: %d %s", operation, a.status, a.body)
				}
			}
		})
	}
	wait.Wait()
	draft := r.draft(t)
	for i := range many {
		for n := range edits {
			if !strings.Contains(draft, fmt.Sprintf("e%d_%d: %d\n", i, n, n)) {
				t.Errorf("the edit %d of %d is lost", n, i)
			}
		}
	}
	log, complete, err := r.store.EditsSince(t.Context(), "mirror", 0)
	if err != nil || !complete || len(log) != 1+many*edits {
		t.Fatalf("the log has %d entries, complete %t, %v", len(log), complete, err)
	}
	for i := range log {
		if log[i].Revision != int64(i+1) {
			t.Errorf("entry %d is of revision %d", i, log[i].Revision)
		}
	}
}
