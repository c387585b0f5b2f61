package web

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"redial/engine/flow"
	"redial/store"
	"redial/web/ui"
)

// wantsPage reports whether a browser asks on behalf of a person, rather than a
// program.
func wantsPage(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}

// executionList is the list of executions: a page to people, JSON to programs.
// With a key, it is the execution of that key, for whoever may call the flow.
func (s *Server) executionList(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Has("idempotency-key") {
		s.hooks.ExecutionOfKey(w, r)
		return
	}
	w.Header().Set("Vary", "Accept, Cookie")
	if wantsPage(r) {
		s.page(s.executionListPage).ServeHTTP(w, r)
		return
	}
	s.authenticated(s.listExecutions).ServeHTTP(w, r)
}

// executionFilter is what the list is asked for.
type executionFilter struct {
	Flow   string
	Status flow.Status
	// Refused is for calls that became no execution, instead of a status.
	Refused bool
	Origin  store.Origin
	From    time.Time // zero: from the first on
	To      time.Time
	Period  period
	After   string
}

// period is the span of time that the histogram shows.
type period string

var periods = []struct {
	Name  period
	Title string
	Span  time.Duration // that of a bar
	Bars  int
}{
	{"hour", "1 hour", time.Minute, 60},
	{"day", "24 hours", 30 * time.Minute, 48},
	{"week", "7 days", 3 * time.Hour, 56},
}

// listedStatuses are those that one can filter by, in the order of a life.
var listedStatuses = []flow.Status{
	flow.Queued, flow.Running, flow.Waiting, flow.NeedsAttention, flow.Succeeded, flow.Failed, flow.Canceled,
}

// refusedStatus stands where else a status does, for calls that became no execution.
const refusedStatus = "refused"

// readExecutionFilter reads what it understands and leaves the rest out: an
// address that somebody kept shows a list in any case.
func readExecutionFilter(query url.Values) executionFilter {
	f := executionFilter{Period: "day"}
	if slug := query.Get("flow"); flow.ValidSlug(slug) {
		f.Flow = slug
	}
	for _, status := range listedStatuses {
		if string(status) == query.Get("status") {
			f.Status = status
		}
	}
	f.Refused = query.Get("status") == refusedStatus
	switch origin := store.Origin(query.Get("from_whom")); origin {
	case store.FromCallers, store.FromTests:
		f.Origin = origin
	case store.AnyOrigin:
	}
	for _, p := range periods {
		if string(p.Name) == query.Get("period") {
			f.Period = p.Name
		}
	}
	f.From, f.To = readMoment(query.Get("from")), readMoment(query.Get("to"))
	if executionID.MatchString(query.Get("after")) {
		f.After = query.Get("after")
	}
	return f
}

