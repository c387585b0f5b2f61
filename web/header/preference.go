package header

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longestWait bounds what a caller may ask to be kept waiting. What is asked
// beyond it counts as this.
const longestWait = 24 * time.Hour

// Preferences are what a caller asks for by Prefer (RFC 7240), as far as it is
// known here.
type Preferences struct {
	// Async is respond-async: the caller can do without the answer for now.
	Async bool
	// Waits says that there is a wait, of how long the caller is ready to be kept
	// waiting: Wait, 24 hours at most.
	Waits bool
	Wait  time.Duration
}

// ReadPreferences reads all Prefer headers. What is unknown or cannot be read is
// passed over, and of a preference that comes twice the first one counts: both
// as RFC 7240 wants it.
func ReadPreferences(fields http.Header) Preferences {
	var p Preferences
	for _, line := range fields.Values("Prefer") {
		for _, item := range splitUnquoted(line, ',') {
			first := splitUnquoted(item, ';')[0] // behind it are parameters
			name, value, _ := strings.Cut(first, "=")
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "respond-async":
				p.Async = true
			case "wait":
				if wait, ok := readSeconds(unquoted(strings.TrimSpace(value))); ok && !p.Waits {
					p.Wait, p.Waits = wait, true
				}
			}
		}
	}
	return p
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

// WaitApplied is what Preference-Applied says to callers who are kept waiting for a
// time: it is in whole seconds, rounded up.
func WaitApplied(wait time.Duration) string {
	return "wait=" + strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10)
}
