package expression_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"redial/engine/expression"
)

// killers are expressions that would end a process, or hold it up, without the
// language's bounds. Each runs in a process of its own.
var killers = map[string]func() error{
	// Nesting: a recursive parser dies of a stack overflow, which nothing
	// recovers from.
	"million parentheses": source(strings.Repeat("(", 1_000_000) + "1" + strings.Repeat(")", 1_000_000)),
	"million minus signs": source(strings.Repeat("-", 1_000_000) + "1"),
	"parentheses":         source(strings.Repeat("(", 8000) + "1" + strings.Repeat(")", 8000)),
	"open parentheses":    source(strings.Repeat("(", 16000)),
	"minus signs":         source(strings.Repeat("-", 16000) + "1"),
	"minus and brackets":  source(strings.Repeat("-(", 5000) + "1" + strings.Repeat(")", 5000)),
	"negations":           source(strings.Repeat("not ", 4000) + "true"),
	"exclamation marks":   source(strings.Repeat("!", 16000) + "true"),
	"lists":               source(strings.Repeat("[", 8000) + strings.Repeat("]", 8000)),
	"objects":             source(strings.Repeat("{a:", 4000) + "1" + strings.Repeat("}", 4000)),
	"conditions":          source(strings.Repeat("true ? 1 : ", 1400) + "1"),
	"inner conditions":    source(strings.Repeat("true ? ", 1400) + "1" + strings.Repeat(" : 1", 1400)),
	"if else":             source(strings.Repeat("if true {1} else ", 900) + "{1}"),
	"let chain":           source(lets(900, "1", "1")),
	"powers":              source(strings.Repeat("1**", 5000) + "1"),
	"member chain":        source("trigger" + strings.Repeat(".a", 8000)),
	"optional chain":      source("trigger" + strings.Repeat("?.a", 5000)),
	"index chain":         source("trigger" + strings.Repeat("[0]", 5000)),
	"pipe chain":          source("1" + strings.Repeat("|abs()", 2600)),
	"plus chain":          source("1" + strings.Repeat("+1", 8000)),
	"coalesce chain":      source("1" + strings.Repeat("??1", 5000)),
	"comparison chain":    source("1" + strings.Repeat("<1", 8000)),
	"unknown names":       source("bbbb" + strings.Repeat("+bbbb", 900)),
	"template of braces":  template(strings.Repeat("{{", 400_000)),
	"template of parts":   template(strings.Repeat("{{1}}", 200_000)),
	"template of faults":  template(strings.Repeat("{{x}}", 900)),

	// Memory: the result is allocated before anyone asks how large it is.
	"replace":             large(`replace(trigger.body.ys, "y", trigger.body.ys)`),
	"replace once":        large(`replace(trigger.body.xs + "yyy", "y", trigger.body.xs + trigger.body.xs + trigger.body.xs)`),
	"repeat":              large(`repeat(trigger.body.ys, 1000000)`),
	"repeat far":          large(`repeat("ab", 9223372036854775807)`),
	"padStart":            large(`padStart("a", 9000000000000000)`),
	"range":               large(`1..9000000000000`),
	"range of all":        large(`-9223372036854775807..9223372036854775807`),
	"range in range":      large(`map(1..100000, 1..100000)`),
	"text doubled":        large(lets(40, "trigger.body.ys", "%s + %s")),
	"list doubled":        large(lets(60, "1..1000", "concat(%s, %s)")),
	"object doubled":      large(lets(90, "{a: 1}", "{a: %s, b: %s}")),
	"doubled as text":     large("toJSON(" + lets(90, "[1]", "[%s, %s]") + ")"),
	"doubled compared":    large(strings.TrimSuffix(lets(90, "[1]", "[%s, %s]"), "n90") + "n90 == map(n90, #)"),
	"doubled flattened":   large("flatten(" + lets(90, "[1]", "[%s, %s]") + ")"),
	"doubled hashed":      large("unique([" + lets(90, "[1]", "[%s, %s]") + "])"),
	"doubled with money":  large(lets(90, "[money(1)]", "[%s, %s]")),
	"doubled types":       large("true ? (" + lets(45, "{a: 1}", "{a: %s, b: %s}") + ") : (" + lets(45, "{a: 2}", "{a: %s, b: %s}") + ")"),
	"reduce doubling":     large(`reduce(1..100, #acc + #acc, "xx")`),
	"reduce nesting":      large(`reduce(1..100000, [#acc], [])`),
	"nested as text":      large(`text(reduce(1..100000, [#acc], []))`),
	"nested compared":     large(`reduce(1..100000, [#acc], []) == reduce(1..100000, [#acc], [])`),
	"nested flattened":    large(`flatten(reduce(1..100000, [#acc], []))`),
	"split to characters": large(`split(trigger.body.xs + trigger.body.xs + trigger.body.xs, "")`),
	"join":                large(`join(map(1..100000, trigger.body.ys), "")`),
	"template of text":    template(strings.Repeat(`{{ repeat("x", 1000000) }}`, 900)),
	"concat in a map":     large(`map(1..10000, concat(1..1000, 1..1000))`),
	"merge in a map":      large(`map(1..100000, merge({a: 1, b: 2}, {c: 3}))`),
	"decode braces":       large(`fromJSON("[" + repeat("{},", 10000000) + "1]")`),
	"decode nesting":      large(`fromJSON(repeat("[", 20000000))`),
	"money squared":       large(lets(60, "money(1234567.89)", "%s * %s")),
	"integer power":       large(`9 ** 9 ** 9 ** 9`),
	"long words":          large(`slug(repeat("\ufdfa", 10000000))`),
	"url encode":          large(`urlEncode(repeat("ä", 20000000))`),

	// Work: nested predicates multiply, and so do patterns and texts.
	"nested predicates": large(`map(1..1000, map(2..1000, map(3..1000, map(4..1000, #))))`),
	"nested counts":     large(`let xs = 1..3000; count(xs, all(xs, any(xs, # < 0)))`),
	"lookup in map":     large(`let xs = map(1..100000, {a: #}); map(xs, lookup(xs, "a", -1))`),
	"membership in map": large(`let xs = 1..100000; map(xs, -1 in xs)`),
	"sort":              large(`let xs = 1..100000; map(xs, sortBy(xs, #))`),
	"contains in map":   large(`map(1..1000000, trigger.body.ys contains "z")`),
	"pattern":           large(`trigger.body.xs matches "(x+x+)+y"`),
	"pattern in map":    large(`map(1..100000, trigger.body.xs matches "(a|b|c)*d$")`),
	"dynamic patterns":  large(`map(1..1000000, "a" matches text(#) + "(abc){300}")`),
	"huge pattern":      large(`"a" matches repeat("(a{30}){30}", 80)`),
	"many groups":       large(`match(trigger.body.xs, repeat("(x)?", 200) + "y")`),
	"zones":             large(`map(1..1000000, formatDate("2026-03-07T00:00:00Z", "yyyy", "Europe/Berlin"))`),
	"locales":           large(`map(1..1000000, formatNumber(1, "0", "en-x-a" + text(#)))`),
	"uuids":             large(`map(1..1000000, uuid())`),
	"explained":         explained(`let xs = 1..3000; count(xs, none(xs, any(xs, # < 0)))`),
}