// readMoment reads milliseconds since 1970; the zero time if it is none.
func readMoment(text string) time.Time {
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ms <= 0 || ms > 1<<47 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// query is the filter as the store knows it.
func (f executionFilter) query() store.ExecutionQuery {
	return store.ExecutionQuery{Flow: f.Flow, Status: f.Status, Origin: f.Origin, Since: f.From, Until: f.To, After: f.After}
}

// path is the address of the list with the filter, after some change to it.
func (f executionFilter) path(change func(*executionFilter)) string {
	if change != nil {
		change(&f)
	}
	query := url.Values{}
	set := func(name, value string) {
		if value != "" {
			query.Set(name, value)
		}
	}
	set("flow", f.Flow)
	set("status", string(f.Status))
	if f.Refused {
		set("status", refusedStatus)
	}
	set("from_whom", string(f.Origin))
	if f.Period != "day" {
		set("period", string(f.Period))
	}
	if !f.From.IsZero() {
		set("from", strconv.FormatInt(f.From.UnixMilli(), 10))
	}
	if !f.To.IsZero() {
		set("to", strconv.FormatInt(f.To.UnixMilli(), 10))
	}
	set("after", f.After)
	if len(query) == 0 {
		return "/executions"
	}
	return "/executions?" + query.Encode()
}

// livePath is the socket of the list.
func (f executionFilter) livePath() string {
	return "/executions/live" + strings.TrimPrefix(f.path(func(f *executionFilter) { f.After = "" }), "/executions")
}

// narrow reports whether the filter leaves anything out.
func (f executionFilter) narrow() bool {
	return f.Flow != "" || f.Status != "" || f.Refused || f.Origin != "" || !f.From.IsZero() || !f.To.IsZero()
}

// matches reports whether an execution is one that the filter shows.
func (f executionFilter) matches(x *flow.Execution) bool {
	return !f.Refused && (f.Flow == "" || x.Flow == f.Flow) && (f.Status == "" || x.Status == f.Status) &&
		(f.Origin == "" || (f.Origin == store.FromTests) == x.Test) &&
		!x.StartedAt.Before(f.From) && (f.To.IsZero() || x.StartedAt.Before(f.To))
}

// executionListView is the page.
type executionListView struct {
	Filter    executionFilter
	Flows     []flowChoice
	Histogram *histogram
	Rows      []executionRow
	Older     string // address of the next page; empty: this is the last
	Sought    string // the text that was looked for and not found
	// Refusals are there instead of rows where the filter asks for them. Refused is how
	// many calls of the chosen flow were refused in the last day.
	Refusals []refusalRow
	Refused  int64
}

type flowChoice struct{ Slug, Name string }

// executionID is what an execution's ID looks like, alone or within an address.
var executionID = regexp.MustCompile(`[0-9A-HJKMNP-TV-Z]{26}`)

func (s *Server) executionListPage(w http.ResponseWriter, r *http.Request) {
	view := executionListView{Filter: readExecutionFilter(r.URL.Query())}
	if text := strings.TrimSpace(r.URL.Query().Get("q")); text != "" {
		if id := s.soughtExecution(r.Context(), text); id != "" {
			//nolint:gosec // the ID was looked up, and the path is our own
			http.Redirect(w, r, "/executions/"+id, http.StatusSeeOther)
			return
		}
		view.Sought = ui.Shortened(text, 60)
	}
	if err := s.fillExecutionList(r.Context(), &view); err != nil {
		s.pageFault(w, r, "listing executions", err)
		return
	}
	s.Render(w, r, http.StatusOK, executionsView(&view))
}

// soughtExecution is the execution that a text names: by its ID, or by an
// address that holds it.
func (s *Server) soughtExecution(ctx context.Context, text string) string {
	id := executionID.FindString(strings.ToUpper(text))
	if id == "" {
		return ""
	}
	if _, err := s.store.Execution(ctx, id); err != nil {
		return ""
	}
	return id
}

func (s *Server) fillExecutionList(ctx context.Context, view *executionListView) (err error) {
	names := s.newFlowNames()
	if view.Filter.Refused {
		err = s.fillRefusals(ctx, view, names)
	} else {
		err = s.fillExecutions(ctx, view, names)
	}
	if err != nil {
		return err
	}
	return s.fillFlowChoices(ctx, view)
}

func (s *Server) fillExecutions(ctx context.Context, view *executionListView, names *flowNames) error {
	executions, next, err := s.store.Executions(ctx, view.Filter.query())
	if err != nil {
		return err
	}
	view.Rows = make([]executionRow, len(executions))
	now := time.Now()
	for i := range executions {
		view.Rows[i] = newExecutionRow(&executions[i], names.of(ctx, executions[i].Flow), now)
	}
	if next != "" {
		view.Older = view.Filter.path(func(f *executionFilter) { f.After = next })
	}
	if view.Histogram, err = s.histogram(ctx, view.Filter, now); err != nil {
		return err
	}
	if view.Filter.Flow != "" {
		view.Refused, err = s.countRefused(ctx, view.Filter.Flow)
	}
	return err
}

func (s *Server) fillFlowChoices(ctx context.Context, view *executionListView) error {
	drafts, err := s.store.Drafts(ctx, "", store.MaxPage)
	if err != nil {
		return err
	}
	known := view.Filter.Flow == ""
	for i := range drafts {
		view.Flows = append(view.Flows, flowChoice{drafts[i].Slug, orText(drafts[i].Name, drafts[i].Slug)})
		known = known || drafts[i].Slug == view.Filter.Flow
	}
	if !known { // it was deleted; its executions stay
		view.Flows = append(view.Flows, flowChoice{view.Filter.Flow, view.Filter.Flow})
	}
	return nil
}

// flowNames remembers what people call flows while a list is made.
type flowNames struct {
	store *store.Store
	known map[string]string
}

func (s *Server) newFlowNames() *flowNames {
	return &flowNames{store: s.store, known: map[string]string{}}
}

// of is the name of a flow, or its slug if it has none or is not there any more.
func (n *flowNames) of(ctx context.Context, slug string) string {
	name, known := n.known[slug]
	if !known {
		name = slug
		if draft, err := n.store.Draft(ctx, slug); err == nil {
			name = orText(draft.Name, slug)
		}
		n.known[slug] = name
	}
	return name
}

func orText(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// executionRow is an execution as lists show it.
type executionRow struct {
	*flow.Execution
	Name string // of its flow
	Took time.Duration
}

func newExecutionRow(x *flow.Execution, name string, now time.Time) executionRow {
	row := executionRow{Execution: x, Name: name, Took: now.Sub(x.StartedAt)}
	if !x.EndedAt.IsZero() {
		row.Took = x.EndedAt.Sub(x.StartedAt)
	}
	row.Took = max(row.Took, 0)
	return row
}

// shortID is the end of an ID: its beginning is the time, which many have in
// common.
func shortID(id string) string {
	const shown = 8
	if len(id) <= shown {
		return id
	}
	return id[len(id)-shown:]
}

// versionText names the version of an execution.
func versionText(version int) string {
	if version == 0 {
		return "draft"
	}
	return "v" + strconv.Itoa(version)
}

// statusLook is the icon and the word of a status.
func statusLook(status flow.Status) (icon, word string) {
	switch status {
	case flow.Queued:
		return "clock", "Queued"
	case flow.Running:
		return "loader-circle", "Running"
	case flow.Waiting:
		return "pause", "Waiting"
	case flow.Succeeded:
		return "check", "Succeeded"
	case flow.Failed:
		return "x", "Failed"
	case flow.Canceled:
		return "circle-stop", "Canceled"
	case flow.NeedsAttention:
		return "hand", "Needs attention"
	default:
		return "circle-help", string(status)
	}
}

// answerClass groups HTTP statuses by what they mean for a caller.
func answerClass(status int) string {
	switch {
	case status >= 500:
		return "bad"
	case status >= 400:
		return "refused"
	default:
		return "good"
	}
}

func milliseconds(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return strconv.FormatInt(at.UnixMilli(), 10)
}
