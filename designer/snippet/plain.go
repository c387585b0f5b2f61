package snippet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// The methods that curl has words of its own for, or takes by itself.
const (
	methodHead = "HEAD"
	methodGet  = "GET"
	methodPost = "POST"
)

// Plain is a call as one line of a shell, to be tried by copy and paste: without the
// repeats and the polls that a program needs, which Write adds. It shows the status
// and the headers of the answer too. Empty for calls that have to be signed, which
// takes more than a line.
func Plain(call Call) (string, error) {
	words := []string{"curl", "-i"}
	add := func(more ...string) { words = append(words, more...) }
	switch c := call.Credential; {
	case c == nil:
	case c.Signed:
		return "", nil
	case c.Query != "":
		add("--url-query", shellText(url.QueryEscape(c.Query)+"=")+`"$FLOW_CREDENTIAL"`)
	default:
		add("-H", shellText(c.Header+": "+c.Prefix)+`"$FLOW_CREDENTIAL"`)
	}
	if strings.ContainsAny(call.URL, "[]{}") {
		add("-g") // they mean something to curl
	}
	switch {
	case call.Method == methodHead:
		add("-I")
	case call.Method != methodGet && (call.Method != methodPost || call.Body == ""):
		add("-X", call.Method)
	}
	add(shellText(call.URL))
	if call.Body != "" {
		var body bytes.Buffer
		if err := json.Compact(&body, []byte(call.Body)); err != nil {
			return "", fmt.Errorf("writing the body of a call: %w", err)
		}
		add("-H", "'Content-Type: application/json'", "-d", shellText(body.String()))
	}
	return strings.Join(words, " "), nil
}
