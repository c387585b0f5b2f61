package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"redial/designer"
	"redial/engine"
	"redial/engine/flow"
	"redial/engine/flowfile"
	"redial/engine/step"
	"redial/store"
	"redial/web/reply"
)

func (s *Server) listFlows(w http.ResponseWriter, r *http.Request) {
	limit, ok := s.limit(w, r)
	if !ok {
		return
	}
	if limit == 0 {
		limit = store.DefaultPage
	}
	drafts, err := s.store.Drafts(r.Context(), r.URL.Query().Get("after"), limit)
	if err != nil {
		s.Fail(w, r, "listing flows", err)
		return
	}
	items := make([]flow.Object, len(drafts))
	for i, d := range drafts {
		items[i] = flow.Object{
			{Name: "slug", Value: d.Slug}, {Name: "name", Value: d.Name},
			{Name: "revision", Value: d.Revision}, {Name: "publishedVersion", Value: optionalNumber(d.Published)},
			{Name: "createdAt", Value: d.Created}, {Name: "updatedAt", Value: d.Updated},
		}
	}
	next := ""
	if len(drafts) == limit {
		next = drafts[len(drafts)-1].Slug
	}
	s.WriteJSON(w, http.StatusOK, page(items, next))
}

func optionalNumber(n int) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}

// getFlow answers with the flow file as JSON, and what belongs to it.
func (s *Server) getFlow(w http.ResponseWriter, r *http.Request) {
	workshop, ok := s.currentWorkshop(w, r)
	if !ok {
		return
	}
	draft, err := s.store.Draft(r.Context(), r.PathValue("slug"))
	if err != nil {
		s.Fail(w, r, "reading a flow", err)
		return
	}
	checked, err := workshop.Check(draft.Source)
	if err != nil {
		s.Fail(w, r, "reading a flow file", err)
		return
	}
	file, err := flowfile.WriteJSON(checked.Flow)
	if err != nil {
		s.Fail(w, r, "writing a flow file", err)
		return
	}
	body, err := mergeJSON(file, flow.Object{
		{Name: "revision", Value: draft.Revision},
		{Name: "publishedVersion", Value: optionalNumber(draft.Published)},
		{Name: "problems", Value: checked.Problems},
	})
	if err != nil {
		s.Fail(w, r, "writing a flow", err)
		return
	}
	w.Header().Set("ETag", revisionTag(draft.Revision))
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	s.Write(w, body)
}

// mergeJSON adds fields to the end of a JSON object.
func mergeJSON(object []byte, fields flow.Object) ([]byte, error) {
	more, err := flow.EncodeJSON(fields)
	if err != nil {
		return nil, err
	}
	end := strings.LastIndexByte(string(object), '}')
	if end < 0 {
		return nil, errors.New("the flow file is no JSON object")
	}
	merged := append([]byte{}, object[:end]...)
	return append(append(merged, ','), more[1:]...), nil
}

func revisionTag(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }

// ifMatch is the revision that a change is made to. ok is false, and the
// request answered, if the header holds none.
func (s *Server) ifMatch(w http.ResponseWriter, r *http.Request) (revision *int64, ok bool) {
	text := strings.Trim(strings.TrimSpace(r.Header.Get("If-Match")), `"`)
	if text == "" || text == "*" {
		return nil, true
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		s.Problem(w, r, &reply.Problem{Type: "bad-request", Detail: "If-Match holds no revision; it is the number that the flow's `revision` has."})
		return nil, false
	}
	return &n, true
}

