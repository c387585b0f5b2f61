package inspector

import (
	"redial/engine/component"
	"redial/engine/flow"
	"redial/engine/step"
)

// describeConnection is the field of the connection that a step names.
func describeConnection(kind *step.Kind) *component.Field {
	return &component.Field{
		Name: "connection", Title: "Connection", Kind: component.KindConnection, Literal: true,
		Required: kind.Action != nil, Help: "The address and the credentials that the step uses.",
	}
}

// The settings that every kind of step has, and those of steps that call out.
var (
	timeoutSetting = component.Field{
		Name: "timeout", Title: "Time for one attempt", Kind: component.KindDuration, Literal: true,
		Default: "10s", Help: "An attempt that takes longer has failed.",
	}
	retrySetting = component.Field{
		Name: "retry", Title: "Retry", Kind: component.KindObject, Literal: true,
		Help: "After connection errors, timeouts, and the statuses 408, 425, 429 and 5xx.",
		Fields: []component.Field{
			{Name: "attempts", Title: "Attempts", Kind: component.KindInteger, Default: int64(1), Help: "All of them, the first included."},
			{Name: "pause", Title: "Pause", Kind: component.KindDuration, Example: "500ms", Help: "Before the second attempt."},
			{Name: "factor", Title: "Factor", Kind: component.KindNumber, Default: float64(flow.DefaultRetryFactor), Help: "By which each later pause grows."},
			{Name: "jitter", Title: "Jitter", Kind: component.KindNumber, Default: flow.DefaultRetryJitter, Help: "Share of a pause that is left to chance, 0 to 1."},
		},
	}
	errorSetting = component.Field{
		Name: "on_error", Title: "When it fails", Kind: component.KindChoice, Literal: true, Default: string(flow.OnErrorFail),
		Choices: []component.Choice{
			{Value: string(flow.OnErrorFail), Title: "The execution fails"},
			{Value: string(flow.OnErrorContinue), Title: "Go on, with the error as the output"},
			{Value: string(flow.OnErrorRoute), Title: "Go on at the error port"},
		},
	}
	noteSetting = component.Field{
		Name: "note", Title: "Note", Kind: component.KindText, Multiline: true, Literal: true,
		Help: "For people. It is shown on the canvas.",
	}
	disabledSetting = component.Field{
		Name: "disabled", Title: "Disabled", Kind: component.KindBoolean, Literal: true, Default: false,
		Help: "The step is not run and passes on null.",
	}
)

// settings are those that apply to the kind, and those that the flow file gives
// all the same.
func (f *Form) settings(file flow.Object) []*formField {
	calls := f.Kind.Action != nil || f.Kind.Uses == "http"
	var made []*formField
	for _, s := range []struct {
		field   *component.Field
		applies bool
	}{
		{&timeoutSetting, calls},
		{&retrySetting, calls},
		{&errorSetting, f.Kind.Uses != "fail"},
		{&noteSetting, true},
		{&disabledSetting, true},
	} {
		if s.applies || given(file, s.field.Name) {
			made = append(made, f.field(s.field, place{}, file))
		}
	}
	return made
}
