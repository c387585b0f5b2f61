package flowfile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"redial/engine/flow"
	"redial/engine/flowfile"
)

const head = "redial: 1\nslug: x\ntrigger: {uses: webhook}\n"

const jsonHead = `{"redial":1,"slug":"x","trigger":{"uses":"webhook"},`

// hostile files grow with n, which is about their size in bytes.
var hostile = map[string]func(n int) string{
	"brackets":           func(n int) string { return head + "config: " + strings.Repeat("[", n) },
	"closed brackets":    func(n int) string { return head + "config: " + strings.Repeat("[", n/2) + strings.Repeat("]", n/2) },
	"braces":             func(n int) string { return head + "config: " + strings.Repeat("{a: ", n/4) },
	"unquoted braces":    func(n int) string { return head + strings.Repeat("config: {{ a }}\n", n/16) },
	"json brackets":      func(n int) string { return jsonHead + `"config":` + strings.Repeat("[", n) },
	"json objects":       func(n int) string { return jsonHead + `"config":` + strings.Repeat(`{"a":`, n/5) },
	"json small values":  func(n int) string { return jsonHead + `"config":{"a":[` + strings.Repeat("1,", n/2) + "1]}}" },
	"json keys":          func(n int) string { return jsonHead + `"config":{` + manyKeys(n, `"k%d":1,`) + `"z":1}}` },
	"json same key":      func(n int) string { return jsonHead + `"config":{` + strings.Repeat(`"a":1,`, n/6) + `"z":1}}` },
	"json long key":      func(n int) string { return jsonHead + `"config":{"` + strings.Repeat("k", n) + `":{"b":1,"b":2}}}` },
	"block sequences":    func(n int) string { return head + "config:\n" + strings.Repeat("- ", n/2) },
	"question marks":     func(n int) string { return head + "config:\n" + strings.Repeat("? ", n/2) },
	"flow values":        func(n int) string { return head + "config: [" + strings.Repeat("a,", n/2) + "]" },
	"empty items":        func(n int) string { return head + "config:\n" + strings.Repeat("-\n", n/2) },
	"keys":               func(n int) string { return head + "config:\n" + manyKeys(n, " k%d: 1\n") },
	"same key":           func(n int) string { return head + strings.Repeat("a: 1\n", n/5) },
	"comments":           func(n int) string { return head + strings.Repeat("#\n", n/2) },
	"comments in a list": func(n int) string { return head + "config:\n" + strings.Repeat("- #\n", n/4) },
	"comments and items": func(n int) string { return head + "config:\n" + strings.Repeat("#\n- a\n", n/6) },
	"blank lines":        func(n int) string { return head + strings.Repeat("\n", n) },
	"spaces":             func(n int) string { return head + "config:" + strings.Repeat(" ", n) + "1" },
	"tabs":               func(n int) string { return head + "config:" + strings.Repeat("\t", n) + "1" },
	"anchors":            func(n int) string { return head + "config: [" + strings.Repeat("&a 1,", n/5) + "]" },
	"aliases":            func(n int) string { return head + "config: [&a 1" + strings.Repeat(",*a", n/3) + "]" },
	"alias bomb":         aliasBomb,
	"tags":               func(n int) string { return head + "config: [" + strings.Repeat("!a 1,", n/5) + "]" },
	"long tag":           func(n int) string { return head + "config: !" + strings.Repeat("a", n) + " 1" },
	"long key":           func(n int) string { return head + "? " + strings.Repeat("k", n) + "\n: 1" },
	"digits":             func(n int) string { return head + "config: {a: " + strings.Repeat("9", n) + "}" },
	"json digits":        func(n int) string { return jsonHead + `"config":{"a":` + strings.Repeat("9", n) + "}}" },
	"fraction":           func(n int) string { return head + "config: {a: 0." + strings.Repeat("9", n) + "}" },
	"exponent":           func(n int) string { return head + "config: {a: 1e" + strings.Repeat("9", n) + "}" },
	"hexadecimal":        func(n int) string { return head + "config: {a: 0x" + strings.Repeat("f", n) + "}" },
	"underscores":        func(n int) string { return head + "config: {a: 1" + strings.Repeat("_", n) + "}" },
	"quotes":             func(n int) string { return head + "config: " + strings.Repeat("'", n) },
	"quoted lines":       func(n int) string { return head + "name: \"" + strings.Repeat("\n\n", n/2) + "\"" },
	"escapes":            func(n int) string { return head + "name: \"" + strings.Repeat(`\\`, n/2) + "\"" },
	"folded lines":       func(n int) string { return head + "name: >\n" + strings.Repeat(" a\n\n", n/4) },
	"plain lines":        func(n int) string { return head + "name: a\n" + strings.Repeat("  b\n", n/4) },
	"documents":          func(n int) string { return head + strings.Repeat("---\n", n/4) },
	"directives":         func(n int) string { return strings.Repeat("%TAG !a! b\n", n/11) + "---\n" + head },
	"colons":             func(n int) string { return head + strings.Repeat(":", n) },
	"colons and spaces":  func(n int) string { return head + strings.Repeat(": ", n/2) },
	"steps":              func(n int) string { return head + "steps:\n" + manyKeys(n, " s%d: {uses: http}\n") },
	"edges":              func(n int) string { return head + "edges:\n" + strings.Repeat("- a -> b\n", n/9) },
	"bad edges":          func(n int) string { return head + "edges: [\"" + strings.Repeat("a -> ", n/5) + "\"]" },
	"line separators":    func(n int) string { return head + strings.Repeat("\u2028", n/3) },
	"one long line":      func(n int) string { return head + "config: {" + manyKeys(n, "k%d: [1], ") + "}" },
	"problems on a line": func(n int) string { return head + "edges: [" + strings.Repeat("1,", n/2) + "]" },
	"problems far inside": func(n int) string {
		return jsonHead + `"config":{"` + strings.Repeat("k", n/2) + `":{` + strings.Repeat(`"a":1,`, n/12) + `"a":1}}}`
	},
	"zeros":             func(n int) string { return strings.Repeat("\x00", n) },
	"lone continuation": func(n int) string { return strings.Repeat("\xbf", n) },
	"byte order marks":  func(n int) string { return strings.Repeat("\uFEFF", n/3) },
}

