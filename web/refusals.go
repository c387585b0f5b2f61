package web

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"redial/engine/flow"
	"redial/store"
	"redial/web/reply"
)

// KeepRefusals stores which calls were refused until the context ends, which is to be
// after the last call.
func (s *Server) KeepRefusals(ctx context.Context) { s.refusals.Run(ctx) }

// readRefusals are the kinds of calls of a flow that were refused, up to this moment; with
// an empty slug the newest of all flows.
func (s *Server) readRefusals(ctx context.Context, slug string) ([]store.Refusal, error) {
	if err := s.refusals.Flush(ctx); err != nil {
		s.Logger.Warn("calls that were refused could not be counted; it is tried again", "error", err)
	}
	return s.store.Refusals(ctx, slug, store.MaxRefusals)
}

// listRefusals answers with the kinds of calls of a flow that were refused.
func (s *Server) listRefusals(w http.ResponseWriter, r *http.Request) {
	slug := r.PathValue("slug")
	if _, err := s.store.Draft(r.Context(), slug); err != nil {
		s.Fail(w, r, "reading a flow", err)
		return
	}
	refusals, err := s.readRefusals(r.Context(), slug)
	if err != nil {
		s.Fail(w, r, "listing calls that were refused", err)
		return
	}
	items := make([]flow.Object, len(refusals))
	for i := range refusals {
		items[i] = s.refusalObject(&refusals[i])
	}
	s.WriteJSON(w, http.StatusOK, page(items, ""))
}

// refusalObject is a kind of refusals in the terms of problems. The rest has neither a
// type nor a status.
func (s *Server) refusalObject(r *store.Refusal) flow.Object {
	var kind, status any
	if r.Type != "" {
		kind, status = s.Absolute("/problems/"+r.Type), int64(r.Status)
	}
	row := refusalRow{Refusal: r}
	errors := make([]any, len(r.Places))
	for i, p := range r.Places {
		errors[i] = flow.Object{{Name: "pointer", Value: p.Pointer}, {Name: "detail", Value: p.Detail}}
	}
	return flow.Object{
		{Name: "type", Value: kind}, {Name: "title", Value: row.Title()}, {Name: "status", Value: status},
		{Name: "detail", Value: row.Why()}, {Name: "errors", Value: errors},
		{Name: "count", Value: r.Count}, {Name: "firstAt", Value: r.First}, {Name: "lastAt", Value: r.Last},
		{Name: "contentType", Value: r.ContentType}, {Name: "caller", Value: r.Caller},
	}
}

// refusalRow is a kind of refusals as lists show it.
type refusalRow struct {
	*store.Refusal
	Name string // of the flow
}

// Title says what kind it is, in a few words.
func (r refusalRow) Title() string {
	if r.Type == "" {
		return "Others"
	}
	return reply.ProblemTypes[r.Type].Title
}

// Why is what the callers were told.
func (r refusalRow) Why() string {
	switch {
	case r.Type == "":
		return "Calls that were refused for reasons seen longer ago, or for too many different ones at once."
	case r.Detail != "":
		return r.Detail
	default:
		return reply.ProblemTypes[r.Type].Means
	}
}

// placeText names a place of a body.
func placeText(p store.RefusedPlace) string {
	if p.Pointer == "" {
		return "The whole body"
	}
	return p.Pointer
}

func (s *Server) fillRefusals(ctx context.Context, view *executionListView, names *flowNames) error {
	refusals, err := s.readRefusals(ctx, view.Filter.Flow)
	for i := range refusals {
		view.Refusals = append(view.Refusals, refusalRow{&refusals[i], names.of(ctx, refusals[i].Flow)})
	}
	return err
}

// countRefused is how many calls of a flow were refused in the last day.
func (s *Server) countRefused(ctx context.Context, slug string) (int64, error) {
	return s.store.CountRefused(ctx, slug, time.Now().Add(-callsCounted+time.Hour))
}

// refusedText says how many calls were refused in the last day.
func refusedText(count int64) string {
	if count == 1 {
		return "1 call was refused in the last 24 hours"
	}
	return fmt.Sprintf("%s calls were refused in the last 24 hours", grouped(int(count)))
}

// refusedPath is the list of the refused calls of a flow.
func refusedPath(slug string) string {
	return executionFilter{Flow: slug, Refused: true, Period: "day"}.path(nil)
}

// callsText is a number of calls.
func callsText(count int64) string {
	if count == 1 {
		return "1 call"
	}
	return grouped(int(count)) + " calls"
}

func statusText(status int) string {
	if status == 0 {
		return "–"
	}
	return strconv.Itoa(status)
}
