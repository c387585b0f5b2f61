package snippet_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"redial/designer/snippet"
	"redial/engine/flow"
)

// hostile are pieces of text that mean something in one of the languages.
var hostile = []string{
	"'", `"`, "`", "\\", "\\n", "\n", "\r", "\t", "$HOME", "$(id)", "${x}", "{{.URL}}", "%s", "#", "//", "/*", "*/", "-->", "</script>",
	"JSON", "\nJSON\n", "\u2028", "\u2029", "\ufeff", "\x7f", "é", "€", "😀", "True", "null", "__proto__", "'''", `"""`, "\\u0041", "\\/", "!x", "[1-3]", ";", "&", "|",
}

func hostileText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(hostile), rapid.StringN(0, 5, -1)), 0, 6).Draw(t, "pieces"), "")
	})
}

// jsonText draws the text of a JSON value. It is written by hand, for escapes and
// numbers that no encoder writes.
func jsonText() *rapid.Generator[string] {
	scalar := rapid.OneOf(
		rapid.SampledFrom([]string{"true", "false", "null", "0", "-0", "1.50", "1e400", "-9007199254740993", "1E+2", "123456789012345678901234567890", `"\/"`, `"\u2028"`, `"\ud83d\ude00"`, `""`}),
		rapid.Map(hostileText(), quoted),
	)
	var value func(depth int) *rapid.Generator[string]
	value = func(depth int) *rapid.Generator[string] {
		if depth == 0 {
			return scalar
		}
		return rapid.OneOf(scalar,
			rapid.Map(rapid.SliceOfN(value(depth-1), 0, 3), func(items []string) string { return "[" + strings.Join(items, ",") + "]" }),
			rapid.Map(rapid.MapOfN(hostileText(), value(depth-1), 0, 3), func(fields map[string]string) string {
				var parts []string
				for name, v := range fields {
					parts = append(parts, quoted(name)+":"+v)
				}
				return "{" + strings.Join(parts, ",") + "}"
			}))
	}
	return value(3)
}

func quoted(text string) string {
	data, err := flow.EncodeJSON(strings.ToValidUTF8(text, "?"))
	if err != nil {
		panic(err)
	}
	return string(data)
}

// draws are many values at once: a language is started for all of them.
const draws = 400

func drawn[T any](g *rapid.Generator[T]) []T {
	values := make([]T, draws)
	for i := range values {
		values[i] = g.Example(i)
	}
	return values
}

// said runs a program in a language and reads what it prints, as lines of JSON.
func said(t *testing.T, program, file, code string, arguments ...string) []string {
	t.Helper()
	path := filepath.Join(t.TempDir(), file)
	if err := os.WriteFile(path, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), program, append(arguments, path)...)
	var errors bytes.Buffer
	command.Stderr = &errors
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%.2000s", program, err, errors.String())
	}
	return strings.Split(strings.TrimSuffix(string(output), "\n"), "\n")
}