func manyKeys(n int, format string) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func aliasBomb(n int) string {
	var b strings.Builder
	b.WriteString(head + "a0: &a0 [x]\n")
	for i := 1; b.Len() < n; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), i-1)
	}
	return b.String()
}

// TestHostileFiles reads large files that are made to cost time or memory. Time
// must grow with size, not with its square.
func TestHostileFiles(t *testing.T) { //nolint:paralleltest // it measures time, so nothing runs beside it
	const small, large = flow.MaxFileBytes / 128, flow.MaxFileBytes / 8
	for name, file := range hostile {
		t.Run(name, func(t *testing.T) {
			// Sixteen times the size; the square would be 256 times the time.
			// Below the floor, time says nothing. A machine that is busy with
			// something else gets more tries; a square fails them all.
			const floor, tries = 5 * time.Millisecond, 5
			var short, long time.Duration
			for range tries {
				short, long = cost(file(small)), cost(file(large))
				if long <= 100*max(short, floor) {
					return
				}
			}
			t.Errorf("16 times the size took %v instead of %v, time after time", long, short)
		})
	}
}

func cost(file string) time.Duration {
	begin := time.Now()
	d, err := flowfile.Read([]byte(file))
	if err == nil {
		d.Locate(d.Problems)
	}
	return time.Since(begin)
}

