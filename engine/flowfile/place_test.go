package flowfile_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"redial/engine/flow"
	"redial/engine/flowfile"
)

// mark stands once in a file and once in the text read from it.
const mark = "QXQ"

// markPlace is the line and column of the mark in a file.
func markPlace(t interface{ Fatalf(string, ...any) }, file string) string {
	before, _, found := strings.Cut(file, mark)
	if !found {
		t.Fatalf("there is no mark in\n%s", file)
	}
	line := before[strings.LastIndexAny(before, "\r\n")+1:]
	lines := strings.Count(strings.ReplaceAll(strings.ReplaceAll(before, "\r\n", "\n"), "\r", "\n"), "\n")
	return fmt.Sprintf("%d:%d", lines+1, utf8.RuneCountInString(line)+1)
}

func place(d *flowfile.Document, path string, offset int) string {
	line, column := d.Place(path, offset)
	return fmt.Sprintf("%d:%d", line, column)
}

// TestOffsetsLeadIntoTheFile follows a byte of a decoded text back into the
// file, through every way to write text.
func TestOffsetsLeadIntoTheFile(t *testing.T) {
	t.Parallel()
	const field = "config:\n  a: "
	for name, file := range map[string]string{
		"plain":                  head + field + "some QXQtext",
		"plain after text":       head + field + "Grüße QXQtext",
		"plain lines":            head + field + "some\n    more\n\n\n    and QXQtext",
		"plain in flow":          head + "config: {a: one two QXQthree}",
		"single quotes":          head + field + "'it''s a QXQtext'",
		"single quoted lines":    head + field + "'one  \n\n   two\n   QXQthree'",
		"double quotes":          head + field + `"a \"quoted\" QXQtext"`,
		"escapes":                head + field + `"\t\x41\u00e9\U0001F600\N\_\L\P\e\/ QXQtext"`,
		"joined lines":           head + field + "\"one\\\n    two  \n\n\n   three \\  \n   QXQtext\"",
		"after a line separator": head + "name: \"\u2028\"\n" + field + "QXQ",
		"CRLF":                   strings.ReplaceAll(head+field+"one\n    two\n    QXQthree\n", "\n", "\r\n"),
		"CR":                     strings.ReplaceAll(head+field+"|\n    two\n    QXQthree\n", "\n", "\r"),
		"literal":                head + field + "|\n    one\n\n      two\n    three QXQfour\n",
		"literal, indented":      head + field + "|2-\n      one\n    QXQtwo\n",
		"literal, first blank":   head + field + "|+ # comment\n\n\n    one\n    QXQtwo\n\n",
		"folded":                 head + field + ">\n    one\n    two\n\n    three\n    QXQfour\n",
		"folded, more indented":  head + field + ">-\n    one\n\n      two\n      three\n\n\n    four\n    five QXQsix\n",
		"folded, first blank":    head + field + ">\n\n    one\n    QXQtwo\n",
		"begins with it":         head + field + "QXQ",
		"json":                   jsonHead + "\n \"config\" : {\"a\": \"some QXQtext\"}}",
		"json escapes":           jsonHead + `"config":{"a":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00 QXQtext"}}`,
		"unquoted expression":    head + field + "{{ trigger.QXQbody }}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := flowfile.Read([]byte(file))
			if err != nil {
				t.Fatal(err)
			}
			text := d.Flow.Config.Text("a")
			offset := strings.Index(text, mark)
			if offset < 0 {
				t.Fatalf("there is no mark in the text %q", text)
			}
			if got, want := place(d, "config.a", offset), markPlace(t, file); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			// Past the end is the end; nothing crashes.
			d.Place("config.a", len(text)+100)
		})
	}
}

func TestOffsetsLeadIntoAnyExport(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		clean := rapid.Map(text(), func(s string) string {
			// The library escapes all text that follows a byte order mark.
			return strings.NewReplacer(mark, "", "\uFEFF", "").Replace(s)
		})
		marked := clean.Draw(t, "before") + mark + clean.Draw(t, "after")
		f := &flow.Flow{Slug: "x", Settings: flow.DefaultSettings(), Trigger: flow.Trigger{Uses: "webhook"}}
		f.Config = flow.Object{{Name: "list", Value: []any{clean.Draw(t, "other"), flow.Object{{Name: "a", Value: marked}}}}}
		for _, write := range []func(*flow.Flow) ([]byte, error){flowfile.WriteYAML, flowfile.WriteJSON} {
			file, err := write(f)
			if err != nil {
				t.Fatal(err)
			}
			d, err := flowfile.Read(file)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := place(d, "config.list[1].a", strings.Index(marked, mark)), markPlace(t, string(file)); got != want {
				t.Fatalf("got %s, want %s in\n%s", got, want, file)
			}
		}
	})
}

