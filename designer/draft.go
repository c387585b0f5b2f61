// Package designer is the flow as people edit it: reading and checking drafts,
// changing their settings, publishing them. The views of the designer live here
// too.
//
// It knows the store only by the small interfaces of its own functions, and no
// HTTP.
package designer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"redial/designer/canvas"
	"redial/engine/check"
	"redial/engine/flow"
	"redial/engine/flowfile"
	"redial/engine/step"
)

// Draft is a flow file that was read and checked.
type Draft struct {
	Flow *flow.Flow
	// Problems are all that is wrong with it, at their places, never nil.
	Problems []flow.Problem
	// Plan is what it compiles to, as far as it does, never nil.
	Plan *check.Plan
	// Answers is what callers get at the ends of its paths.
	Answers canvas.Answers
	// Size is that of its file, in bytes.
	Size int

	tree func() flow.Object
}

// Workshop is what flows are checked against.
type Workshop struct {
	Library *step.Library
	// Connections are those that there are, and the components they belong to.
	Connections map[string]string
	// Credentials are what connections hold of callers of hooks, by their names.
	Credentials map[string]check.Credential
	// Accounts are what connections hold for steps that call with them, by their
	// names.
	Accounts map[string]check.Account
	// Lenient makes a connection that is not there a warning: the file may be
	// meant for another server.
	Lenient bool
}

// Check reads a flow file and looks for everything that is wrong with it. The
// error is that of flowfile.Read: the file cannot be read at all.
func (w Workshop) Check(source []byte) (*Draft, error) {
	document, err := flowfile.Read(source)
	if err != nil {
		return nil, err
	}
	plan, problems := check.Flow(document.Flow, w.Library)
	severity := flow.SeverityError
	if w.Lenient {
		severity = flow.SeverityWarning
	}
	all := slices.Concat(document.Problems, problems,
		check.Connections(document.Flow, w.Connections, severity), check.Callers(document.Flow, w.Credentials, severity),
		check.Signer(document.Flow, w.Credentials, severity), check.Accounts(document.Flow, w.Accounts, severity))
	located := document.Locate(all)
	if located == nil {
		located = []flow.Problem{}
	}
	draft := &Draft{
		Flow: document.Flow, Plan: plan, Problems: located, Size: len(source), tree: sync.OnceValue(document.Tree),
	}
	if f := document.Flow; f.Trigger.Uses == "webhook" {
		draft.Answers.Behind = plan.Answers()
		if f.Settings.Mode == flow.Sync {
			draft.Answers.Silent = plan.SilentPorts()
		}
	}
	return draft, nil
}

// ErrRevision says that a draft has another revision than the one that a change
// was made to.
var ErrRevision = errors.New("the draft was changed meanwhile")

// Drafts is where flows are kept.
type Drafts interface {
	// Put creates or replaces a draft. With ifMatch it does so only if that is
	// the draft's revision, and else returns ErrRevision; 0: it does not exist.
	Put(ctx context.Context, slug, name string, source []byte, ifMatch *int64) (revision int64, created bool, err error)
	// Source is the draft's flow file and revision; engine.ErrNotFound.
	Source(ctx context.Context, slug string) (source []byte, revision int64, err error)
	// Publish freezes content and puts it into effect.
	Publish(ctx context.Context, slug string, content []byte, components []flow.Manifest, settings flow.Settings, comment string) (*flow.Version, error)
	// Freeze keeps content for a test run.
	Freeze(ctx context.Context, slug string, content []byte, components []flow.Manifest) (*flow.Version, error)
	// SetSettings changes the settings of the published flow, and replaces the
	// source of the draft. ifMatch is as in Put; engine.ErrNotFound.
	SetSettings(ctx context.Context, slug string, change func(*flow.Settings), source []byte, ifMatch *int64) (revision int64, err error)
}

// Publish freezes the draft of a flow as its next version. If one of the
// problems is an error, all of them are returned instead.
func (w Workshop) Publish(ctx context.Context, drafts Drafts, slug, comment string) (*flow.Version, []flow.Problem, error) {
	content, draft, components, err := w.freezable(ctx, drafts, slug)
	if err != nil || draft.blocked() {
		return nil, draft.problems(), err
	}
	version, err := drafts.Publish(ctx, slug, content, components, draft.Flow.Settings, comment)
	return version, nil, err
}

func (d *Draft) blocked() bool { return d != nil && flow.HasErrors(d.Problems) }

func (d *Draft) problems() []flow.Problem {
	if !d.blocked() {
		return nil
	}
	return d.Problems
}

// freezable is a draft in the form in which versions are kept.
func (w Workshop) freezable(ctx context.Context, drafts Drafts, slug string) ([]byte, *Draft, []flow.Manifest, error) {
	source, _, err := drafts.Source(ctx, slug)
	if err != nil {
		return nil, nil, nil, err
	}
	draft, err := w.Check(source)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("reading the draft of flow %s: %w", slug, err)
	}
	if draft.blocked() {
		return nil, draft, nil, nil
	}
	content, err := frozen(draft.Flow)
	return content, draft, manifests(draft.Flow, w.Library), err
}

// manifests are those of the components that a flow's steps use.
func manifests(f *flow.Flow, library *step.Library) []flow.Manifest {
	var found []flow.Manifest
	seen := map[string]bool{}
	f.All(func(s *flow.Step) bool {
		kind, err := library.Kind(s.Uses)
		if err == nil && kind.Action != nil && !seen[kind.Action.Component.Name] {
			c := kind.Action.Component
			seen[c.Name] = true
			found = append(found, flow.Manifest{Hash: c.Hash, Name: c.Name, Source: c.Source})
		}
		return true
	})
	return found
}
