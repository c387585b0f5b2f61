package web

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"redial/designer"
	"redial/engine"
	"redial/engine/check"
	"redial/engine/expression"
	"redial/engine/flow"
	"redial/engine/step"
	"redial/store"
)

// dataOrigin says where a value comes from on which an expression is tried.
type dataOrigin string

const (
	fromPin     dataOrigin = "pinned"
	fromRun     dataOrigin = "last run"
	fromPayload dataOrigin = "test payload"
	fromExample dataOrigin = "example"
	fromDraft   dataOrigin = "draft"
	fromNowhere dataOrigin = "none"
)

// dataSource is the value of one name on which expressions are tried.
type dataSource struct {
	Origin dataOrigin
	Value  any
	// At is when the run began, or the value was pinned.
	At time.Time
	// Execution is the run.
	Execution string
	// Of is what an example is of: "Acme: Check inventory".
	Of string
	// Stale says that the step was changed since it put this out.
	Stale bool
	// Without are the names of what a value is made of and what has no data yet.
	Without []string
	// Large says that there is a value, which is too large to be tried on.
	Large bool
	// pinned is the value as JSON until it is asked for.
	pinned []byte
}

// draftData is what the expressions of one step of a draft may read, and values
// to try them on. It holds nothing of connections.
type draftData struct {
	Flow    *flow.Flow
	Library *step.Library
	Step    string
	Scope   *expression.Scope
	Values  expression.Values
	// Sources are by the names that expressions begin with, and for steps by
	// "steps." and the ID.
	Sources map[string]dataSource

	workshop *designer.Workshop
	runs     []*dataRun
	pinned   []store.Pin
	// leave says that the data are in nobody's hands any more. It has to be
	// called; before an answer goes out, as that may take long.
	leave func()
}

// source is what is known of where a path's value comes from.
func (d *draftData) source(path []string) (name string, source dataSource, ok bool) {
	if len(path) == 0 {
		return "", dataSource{}, false
	}
	name = path[0]
	if name == "steps" && len(path) > 1 {
		name += "." + path[1]
	}
	source, ok = d.Sources[name]
	return name, source, ok
}

// value is that of a source, nil if there is none. What is pinned is decoded when
// it is first asked for: an expression reads little of it.
func (d *draftData) value(name string) any {
	source := d.Sources[name]
	if source.pinned != nil {
		var err error
		if source.Value, err = flow.DecodeJSON(source.pinned); err != nil {
			source.Origin = fromNowhere
		}
		source.pinned = nil
		d.Sources[name] = source
	}
	return source.Value
}

// draftData is the data of a step; engine.ErrNotFound if the draft has no such
// step. leave has to be called then.
func (s *Server) draftData(ctx context.Context, slug, id string) (*draftData, error) {
	leave, err := s.runs.take(ctx)
	if err != nil {
		return nil, err
	}
	d, err := s.readDraftData(ctx, slug, id)
	if err != nil {
		leave()
		return nil, err
	}
	d.leave = leave
	return d, nil
}

func (s *Server) readDraftData(ctx context.Context, slug, id string) (*draftData, error) {
	draft, err := s.store.Draft(ctx, slug)
	if err != nil {
		return nil, err
	}
	workshop, err := s.workshop.get(ctx)
	if err != nil {
		return nil, err
	}
	checked, err := s.checked.check(workshop, draft)
	if err != nil {
		return nil, fmt.Errorf("reading the draft of flow %s: %w", slug, err)
	}
	plan := checked.Plan
	d := &draftData{
		Flow: checked.Flow, Library: workshop.Library, Step: id, Scope: plan.Scope(id),
		Sources: map[string]dataSource{}, workshop: workshop,
	}
	if d.Scope == nil {
		return nil, engine.ErrNotFound
	}
	if err := s.fillPins(ctx, d); err != nil {
		return nil, err
	}
	if d.runs, err = s.runs.newest(ctx, s, slug, d.unpinned()); err != nil {
		return nil, err
	}
	if err := s.fillTrigger(ctx, d); err != nil {
		return nil, err
	}
	d.fillSteps(plan)
	d.fillFlow()
	d.fillItems(plan)
	return d, nil
}

