package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"redial/designer"
	"redial/designer/edit"
	"redial/engine/flow"
	"redial/web/reply"
)

// editFlow does operations to a draft.
func (s *Server) editFlow(w http.ResponseWriter, r *http.Request) {
	body, ok := s.readEdit(w, r)
	if !ok {
		return
	}
	operations, err := edit.Decode(body.Operations)
	if err != nil {
		s.Problem(w, r, &reply.Problem{Type: "bad-request", Detail: reply.Sentence(err.Error())})
		return
	}
	s.edited(w, r, body, designer.Made, func(desk *desk, request designer.Request) (*designer.Edited, error) {
		return s.editor.Edit(r.Context(), desk.workshop, desk.checker, request, operations)
	})
}

// undoEdit takes back the newest edit of who asks.
func (s *Server) undoEdit(w http.ResponseWriter, r *http.Request) {
	s.reverseEdit(w, r, designer.Undone, s.editor.Undo)
}

// redoEdit makes again what was undone last by who asks.
func (s *Server) redoEdit(w http.ResponseWriter, r *http.Request) {
	s.reverseEdit(w, r, designer.Redone, s.editor.Redo)
}

// reversal is Editor.Undo or Editor.Redo.
type reversal func(context.Context, designer.Checker, designer.Request) (*designer.Edited, error)

func (s *Server) reverseEdit(w http.ResponseWriter, r *http.Request, kind designer.EditKind, reverse reversal) {
	body, ok := s.readEdit(w, r)
	if !ok {
		return
	}
	if body.Operations != nil || body.Merge != "" {
		s.Problem(w, r, &reply.Problem{Type: "bad-request", Detail: "To " + string(kind) + " takes base and token, and nothing else."})
		return
	}
	s.edited(w, r, body, kind, func(desk *desk, request designer.Request) (*designer.Edited, error) {
		return reverse(r.Context(), desk.checker, request)
	})
}

// desk is what an edit is made with.
type desk struct {
	workshop *designer.Workshop
	checker  draftChecker
}

// edited makes an edit and answers with what it came to.
func (s *Server) edited(
	w http.ResponseWriter, r *http.Request, body *editBody, kind designer.EditKind,
	do func(*desk, designer.Request) (*designer.Edited, error),
) {
	workshop, ok := s.currentWorkshop(w, r)
	if !ok {
		return
	}
	slug := r.PathValue("slug")
	desk := &desk{workshop, draftChecker{s.checked, workshop}}
	base, err := s.shown(r.Context(), desk, slug, *body.Base)
	var done *designer.Edited
	if err == nil {
		done, err = do(desk, designer.Request{
			Slug: slug, User: actor(r.Context()), Base: *body.Base,
			Token: body.Token, Digest: body.digest(kind), Merge: body.Merge,
		})
	}
	if err != nil {
		s.refuseEdit(w, r, err)
		return
	}
	label := done.Edit.Label
	switch done.Edit.Kind {
	case designer.Undone:
		label = "Undo " + label
	case designer.Redone:
		label = "Redo " + label
	case designer.Made, designer.Setting, designer.Replaced:
	}
	result := &editResult{
		Label: label, Notice: done.Edit.Outcome.Notice, By: done.Edit.User,
		Created: done.Edit.Added(), Renamed: done.Edit.Outcome.Renamed,
	}
	if done.Revision > *body.Base+1 {
		edits, err := Drafts{s.store}.ToldSince(r.Context(), slug, *body.Base)
		if err != nil {
			s.Fail(w, r, "reading the edits of a flow", err)
			return
		}
		result.Renamed = designer.Renames(edits)
	}
	s.answerEdit(w, r, desk, base, done.Revision, done.Draft, result)
}

