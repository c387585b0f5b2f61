package engine

import (
	"math"
	"math/rand/v2"
	"time"

	"redial/engine/core"
	"redial/engine/flow"
	"redial/engine/step"
)

// retry plans another attempt, if the step and the failure allow one.
func (r *run) retry(ref core.Ref, caller step.Caller, failure *flow.Failure, exchanges []flow.Exchange) bool {
	policy := r.program.steps[ref.ID()].def.Retry
	_, attempt, _, _ := ref.Begun()
	if !r.triesOn(ref, failure) || r.triesEnd(ref, failure) || r.startsNothing(ref) {
		return false
	}
	until := r.engine.now().Add(retryPause(policy, ref.Tries(), failure))
	r.emitStep(ref, &flow.Event{Type: flow.StepRetrying, Attempt: attempt + 1, Until: until, Failure: located(failure, ref), Exchanges: exchanges})
	r.at(ref, until, func(r *run) { r.nextAttempt(ref, caller, attempt+1) })
	return true
}

// triesOn reports whether the flow wants another attempt at a step.
func (r *run) triesOn(ref core.Ref, failure *flow.Failure) bool {
	policy := r.program.steps[ref.ID()].def.Retry
	return policy != nil && failure.Retryable && ref.Tries() < policy.Attempts
}

// triesEnd reports whether the flow wants another attempt, and there were as many as
// a step may have.
func (r *run) triesEnd(ref core.Ref, failure *flow.Failure) bool {
	return r.triesOn(ref, failure) && ref.Tries() >= r.engine.options.Limits.Attempts
}

// startsNothing reports whether a failure or a cancel keeps a step from making
// another attempt.
func (r *run) startsNothing(ref core.Ref) bool { return r.state.Canceling() || ref.Stopped() }

// endPauses finishes the steps that will make no other attempt: they end as the
// last one did.
func (r *run) endPauses() {
	for ref := range r.timers {
		if last, pausing := ref.Pausing(); pausing && last != nil && r.startsNothing(ref) {
			r.finishStep(ref, nil, flow.DefaultPort, last)
		}
	}
}

// nextAttempt repeats a call whose last attempt has failed.
func (r *run) nextAttempt(ref core.Ref, caller step.Caller, attempt int) {
	if r.isStopping() || r.refused(ref, 0) {
		return
	}
	size, _ := r.fits(ref, "takes in", r.inputs[ref])
	r.start(ref, &flow.Event{Attempt: attempt, Input: r.inputs[ref], Size: size})
	r.call(ref, caller, true)
}

// retryPause is the pause after an attempt: it grows by the factor, is left to
// chance by the jitter, and is never shorter than the service asked for.
func retryPause(policy *flow.Retry, attempt int, failure *flow.Failure) time.Duration {
	factor, jitter := policy.Factor, policy.Jitter
	if factor == 0 {
		factor = flow.DefaultRetryFactor
	}
	grown := float64(policy.Pause) * min(math.Pow(factor, float64(attempt-1)), math.MaxFloat32)
	grown *= 1 + jitter*(2*rand.Float64()-1)
	pause := flow.Duration(min(grown, float64(flow.MaxDuration)))
	return time.Duration(max(pause, failure.RetryAfter))
}