// fillTrigger finds a call: the one to test with, else the newest one, else one
// that fits the schema.
func (s *Server) fillTrigger(ctx context.Context, d *draftData) error {
	kept, err := s.testPayload(ctx, d.Flow)
	if err != nil {
		return err
	}
	source := dataSource{Origin: fromPayload}
	_, err = s.store.TestPayload(ctx, d.Flow.Slug)
	isKept := err == nil
	request, faulty := kept.request()
	if (!isKept || faulty != nil) && len(d.runs) > 0 {
		source = dataSource{Origin: fromExample, Of: "the schema"}
		if last := d.runs[0].call; last != nil {
			request, faulty = last, nil
			source = dataSource{Origin: fromRun, At: d.runs[0].at, Execution: d.runs[0].id}
		}
	} else if !isKept {
		source = dataSource{Origin: fromExample, Of: "the schema"}
	}
	if faulty != nil {
		if request, err = schemaPayload(d.Flow).request(); err != nil {
			return nil //nolint:nilerr // a schema that fits nothing gives no data
		}
		source = dataSource{Origin: fromExample, Of: "the schema"}
	}
	d.Values.Trigger = requestValue(request)
	source.Value = d.Values.Trigger
	d.Sources[flow.TriggerID] = source
	return nil
}

// fillPins takes what is pinned to steps that may be read.
func (s *Server) fillPins(ctx context.Context, d *draftData) (err error) {
	if d.pinned, err = s.store.Pins(ctx, d.Flow.Slug); err != nil {
		return err
	}
	for _, pin := range d.pinned {
		if !d.Scope.Steps[pin.Step].Upstream {
			continue
		}
		d.Sources["steps."+pin.Step] = dataSource{Origin: fromPin, pinned: pin.Output, At: pin.At}
	}
	return nil
}

// unpinned are the steps that may be read and have nothing pinned to them.
func (d *draftData) unpinned() []string {
	var steps []string
	for def := range d.Flow.All {
		if _, pinned := d.Sources["steps."+def.ID]; !pinned && d.Scope.Steps[def.ID].Upstream {
			steps = append(steps, def.ID)
		}
	}
	return steps
}

// fillSteps finds an output for each step that may be read and has none yet.
func (d *draftData) fillSteps(plan *check.Plan) {
	for def := range d.Flow.All {
		name := "steps." + def.ID
		if _, pinned := d.Sources[name]; pinned || !d.Scope.Steps[def.ID].Upstream {
			continue
		}
		d.Sources[name] = stepSource(def, plan, d.runs, d.Library)
	}
	d.Values.Step = func(id string) (any, bool) {
		value := d.value("steps." + id)
		source, known := d.Sources["steps."+id]
		return value, known && source.Origin != fromNowhere
	}
}

// stepSource is the output of a step in the newest run that has one, or else an
// example of it.
func stepSource(def *flow.Step, plan *check.Plan, runs []*dataRun, library *step.Library) dataSource {
	for _, run := range runs {
		if output, ran := run.outputs[def.ID]; ran {
			return dataSource{Origin: fromRun, Value: output, At: run.at, Execution: run.id}
		}
		if run.large[def.ID] {
			return dataSource{Origin: fromNowhere, Large: true, At: run.at, Execution: run.id}
		}
	}
	compiled := plan.Steps[def.ID]
	if compiled != nil {
		if exemplar, ok := compiled.Runner.(step.Exemplar); ok {
			if output, ok := exemplar.Example(); ok {
				return dataSource{Origin: fromExample, Value: output, Of: compiled.Kind.Title}
			}
		}
	}
	// A step with a field missing is not compiled, and its action known all the same.
	if kind, err := library.Kind(def.Uses); err == nil && kind.Action != nil {
		for _, example := range kind.Action.Examples {
			if example.Failure == nil {
				return dataSource{Origin: fromExample, Value: example.Output, Of: kind.Title}
			}
		}
	}
	return dataSource{Origin: fromNowhere}
}

// fillFlow adds what is known without any run.
func (d *draftData) fillFlow() {
	config, _ := flow.Plain(d.Flow.Config).(map[string]any)
	d.Values.Config = config
	d.Sources["config"] = dataSource{Origin: fromDraft, Value: config}
	d.Values.Now = time.Now().UTC().Truncate(time.Microsecond)
	execution, source := map[string]any{
		"id": "", "mode": string(d.Flow.Settings.Mode), "startedAt": d.Values.Now.Format(time.RFC3339Nano),
	}, dataSource{Origin: fromDraft}
	if len(d.runs) > 0 {
		execution["id"], execution["startedAt"] = d.runs[0].id, d.runs[0].at.UTC().Format(time.RFC3339Nano)
		source = dataSource{Origin: fromRun, At: d.runs[0].at, Execution: d.runs[0].id}
	}
	d.Values.Execution, source.Value = execution, execution
	d.Sources["execution"] = source
	d.Values.Flow = map[string]any{"slug": d.Flow.Slug, "name": d.Flow.Name, "version": nil}
	d.Sources["flow"] = dataSource{Origin: fromDraft, Value: d.Values.Flow}
	d.Values.Seed = "preview/" + d.Flow.Slug + "/" + d.Step
}

