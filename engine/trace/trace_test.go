package trace_test

import (
	"strings"
	"testing"

	"redial/engine/trace"
)

// The cases are those of the specification and of the W3C's validation suite.
func TestParse(t *testing.T) {
	t.Parallel()
	const good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	for _, c := range []struct{ name, parent, want string }{
		{"the example", good, good},
		{"not sampled", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"},
		{"white space around", " \t" + good + "\t", good},
		{"unknown flags", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03"},
		{"future version", "cc" + good[2:], good},
		{"future version with more", "cc" + good[2:] + "-what-the-future-will-be-like", good},
		{"future version, badly longer", "cc" + good[2:] + ".what", ""},
		{"version 00 with more", good + "-more", ""},
		{"version ff", "ff" + good[2:], ""},
		{"no version", good[3:], ""},
		{"version too short", "0" + good[2:], ""},
		{"upper case", strings.ToUpper(good), ""},
		{"trace of zeros", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", ""},
		{"span of zeros", "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", ""},
		{"short trace", "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01", ""},
		{"long span", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b77-01", ""},
		{"flags that are none", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x", ""},
		{"two of them", good + ", " + good, ""},
		{"none", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, ok := trace.Parse(c.parent, "")
			if got.Parent() != c.want || ok != (c.want != "") {
				t.Errorf("got %q, %t", got.Parent(), ok)
			}
			if !ok {
				return
			}
			child, other := got.Child(), got.Child()
			if child.Parent()[:35] != c.want[:35] || child.Parent()[52:] != c.want[52:] || child == got || child == other {
				t.Errorf("a child of %s is %s", c.want, child.Parent())
			}
		})
	}
}

func TestState(t *testing.T) {
	t.Parallel()
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	for _, c := range []struct{ name, state, want string }{
		{"the example", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"},
		{"tenants and white space", "fw529a3039@dt=FfffFFFF , , a*b/c=1 2", "fw529a3039@dt=FfffFFFF,a*b/c=1 2"},
		{"no value", "foo=", ""},
		{"no key", "=1", ""},
		{"upper case", "FOO=1", ""},
		{"one key twice", "foo=1,foo=1", ""},
		{"two equal signs", "foo=bar=baz", ""},
		{"33 members", strings.Repeat("a", 1) + "=1" + members(32), ""},
		{"control characters", "foo=\r\nx", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, _ := trace.Parse(parent, c.state); got.State != c.want {
				t.Errorf("got %q", got.State)
			}
		})
	}
	if got, ok := trace.Parse("nonsense", "foo=1"); ok || got.State != "" {
		t.Error("a state without a parent is taken")
	}
}

// members are more members of a state.
func members(n int) string {
	var text strings.Builder
	for i := range n {
		text.WriteString(",b" + strings.Repeat("x", i) + "=1")
	}
	return text.String()
}

func TestTraceOfAnExecutionIsTheSameAfterARestart(t *testing.T) {
	t.Parallel()
	first := trace.Of("01M81R9VWDPD7NKVP1YV43K52R")
	if first != trace.Of("01M81R9VWDPD7NKVP1YV43K52R") || first == trace.Of("01M81R9VWDPD7NKVP1YV43K52S") {
		t.Error("it is not")
	}
	if _, ok := trace.Parse(first.Parent(), ""); !ok {
		t.Errorf("%s is no traceparent", first.Parent())
	}
}
