package web

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"redial/engine/flow"
	"redial/engine/outbound"
)

// unsaid are headers that curl sets by itself.
var unsaid = []string{"Content-Length", "Host", "Accept-Encoding", "User-Agent", "Connection", "Traceparent", "Tracestate"}

// curlCommand is a request that a step has sent as a curl command. What was
// masked is a variable, $AUTHORIZATION, that its reader has to set.
func curlCommand(x *flow.Exchange) string {
	var b strings.Builder
	if x.Request.Size > len(x.Request.Body) {
		fmt.Fprintf(&b, "# The body had %d bytes and was not kept whole: put it into the file \"body\".\n", x.Request.Size)
	}
	b.WriteString("curl")
	if x.Method != http.MethodGet {
		b.WriteString(" -X " + shellWord(x.Method, ""))
	}
	b.WriteString(" " + shellURL(x.URL))
	for _, name := range slices.Sorted(maps.Keys(x.Request.Header)) {
		if slices.Contains(unsaid, http.CanonicalHeaderKey(name)) {
			continue
		}
		for _, value := range x.Request.Header[name] {
			b.WriteString(" \\\n  -H " + shellWord(name+": "+value, variable(name)))
		}
	}
	switch {
	case x.Request.Size > len(x.Request.Body):
		b.WriteString(" \\\n  --data-binary @body")
	case x.Request.Body != "":
		b.WriteString(" \\\n  --data-binary " + shellWord(x.Request.Body, "SECRET"))
	}
	return b.String()
}

// shellWord is a text as one word of a shell, in which nothing is special but
// the masks: they become a variable.
func shellWord(text, variable string) string {
	if plainWord.MatchString(text) {
		return text
	}
	quoted := "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	if variable == "" {
		return quoted
	}
	return strings.ReplaceAll(quoted, outbound.Mask, `'"$`+variable+`"'`)
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:=@%+,-]+$`)

// maskedPair is a masked parameter of a query.
var maskedPair = regexp.MustCompile(`([?&])([^=&?]*)=(` + regexp.QuoteMeta(outbound.Mask) + `|%5Bhidden%5D)`)

// shellURL is a URL as a word of a shell. A masked parameter becomes a variable
// of its name.
func shellURL(url string) string {
	var b strings.Builder
	rest := strings.ReplaceAll(url, "'", "%27")
	for {
		m := maskedPair.FindStringSubmatchIndex(rest)
		if m == nil {
			break
		}
		b.WriteString(rest[:m[6]] + `'"$` + variable(rest[m[4]:m[5]]) + `"'`)
		rest = rest[m[1]:]
	}
	text := b.String() + strings.NewReplacer(outbound.Mask, `'"$SECRET"'`, "%5Bhidden%5D", `'"$SECRET"'`).Replace(rest)
	return "'" + text + "'"
}

// variable is a name as variables of a shell are called.
func variable(name string) string {
	upper := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		default:
			return '_'
		}
	}, name)
	if upper == "" || upper[0] >= '0' && upper[0] <= '9' {
		upper = "_" + upper
	}
	return upper
}
