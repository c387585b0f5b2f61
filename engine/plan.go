package engine

import (
	"context"
	"fmt"

	"redial/engine/check"
	"redial/engine/flow"
	"redial/engine/flowfile"
	"redial/engine/step"
)

// Plan is a version as it was frozen, and what checking it tells of its steps.
// Both are made anew by every call and belong to the caller. The error is
// ErrNotFound for a version that is not there.
func (e *Engine) Plan(ctx context.Context, versionID int64) (*flow.Flow, *check.Plan, error) {
	version, err := e.programs.journal.Version(ctx, versionID)
	if err != nil {
		return nil, nil, err
	}
	f, plan, _, err := checkVersion(version, e.programs.library)
	return f, plan, err
}

// checkVersion reads a version and checks it with the components that were frozen
// along.
func checkVersion(version *flow.Version, library *step.Library) (*flow.Flow, *check.Plan, []flow.Problem, error) {
	document, err := flowfile.Read(version.Content)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("reading version %d of flow %s: %w", version.Number, version.Flow, err)
	}
	catalogue, err := frozenCatalogue(version.Components)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("version %d of flow %s: %w", version.Number, version.Flow, err)
	}
	plan, problems := check.Flow(document.Flow, library.With(catalogue))
	return document.Flow, plan, problems, nil
}
