package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"redial/designer"
	"redial/designer/template"
	"redial/engine"
	"redial/engine/flow"
	"redial/engine/flowfile"
	"redial/web/reply"
	"redial/web/ui"
)

// maxImportForm bounds the form that carries a flow file, in bytes: the file and
// some room for the form around it.
const maxImportForm = flow.MaxFileBytes + 64<<10

// maxShownProblems is how many problems of an imported file are listed.
const maxShownProblems = 100

// templateIcon is the icon of a template.
func templateIcon(slug string) string {
	switch slug {
	case "order-request":
		return "shopping-cart"
	case "customer-from-three-crms":
		return "users"
	case "webhook-to-http":
		return "webhook"
	default:
		return "plus"
	}
}

// emptyTemplate is the one to begin from nothing with.
const emptyTemplate = "new-flow"

// maxFlowName bounds the name of a new flow, in characters.
const maxFlowName = 200

// newFlow is the form of a new flow.
type newFlow struct {
	Template, Name, Slug string
	// Derived says that the slug is made of the name, and not by a person.
	Derived              bool
	NameError, SlugError string
}

// createFlow makes a flow from a template and opens it.
func (s *Server) createFlow(w http.ResponseWriter, r *http.Request) {
	if !s.readForm(w, r) {
		return
	}
	form := r.PostForm
	t, found := template.Find(form.Get("template"))
	if !found {
		s.faultPage(w, r, http.StatusUnprocessableEntity, "No such template", "The template is not known here. Go back and choose one of the list.")
		return
	}
	if !form.Has("name") {
		slug, err := designer.PutCopy(r.Context(), Drafts{s.store}, t.Source, nil)
		s.openNew(w, r, slug, err)
		return
	}
	n := &newFlow{
		Template: t.Slug, Name: strings.TrimSpace(form.Get("name")), Slug: strings.TrimSpace(form.Get("slug")), Derived: form.Get("derived") != "",
	}
	slug, err := n.make(r.Context(), Drafts{s.store}, t.Source)
	if n.SlugError = slugFault(err); n.NameError == "" && n.SlugError == "" {
		s.openNew(w, r, slug, err)
		return
	}
	if fragment(r) {
		s.Render(w, r, http.StatusOK, newFlowFields(n, template.All())) // as in renderConnections
		return
	}
	s.faultPage(w, r, http.StatusUnprocessableEntity, "The flow was not made", strings.TrimSpace(n.NameError+" "+n.SlugError))
}

// make puts the flow into the store, unless its name or its slug has to be mended.
func (n *newFlow) make(ctx context.Context, drafts designer.Drafts, source []byte) (slug string, err error) {
	switch {
	case n.Name == "":
		n.NameError = "Give the flow a name."
	case utf8.RuneCountInString(n.Name) > maxFlowName || !utf8.ValidString(n.Name):
		n.NameError = fmt.Sprintf("The name is too long: %d characters at most.", maxFlowName)
	case strings.ContainsFunc(n.Name, unicode.IsControl):
		n.NameError = "The name holds characters that do not show."
	case n.Derived || n.Slug == "":
		return designer.PutNear(ctx, drafts, source, designer.SlugOf(n.Name), n.Name)
	default:
		return n.Slug, designer.PutAs(ctx, drafts, source, n.Slug, n.Name)
	}
	return "", nil
}

// invalidIf marks a control that has an error.
func invalidIf(fault string) templ.Attributes {
	return templ.Attributes{"aria-invalid": strconv.FormatBool(fault != "")}
}

// derivedWord is how the form says whether the slug is made of the name.
func derivedWord(derived bool) string {
	if derived {
		return "yes"
	}
	return ""
}

// templateTitle is what a template is called among others.
func templateTitle(t template.Template) string {
	if t.Slug == emptyTemplate {
		return "Empty flow"
	}
	return t.Name
}

// duplicateFlow makes a copy of a flow's draft and opens it.
func (s *Server) duplicateFlow(w http.ResponseWriter, r *http.Request) {
	draft, err := s.store.Draft(r.Context(), r.PathValue("slug"))
	if err != nil {
		s.pageFault(w, r, "reading a flow", err)
		return
	}
	slug, err := designer.PutCopy(r.Context(), Drafts{s.store}, draft.Source, func(name string) string {
		if name == "" {
			return ""
		}
		return name + " (copy)"
	})
	s.openNew(w, r, slug, err)
}

