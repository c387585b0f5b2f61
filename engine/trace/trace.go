// Package trace carries the W3C trace context (https://www.w3.org/TR/trace-context/)
// from whoever calls a flow to the services that the flow calls. It makes no spans
// of its own to be collected, but gives each call a span ID of its own.
package trace

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
)

// Context is a place in a trace. The zero value is none.
type Context struct {
	id, span string // lower-case hex
	flags    byte
	// State is the tracestate that belongs to it; empty: none.
	State string
}

// knownFlags are sampled and random-trace-id. Others are sent as zero.
const knownFlags = 0x03

var (
	parentPattern = regexp.MustCompile(`^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$`)
	memberPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_*/@-]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$`)
)

// Bounds of a tracestate: the members that the specification allows, and bytes.
const (
	maxMembers = 32
	maxState   = 4096
)

// Parse reads the headers of a call. It is false for a traceparent that is
// missing or not as the specification has it: then a new trace begins, and the
// tracestate goes with the old one. One that is itself faulty is left out.
func Parse(traceparent, tracestate string) (Context, bool) {
	parts := parentPattern.FindStringSubmatch(strings.Trim(traceparent, " \t"))
	if parts == nil {
		return Context{}, false
	}
	version, id, span, rest := parts[1], parts[2], parts[3], parts[5]
	if version == "ff" || version == "00" && rest != "" || strings.Trim(id, "0") == "" || strings.Trim(span, "0") == "" {
		return Context{}, false
	}
	flags, err := hex.DecodeString(parts[4])
	if err != nil {
		return Context{}, false
	}
	return Context{id: id, span: span, flags: flags[0] & knownFlags, State: state(tracestate)}, true
}

// state is a tracestate without its empty members; empty if it is faulty.
func state(text string) string {
	if len(text) > maxState {
		return ""
	}
	var members []string
	keys := map[string]bool{}
	for member := range strings.SplitSeq(text, ",") {
		if member = strings.Trim(member, " \t"); member == "" {
			continue
		}
		key, _, _ := strings.Cut(member, "=")
		if !memberPattern.MatchString(member) || keys[key] {
			return ""
		}
		keys[key] = true
		members = append(members, member)
	}
	if len(members) > maxMembers {
		return ""
	}
	return strings.Join(members, ",")
}

// Of is the trace of something that came without one. It follows from its name,
// so it is the same after a restart.
func Of(name string) Context {
	sum := sha256.Sum256([]byte(name))
	return Context{id: hex.EncodeToString(sum[:16]), span: hex.EncodeToString(sum[16:24]), flags: 0}
}

// Child is a span of its own in the same trace.
func (c Context) Child() Context {
	span := make([]byte, 8)
	for {
		_, _ = rand.Read(span) // never fails
		if c.span = hex.EncodeToString(span); strings.Trim(c.span, "0") != "" {
			return c
		}
	}
}

// Parent is the traceparent header.
func (c Context) Parent() string {
	if c.id == "" {
		return ""
	}
	return "00-" + c.id + "-" + c.span + "-" + hex.EncodeToString([]byte{c.flags})
}
