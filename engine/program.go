package engine

import (
	"context"
	"fmt"
	"sync"

	"redial/engine/check"
	"redial/engine/component"
	"redial/engine/core"
	"redial/engine/flow"
	"redial/engine/step"
)

// program is a version that is ready to run. It is shared by all executions of
// the version.
type program struct {
	flow *flow.Flow
	// graph is that of the whole flow; nil, and fault says why, if the flow has
	// errors. Parts of it may run nevertheless.
	graph   *core.Graph
	fault   error
	steps   map[string]*programStep // the inner ones too
	trigger step.Runner             // nil if it has errors
	config  map[string]any
}

type programStep struct {
	def      *flow.Step
	compiled *step.Compiled // nil if it has errors
	// path leads to the step: the IDs of the each steps around it and its own,
	// joined by dots.
	path     string
	responds bool
}

// maxPrograms bounds how many versions are kept ready to run.
const maxPrograms = 512

// programs compiles versions once and keeps them.
type programs struct {
	journal Journal
	library *step.Library

	mu    sync.Mutex
	ready map[int64]*program
}

func newPrograms(journal Journal, library *step.Library) *programs {
	return &programs{journal: journal, library: library, ready: map[int64]*program{}}
}

func (p *programs) get(ctx context.Context, id int64) (*program, error) {
	p.mu.Lock()
	ready := p.ready[id]
	p.mu.Unlock()
	if ready != nil {
		return ready, nil
	}
	version, err := p.journal.Version(ctx, id)
	if err != nil {
		return nil, err
	}
	compiled, err := compileVersion(version, p.library)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.ready) >= maxPrograms {
		for other := range p.ready {
			delete(p.ready, other)
			break
		}
	}
	p.ready[id] = compiled
	return compiled, nil
}

// Trigger is the compiled trigger of a version: a *step.Webhook for one with a
// URL of its own.
func (e *Engine) Trigger(ctx context.Context, versionID int64) (step.Runner, error) {
	program, err := e.programs.get(ctx, versionID)
	if err != nil {
		return nil, err
	}
	if program.trigger == nil {
		return nil, program.fault
	}
	return program.trigger, nil
}

// Flow is the flow of a version, as it was frozen. It must not be changed.
func (e *Engine) Flow(ctx context.Context, versionID int64) (*flow.Flow, error) {
	program, err := e.programs.get(ctx, versionID)
	if err != nil {
		return nil, err
	}
	return program.flow, nil
}

func compileVersion(version *flow.Version, library *step.Library) (*program, error) {
	checked, plan, problems, err := checkVersion(version, library)
	if err != nil {
		return nil, err
	}
	p := &program{flow: checked, steps: map[string]*programStep{}}
	if plan.Trigger != nil {
		p.trigger = plan.Trigger.Runner
	}
	p.config, _ = flow.Plain(checked.Config).(map[string]any)
	p.collect(&checked.Body, plan, "")
	for _, problem := range problems {
		if problem.Severity == flow.SeverityError {
			p.fault = fmt.Errorf("version %d of flow %s does not compile: %s: %s", version.Number, version.Flow, problem.Path, problem.Message)
			return p, nil
		}
	}
	if p.graph, err = p.build(&checked.Body, nil, flow.TriggerID); err != nil {
		return nil, fmt.Errorf("version %d of flow %s: %w", version.Number, version.Flow, err)
	}
	return p, nil
}

func frozenCatalogue(manifests []flow.Manifest) (*component.Catalogue, error) {
	components := make([]*component.Component, 0, len(manifests))
	for _, manifest := range manifests {
		parsed, problems := component.Parse(manifest.Source)
		if flow.HasErrors(problems) {
			return nil, fmt.Errorf("reading the manifest of %s: %s", manifest.Name, problems[0].Message)
		}
		components = append(components, parsed)
	}
	return component.NewCatalogue(components...), nil
}

// collect finds the steps of a body, those inside each steps too.
func (p *program) collect(body *flow.Body, plan *check.Plan, around string) {
	for i := range body.Steps {
		def := &body.Steps[i]
		s := &programStep{def: def, compiled: plan.Steps[def.ID], path: around + def.ID}
		if s.compiled != nil {
			_, s.responds = s.compiled.Runner.(*step.Respond)
		}
		p.steps[def.ID] = s
		if def.Do != nil {
			p.collect(def.Do, plan, s.path+".")
		}
	}
}

// build makes the core's graph of a body, or of what belongs to a part of it.
// Edges from the trigger are left out: what they lead to begins the execution.
func (p *program) build(body *flow.Body, part *part, trigger string) (*core.Graph, error) {
	nodes := make([]core.Node, 0, len(body.Steps))
	for i := range body.Steps {
		if id := body.Steps[i].ID; part.has(id) {
			node, err := p.node(p.steps[id], part)
			if err != nil {
				return nil, err
			}
			nodes = append(nodes, node)
		}
	}
	edges := make([]flow.Edge, 0, len(body.Edges))
	for _, e := range part.edges(body.Edges) {
		if e.From != trigger {
			edges = append(edges, e)
		}
	}
	return core.NewGraph(nodes, edges)
}

func (p *program) node(s *programStep, part *part) (core.Node, error) {
	node := core.Node{ID: s.def.ID, OnError: s.def.OnError}
	if part.gives(s.def.ID) {
		return node, nil
	}
	if s.compiled == nil {
		return node, fmt.Errorf("step %s was not compiled", s.def.ID)
	}
	_, branches := s.compiled.Runner.(*step.Branch)
	_, node.Waits = s.compiled.Runner.(step.Waiter)
	if s.def.Disabled {
		node.Pass = core.PassNull
		if branches || s.responds {
			node.Pass = core.PassSkipped
		}
	}
	if each, ok := s.compiled.Runner.(*step.Each); ok {
		node.Concurrency, node.ContinueRounds = each.Concurrency, each.Continue
		var err error
		if node.Inner, err = p.build(s.def.Do, part, ""); err != nil {
			return node, err
		}
	}
	return node, nil
}
