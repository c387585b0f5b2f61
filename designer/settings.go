package designer

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"redial/engine/flow"
	"redial/engine/flowfile"
)

// SettingNames are the settings that may be changed without publishing.
var SettingNames = []string{"mode", "deadline", "on_deadline", "on_disconnect", "callers_choose", "concurrency", "callback"}

// SettingError is a setting that cannot have a value.
type SettingError struct{ Message string }

func (e *SettingError) Error() string { return e.Message }

// Changed is what a change of settings came to.
type Changed struct {
	// Settings are those of the draft.
	Settings flow.Settings
	Revision int64
	// Problems are errors in the form of the draft that stood in the way of the
	// change. Nothing was changed then: writing the draft anew would lose what
	// is wrong with it.
	Problems []flow.Problem
}

// ChangeSettings changes settings of the draft and of the published flow at
// once. Names and values are those of the flow file. A value that a setting
// cannot have is a *SettingError, and nothing is changed.
//
// With ifMatch it is a change of that revision of the draft, else of whichever
// there is.
func ChangeSettings(ctx context.Context, drafts Drafts, slug string, values map[string]any, ifMatch *int64) (*Changed, error) {
	change, err := settingsChange(values)
	if err != nil {
		return nil, err
	}
	// Where the caller asks for no revision, an edit between reading and writing
	// is no reason to refuse.
	const tries = 10
	for try := 1; ; try++ {
		source, expected, err := drafts.Source(ctx, slug)
		if err != nil {
			return nil, err
		}
		if ifMatch != nil {
			expected = *ifMatch
		}
		changed, err := changeDraft(ctx, drafts, slug, source, change, expected)
		if !errors.Is(err, ErrRevision) || ifMatch != nil || try == tries {
			return changed, err
		}
	}
}

// change gives new values to the settings that it names.
type change map[string]func(*flow.Settings)

func (c change) apply(settings *flow.Settings) {
	for _, set := range c {
		set(settings)
	}
}

func changeDraft(
	ctx context.Context, drafts Drafts, slug string, source []byte, c change, expected int64,
) (*Changed, error) {
	document, err := flowfile.Read(source)
	if err != nil {
		return nil, fmt.Errorf("reading the draft of flow %s: %w", slug, err)
	}
	before := document.Flow.Settings
	c.apply(&document.Flow.Settings)
	if !document.Flow.Settings.Equal(before) {
		if blocking := c.blocking(document.Problems); blocking != nil {
			return &Changed{Problems: blocking}, nil
		}
		if source, err = flowfile.WriteYAML(document.Flow); err != nil {
			return nil, fmt.Errorf("writing the draft of flow %s: %w", slug, err)
		}
	}
	revision, err := drafts.SetSettings(ctx, slug, c.apply, source, &expected)
	if err != nil {
		return nil, err
	}
	return &Changed{Settings: document.Flow.Settings, Revision: revision}, nil
}

// blocking are the errors that the change does not mend.
func (c change) blocking(problems []flow.Problem) []flow.Problem {
	var blocking []flow.Problem
	for _, p := range problems {
		name, _, _ := strings.Cut(p.Path, ".")
		if _, mended := c[name]; p.Severity == flow.SeverityError && !mended {
			blocking = append(blocking, p)
		}
	}
	return blocking
}

// settingsChange checks values. Settings do not depend on each other, so each is
// tried on good ones.
func settingsChange(values map[string]any) (change, error) {
	c := change{}
	for name, value := range values {
		set, err := setting(name, value)
		if err != nil {
			return nil, err
		}
		tried := flow.DefaultSettings()
		set(&tried)
		if problems := tried.Problems(); len(problems) > 0 {
			return nil, &SettingError{problems[0].Message}
		}
		c[name] = set
	}
	return c, nil
}

// setting is what gives a setting a value.
func setting(name string, value any) (func(*flow.Settings), error) {
	text, isText := value.(string)
	truth, isTruth := value.(bool)
	number, isNumber := value.(int64)
	wrong := func(want string) (func(*flow.Settings), error) {
		shown, _ := flow.EncodeJSON(value)
		return nil, &SettingError{fmt.Sprintf("%s cannot be %.40s; it is %s", name, shown, want)}
	}
	switch name {
	case "callback":
		callback, err := callbackValue(value)
		if err != nil {
			return nil, err
		}
		return func(s *flow.Settings) { s.Callback = callback }, nil
	case "mode":
		if !isText {
			return wrong("sync or async")
		}
		return func(s *flow.Settings) { s.Mode = flow.Mode(text) }, nil
	case "deadline":
		if !isText {
			return wrong(`a duration such as "25s"`)
		}
		deadline, err := flow.ParseDuration(text)
		if err != nil {
			return nil, &SettingError{name + ": " + err.Error()}
		}
		return func(s *flow.Settings) { s.Deadline = deadline }, nil
	case "on_deadline":
		if !isText {
			return wrong("handover or fail")
		}
		return func(s *flow.Settings) { s.OnDeadline = flow.DeadlineMode(text) }, nil
	case "on_disconnect":
		if !isText {
			return wrong("continue or cancel")
		}
		return func(s *flow.Settings) { s.OnDisconnect = flow.DisconnectMode(text) }, nil
	case "callers_choose":
		if !isTruth {
			return wrong("true or false")
		}
		return func(s *flow.Settings) { s.CallersChoose = truth }, nil
	case "concurrency":
		if !isNumber || number != int64(int32(number)) {
			return wrong("a number of executions, or 0 for no limit")
		}
		return func(s *flow.Settings) { s.Concurrency = int(number) }, nil
	default:
		return nil, &SettingError{unknownSetting(name)}
	}
}

func unknownSetting(name string) string {
	message := fmt.Sprintf("%.40q is no setting that can be changed without publishing", name)
	if near := flow.Nearest(name, SettingNames); near != "" {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	return message
}