func TestLimits(t *testing.T) {
	t.Parallel()
	nested := func(n int) string {
		// The file and config are two levels.
		return head + "config: {a: " + strings.Repeat("[", n-2) + strings.Repeat("]", n-2) + "}"
	}
	block := func(n int) string {
		var b strings.Builder
		b.WriteString(head + "config:\n")
		for i := range n - 1 {
			b.WriteString(strings.Repeat(" ", i+1) + "a:\n")
		}
		return b.String()
	}
	jsonNested := func(n int) string {
		return jsonHead + `"config":{"a":` + strings.Repeat("[", n-2) + strings.Repeat("]", n-2) + "}}"
	}
	inner := func(steps int) string {
		return head + "steps:\n  e:\n    uses: each\n    with:\n      items: [1]\n      do:\n        steps:\n" +
			strings.Join(repeat(steps-1, "          s%d: {uses: transform}\n"), "")
	}
	for name, limit := range map[string]struct{ within, beyond string }{
		"size":         {head + strings.Repeat("#", flow.MaxFileBytes-len(head)), head + strings.Repeat("#", flow.MaxFileBytes-len(head)+1)},
		"nesting":      {nested(64), nested(65)},
		"block":        {block(64), block(65)},
		"nesting json": {jsonNested(64), jsonNested(65)},
		"far too deep": {head, nested(100_000)},
		"deep json":    {head, jsonNested(100_000)},
		"steps":        {head + "steps:\n" + strings.Join(repeat(1000, "  s%d: {uses: transform}\n"), ""), head + "steps:\n" + strings.Join(repeat(1001, "  s%d: {uses: transform}\n"), "")},
		"inner steps":  {inner(1000), inner(1001)},
		"edges":        {head + "edges:\n" + strings.Join(repeat(5000, "- a -> s%d\n"), ""), head + "edges:\n" + strings.Join(repeat(5001, "- a -> s%d\n"), "")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := flowfile.Read([]byte(limit.within))
			if err != nil {
				t.Fatalf("within the limit: %v", err)
			}
			for _, p := range d.Problems {
				t.Errorf("within the limit: %v", p)
			}
			_, err = flowfile.Read([]byte(limit.beyond))
			var syntax *flowfile.SyntaxError
			if !errors.Is(err, flowfile.ErrTooLarge) || !errors.As(err, &syntax) {
				t.Fatalf("beyond the limit: got %v, want ErrTooLarge", err)
			}
			if p := syntax.Problem(); p.Code != flow.CodeLimit || p.Line < 1 || p.Column < 1 {
				t.Errorf("the problem is %+v", p)
			}
		})
	}
}

func repeat(n int, format string) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf(format, i)
	}
	return lines
}

// TestProblemsAreBounded holds down that a file full of mistakes does not
// become a report of its size.
func TestProblemsAreBounded(t *testing.T) {
	t.Parallel()
	d, err := flowfile.Read([]byte(head + strings.Repeat("a: 1\n", 10_000)))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(d.Problems); n > 201 {
		t.Errorf("got %d problems", n)
	}
	if !strings.Contains(fmt.Sprint(d.Problems), "the others are not shown") {
		t.Error("nothing says that there are more")
	}
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"byte order mark":      "\uFEFF" + head,
		"byte order mark json": "\uFEFF" + jsonHead + `"name":"x"}`,
		"CRLF":                 strings.ReplaceAll(head, "\n", "\r\n"),
		"CR":                   strings.ReplaceAll(head, "\n", "\r"),
		"spaces before json":   " \r\n\t" + jsonHead + `"name":"x"}`,
		"document markers":     "---\n" + head + "...\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := flowfile.Read([]byte(file))
			if err != nil || len(d.Problems) > 0 || d.Flow.Slug != "x" {
				t.Errorf("got %+v, %v", d, err)
			}
		})
	}
	for name, unreadable := range map[string]struct{ file, want string }{
		"empty":     {"", "1:1: the file is empty; a flow file begins with redial: 1"},
		"comment":   {"# nothing\n", "1:1: the file is empty; a flow file begins with redial: 1"},
		"null":      {"~", "1:1: a flow file holds keys and values and begins with redial: 1; this is empty"},
		"UTF-16":    {"\xff\xfer\x00", "1:1: the file is not UTF-8 text; save it in that encoding"},
		"Latin-1":   {head + "name: Gr\xfc\xdfe", "4:9: the file is not UTF-8 text; save it in that encoding"},
		"binary":    {"\x7fELF\x02\x01\x01\x00\x00", "1:1: the file is not YAML: there is a control character in the file; remove it, or write it as an escape in double quotes"},
		"two JSONs": {jsonHead + "\"name\":\"x\"}\n{}", "2:1: the file is not JSON: there is more text after the end of the object"},
		"YAML 1.2":  {"%YAML 1.2\n---\n" + head, "1:1: the file is not YAML: remove the line that begins with %YAML"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := flowfile.Read([]byte(unreadable.file)); err == nil || err.Error() != unreadable.want {
				t.Errorf("got  %v\nwant %s", err, unreadable.want)
			}
		})
	}
}
