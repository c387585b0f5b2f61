package web

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"redial/designer"
	"redial/engine"
	"redial/engine/flow"
	"redial/engine/flowfile"
	"redial/web/reply"
)

// slugRule says what a slug is made of.
const slugRule = "Use small letters (a-z), digits and hyphens, 64 at most."

// slugFault says, for people, why a flow cannot have a slug; empty: it is another
// error.
func slugFault(err error) string {
	var wrong *designer.SlugError
	switch {
	case errors.As(err, &wrong):
		return slugRule
	case errors.Is(err, designer.ErrTaken), errors.Is(err, designer.ErrFixed), errors.Is(err, designer.ErrNoFreeSlug):
		return reply.Sentence(err.Error())
	default:
		return ""
	}
}

// suggestSlug answers with a slug that is free for a name, or with what is wrong
// with a slug.
func (s *Server) suggestSlug(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	slug, fault := query.Get("slug"), ""
	var err error
	switch {
	case !query.Has("slug"):
		slug, err = designer.FreeSlug(r.Context(), Drafts{s.store}, designer.SlugOf(query.Get("name")))
	case !flow.ValidSlug(slug):
		fault = slugRule
	default:
		_, err = s.store.Draft(r.Context(), slug)
		if err == nil {
			err = designer.ErrTaken
		}
	}
	if fault = cmp.Or(slugFault(err), fault); fault == "" && err != nil && !errors.Is(err, engine.ErrNotFound) {
		s.Fail(w, r, "looking for a slug", err)
		return
	}
	s.WriteJSON(w, http.StatusOK, flow.Object{{Name: "slug", Value: slug}, {Name: "fault", Value: fault}})
}

// moveFlow gives a flow another slug, as long as nobody can know the one it has.
func (s *Server) moveFlow(w http.ResponseWriter, r *http.Request) {
	from := r.PathValue("slug")
	s.giveSlug(w, r, "giving a flow another URL", func(to string) error {
		err := designer.Move(r.Context(), Drafts{s.store}, from, to)
		if err == nil {
			s.captures.disarm(from)
			s.published.Changed()
		}
		return err
	})
}

// copyFlowAs makes a copy of a flow's draft under another slug.
func (s *Server) copyFlowAs(w http.ResponseWriter, r *http.Request) {
	s.giveSlug(w, r, "copying a flow", func(to string) error {
		draft, err := s.store.Draft(r.Context(), r.PathValue("slug"))
		if err != nil {
			return err
		}
		return designer.PutAs(r.Context(), Drafts{s.store}, draft.Source, to, draft.Name)
	})
}

// giveSlug reads {"slug"}, and answers with the same once it was given.
func (s *Server) giveSlug(w http.ResponseWriter, r *http.Request, doing string, give func(slug string) error) {
	object, ok := s.readObject(w, r, maxRequest)
	if !ok || !s.onlyFields(w, r, object, "slug") {
		return
	}
	slug, _ := object["slug"].(string)
	slug = strings.TrimSpace(slug)
	var unreadable *flowfile.SyntaxError
	switch err := give(slug); {
	case err == nil:
		s.WriteJSON(w, http.StatusOK, flow.Object{{Name: "slug", Value: slug}})
	case slugFault(err) != "":
		s.Problem(w, r, &reply.Problem{Type: "invalid", Detail: slugFault(err)})
	case errors.As(err, &unreadable):
		s.Problem(w, r, &reply.Problem{Type: "conflict", Detail: "The draft cannot be read, so its URL cannot be changed in it. Mend it first."})
	case errors.Is(err, designer.ErrRevision):
		s.Problem(w, r, &reply.Problem{Type: "unavailable", RetryAfter: reply.ShortPause, Detail: "Others are changing the flow all the time. Nothing was changed by you; try again."})
	default:
		s.Fail(w, r, doing, err)
	}
}

// movedTo is the slug that the flow of a request's path has now; empty: it went
// nowhere.
func (s *Server) movedTo(r *http.Request) string {
	to, err := s.store.MovedTo(r.Context(), r.PathValue("slug"))
	if err != nil {
		s.Logger.Error("it could not be told where a flow went", "error", err)
	}
	return to
}

// toMoved sends somebody to where the flow of the path is now, with what follows
// the flow in the address and, as browsers do after this status, what they sent. It
// reports whether there is such a place.
func (s *Server) toMoved(w http.ResponseWriter, r *http.Request, err error) bool {
	if !errors.Is(err, engine.ErrNotFound) {
		return false
	}
	to := s.movedTo(r)
	if to == "" {
		return false
	}
	target := "/flows/" + to + strings.TrimPrefix(r.URL.Path, "/flows/"+r.PathValue("slug"))
	if r.URL.RawQuery != "" {
		target += "?" + r.URL.RawQuery
	}
	http.Redirect(w, r, target, http.StatusTemporaryRedirect) //nolint:gosec // it begins with /flows/ and a slug of ours
	return true
}