// Whatever a text holds, each language reads it back as it was.
func TestTextsAreEscaped(t *testing.T) {
	t.Parallel()
	texts := drawn(rapid.Map(hostileText(), func(s string) string { return strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "0") }))
	check := func(t *testing.T, got []string) {
		t.Helper()
		if len(got) != len(texts) {
			t.Fatalf("%d texts came back of %d", len(got), len(texts))
		}
		for i := range texts {
			var back string
			if err := json.Unmarshal([]byte(got[i]), &back); err != nil || back != texts[i] {
				t.Errorf("%q came back as %q", texts[i], got[i])
			}
		}
	}
	t.Run("shell", func(t *testing.T) {
		t.Parallel()
		var code strings.Builder
		for _, text := range texts {
			fmt.Fprintf(&code, "printf %%s %s | od -An -v -tx1 | tr -d ' \\n'; echo\n", snippet.ShellText(text))
		}
		lines := said(t, "sh", "texts.sh", code.String())
		for i := range lines {
			lines[i] = quoted(unhex(t, lines[i]))
		}
		check(t, lines)
	})
	t.Run("javascript", func(t *testing.T) {
		t.Parallel()
		check(t, said(t, "node", "texts.mjs", each(t, texts, snippet.ScriptText, "console.log(JSON.stringify(%s));\n")))
	})
	t.Run("python", func(t *testing.T) {
		t.Parallel()
		check(t, said(t, "python3", "texts.py", "import json\n"+each(t, texts, snippet.ScriptText, "print(json.dumps(%s))\n")))
	})
	t.Run("go", func(t *testing.T) {
		t.Parallel()
		for _, text := range texts {
			literal, err := parser.ParseExprFrom(token.NewFileSet(), "", snippet.GoText(text), 0)
			if err != nil {
				t.Errorf("%q: %v", text, err)
				continue
			}
			source := snippet.GoText(text)[literal.Pos()-1 : literal.End()-1]
			if back, err := strconv.Unquote(source); err != nil || back != text {
				t.Errorf("%q came back as %q, error %v", text, back, err)
			}
		}
	})
}

func each(t *testing.T, texts []string, write func(string) (string, error), format string) string {
	t.Helper()
	var code strings.Builder
	for _, text := range texts {
		literal, err := write(text)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&code, format, literal)
	}
	return code.String()
}

func unhex(t *testing.T, text string) string {
	t.Helper()
	var b []byte
	if _, err := fmt.Sscanf(text, "%x", &b); err != nil && text != "" {
		t.Fatal(err)
	}
	return string(b)
}

// Whatever a body holds, the code sends the value that it stands for.
func TestBodiesKeepTheirValue(t *testing.T) {
	t.Parallel()
	bodies := append(drawn(jsonText()), strings.Repeat("[", 300)+strings.Repeat("]", 300))
	check := func(t *testing.T, got []string) {
		t.Helper()
		for i, body := range bodies {
			if i >= len(got) || exact(t, got[i]) != exact(t, body) {
				t.Errorf("%s is sent as %s", body, got[min(i, len(got)-1)])
			}
		}
	}
	t.Run("javascript", func(t *testing.T) {
		t.Parallel()
		check(t, said(t, "node", "bodies.mjs", each(t, bodies, snippet.ScriptBody, "console.log(%s);\n")))
	})
	t.Run("python", func(t *testing.T) {
		t.Parallel()
		check(t, said(t, "python3", "bodies.py", "import json\n"+each(t, bodies, snippet.PythonBody, "print((%s).decode())\n")))
	})
}

// exact is JSON text in one form, with numbers as they are written.
func exact(t *testing.T, text string) string {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Errorf("%v in %q", err, text)
	}
	return quotedValue(t, value)
}

func quotedValue(t *testing.T, value any) string {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Hostile addresses, bodies, notes and names of headers make no other program.
func TestSnippetsStayPrograms(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		call := snippet.Call{
			URL: "https://example.com/" + hostileText().Draw(r, "url"), Method: "POST", Body: jsonText().Draw(r, "body"),
			Notes:      []string{hostileText().Draw(r, "note")},
			Credential: &snippet.Credential{Header: hostileText().Draw(r, "header"), Prefix: hostileText().Draw(r, "prefix")},
		}
		code, err := snippet.Write(snippet.Go, call)
		if err != nil {
			r.Fatal(err)
		}
		if _, err := format.Source([]byte(code)); err != nil {
			r.Fatalf("%v\n%s", err, code)
		}
		shell, err := snippet.Write(snippet.Curl, call)
		if err != nil {
			r.Fatal(err)
		}
		if output, err := exec.CommandContext(t.Context(), "sh", "-n", "-c", strings.ReplaceAll(shell, "\x00", "")).CombinedOutput(); err != nil {
			r.Fatalf("%v: %s\n%s", err, output, shell)
		}
	})
}
