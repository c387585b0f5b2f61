package engine

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"redial/engine/core"
	"redial/engine/flow"
	"redial/engine/step"
)

// Limits are what one execution may use up at most. One that would go over a limit
// fails for good, with a failure that says which: neither a repeat of the call nor a
// restart heals it. A limit that is zero is that of DefaultLimits.
type Limits struct {
	// Steps that are begun; each attempt, and each step of each round, counts.
	Steps int
	// Rounds of one each step, and TotalRounds of all in an execution.
	Rounds, TotalRounds int
	// Attempts at one step.
	Attempts int
	// Output is how many bytes of JSON one step may put out, or take in; Outputs is
	// the same of all steps of an execution, those left out that have little.
	Output, Outputs int64
	// Nesting is how deep flows may start flows.
	Nesting int
	// Time is how long steps of an execution may be under way: see core.Usage.
	Time time.Duration
}

// DefaultLimits are far above what flows need, and keep one that runs wild from
// taking memory and disk from the others.
var DefaultLimits = Limits{
	Steps: 200_000, Rounds: 10_000, TotalRounds: 100_000, Attempts: 1_000,
	Output: 32 << 20, Outputs: 256 << 20, Nesting: 16, Time: 24 * time.Hour,
}

// MaxLimits are the highest that can be asked for. With them a step still fits into
// a batch of the journal.
var MaxLimits = Limits{
	Steps: 10_000_000, Rounds: core.MaxRounds, TotalRounds: 10_000_000, Attempts: 1_000_000,
	Output: 100 << 20, Outputs: 4 << 30, Nesting: 64, Time: 10 * 365 * 24 * time.Hour,
}

// countedFrom is the size of a value from which it counts towards Limits.Outputs. Less
// is bounded by the number of steps, and need not stand in every event.
const countedFrom = 1 << 10

// orDefault fills in what is zero.
func (l Limits) orDefault() Limits {
	fill(&l.Steps, DefaultLimits.Steps)
	fill(&l.Rounds, DefaultLimits.Rounds)
	fill(&l.TotalRounds, DefaultLimits.TotalRounds)
	fill(&l.Attempts, DefaultLimits.Attempts)
	fill(&l.Output, DefaultLimits.Output)
	fill(&l.Outputs, DefaultLimits.Outputs)
	fill(&l.Nesting, DefaultLimits.Nesting)
	fill(&l.Time, DefaultLimits.Time)
	return l
}

func fill[T comparable](limit *T, value T) {
	var zero T
	if *limit == zero {
		*limit = value
	}
}

// counted are those that the core counts.
func (l *Limits) counted() core.Limits {
	return core.Limits{Steps: l.Steps, Rounds: l.TotalRounds, Bytes: l.Outputs, Time: l.Time}
}

// raise is how an operator changes a limit.
const raise = "whoever operates this server can allow more with --limits"

// refused ends the execution at a step that would go over a limit, with which it may
// have rounds. It is false if there is none.
func (r *run) refused(ref core.Ref, rounds int) bool {
	e := r.engine
	limit := r.state.Exceeds(&e.coreLimits, rounds)
	if limit == core.NoLimit {
		return false
	}
	limits, used, name := &e.options.Limits, r.state.Used(), ref.ID()
	failure := &flow.Failure{}
	switch limit {
	case core.LimitSteps:
		failure.Code = flow.FailedSteps
		failure.Message = fmt.Sprintf("step %s was not begun: the execution has begun %s steps, repeats and those of rounds counted, and may begin no more; split the flow, or start it once for each part of the work; %s", name, count(used.Steps), raise)
	case core.LimitRounds:
		failure.Code = flow.FailedRounds
		failure.Message = fmt.Sprintf("step %s would run %s rounds, after %s of this execution; all together may run %s; start the flow once for each part of the list; %s", name, count(rounds), count(used.Rounds), count(limits.TotalRounds), raise)
	case core.LimitBytes:
		failure.Code = flow.FailedOutputs
		failure.Message = fmt.Sprintf("step %s was not begun: what the steps of this execution have taken in and put out has %s, and may have %s; pass on less, or fewer items at a time; %s", name, bytesText(used.Bytes), bytesText(limits.Outputs), raise)
	case core.LimitTime:
		failure.Code = flow.FailedLength
		failure.Message = fmt.Sprintf("step %s was not begun: steps of this execution have been under way for %s, and may be for %s; split the flow, or do less at a time; %s", name, used.Time.Round(time.Second), limits.Time, raise)
	case core.NoLimit:
	}
	r.settle(ref, &flow.Event{Failure: failure, Final: true})
	return true
}

// fits measures what a step takes in or puts out. It gives the size as it is
// recorded, and a failure if it is too large; verb says which of the two it does.
func (r *run) fits(ref core.Ref, verb string, value any) (counted int64, failure *flow.Failure) {
	if value == nil {
		return 0, nil
	}
	size, depth := flow.Size(value)
	switch limit := r.engine.options.Limits.Output; {
	case size > limit:
		return 0, &flow.Failure{Code: flow.FailedOutput, Message: fmt.Sprintf(
			"step %s %s %s; at most %s are kept of one step; %s", ref.ID(), verb, bytesText(size), bytesText(limit), "pass on less, a page at a time for instance; "+raise)}
	case depth > flow.MaxOutputDepth:
		return 0, &flow.Failure{Code: flow.FailedOutput, Message: fmt.Sprintf(
			"step %s %s a value that is nested %d levels deep; at most %d are kept; pass on a part of it", ref.ID(), verb, depth, flow.MaxOutputDepth)}
	case size < countedFrom:
		return 0, nil
	default:
		return size, nil
	}
}

// tooManyRounds is the failure of an each step that has more items than one may.
func (r *run) tooManyRounds(ref core.Ref, items int) *flow.Failure {
	limit := r.engine.options.Limits.Rounds
	if items <= limit {
		return nil
	}
	return &flow.Failure{Code: flow.FailedRounds, Message: fmt.Sprintf(
		"with.items of step %s: the list has %s items; at most %s rounds are run; start the flow once for each part of the list; %s", ref.ID(), count(items), count(limit), raise)}
}

// tooManyAttempts is the failure of a step that has been tried as often as one may.
func (r *run) tooManyAttempts(ref core.Ref, last *flow.Failure) *flow.Failure {
	return &flow.Failure{Code: flow.FailedAttempts, Status: last.Status, Message: fmt.Sprintf(
		"step %s was tried %s times, which is as often as this server tries a step; the last time: %s", ref.ID(), count(ref.Tries()), last.Message)}
}

// tooDeep is the failure of a flow step whose execution was started by too many
// others, one by the other.
func (r *run) tooDeep(child step.Child) *flow.Failure {
	limit := r.engine.options.Limits.Nesting
	if strings.Count(r.lineage(), "/")+1 <= limit {
		return nil
	}
	return &flow.Failure{Code: flow.FailedNesting, Message: fmt.Sprintf(
		"flow %s was not started: flows start flows more than %d deep; see whether one of them starts itself; %s", child.Slug, limit, raise)}
}

// count is a number as people write it: 10,000.
func count(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// bytesText is a size as people write it.
func bytesText(n int64) string {
	if n < 1<<20 {
		return count(int(n)) + " bytes"
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}
