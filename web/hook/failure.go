package hook

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"redial/engine/flow"
	"redial/web/reply"
)

// callerFailure is a failure as callers see it. They are outsiders: what an outside
// service is, where it stands and what it said stay with those who build the flow.
// Its message is made of the names in the flow and of the kind of failure alone,
// wherever the failure's own words may be another's or name an address.
func (s *Server) callerFailure(ctx context.Context, versionID int64, failure *flow.Failure) *flow.Failure {
	if failure == nil || !namesOthers(failure) {
		return failure
	}
	told := *failure
	step := s.failedStep(ctx, versionID, failure.Step)
	told.Message = fmt.Sprintf("The step “%s” failed: %s.", step.Title(), s.outsideWords(ctx, step, failure))
	return &told
}

// namesOthers reports whether the words of a failure may be those of an outside
// service, or name its address. Each code that does not has words of our own, or
// of the flow's builder.
func namesOthers(failure *flow.Failure) bool {
	switch failure.Code {
	case flow.FailedService, flow.FailedUnreachable, flow.FailedTimeout, flow.FailedConnection,
		flow.FailedEgress, flow.FailedLimit, flow.FailedCanceled, flow.FailedAttempts:
		return true
	case flow.FailedByFlow:
		return false
	default:
		return failure.Status != 0
	}
}

// outsideWords say what kind of failure it is, and of which service.
func (s *Server) outsideWords(ctx context.Context, step *flow.Step, failure *flow.Failure) string {
	service := s.serviceWords(ctx, step)
	words, told := failureWords[failure.Code]
	switch {
	case told:
		return fmt.Sprintf(words, service)
	case failure.Status != 0:
		return strings.TrimSpace(service + " answered " + strconv.Itoa(failure.Status) + " " + http.StatusText(failure.Status))
	case failure.Code == flow.FailedConnection:
		return "what is needed to call " + service + " is missing, or does not fit"
	default:
		return service + " answered with what cannot be used"
	}
}

// failureWords are what callers are told of a service by codes that say it all.
var failureWords = map[flow.FailureCode]string{
	flow.FailedAttempts:    "%s was tried as often as this server tries a step",
	flow.FailedUnreachable: "%s could not be reached",
	flow.FailedTimeout:     "%s did not answer in time",
	flow.FailedEgress:      "%s may not be called from here; whoever operates this server can allow it with --allow-private-egress",
	flow.FailedLimit:       "what it sends, or gets from %s, is too large",
	flow.FailedCanceled:    "the call to %s was broken off",
}

// serviceWords name what a step calls, as the flow names it.
func (s *Server) serviceWords(ctx context.Context, step *flow.Step) string {
	words := "the service that it calls"
	uses, _, _ := strings.Cut(step.Uses, "@")
	if name, _, isAction := strings.Cut(uses, "/"); isAction {
		words = name
		if library, err := s.library(ctx); err == nil {
			if component, err := library.Catalogue().Component(name); err == nil {
				words = component.Title
			}
		}
	} else if uses == "flow" {
		words = "a service of the flow that it runs"
	}
	if step.Connection != "" {
		words += fmt.Sprintf(" (connection %q)", step.Connection)
	}
	return words
}

// failedStep is the step of a version that failed. Where it cannot be read, the ID
// says at least which one it was.
func (s *Server) failedStep(ctx context.Context, versionID int64, id string) *flow.Step {
	if f, err := s.engine.Flow(ctx, versionID); err == nil {
		for step := range f.All {
			if step.ID == id {
				return step
			}
		}
	}
	return &flow.Step{ID: id}
}

// failureProblem is why an execution failed, as its caller gets it. The code
// alone decides the status.
func (s *Server) failureProblem(ctx context.Context, execution string, failure *flow.Failure) *reply.Problem {
	p := problemOfFailure(failure)
	p.Execution = execution
	if namesOthers(failure) {
		versionID := int64(0)
		if x, err := s.store.Execution(ctx, execution); err == nil {
			versionID = x.VersionID
		}
		p.Detail = s.callerFailure(ctx, versionID, failure).Message
	}
	return p
}

// problemOfFailure is the problem that a failure is, in the words of the failure.
func problemOfFailure(failure *flow.Failure) *reply.Problem {
	p := &reply.Problem{
		Type: "flow-failed", Detail: failure.Message,
		Step: failure.Step, Iteration: failure.Iteration, Retryable: &failure.Retryable,
	}
	switch failure.Code {
	case flow.FailedService, flow.FailedUnreachable:
		p.Type = "service-failed"
	case flow.FailedTimeout:
		p.Type = "service-too-slow"
	case flow.FailedByFlow:
		p.Status = failure.Status
	case flow.FailedSteps, flow.FailedRounds, flow.FailedAttempts, flow.FailedOutput, flow.FailedOutputs,
		flow.FailedAnswer, flow.FailedNesting, flow.FailedLength, flow.FailedUnstorable:
		p.Type = strings.ReplaceAll(string(failure.Code), "_", "-")
	case flow.FailedConnection, flow.FailedEgress, flow.FailedExpression, flow.FailedInput,
		flow.FailedLimit, flow.FailedCanceled, flow.FailedUnknown, flow.FailedInternal:
	}
	return p
}

// FailureStatus is the HTTP status of a failure's problem.
func FailureStatus(failure *flow.Failure) int {
	p := problemOfFailure(failure)
	if p.Status != 0 {
		return p.Status
	}
	return reply.ProblemTypes[p.Type].Status
}
