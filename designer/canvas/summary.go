package canvas

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"redial/engine/component"
	"redial/engine/flow"
	"redial/engine/step"
)

// summarize says in one line what a step does in this flow.
func summarize(kind *step.Kind, with flow.Object) string {
	if kind.Action != nil {
		return actionSummary(kind.Action, with)
	}
	if summary, known := summaries[kind.Uses]; known {
		return summary(with)
	}
	return kind.Title
}

var summaries = map[string]func(with flow.Object) string{
	"http":      httpSummary,
	"branch":    branchSummary,
	"transform": transformSummary,
	"respond":   respondSummary,
	"wait":      waitSummary,
	"each":      eachSummary,
	"flow":      childSummary,
	"fail":      failSummary,
	"manual":    func(flow.Object) string { return "Started by a person or the API" },
	"schedule":  scheduleSummary,
}

// actionSummary has the values in readable form: expressions without where
// their values come from, lists of one as their item.
func actionSummary(action *component.Action, with flow.Object) string {
	shown := make(flow.Object, len(with))
	for i, f := range with {
		shown[i] = flow.Field{Name: f.Name, Value: f.Value}
		switch v := f.Value.(type) {
		case string:
			shown[i].Value = oneLine(template(v, "", ""))
		case []any:
			if words, ok := texts(v); ok {
				shown[i].Value = oneLine(list(words, 3))
			}
		}
	}
	return action.Summarize(shown)
}

// texts are the items of a list that holds nothing but texts, in readable form.
func texts(items []any) ([]string, bool) {
	words := make([]string, len(items))
	for i, item := range items {
		text, ok := item.(string)
		if !ok {
			return nil, false
		}
		words[i] = template(text, "", "")
	}
	return words, len(words) > 0
}

// triggerSummary says how a flow starts. Only a webhook needs its slug.
func triggerSummary(kind *step.Kind, with flow.Object, slug string) string {
	if kind.Uses != "webhook" {
		return summarize(kind, with)
	}
	methods := []string{"POST"}
	if value, given := with.Get("methods"); given {
		items, _ := value.([]any)
		if words, ok := texts(items); ok {
			methods = words
		}
	}
	return strings.Join(methods, ", ") + " /hooks/" + slug
}

// shortestCut is the length from which an address may not fit into the two lines
// of a trigger's card, in bytes: methods and slugs are ASCII.
const shortestCut = 40

// shortAddress leaves out of a webhook's summary what all of them have, where the
// slug would be cut else.
func shortAddress(summary string) string {
	if len(summary) < shortestCut {
		return summary
	}
	return strings.Replace(summary, " /hooks/", " /", 1)
}

func httpSummary(with flow.Object) string {
	method := with.Text("method")
	if method == "" {
		method = "GET"
	}
	address := template(with.Text("url"), "{", "}")
	if address == "" {
		return method + " an address that is not given yet"
	}
	address, _, _ = strings.Cut(address, "?")
	for _, scheme := range []string{"https://", "http://"} {
		address = strings.TrimPrefix(address, scheme)
	}
	return method + " " + strings.TrimSuffix(address, "/")
}

// branchSummary says how many ways there are; the rows say which.
func branchSummary(with flow.Object) string {
	paths := branchPaths(with)
	switch len(paths) {
	case 0:
		return "No paths yet"
	case 1:
		return "Goes on if this is true"
	}
	if _, conditional := paths[len(paths)-1].Get("when"); !conditional && len(paths) == 2 {
		return "Takes one of two paths"
	}
	return fmt.Sprintf("First of %d that is true", len(paths))
}

func branchPaths(with flow.Object) []flow.Object {
	value, _ := with.Get("paths")
	items, _ := value.([]any)
	var paths []flow.Object
	for _, item := range items {
		if path, ok := item.(flow.Object); ok {
			paths = append(paths, path)
		}
	}
	return paths
}

