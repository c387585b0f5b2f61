package engine

import (
	"fmt"

	"redial/engine/core"
	"redial/engine/flow"
)

// part is what an execution runs of a flow. A nil part is all of it.
type part struct {
	steps, begin map[string]bool
	given        map[string]flow.Given
}

func newPart(p *flow.Part, given map[string]flow.Given) *part {
	made := &part{steps: make(map[string]bool, len(p.Steps)), begin: make(map[string]bool, len(p.Begin)), given: given}
	for _, id := range p.Steps {
		made.steps[id] = true
	}
	for _, id := range p.Begin {
		made.begin[id] = true
	}
	return made
}

func (p *part) has(id string) bool { return p == nil || p.steps[id] }

// gives reports whether the step need not be ready to run.
func (p *part) gives(id string) bool {
	if p == nil {
		return false
	}
	_, given := p.given[id]
	return given
}

// edges are those that steps of the part wait for. An edge from a step that is
// left out has arrived, so the step it leads to begins at once.
func (p *part) edges(all []flow.Edge) []flow.Edge {
	if p == nil {
		return all
	}
	begins := map[string]bool{}
	for _, e := range all {
		if e.From != flow.TriggerID && !p.steps[e.From] || p.begin[e.To] {
			begins[e.To] = true
		}
	}
	var kept []flow.Edge
	for _, e := range all {
		if p.steps[e.From] && p.steps[e.To] && !begins[e.To] {
			kept = append(kept, e)
		}
	}
	return kept
}

// graphOf is the graph of an execution by how it began. An *Error if the flow,
// or the part of it that is to run, has errors.
func (p *program) graphOf(started *flow.Event) (*core.Graph, error) {
	if started.Part == nil {
		if p.graph == nil {
			return nil, &Error{Code: ErrorInvalid, Message: p.fault.Error()}
		}
		return p.graph, nil
	}
	for _, id := range started.Part.Steps {
		if p.steps[id] == nil {
			return nil, &Error{Code: ErrorInvalid, Message: fmt.Sprintf("the flow has no step %q to run", id)}
		}
	}
	graph, err := p.build(&p.flow.Body, newPart(started.Part, started.Given), flow.TriggerID)
	if err != nil {
		return nil, &Error{Code: ErrorInvalid, Message: fmt.Sprintf("this part of the flow cannot be run: %v", err)}
	}
	return graph, nil
}

// givenFirst leaves only what needs no running, if there is any of it: a step
// that begins whatever leads to it reads the outputs that are given.
func (r *run) givenFirst(commands []core.Command) []core.Command {
	if len(r.given) == 0 {
		return commands
	}
	var first []core.Command
	for _, c := range commands {
		given := c.Kind == core.Skip
		if c.Kind == core.Run {
			_, given = r.given[c.Ref.ID()]
		}
		if given {
			first = append(first, c)
		}
	}
	if first != nil {
		return first
	}
	return commands
}

// begunAs takes over how the execution began, at its start or after a restart.
func (r *run) begunAs(started *flow.Event) {
	r.safe, r.given = started.Safe, started.Given
	if started.Part != nil {
		r.rounds = started.Part.Rounds
	}
}

// check keeps what is pinned or tried out from callers.
func (s *StartRequest) check() error {
	if (s.Part != nil || len(s.Given) > 0 && !s.rerun) && !s.Test {
		return &Error{Code: ErrorInvalid, Message: "only a test can run a part of a flow, or take outputs of steps as given"}
	}
	return nil
}