func (s *Server) putFlow(w http.ResponseWriter, r *http.Request) {
	source, ok := s.readAll(w, r, flow.MaxFileBytes)
	if !ok {
		return
	}
	workshop, ok := s.currentWorkshop(w, r)
	if !ok {
		return
	}
	slug := r.PathValue("slug")
	checked, err := workshop.Check(source)
	var syntax *flowfile.SyntaxError
	switch {
	case errors.Is(err, flowfile.ErrTooLarge):
		s.Problem(w, r, &reply.Problem{Type: "body-too-large", Detail: reply.Sentence(err.Error())})
		return
	case errors.As(err, &syntax):
		s.Problem(w, r, &reply.Problem{Type: "unreadable-body", Detail: fmt.Sprintf("The flow file cannot be read: line %d, column %d: %s", syntax.Line, syntax.Column, reply.Sentence(syntax.Message))})
		return
	case err != nil:
		s.Fail(w, r, "reading a flow file", err)
		return
	case !flow.ValidSlug(slug):
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: fmt.Sprintf("The address has the slug %.80q; a slug is made of a-z, 0-9 and -, 64 at most.", slug)})
		return
	case checked.Flow.Slug != slug:
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: fmt.Sprintf("The flow file has the slug %q, but the address has %q; make them the same.", checked.Flow.Slug, slug)})
		return
	}
	revision, ok := s.ifMatch(w, r)
	if !ok {
		return
	}
	now, created, err := Drafts{s.store}.Put(r.Context(), slug, checked.Flow.Name, source, revision)
	if err != nil {
		s.refuseChange(w, r, err)
		return
	}
	s.published.Changed()
	status := http.StatusOK
	if created {
		status = http.StatusCreated
		w.Header().Set("Location", s.Absolute("/api/flows/"+slug))
	}
	w.Header().Set("ETag", revisionTag(now))
	s.WriteJSON(w, status, flow.Object{{Name: "revision", Value: now}, {Name: "problems", Value: checked.Problems}})
}

// refuseChange answers for a change of a flow that the store did not make.
func (s *Server) refuseChange(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, store.ErrRevision) {
		s.Problem(w, r, &reply.Problem{Type: "revision"})
		return
	}
	s.Fail(w, r, "changing a flow", err)
}

func (s *Server) publishFlow(w http.ResponseWriter, r *http.Request) {
	object, ok := s.readObject(w, r, maxRequest)
	if !ok || !s.onlyFields(w, r, object, "comment") {
		return
	}
	workshop, ok := s.currentWorkshop(w, r)
	if !ok {
		return
	}
	comment, _ := object["comment"].(string)
	version, problems, err := workshop.Publish(r.Context(), Drafts{s.store}, r.PathValue("slug"), comment)
	switch {
	case problems != nil:
		s.Problem(w, r, &reply.Problem{Type: "flow-problems", Problems: problems})
	case err != nil:
		s.Fail(w, r, "publishing a flow", err)
	default:
		s.published.Changed()
		s.useConcurrency(r.Context(), version.Flow)
		s.WriteJSON(w, http.StatusOK, flow.Object{{Name: "version", Value: int64(version.Number)}})
	}
}

// patchFlow changes settings of the draft and of the published flow at once.
func (s *Server) patchFlow(w http.ResponseWriter, r *http.Request) {
	object, ok := s.readObject(w, r, maxRequest)
	if !ok || !s.onlyFields(w, r, object, designer.SettingNames...) {
		return
	}
	revision, ok := s.ifMatch(w, r)
	if !ok {
		return
	}
	changed, err := designer.ChangeSettings(r.Context(), Drafts{s.store}, r.PathValue("slug"), object, revision)
	var invalid *designer.SettingError
	switch {
	case errors.As(err, &invalid):
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: reply.Sentence(invalid.Error())})
	case err != nil:
		s.refuseChange(w, r, err)
	case changed.Problems != nil:
		s.Problem(w, r, &reply.Problem{
			Type: "flow-problems", Problems: changed.Problems,
			Detail: "Settings cannot be changed while the draft has the errors that `problems` names.",
		})
	default:
		s.published.Changed()
		s.useConcurrency(r.Context(), r.PathValue("slug"))
		w.Header().Set("ETag", revisionTag(changed.Revision))
		s.WriteJSON(w, http.StatusOK, flow.Object{
			{Name: "revision", Value: changed.Revision},
			{Name: "mode", Value: changed.Settings.Mode},
			{Name: "deadline", Value: changed.Settings.Deadline.String()},
			{Name: "on_deadline", Value: changed.Settings.OnDeadline},
			{Name: "on_disconnect", Value: changed.Settings.OnDisconnect},
			{Name: "callers_choose", Value: changed.Settings.CallersChoose},
			{Name: "concurrency", Value: int64(changed.Settings.Concurrency)},
			{Name: "callback", Value: changed.Settings.Callback},
		})
	}
}