func transformSummary(with flow.Object) string {
	value, _ := with.Get("set")
	switch v := value.(type) {
	case flow.Object:
		if len(v) > 0 {
			return "Sets " + list(names(v), 8)
		}
	case string:
		if expression, ok := whole(v); ok {
			return "Gives " + condition(expression)
		}
	}
	return "Sets nothing yet"
}

func names(o flow.Object) []string {
	all := make([]string, len(o))
	for i, f := range o {
		all[i] = f.Name
	}
	return all
}

func respondSummary(with flow.Object) string {
	value, _ := with.Get("body")
	switch v := value.(type) {
	case nil:
		return "Answers without a body"
	case flow.Object:
		if len(v) > 0 {
			return "Answers " + list(names(v), 8)
		}
	case string:
		if expression, ok := whole(v); ok {
			return "Answers " + condition(expression)
		}
		return "Answers “" + template(v, "{", "}") + "”"
	}
	return "Answers " + plain(value)
}

// Statuses of respond and fail steps that name none, from the public contract.
const (
	defaultStatus     int64 = 200
	defaultFailStatus int64 = 500
)

// AnswerStatus is the HTTP status that a kind of step answers the caller with, as
// people read it: "200", "…" where an expression decides; empty if it does not answer.
func AnswerStatus(uses string, with flow.Object) string {
	status := defaultStatus
	switch uses {
	case "respond":
	case "fail":
		status = defaultFailStatus
	default:
		return ""
	}
	value, given := with.Get("status")
	if n, ok := value.(int64); ok {
		status = n
	} else if given && value != nil {
		return "…"
	}
	return strconv.FormatInt(status, 10)
}

func waitSummary(with flow.Object) string {
	if value, given := with.Get("for"); given {
		text, _ := value.(string)
		if length, err := flow.ParseDuration(text); err == nil {
			return "For " + duration(time.Duration(length))
		}
		return "For " + plain(value)
	}
	if value, given := with.Get("until"); given {
		return "Until " + plain(value)
	}
	return "No time given yet"
}

// duration is a span of time in words.
func duration(d time.Duration) string {
	units := []struct {
		name string
		size time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}, {"millisecond", time.Millisecond}}
	var words []string
	for _, u := range units {
		if n := d / u.size; n > 0 {
			d %= u.size
			words = append(words, count(int(n), u.name))
		}
	}
	if len(words) == 0 {
		return "no time"
	}
	return strings.Join(words, " ")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

func eachSummary(with flow.Object) string {
	item := with.Text("as")
	if item == "" {
		item = "item"
	}
	text := "For each " + item
	switch items, _ := with.Get("items"); v := items.(type) {
	case string:
		text += " of " + oneLine(v)
	case []any:
		text += " of a list of " + strconv.Itoa(len(v))
	default:
		text += " of a list that is not given yet"
	}
	if n, _ := with.Get("concurrency"); n != nil && n != int64(1) {
		text += ", " + plain(n) + " at once"
	}
	return text
}

func childSummary(with flow.Object) string {
	slug := with.Text("slug")
	if slug == "" {
		return "No flow chosen yet"
	}
	if wait, _ := with.Get("wait"); wait == false {
		return "Starts " + slug + " and goes on"
	}
	return "Runs " + slug
}

func failSummary(with flow.Object) string {
	value, _ := with.Get("message")
	if value == nil || value == "" {
		return "Ends the execution as failed"
	}
	return plain(value)
}

func scheduleSummary(with flow.Object) string {
	zone := with.Text("zone")
	if zone == "" {
		zone = "UTC"
	}
	return "At " + with.Text("cron") + " " + zone
}

// plain is any value of a flow file on one line.
func plain(value any) string {
	if text, ok := value.(string); ok {
		return template(text, "", "")
	}
	encoded, err := flow.EncodeJSON(value)
	if err != nil {
		return "…"
	}
	return string(encoded)
}
