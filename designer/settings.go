package designer

import (
	"context"
	"errors"
	"fmt"

	"redial/engine/flow"
	"redial/engine/flowfile"
)

// SettingNames are the settings that may be changed without publishing.
var SettingNames = []string{"mode", "deadline", "on_deadline", "on_disconnect", "callers_choose", "concurrency"}

// SettingError is a setting that cannot have a value.
type SettingError struct{ Message string }

func (e *SettingError) Error() string { return e.Message }

// Changed is what a flow's settings are after a change.
type Changed struct {
	Settings flow.Settings
	Revision int64
}

// ChangeSettings changes settings of the draft and of the published flow at
// once. Names and values are those of the flow file. A value that a setting
// cannot have is a *SettingError, and nothing is changed.
func ChangeSettings(ctx context.Context, drafts Drafts, slug string, values map[string]any, ifMatch *int64) (*Changed, error) {
	source, revision, err := drafts.Source(ctx, slug)
	if err != nil {
		return nil, err
	}
	document, err := flowfile.Read(source)
	if err != nil {
		return nil, fmt.Errorf("reading the draft of flow %s: %w", slug, err)
	}
	settings := document.Flow.Settings
	for name, value := range values {
		if err := setSetting(&settings, name, value); err != nil {
			return nil, err
		}
	}
	if problems := settings.Problems(); len(problems) > 0 {
		return nil, &SettingError{problems[0].Message}
	}
	document.Flow.Settings = settings
	changed, err := flowfile.WriteYAML(document.Flow)
	if err != nil {
		return nil, fmt.Errorf("writing the draft of flow %s: %w", slug, err)
	}
	if ifMatch == nil {
		// The draft that was read is the one that is changed, so that an edit in
		// between is not overwritten.
		ifMatch = &revision
	}
	revision, err = drafts.SetSettings(ctx, slug, settings, changed, ifMatch)
	return &Changed{settings, revision}, err
}

var errType = errors.New("wrong type")

func setSetting(s *flow.Settings, name string, value any) error {
	var err error
	switch name {
	case "mode":
		err = assign(&s.Mode, value)
	case "deadline":
		text, ok := value.(string)
		if !ok {
			return &SettingError{fmt.Sprintf("%s is %v; it is a duration such as 25s", name, value)}
		}
		s.Deadline, err = flow.ParseDuration(text)
		if err != nil {
			return &SettingError{name + ": " + err.Error()}
		}
	case "on_deadline":
		err = assign(&s.OnDeadline, value)
	case "on_disconnect":
		err = assign(&s.OnDisconnect, value)
	case "callers_choose":
		choose, ok := value.(bool)
		if s.CallersChoose = choose; !ok {
			err = errType
		}
	case "concurrency":
		n, ok := value.(int64)
		if s.Concurrency = int(n); !ok {
			err = errType
		}
	default:
		return &SettingError{fmt.Sprintf("%q is no setting that can be changed without publishing", name)}
	}
	if err != nil {
		return &SettingError{fmt.Sprintf("%s cannot be %v", name, value)}
	}
	return nil
}

func assign[T ~string](target *T, value any) error {
	text, ok := value.(string)
	if !ok {
		return errType
	}
	*target = T(text)
	return nil
}
