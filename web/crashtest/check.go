package crashtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"redial/engine"
	"redial/engine/flow"
	"redial/store"
)

// Check holds what a shop's folder has in it against the ledger and against what
// was promised. The program must have ended.
func Check(ctx context.Context, shop *Shop, promises []Promise) (*Findings, error) {
	kept, err := store.Open(ctx, store.Options{Dir: shop.Dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	c := &checker{shop: shop, kept: kept, found: newFindings(), traces: map[string]string{}}
	err = c.all(ctx, promises)
	if closing := kept.Close(); err == nil {
		err = closing
	}
	return c.found, err
}

type checker struct {
	shop   *Shop
	kept   *store.Store
	found  *Findings
	traces map[string]string // executions by trace
}

func (c *checker) all(ctx context.Context, promises []Promise) error {
	query := store.ExecutionQuery{Limit: store.MaxPage}
	for {
		page, next, err := c.kept.Executions(ctx, query)
		if err != nil {
			return err
		}
		for i := range page {
			if err := c.execution(ctx, &page[i]); err != nil {
				return fmt.Errorf("checking execution %s: %w", page[i].ID, err)
			}
		}
		if query.After = next; next == "" {
			break
		}
	}
	for i := range promises {
		if err := c.promise(ctx, &promises[i]); err != nil {
			return err
		}
	}
	// Calls that must not be repeated blindly begin only when their execution is
	// durable.
	for _, trace := range c.shop.Ledger.Traces() {
		if _, known := c.traces[trace]; known {
			continue
		}
		for _, call := range c.shop.Ledger.Calls(trace) {
			if call.Step != stepInventory {
				c.found.add(OutOfNowhere, "%s was called for trace %s, which is no execution's", call.Step, trace)
			}
		}
	}
	return nil
}

// promise checks that what was accepted is there, with the answer that was given.
func (c *checker) promise(ctx context.Context, p *Promise) error {
	record, err := c.kept.Execution(ctx, p.Execution)
	if errors.Is(err, engine.ErrNotFound) {
		c.found.add(Lost, "execution %s was accepted with %d and is gone", p.Execution, p.Status)
		return nil
	}
	if err != nil || !p.Answered {
		return err
	}
	answer, err := c.kept.Answer(ctx, p.Execution)
	if errors.Is(err, engine.ErrNotFound) {
		c.found.add(Lost, "the answer of execution %s went out and is gone", p.Execution)
		return nil
	}
	if err != nil {
		return err
	}
	if record.AnswerStatus != p.Status || !bytes.Equal(answer.Body, p.Body) {
		c.found.add(TwoAnswers, "execution %s has answered %d %s, and stored is %d %s",
			p.Execution, p.Status, p.Body, record.AnswerStatus, answer.Body)
	}
	return nil
}

func (c *checker) execution(ctx context.Context, record *flow.Execution) error {
	request, err := c.kept.Request(ctx, record.ID)
	if err != nil {
		return err
	}
	events, err := c.kept.Events(ctx, record.ID, 0, 0)
	if err != nil {
		return err
	}
	header, _ := request.Headers["traceparent"].(string)
	trace := strings.Split(header+"--", "-")[1]
	if other, taken := c.traces[trace]; taken {
		c.found.add(OutOfNowhere, "executions %s and %s come from one call", other, record.ID)
	}
	c.traces[trace] = record.ID
	c.found.Executions[record.Status]++
	h := newHistory(record, events, c.shop.Ledger.Calls(trace), c.found)
	h.check()
	return nil
}

// history is what one execution has recorded, and the calls that were received
// for it.
type history struct {
	record *flow.Execution
	events []flow.Event
	calls  []Call
	found  *Findings

	done    map[string]*flow.Event // step.finished by step and item
	begun   map[string]bool
	decided bool // a person has decided about a mail
}

func newHistory(record *flow.Execution, events []flow.Event, calls []Call, found *Findings) *history {
	return &history{record: record, events: events, calls: calls, found: found, done: map[string]*flow.Event{}, begun: map[string]bool{}}
}

func (h *history) check() {
	h.journal()
	h.end()
	h.again()
	for _, step := range []string{stepInvoice, stepOrder} {
		h.keyed(step)
	}
	for _, step := range []string{stepMail, stepWarehouse} {
		h.unsafe(step)
	}
}

func (h *history) report(kind Kind, format string, args ...any) {
	h.found.add(kind, "execution %s: %s", h.record.ID, fmt.Sprintf(format, args...))
}

// journal checks that the events have no gap, and that nothing has ended twice.
func (h *history) journal() {
	once := map[flow.EventType]int{}
	for i := range h.events {
		e := &h.events[i]
		if e.Seq != int64(i+1) {
			h.report(Damaged, "event %d has number %d", i+1, e.Seq)
		}
		once[e.Type]++
		switch e.Type {
		case flow.StepStarted:
			h.begun[place(e)] = true
		case flow.StepFinished:
			if h.done[place(e)] != nil {
				h.report(Damaged, "step %s has ended twice", place(e))
			}
			h.done[place(e)] = e
			h.decided = h.decided || e.Passed || e.Failure != nil && e.Failure.Code == flow.FailedUnknown
		case flow.ExecutionStarted, flow.StepRetrying, flow.ResponseStored, flow.ExecutionFinished:
		}
	}
	if once[flow.ResponseStored] > 1 {
		h.report(TwoAnswers, "%d answers were stored", once[flow.ResponseStored])
	}
	if once[flow.ExecutionFinished] > 1 || once[flow.ExecutionStarted] != 1 {
		h.report(Damaged, "it has begun %d times and ended %d times", once[flow.ExecutionStarted], once[flow.ExecutionFinished])
	}
}

// place names a step and its round.
func place(e *flow.Event) string {
	if len(e.Iteration) == 0 {
		return e.Step
	}
	return fmt.Sprintf("%s/%d", e.Step, e.Iteration[0])
}

// end checks that it has come to its end, or waits for a person at a mail.
func (h *history) end() {
	switch {
	case h.record.Status == flow.Succeeded, h.record.Status == flow.Failed && h.decided:
	case h.record.Status == flow.NeedsAttention && (h.open(stepMail) || h.open(stepWarehouse)):
	case h.record.Status == flow.Failed:
		h.report(Stuck, "it has failed: %s", h.record.Failure.Message)
	default:
		h.report(Stuck, "it is %s", h.record.Status)
	}
}

func (h *history) open(step string) bool { return h.begun[step] && h.done[step] == nil }

// again checks that no call came after its step was recorded as done.
func (h *history) again() {
	items := map[string]int{"LAMP-01": 0, "CHAIR-02": 1, "CLOCK-04": 2}
	for _, call := range h.calls {
		step := call.Step
		if call.Item != "" {
			step = fmt.Sprintf("%s/%d", step, items[call.Item])
		}
		done := h.done[step]
		if done != nil && done.Outcome == flow.StepSucceeded && call.At.Truncate(time.Microsecond).After(done.At) {
			h.report(RunAgain, "step %s was done at %s and was called at %s", step, done.At, call.At)
		}
	}
}

// keyed checks that what a step with a key brings about is there exactly once.
func (h *history) keyed(step string) {
	made, keys := map[string]bool{}, map[string]bool{}
	for _, call := range h.calls {
		if call.Step != step {
			continue
		}
		h.found.Keyed++
		keys[call.Key] = true
		if call.Made != "" {
			made[call.Made] = true
		}
	}
	done := h.done[step]
	succeeded := done != nil && done.Outcome == flow.StepSucceeded
	h.found.KeyedEffects += len(made)
	switch {
	case len(keys) > 1 || keys[""]:
		h.report(NotOnce, "%s was called with the keys %v", step, keys)
	case len(made) > 1, succeeded && len(made) == 0:
		h.report(NotOnce, "%s has brought about %d things", step, len(made))
	}
}

// unsafe checks that what must not be repeated was not.
func (h *history) unsafe(step string) {
	calls, made := 0, 0
	for _, call := range h.calls {
		if call.Step == step {
			calls++
			made += min(len(call.Made), 1)
		}
	}
	h.found.Unsafe += calls
	done := h.done[step]
	if calls > 1 || done != nil && done.Outcome == flow.StepSucceeded && made != 1 {
		h.report(NotOnce, "%s was called %d times and sent %d mails", step, calls, made)
	}
}