// lets writes let n1 = first; let n2 = pattern of n1; … nN.
func lets(n int, first, pattern string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "let n0 = %s; ", first)
	for i := 1; i <= n; i++ {
		before := "n" + strconv.Itoa(i-1)
		step := "1"
		if strings.Contains(pattern, "%s") {
			step = fmt.Sprintf(pattern, before, before)
		}
		fmt.Fprintf(&b, "let n%d = %s; ", i, step)
	}
	fmt.Fprintf(&b, "n%d", n)
	return b.String()
}

func source(text string) func() error {
	return func() error { return run(text, new(expression.Values)) }
}

func large(text string) func() error {
	return func() error {
		return run(text, &expression.Values{Trigger: map[string]any{"body": map[string]any{
			"ys": strings.Repeat("y", 1<<20), "xs": strings.Repeat("x", 10<<20),
		}}})
	}
}

func run(text string, values *expression.Values) error {
	p, faults := expression.Compile(text, nil)
	if p == nil {
		return errors.New(faults[0].Message)
	}
	_, err := p.Eval(values)
	return err
}

func explained(text string) func() error {
	return func() error {
		p, faults := expression.Compile(text, nil)
		if p == nil {
			return errors.New(faults[0].Message)
		}
		return p.Explain(nil).Err
	}
}

func template(text string) func() error {
	return func() error {
		for _, kind := range []expression.TemplateKind{expression.TextTemplate, expression.URLTemplate} {
			p, faults := expression.CompileTemplate(text, nil, kind)
			if p == nil {
				return errors.New(faults[0].Message)
			}
			if _, err := p.Eval(nil); err != nil {
				return err
			}
		}
		return nil
	}
}

const (
	killerVariable = "EXPRESSION_KILLERS"
	// maxProcess is what a process may take from the system, in bytes: the
	// values at hand, the budget of 64 MiB, and what the collector leaves.
	maxProcess = 700 << 20
)

// TestMain runs the killers instead of the tests where it is asked to.
func TestMain(m *testing.M) {
	names := os.Getenv(killerVariable)
	if names == "" {
		os.Exit(m.Run())
	}
	for _, name := range strings.Split(names, ",") {
		err := killers[name]()
		message := "no error"
		if err != nil {
			message = err.Error()
		}
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		if _, err := fmt.Fprintf(os.Stdout, "%s\t%d\t%s\n", name, memory.Sys, strings.ReplaceAll(message, "\n", " ")); err != nil {
			os.Exit(1)
		}
	}
}

// slow are the killers that use up the budget of work. The race detector makes
// them ten times slower and finds nothing in them, as they have one goroutine.
var slow = map[string]bool{
	"doubled as text": true, "doubled compared": true, "doubled hashed": true, "nested counts": true, "lookup in map": true,
	"membership in map": true, "sort": true, "contains in map": true, "pattern": true, "pattern in map": true, "uuids": true, "explained": true,
	"split to characters": true, "merge in a map": true, "zones": true, "locales": true, "doubled flattened": true, "doubled with money": true,
}

func TestKillers(t *testing.T) {
	t.Parallel()
	names := make([]string, 0, len(killers))
	for name := range killers {
		if !raceEnabled || !slow[name] {
			names = append(names, name)
		}
	}
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), killerVariable+"="+strings.Join(names, ","))
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("the process died: %v\n%s", err, tail(string(output)))
	}
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	if len(lines) != len(names) {
		t.Fatalf("%d killers answered, want %d\n%s", len(lines), len(names), tail(string(output)))
	}
	for _, line := range lines {
		part := strings.SplitN(line, "\t", 3)
		memory, _ := strconv.Atoi(part[1])
		if memory > maxProcess {
			t.Errorf("%s: the process grew to %d MiB", part[0], memory>>20)
		}
		if part[2] == "no error" {
			t.Errorf("%s: no error", part[0])
		}
	}
}

func tail(s string) string {
	const most = 2000
	if len(s) > most {
		return s[:most]
	}
	return s
}
