// Package snippet writes code that calls a flow: what a person copies from the
// flow's page into a program of theirs. Each piece handles both ways an answer
// can come: on the line, or later at the response URL after a 202.
//
// It knows the public contract of calls and nothing of pages or stores.
package snippet

import (
	"embed"
	"fmt"
	"net/url"
	"strings"
	"text/template"
	"time"
	"unicode"

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
	return map[Language]string{Curl: "curl", Fetch: "JavaScript", Python: "Python", Go: "Go"}[l]
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
	// Credential is what the call identifies itself with; nil: nothing.
	Credential *Credential
	// Notes are what else there is to know, as comments of a line each.
	Notes []string
}

// Credential is what the code takes from the environment variable FLOW_CREDENTIAL, as
// a secret does not belong into code, and how it uses that. One of the three is set.
// It goes with the call and with each poll of its answer.
type Credential struct {
	Header string
	Prefix string // of the value in the header: "Bearer "
	Query  string // the name of a parameter of the query
	// Signed says that it is a secret of Standard Webhooks: what is sent is signed with
	// it, and it stays here.
	Signed bool
}

// Timeouts of snippets: what a network may take beyond what the server does.
const (
	networkSlack = 5 * time.Second
	asyncTimeout = 10 * time.Second
	// longPoll is how long a snippet waits at the response URL at once.
	longPoll = 60 * time.Second
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
	// Wait is how long one poll of the response URL asks the server to wait, and
	// Poll the client's patience with it, in seconds.
	Wait, Poll int
	// Header is a credential that goes in a header, Parameter the start of the one that
	// goes in the query, up to its value; Signed says that there is one which signs.
	Header    *Credential
	Parameter string
	Signed    bool
}

// place says where the credential goes. The address of a call whose credential goes in
// the query ends where that is to follow.
func (v *view) place() {
	switch c := v.Credential; {
	case c == nil:
	case c.Signed:
		v.Signed = true
	case c.Query != "":
		v.Parameter = url.QueryEscape(c.Query) + "="
		if strings.Contains(v.URL, "?") {
			v.URL += "&"
		} else {
			v.URL += "?"
		}
	default:
		v.Header = c
	}
}

// Write is the snippet of a call in a language.
func Write(language Language, call Call) (string, error) {
	v := view{
		Call: call, Says: Says(call.Mode, call.Deadline),
		Wait: int(longPoll / time.Second), Poll: int((longPoll + networkSlack) / time.Second),
	}
	v.place()
	v.Notes = make([]string, len(call.Notes))
	for i, note := range call.Notes {
		v.Notes[i] = line(note)
	}
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

// Receive is code in a language that receives callbacks and checks their
// signatures, as Standard Webhooks says. That of curl checks one that was kept.
func Receive(language Language) (string, error) {
	var b strings.Builder
	if err := templates.ExecuteTemplate(&b, string(language)+".receive.tmpl", nil); err != nil {
		return "", fmt.Errorf("writing a receiver in %s: %w", language, err)
	}
	return b.String(), nil
}

// line is a text as a comment holds it: in one line.
func line(text string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text))
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
