package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"redial/engine/flow"
)

// longestWait bounds what a caller may ask to be kept waiting. What is asked
// beyond it counts as this.
const longestWait = 24 * time.Hour

// preferences are what a caller asks for by Prefer (RFC 7240), as far as it is
// known here.
type preferences struct {
	async bool // respond-async
	waits bool // there is a wait
	wait  time.Duration
}

// readPreferences reads all Prefer headers. What is unknown or cannot be read is
// passed over, and of a preference that comes twice the first one counts: both
// as RFC 7240 wants it.
func readPreferences(header http.Header) preferences {
	var p preferences
	for _, line := range header.Values("Prefer") {
		for _, item := range splitUnquoted(line, ',') {
			first := splitUnquoted(item, ';')[0] // behind it are parameters
			name, value, _ := strings.Cut(first, "=")
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "respond-async":
				p.async = true
			case "wait":
				if wait, ok := readSeconds(unquoted(strings.TrimSpace(value))); ok && !p.waits {
					p.wait, p.waits = wait, true
				}
			}
		}
	}
	return p
}

// splitUnquoted splits at a separator that stands outside of quoted strings. It
// gives one part at least.
func splitUnquoted(text string, separator byte) []string {
	var parts []string
	begin, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch {
		case quoted && text[i] == '\\':
			i++
		case text[i] == '"':
			quoted = !quoted
		case text[i] == separator && !quoted:
			parts = append(parts, text[begin:i])
			begin = i + 1
		}
	}
	return append(parts, text[begin:])
}

// unquoted is a word of RFC 7240: a token, or what a quoted string holds.
func unquoted(word string) string {
	if len(word) < 2 || word[0] != '"' || word[len(word)-1] != '"' {
		return word
	}
	var text strings.Builder
	inside := word[1 : len(word)-1]
	for i := 0; i < len(inside); i++ {
		if inside[i] == '\\' && i+1 < len(inside) {
			i++
		}
		text.WriteByte(inside[i])
	}
	return text.String()
}

// readSeconds reads a delta-seconds of RFC 9111: digits. A number too large to
// be meant counts as longestWait.
func readSeconds(text string) (time.Duration, bool) {
	if text == "" || strings.Trim(text, "0123456789") != "" {
		return 0, false
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seconds > int64(longestWait/time.Second) {
		return longestWait, true
	}
	return time.Duration(seconds) * time.Second, true
}

// terms are how one call of a flow is served.
type terms struct {
	mode flow.Mode
	// settings are those of the flow, with what holds for this call: until when
	// the caller is kept waiting, and what it is told then. The execution records
	// them.
	settings flow.Settings
	applied  string // Preference-Applied; empty: nothing was
}

// termsOf is how a call is served of a flow with these settings.
//
// A wait ends at the flow's deadline at the latest. Who asks for one can handle a
// hand-over, and so gets it even where the flow's callers get a problem, unless
// the call itself asks for that.
func termsOf(settings flow.Settings, header http.Header) terms {
	t := terms{mode: settings.Mode, settings: settings}
	fails := strings.EqualFold(strings.TrimSpace(header.Get("Redial-On-Deadline")), string(flow.FailAtDeadline))
	if fails {
		t.settings.OnDeadline = flow.FailAtDeadline
	}
	if !settings.CallersChoose || len(header["Prefer"]) == 0 {
		return t
	}
	asked := readPreferences(header)
	var applied []string
	if asked.async {
		applied = append(applied, "respond-async")
	}
	switch {
	case asked.waits && asked.wait > 0:
		t.mode = flow.Sync
		deadline := time.Duration(settings.Deadline)
		if !fails || asked.wait < deadline {
			t.settings.OnDeadline = flow.Handover
		}
		asked.wait = min(asked.wait, deadline)
		t.settings.Deadline = flow.Duration(asked.wait)
		applied = append(applied, waitApplied(asked.wait))
	case asked.waits:
		t.mode = flow.Async
		applied = append(applied, waitApplied(0))
	case asked.async:
		t.mode = flow.Async
	}
	t.applied = strings.Join(applied, ", ")
	return t
}

// waitApplied says how long a caller is kept waiting, in whole seconds.
func waitApplied(wait time.Duration) string {
	return "wait=" + strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10)
}