func (s *Server) deleteFlow(w http.ResponseWriter, r *http.Request) {
	if err := s.store.DeleteFlow(r.Context(), r.PathValue("slug")); err != nil {
		s.Fail(w, r, "deleting a flow", err)
		return
	}
	s.published.Changed()
	w.WriteHeader(http.StatusNoContent)
}

// testFlow starts the draft, as a call of this shape would start it if it were
// published. Steps that have outputs pinned to them put those out.
func (s *Server) testFlow(w http.ResponseWriter, r *http.Request) {
	object, ok := s.readObject(w, r, 2*defaultTestBody)
	if !ok || !s.onlyFields(w, r, object, "method", "path", "query", "headers", "body") {
		return
	}
	request, err := testRequest(object)
	if err != nil {
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: reply.Sentence(err.Error())})
		return
	}
	start, _, ok := s.freezeTrial(w, r, nil)
	if !ok {
		return
	}
	if refusal := s.fits(r.Context(), start.VersionID, request); refusal != nil {
		s.Problem(w, r, refusal)
		return
	}
	start.Request = request
	handle, err := s.engine.Start(r.Context(), *start)
	if err != nil {
		s.Fail(w, r, "starting an execution", err)
		return
	}
	s.writeStarted(w, r, handle)
}

// fits holds the body of a test against the trigger's schema, as a call's would
// be.
func (s *Server) fits(ctx context.Context, versionID int64, request *flow.Request) *reply.Problem {
	trigger, err := s.engine.Trigger(ctx, versionID)
	if err != nil {
		s.Logger.Error("a draft could not be loaded", "error", err)
		return &reply.Problem{Type: "internal"}
	}
	webhook, ok := trigger.(*step.Webhook)
	if !ok || webhook.Schema == nil {
		return nil
	}
	if violations := webhook.Schema.Validate(request.Body); len(violations) > 0 {
		return &reply.Problem{Type: "invalid-body", Violations: violations}
	}
	return nil
}

// defaultTestBody is how large the body of a test call may be, in bytes.
const defaultTestBody = 10 << 20

// writeStarted answers with the ID of an execution once it is durable.
func (s *Server) writeStarted(w http.ResponseWriter, r *http.Request, handle *engine.Handle) {
	if s.durable(w, r, handle) {
		s.WriteJSON(w, http.StatusOK, flow.Object{{Name: "executionId", Value: handle.ID}})
	}
}

// durable waits until an execution is stored. It answers itself when it never will
// be.
func (s *Server) durable(w http.ResponseWriter, r *http.Request, handle *engine.Handle) bool {
	err := handle.Stored(r.Context())
	if err != nil {
		s.Fail(w, r, "starting an execution", err)
	}
	return err == nil
}

// testRequest is the call that a test pretends to be.
func testRequest(object map[string]any) (*flow.Request, error) {
	request := &flow.Request{
		Method: "POST", Path: "/", Query: map[string]any{}, Headers: map[string]any{},
		Body: object["body"], ReceivedAt: time.Now().UTC().Format("2006-01-02T15:04:05.000Z07:00"),
	}
	for name, target := range map[string]*string{"method": &request.Method, "path": &request.Path} {
		if value, given := object[name]; given && value != nil {
			text, ok := value.(string)
			if !ok {
				return nil, fmt.Errorf("%s has to be a text", name)
			}
			*target = text
		}
	}
	for name, target := range map[string]*map[string]any{"query": &request.Query, "headers": &request.Headers} {
		if value, given := object[name]; given && value != nil {
			fields, ok := value.(map[string]any)
			if !ok {
				return nil, fmt.Errorf("%s has to be an object", name)
			}
			*target = fields
		}
	}
	lower := make(map[string]any, len(request.Headers))
	for name, value := range request.Headers {
		lower[strings.ToLower(name)] = value
	}
	request.Headers = lower
	return request, nil
}