// openNew sends a person to the flow that was just made.
func (s *Server) openNew(w http.ResponseWriter, r *http.Request, slug string, err error) {
	var syntax *flowfile.SyntaxError
	switch {
	case errors.Is(err, designer.ErrNoFreeSlug), errors.As(err, &syntax):
		s.faultPage(w, r, http.StatusConflict, "The flow was not made", reply.Sentence(err.Error()))
	case err != nil:
		s.pageFault(w, r, "making a flow", err)
	default:
		s.goTo(w, r, "/flows/"+slug)
	}
}

// readForm reads a form of a few short fields. It answers itself when that
// fails.
func (s *Server) readForm(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	if err := r.ParseForm(); err != nil {
		s.faultPage(w, r, http.StatusBadRequest, "The form cannot be read", "It is too large, or it broke off on its way. Go back and send it again.")
		return false
	}
	return true
}

// importOutcome is what became of a file that somebody wants to import.
type importOutcome struct {
	Title, What string
	Slug        string // of the draft that was stored; empty if none was
	Exists      bool   // a person has to say what is to become of the flow that is there
	Problems    []flow.Problem
	More        int // problems that are not listed
}

// importFlow takes a flow file. A draft may hold problems; where one of its slug
// exists, a person decides between the two.
func (s *Server) importFlow(w http.ResponseWriter, r *http.Request) {
	source, name, ok := s.importedFile(w, r)
	if !ok {
		return
	}
	workshop, err := s.workshop.get(r.Context())
	if err != nil {
		s.pageFault(w, r, "reading components and connections", err)
		return
	}
	draft, err := workshop.Check(source)
	if err != nil {
		s.importUnreadable(w, r, name, err)
		return
	}
	outcome, err := s.importDraft(r, workshop, source, draft)
	var slug *designer.SlugError
	switch {
	case errors.As(err, &slug):
		outcome = &importOutcome{Title: "Not imported", What: reply.Sentence(slug.Error()) + " Mend the key slug in the file and import it again."}
		outcome.list(draft.Problems)
		s.renderImport(w, r, http.StatusUnprocessableEntity, outcome)
	case err != nil:
		s.pageFault(w, r, "importing a flow", err)
	case outcome.Exists:
		s.renderImport(w, r, http.StatusConflict, outcome)
	case len(draft.Problems) > 0:
		s.renderImport(w, r, http.StatusOK, outcome)
	case fragment(r):
		w.Header().Set("HX-Redirect", "/flows/"+outcome.Slug)
		w.WriteHeader(http.StatusOK)
	default:
		http.Redirect(w, r, "/flows/"+outcome.Slug, http.StatusSeeOther)
	}
}

// importDraft stores a file that can be read, unless a person has to decide.
func (s *Server) importDraft(r *http.Request, workshop *designer.Workshop, source []byte, draft *designer.Draft) (*importOutcome, error) {
	ctx, slug := r.Context(), draft.Flow.Slug
	if !flow.ValidSlug(slug) {
		return nil, &designer.SlugError{Slug: slug}
	}
	existing, err := s.store.Draft(ctx, slug)
	if err != nil && !errors.Is(err, engine.ErrNotFound) {
		return nil, err
	}
	switch decision := r.PostFormValue("existing"); {
	case existing == nil || decision == "copy":
		slug, err = designer.PutCopy(ctx, Drafts{s.store}, source, nil)
	case decision == "replace":
		_, err = workshop.Import(ctx, Drafts{s.store}, source)
	default:
		return &importOutcome{
			Title: "There is such a flow already", Exists: true,
			What: fmt.Sprintf("The file holds the flow %s, and a flow has this address already. What is published there stays as it is until you publish again.", slug),
		}, nil
	}
	if err != nil {
		return nil, err
	}
	outcome := &importOutcome{Title: "Imported with problems", Slug: slug, What: fmt.Sprintf("The draft %s is stored. It can be published once its errors are mended.", slug)}
	if !flow.HasErrors(draft.Problems) {
		outcome.Title, outcome.What = "Imported", fmt.Sprintf("The draft %s is stored. It can be published as it is; have a look at the warnings first.", slug)
	}
	outcome.list(draft.Problems)
	return outcome, nil
}