// refuseEdit answers for an edit that was not made.
func (s *Server) refuseEdit(w http.ResponseWriter, r *http.Request, err error) {
	var refused *edit.Refused
	var conflict *designer.Conflict
	switch {
	case errors.As(err, &refused):
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: reply.Sentence(refused.Message), Step: refused.Step, Path: refused.Path})
	case errors.As(err, &conflict):
		s.Problem(w, r, &reply.Problem{Type: "overlap", Detail: conflict.Message, Revision: conflict.Revision})
	case errors.Is(err, designer.ErrNothing):
		word := "undo"
		if strings.HasSuffix(r.URL.Path, "/redo") {
			word = "redo"
		}
		s.Problem(w, r, &reply.Problem{Type: "conflict", Detail: "There is nothing to " + word + "."})
	case errors.Is(err, designer.ErrRevision):
		s.Problem(w, r, &reply.Problem{Type: "unavailable", RetryAfter: reply.ShortPause, Detail: "Others are changing the flow all the time. Nothing was changed by you; try again."})
	case s.toMoved(w, r, err):
	default:
		s.Fail(w, r, "editing a flow", err)
	}
}

// editsSince answers with what others changed since a revision. A page that asks
// "again" is told how the draft looks now even if it is the same: what it uses,
// such as a connection, has changed.
func (s *Server) editsSince(w http.ResponseWriter, r *http.Request) {
	since, err := strconv.ParseInt(r.URL.Query().Get("since"), 10, 64)
	if err != nil || since < 0 {
		s.Problem(w, r, &reply.Problem{Type: "bad-request", Detail: "since has to be the revision that the page shows."})
		return
	}
	workshop, ok := s.currentWorkshop(w, r)
	if !ok {
		return
	}
	ctx, slug := r.Context(), r.PathValue("slug")
	draft, err := s.store.Draft(ctx, slug)
	if err != nil {
		s.Fail(w, r, "reading the edits of a flow", err)
		return
	}
	if draft.Revision == since && r.URL.Query().Get("again") == "" {
		s.writePlain(w, r, map[string]int64{"revision": since})
		return
	}
	checked, err := s.checked.check(workshop, draft)
	if err != nil {
		s.Fail(w, r, "reading a flow", err)
		return
	}
	edits, err := Drafts{s.store}.ToldSince(ctx, slug, since)
	if err != nil {
		s.Fail(w, r, "reading the edits of a flow", err)
		return
	}
	result := &editResult{Renamed: designer.Renames(edits)}
	if len(edits) > 0 {
		last := &edits[len(edits)-1]
		result.Label, result.By = last.Deed(), last.User
	}
	desk := &desk{workshop, draftChecker{s.checked, workshop}}
	s.answerEdit(w, r, desk, s.drawings.find(slug, since), draft.Revision, checked, result)
}

// maxCopied bounds the list of steps to copy, in bytes: as many steps as a flow
// has, with IDs of common length.
const maxCopied = 64 << 10

// copySteps answers with steps as flow-file text, for the clipboard.
func (s *Server) copySteps(w http.ResponseWriter, r *http.Request) {
	list := r.URL.Query().Get("steps")
	if list == "" || len(list) > maxCopied {
		s.Problem(w, r, &reply.Problem{Type: "bad-request", Detail: "steps has to be a list of step IDs with commas between them."})
		return
	}
	workshop, ok := s.currentWorkshop(w, r)
	if !ok {
		return
	}
	draft, err := s.store.Draft(r.Context(), r.PathValue("slug"))
	var checked *designer.Draft
	if err == nil {
		checked, err = s.checked.check(workshop, draft)
	}
	if err != nil {
		s.Fail(w, r, "copying steps", err)
		return
	}
	text, err := edit.Copy(checked.Tree(), strings.Split(list, ","))
	if err != nil {
		s.refuseEdit(w, r, err)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "no-store")
	s.Write(w, text)
}

// countSteps counts the steps of a flow, the inner ones among them.
func countSteps(f *flow.Flow) int {
	count := 0
	f.All(func(*flow.Step) bool {
		count++
		return true
	})
	return count
}
