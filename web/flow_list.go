package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"redial/designer"
	"redial/designer/canvas"
	"redial/designer/template"
	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

// flowsPerPage is how many rows of the flows list are loaded at once.
const flowsPerPage = 50

// maxSearch bounds the words of a search, in bytes.
const maxSearch = 200

// maxTooltip bounds a name where it is shown in full, in characters.
const maxTooltip = 300

// flowList is what the flows page shows.
type flowList struct {
	Search    string
	After     string
	Rows      []flowRow
	Next      string // cursor; empty on the last page
	Found     int
	Templates []template.Template
}

// flowRow is a flow of the list.
type flowRow struct {
	Slug, Name string
	Mode       flow.Mode
	Published  int // number of the version; 0: none
	Errors     int
	Warnings   int
	Unreadable bool // the draft cannot be read; only exporting it helps
	Updated    time.Time
	Thumbnail  templ.Component
}

// nextURL is where the list goes on.
func (l *flowList) nextURL() string {
	query := url.Values{"after": {l.Next}}
	if l.Search != "" {
		query.Set("q", l.Search)
	}
	return "/?" + query.Encode()
}

// healthURL asks how the flows of these rows went.
func (l *flowList) healthURL() string {
	query := url.Values{}
	for i := range l.Rows {
		query.Add("slug", l.Rows[i].Slug)
	}
	return "/flow-health?" + query.Encode()
}

// flowListPage shows the flows. htmx asks for the list alone after each letter
// of a search, and for more rows at its end.
func (s *Server) flowListPage(w http.ResponseWriter, r *http.Request) {
	list, err := s.flowList(r.Context(), r.URL.Query())
	switch {
	case err != nil:
		s.pageFault(w, r, "listing flows", err)
	case fragment(r) && list.After != "":
		s.Render(w, r, http.StatusOK, flowRows(list))
	case fragment(r):
		s.Render(w, r, http.StatusOK, flowTable(list))
	default:
		s.Render(w, r, http.StatusOK, flowListView(list))
	}
}

func (s *Server) flowList(ctx context.Context, query url.Values) (*flowList, error) {
	list := &flowList{Search: query.Get("q"), After: query.Get("after"), Templates: template.All()}
	list.Search = strings.ToValidUTF8(list.Search[:min(len(list.Search), maxSearch)], "")
	workshop, err := s.workshop.get(ctx)
	if err != nil {
		return nil, err
	}
	page, err := s.store.SearchDrafts(ctx, list.Search, list.After, flowsPerPage)
	if err != nil {
		return nil, err
	}
	list.Next, list.Found = page.Next, page.Found
	for i := range page.Drafts {
		row, err := s.flowRow(ctx, workshop, &page.Drafts[i])
		if err != nil {
			return nil, err
		}
		list.Rows = append(list.Rows, row)
	}
	return list, nil
}

func (s *Server) flowRow(ctx context.Context, workshop *designer.Workshop, draft *store.Draft) (flowRow, error) {
	row := flowRow{
		Slug: draft.Slug, Name: draft.Name, Published: draft.Published, Updated: draft.Updated,
		Mode: flow.Sync, Thumbnail: templ.NopComponent,
	}
	if row.Name == "" {
		row.Name = draft.Slug
	}
	if checked, err := s.checked.check(workshop, draft); err != nil {
		row.Unreadable = true
	} else {
		row.Mode = checked.Flow.Settings.Mode
		row.Errors, row.Warnings = countProblems(checked.Problems)
		row.Thumbnail = canvas.Thumbnail(canvas.Build(checked.Flow, workshop.Library, nil))
	}
	if draft.Published == 0 {
		return row, nil
	}
	published, err := s.published.Get(ctx, draft.Slug)
	if errors.Is(err, engine.ErrNotFound) {
		return row, nil // taken away meanwhile
	}
	if err == nil {
		row.Mode = published.Settings.Mode
	}
	return row, err
}

func countProblems(problems []flow.Problem) (errs, warnings int) {
	for i := range problems {
		if problems[i].Severity == flow.SeverityError {
			errs++
		} else {
			warnings++
		}
	}
	return errs, warnings
}