// fillItems takes the first item of each list that the rounds around the step
// are made of, from the outside in.
func (d *draftData) fillItems(plan *check.Plan) {
	for _, each := range roundsAround(&d.Flow.Body, d.Step) {
		compiled := plan.Steps[each]
		if compiled == nil {
			continue
		}
		looper, ok := compiled.Runner.(step.Looper)
		if !ok {
			continue
		}
		if d.Values.Items == nil {
			d.Values.Items = map[string]any{}
		}
		name, source := looper.ItemName(), dataSource{Origin: fromNowhere}
		d.Values.Items["index"], d.Values.Items[name] = int64(0), nil
		values := d.values()
		origin, without := d.madeOf(each, plan.Scope(each))
		if items, failure := looper.Items(&values); len(without) > 0 {
			source.Without = without
		} else if failure == nil && len(items) > 0 {
			source = dataSource{Origin: origin, Value: items[0], Of: "the first item of " + d.title(each)}
			d.Values.Items[name] = items[0]
		}
		d.Sources[name] = source
		d.Sources["index"] = dataSource{Origin: fromDraft, Value: int64(0)}
	}
}

// madeOf says where the list of an each step is from, as far as that is not from real
// data, and what of it has no data yet.
func (d *draftData) madeOf(each string, scope *expression.Scope) (origin dataOrigin, without []string) {
	origin = fromRun
	items, _ := findStep(&d.Flow.Body, each).With.Get("items")
	source, isText := items.(string)
	if !isText {
		return origin, nil
	}
	program, _ := expression.Compile(source, scope)
	if program == nil {
		return origin, nil
	}
	for _, ref := range program.Reads() {
		_, read, known := d.source(ref.Path)
		switch {
		case !known:
		case read.Origin == fromNowhere:
			without = append(without, d.missing(ref.Path)...)
		case read.Origin == fromExample:
			origin = fromExample
		}
	}
	return origin, without
}

// missing are the names of what there is to be run for a path's value.
func (d *draftData) missing(path []string) []string {
	if _, source, _ := d.source(path); len(source.Without) > 0 {
		return source.Without
	}
	return []string{d.nameOf(path)}
}

// markStale finds the outputs that are of before a change. That takes a while,
// so it is left to who shows it.
func (d *draftData) markStale() {
	pins := map[string]any{}
	for _, pin := range d.pinned {
		if name := "steps." + pin.Step; d.Sources[name].Origin == fromPin {
			pins[pin.Step] = d.value(name)
		} else if output, err := flow.DecodeJSON(pin.Output); err == nil {
			pins[pin.Step] = output
		}
	}
	for _, run := range d.runs {
		var stale []string
		for name, source := range d.Sources {
			id, isStep := strings.CutPrefix(name, "steps.")
			if !isStep || source.Execution != run.id {
				continue
			}
			if stale == nil && run.ran.Flow != nil {
				stale = append([]string{""}, d.workshop.Stale(d.Flow, run.ran, pins)...)
			}
			source.Stale = run.ran.Flow == nil || slices.Contains(stale, id)
			d.Sources[name] = source
		}
	}
}

// values are the values for one evaluation, with a budget of its own.
func (d *draftData) values() expression.Values {
	values := d.Values
	values.Budget = new(expression.Budget)
	return values
}

// title is what people call a step.
func (d *draftData) title(id string) string {
	if found := findStep(&d.Flow.Body, id); found != nil {
		return d.Library.Title(found)
	}
	return id
}

// roundsAround are the each steps around a step, the outermost first.
func roundsAround(body *flow.Body, id string) []string {
	for i := range body.Steps {
		s := &body.Steps[i]
		switch {
		case s.ID == id:
			return []string{}
		case s.Do != nil:
			if inner := roundsAround(s.Do, id); inner != nil {
				return append([]string{s.ID}, inner...)
			}
		}
	}
	return nil
}
