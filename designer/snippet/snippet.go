// Package snippet writes code that calls a flow: what a person copies from the
// flow's page into a program of theirs. Each piece handles both ways an answer
// can come: on the line, or later at the response URL after a 202.
//
// It knows the public contract of calls and nothing of pages or stores.
package snippet

import (
	"embed"
	"fmt"
	"strings"
	"text/template"
	"time"

	"redial/engine/flow"
)

// Language is what a snippet is written in.
type Language string

// The languages, in the order in which a page offers them.
const (
	Curl   Language = "curl"
	Fetch  Language = "fetch"
	Python Language = "python"
	Go     Language = "go"
)

// Languages are all of them.
func Languages() []Language { return []Language{Curl, Fetch, Python, Go} }

// Title is the language as people call it.
func (l Language) Title() string {
	return map[Language]string{Curl: "curl", Fetch: "fetch", Python: "Python", Go: "Go"}[l]
}

// Call is the call that a snippet makes.
type Call struct {
	URL    string // absolute
	Method string
	// Body is JSON text; empty: none is sent. Fields keep their order and numbers
	// their form.
	Body     string
	Mode     flow.Mode
	Deadline time.Duration // how long a sync call is held
}

// Timeouts of snippets: what a network may take beyond what the server does.
const (
	networkSlack = 5 * time.Second
	asyncTimeout = 10 * time.Second
)

//go:embed templates
var files embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"sh": shellText, "js": scriptText, "jsbody": scriptBody, "py": scriptText, "pybody": pythonBody, "go": goText,
}).ParseFS(files, "templates/*.tmpl"))

// view is a call as templates see it.
type view struct {
	Call
	Says    string // what the caller of this mode gets
	Seconds int    // the client's patience
}

// Write is the snippet of a call in a language.
func Write(language Language, call Call) (string, error) {
	v := view{Call: call, Says: Says(call.Mode, call.Deadline)}
	v.Seconds = int((call.Deadline + networkSlack).Round(time.Second) / time.Second)
	if call.Mode == flow.Async {
		v.Seconds = int(asyncTimeout / time.Second)
	}
	if call.Body != "" {
		text, err := indented(call.Body)
		if err != nil {
			return "", fmt.Errorf("writing the body of a snippet: %w", err)
		}
		v.Body = text
	}
	var b strings.Builder
	if err := templates.ExecuteTemplate(&b, string(language)+".tmpl", v); err != nil {
		return "", fmt.Errorf("writing a snippet in %s: %w", language, err)
	}
	return b.String(), nil
}

// Says is one sentence about what callers of a flow get.
func Says(mode flow.Mode, deadline time.Duration) string {
	if mode == flow.Async {
		return "Callers get an execution ID at once and fetch the answer."
	}
	return fmt.Sprintf("Callers hold the line for the answer, %s at most, then get a 202.", Duration(deadline))
}

// Duration is a time as people write it: 25 s, 1 min 30 s.
func Duration(d time.Duration) string {
	minutes, seconds := int(d/time.Minute), (d % time.Minute).Seconds()
	switch {
	case minutes == 0:
		return fmt.Sprintf("%g s", seconds)
	case seconds == 0:
		return fmt.Sprintf("%d min", minutes)
	default:
		return fmt.Sprintf("%d min %g s", minutes, seconds)
	}
}