const placed = `redial: 1
slug: x
trigger:
  uses: webhook
steps:
  a:
    uses: branch
    with:
      paths:
        - name: one
          when: trigger.body.n > 1
        - {name: two}
      empty:
      "dotted.name": {inner: 1}
  b:
    uses: each
    with:
      do:
        steps:
          c: {uses: http, with: {url: "https://example.com"}}
  d:
    uses: each
    do:
      steps:
        e: {uses: http}
edges:
  - trigger -> a
  - a.one -> b
`

func TestPlaceOfPaths(t *testing.T) {
	t.Parallel()
	d, err := flowfile.Read([]byte(placed))
	if err != nil || len(d.Problems) > 0 {
		t.Fatal(err, d.Problems)
	}
	for path, want := range map[string]string{
		"":                                    "1:1",
		"slug":                                "2:7",
		"steps":                               "5:1",
		"steps.a":                             "6:3",
		"steps.a.with":                        "8:5",
		"steps.a.with.paths":                  "9:7",
		"steps.a.with.paths[0]":               "10:11",
		"steps.a.with.paths[0].when":          "11:17",
		"steps.a.with.paths[1].name":          "12:18",
		"steps.a.with.paths[1].when":          "12:11",
		"steps.a.with.paths[7]":               "9:7",
		"steps.a.with.paths[x":                "9:7",
		"steps.a.with.empty":                  "13:7",
		"steps.a.with.dotted.name.inner":      "14:30",
		"steps.a.with.missing":                "8:5",
		"steps.a.timeout":                     "6:3",
		"steps.b.with.do.steps.c.with.url":    "20:39",
		"steps.b.do.steps.c.with.url":         "20:39",
		"steps.b.do":                          "18:7",
		"steps.d.do.steps.e.uses":             "25:19",
		"steps.d.with.do.steps.e.uses":        "25:19",
		"steps.nowhere.with.x":                "5:1",
		"edges":                               "26:1",
		"edges[1]":                            "28:5",
		"nonsense[[..":                        "1:1",
		strings.Repeat("steps.", 100_000):     "5:1",
		"steps.a." + strings.Repeat("x", 1e6): "6:3",
	} {
		if got := place(d, path, -1); got != want {
			t.Errorf("%.60s: got %s, want %s", path, got, want)
		}
	}
}

func TestLocate(t *testing.T) {
	t.Parallel()
	d, err := flowfile.Read([]byte(placed))
	if err != nil {
		t.Fatal(err)
	}
	given := []flow.Problem{
		{Path: "edges[1]", Message: "last"},
		{Path: "steps.b.with.do.steps.c.with.url", Start: 8, End: 15, Message: "inside"},
		{Path: "steps.a.with.paths[0].when", Start: 0, End: 7, Message: "at its beginning"},
		{Path: "steps.a", Message: "placed already", Line: 3, Column: 4},
		{Message: "whole file"},
		{Path: "edges[1]", Message: "last"},
	}
	var got []string
	for _, p := range d.Locate(given) {
		got = append(got, p.String())
	}
	want := []string{"1:1: whole file", "3:4: placed already", "11:17: at its beginning", "20:48: inside", "28:5: last"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %q, want %q", got, want)
	}
	if given[0].Line != 0 {
		t.Error("the given problems were changed")
	}
}

// FuzzRead holds down that no file crashes the reader, that every problem has
// a place in the file, and that what has no errors survives an export.
func FuzzRead(f *testing.F) {
	f.Add([]byte(placed))
	f.Add([]byte(jsonHead + `"steps":{"a":{"uses":"http"}},"edges":["trigger -> a"]}`))
	for _, file := range hostile {
		f.Add([]byte(file(100)))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		d, err := flowfile.Read(file)
		if err != nil {
			var syntax *flowfile.SyntaxError
			if !errors.As(err, &syntax) || syntax.Line < 1 || syntax.Column < 1 {
				t.Fatalf("an error without a place: %v", err)
			}
			return
		}
		for _, p := range d.Locate(append(d.Problems, flow.Problem{Path: "steps.a.with.x"})) {
			if p.Line < 1 || p.Column < 1 || !utf8.ValidString(p.Message) {
				t.Fatalf("a problem without a place: %+v", p)
			}
		}
		if flow.HasErrors(d.Problems) {
			return
		}
		first, err := flowfile.WriteYAML(d.Flow)
		if err != nil {
			t.Fatal(err)
		}
		again, err := flowfile.Read(first)
		if err != nil {
			t.Fatalf("%v in the export\n%s", err, first)
		}
		second, err := flowfile.WriteYAML(again.Flow)
		if err != nil || string(first) != string(second) {
			t.Fatalf("the second export differs (%v):\n%s\nfirst:\n%s", err, second, first)
		}
	})
}
