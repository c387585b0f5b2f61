package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
	"unicode/utf8"

	"redial/engine"
	"redial/engine/flow"
	"redial/web/hook"
	"redial/web/reply"
)

// callerView is what the caller of an execution got, and when.
type callerView struct {
	Moments []callerMoment
	Answer  *flow.Answer
	Body    *valueNode // of an answer that is JSON
	Text    string     // of any other
	Whole   bool       // Body or Text is all of it
	Size    int
	// Turn is when it began, if it had to wait for its turn.
	Turn time.Time
	// HandedOver is when the caller was let go at the deadline; zero: not.
	HandedOver time.Time
}

// callerMoment is one thing that the caller lived through.
type callerMoment struct {
	At    time.Time
	After time.Duration // since the start
	Icon  string
	Class string
	What  string
	Code  int // HTTP status; 0: none
}

// previewBytes bounds how much of an answer a page shows.
const previewBytes = 64 << 10

func (s *Server) callerOf(ctx context.Context, x *flow.Execution, now time.Time) (*callerView, error) {
	v := &callerView{Whole: true}
	var err error
	if v.Turn, err = s.turn(ctx, x.ID); err != nil {
		return nil, err
	}
	v.live(x, now)
	answer, err := s.hooks.Told(ctx, x)
	if err != nil && !errors.Is(err, engine.ErrNotFound) {
		return nil, err
	}
	if answer != nil {
		v.show(answer)
	}
	return v, nil
}

// live finds out what the caller lived through. A sync call is handed over when
// its deadline passes before there is an answer: see web/hook.
func (v *callerView) live(x *flow.Execution, now time.Time) {
	add := func(at time.Time, icon, class, what string, code int) {
		v.Moments = append(v.Moments, callerMoment{at, max(0, at.Sub(x.StartedAt)), icon, class, what, code})
	}
	waits := x.Mode == flow.Sync && !x.Test && x.Parent == ""
	switch {
	case x.Test:
		add(x.StartedAt, "flask-conical", "", "A test run was started", 0)
	case x.Parent != "":
		add(x.StartedAt, "workflow", "", "Another flow started it", 0)
	case waits:
		add(x.StartedAt, "phone-call", "", "Called, and the caller holds the line", 0)
	default:
		add(x.StartedAt, "phone-forwarded", "", "Called, and let go at once", http.StatusAccepted)
	}
	if !v.Turn.IsZero() {
		add(v.Turn, "clock", "", "It was its turn, after waiting in the queue", 0)
	}
	decided := x.AnsweredAt // when there was something to tell the caller
	if decided.IsZero() {
		decided = x.EndedAt
	}
	if !x.HungUpAt.IsZero() {
		v.hungUp(x, add)
		waits = false
	}
	deadline := x.StartedAt.Add(time.Duration(x.Settings.Deadline))
	if waits && now.After(deadline) && (decided.IsZero() || decided.After(deadline)) {
		v.HandedOver = deadline
		if x.Settings.OnDeadline == flow.FailAtDeadline {
			add(deadline, "timer", "waiting", "Deadline passed, told so", http.StatusGatewayTimeout)
		} else {
			add(deadline, "phone-forwarded", "waiting", "Handed over at the deadline", http.StatusAccepted)
		}
		waits = false
	}
	v.ends(x, waits, add)
}

// hungUp adds that the caller did not wait for the answer.
func (v *callerView) hungUp(x *flow.Execution, add func(time.Time, string, string, string, int)) {
	what := "The caller hung up, and the execution went on"
	if x.Settings.OnDisconnect == flow.CancelOnDisconnect {
		what = "The caller hung up, which cancels the execution"
	}
	add(x.HungUpAt, "log-out", "waiting", what, 0)
}

// ends adds the answer, or what the caller was told instead of one.
func (v *callerView) ends(x *flow.Execution, waits bool, add func(time.Time, string, string, string, int)) {
	got := "Answer stored"
	if waits {
		got = "Answered"
	}
	switch {
	case !x.AnsweredAt.IsZero():
		class := "succeeded"
		if x.AnswerStatus >= http.StatusBadRequest {
			class = "failed"
		}
		add(x.AnsweredAt, "reply", class, got, x.AnswerStatus)
	case x.EndedAt.IsZero():
		return
	case x.Failure != nil:
		add(x.EndedAt, "circle-x", "failed", "Failed before it had answered", answeredStatus(x))
	case x.Status == flow.Canceled:
		add(x.EndedAt, "circle-stop", "", "Canceled before it had answered", answeredStatus(x))
	case x.Status == flow.Succeeded:
		add(x.EndedAt, "reply", "succeeded", "Ended without an answer of its own", answeredStatus(x))
	}
}

// answeredStatus is the HTTP status of what the caller gets in the end: the flow's
// answer, or what is told in the place of one; 0 while that is open.
func answeredStatus(x *flow.Execution) int {
	switch {
	case !x.AnsweredAt.IsZero():
		return x.AnswerStatus
	case x.EndedAt.IsZero():
		return 0
	case x.Failure != nil:
		return hook.FailureStatus(x.Failure)
	case x.Status == flow.Canceled:
		return reply.ProblemTypes["canceled"].Status
	default:
		return http.StatusNoContent
	}
}

// show prepares the answer for reading.
func (v *callerView) show(answer *flow.Answer) {
	v.Answer, v.Size = answer, len(answer.Body)
	if len(answer.Body) == 0 {
		return
	}
	if len(answer.Body) <= previewBytes {
		if value, err := flow.DecodeJSON(answer.Body); err == nil {
			v.Body, v.Whole = newValueTree(value)
			return
		}
	}
	v.Text, v.Whole = previewText(answer.Body)
}

// previewText is the beginning of a body as text.
func previewText(body []byte) (text string, whole bool) {
	const shown = 4000
	if !utf8.Valid(body) {
		return fmt.Sprintf("%s bytes that are not text", grouped(len(body))), false
	}
	if len(body) <= shown {
		return string(body), true
	}
	end := shown
	for end > 0 && !utf8.RuneStart(body[end]) {
		end--
	}
	return string(body[:end]) + "…", false
}