func (o *importOutcome) list(problems []flow.Problem) {
	o.Problems = problems[:min(len(problems), maxShownProblems)]
	o.More = len(problems) - len(o.Problems)
}

// importUnreadable says why and where a file cannot be read.
func (s *Server) importUnreadable(w http.ResponseWriter, r *http.Request, name string, err error) {
	var syntax *flowfile.SyntaxError
	if !errors.As(err, &syntax) {
		s.pageFault(w, r, "reading a flow file", err)
		return
	}
	outcome := &importOutcome{
		Title: "The file cannot be read",
		What:  fmt.Sprintf("%s is not a flow file in YAML or JSON. Nothing was imported. Mend this place and import it again.", name),
	}
	status := http.StatusBadRequest
	if errors.Is(err, flowfile.ErrTooLarge) {
		status = http.StatusRequestEntityTooLarge
		outcome.What = fmt.Sprintf("%s is over the limits of flow files. Nothing was imported.", name)
	}
	outcome.list([]flow.Problem{syntax.Problem()})
	s.renderImport(w, r, status, outcome)
}

func (s *Server) renderImport(w http.ResponseWriter, r *http.Request, status int, outcome *importOutcome) {
	if fragment(r) {
		s.Render(w, r, http.StatusOK, importOutcomeView(outcome))
		return
	}
	outcome.Exists = false // the file is not at hand any more
	s.Render(w, r, status, importView(outcome))
}

// importedFile is the file of an import's form, and its name for people.
func (s *Server) importedFile(w http.ResponseWriter, r *http.Request) (source []byte, name string, ok bool) {
	r.Body = http.MaxBytesReader(w, r.Body, maxImportForm)
	refuse := func(status int, what string) {
		s.renderImport(w, r, status, &importOutcome{Title: "Not imported", What: what})
	}
	var large *http.MaxBytesError
	err := r.ParseMultipartForm(maxImportForm)
	if errors.As(err, &large) {
		refuse(http.StatusRequestEntityTooLarge, "The file is larger than 1 MiB, which is the most that a flow file may have. Nothing was imported.")
		return nil, "", false
	}
	var file multipart.File
	var header *multipart.FileHeader
	if err == nil {
		file, header, err = r.FormFile("file")
	}
	if err != nil {
		refuse(http.StatusBadRequest, "No file came along. Choose a flow file, or drop one on the page.")
		return nil, "", false
	}
	defer func() { _ = file.Close() }()
	source, err = io.ReadAll(file)
	if err != nil {
		refuse(http.StatusBadRequest, "The file broke off on its way. Import it again.")
		return nil, "", false
	}
	return source, ui.Shortened(header.Filename, 80), true
}

// exportFlow sends the draft of a flow as a file.
func (s *Server) exportFlow(w http.ResponseWriter, r *http.Request) {
	draft, err := s.store.Draft(r.Context(), r.PathValue("slug"))
	if err != nil {
		s.pageFault(w, r, "reading a flow", err)
		return
	}
	source := draft.Source
	if document, err := flowfile.Read(source); err == nil && !flow.HasErrors(document.Problems) {
		if written, err := flowfile.WriteYAML(document.Flow); err == nil {
			source = written
		}
	}
	header := w.Header()
	header.Set("Content-Type", "application/yaml; charset=utf-8")
	header.Set("Content-Disposition", fmt.Sprintf("attachment; filename=%q", draft.Slug+".yaml"))
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	s.Write(w, source)
}

// removeFlow deletes a flow for somebody who has said yes to that.
func (s *Server) removeFlow(w http.ResponseWriter, r *http.Request) {
	if err := s.store.DeleteFlow(r.Context(), r.PathValue("slug")); err != nil && !errors.Is(err, engine.ErrNotFound) {
		s.pageFault(w, r, "deleting a flow", err)
		return
	}
	s.published.Changed()
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// countOf is a number with its noun: 1 flow, 2 flows.
func countOf(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}
