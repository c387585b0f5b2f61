package web

import (
	"os/exec"
	"strings"
	"testing"

	"redial/engine/flow"
)

func TestCurlCommand(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		exchange flow.Exchange
		want     string
	}{
		"plain": {
			flow.Exchange{Method: "GET", URL: "https://a.example/x?y=1&z=2"},
			`curl 'https://a.example/x?y=1&z=2'`,
		},
		"secrets are variables": {
			flow.Exchange{Method: "POST", URL: "https://a.example/?api_key=[hidden]&x=1&Sig=[hidden]", Request: flow.Message{
				Header: map[string][]string{"Authorization": {"Bearer [hidden]"}, "X-Api-Key": {"[hidden]"}, "Content-Length": {"3"}, "Accept": {"a/b"}},
				Body:   `{"k":"[hidden]"}`, Size: 16,
			}},
			"curl -X POST 'https://a.example/?api_key='\"$API_KEY\"'&x=1&Sig='\"$SIG\"'' \\\n  -H 'Accept: a/b' \\\n" +
				"  -H 'Authorization: Bearer '\"$AUTHORIZATION\"'' \\\n  -H 'X-Api-Key: '\"$X_API_KEY\"'' \\\n  --data-binary '{\"k\":\"'\"$SECRET\"'\"}'",
		},
		"a body that is not there whole": {
			flow.Exchange{Method: "PUT", URL: "https://a.example", Request: flow.Message{Body: "x", Size: 5000}},
			"# The body had 5000 bytes and was not kept whole: put it into the file \"body\".\ncurl -X PUT 'https://a.example' \\\n  --data-binary @body",
		},
	} {
		if got := curlCommand(&tc.exchange); got != tc.want {
			t.Errorf("%s:\n%s\nwanted:\n%s", name, got, tc.want)
		}
	}
}

// Whatever is in a request, a shell takes it for words and not for commands.
func TestCurlCommandIsSafeInAShell(t *testing.T) {
	t.Parallel()
	for _, nasty := range []string{`'; echo BAD #`, "$(echo BAD)", "`echo BAD`", `\'; echo BAD`, "a\n echo BAD", `"; echo BAD`, "!x", "$HOME [hidden] '[hidden]'"} {
		command := curlCommand(&flow.Exchange{
			Method: "POST", URL: "https://a.example/?q=" + nasty + "&token=[hidden]",
			Request: flow.Message{Header: map[string][]string{"X-" + nasty: {nasty}}, Body: nasty, Size: len(nasty)},
		})
		// The command becomes one that prints its words.
		script := `curl() { for word; do printf '%s\0' "$word"; done; }; ` + command
		shell := exec.CommandContext(t.Context(), "sh", "-c", script)
		shell.Env = []string{"SECRET=s3", "TOKEN=t0"}
		out, err := shell.CombinedOutput()
		if err != nil {
			t.Fatalf("%q: %v: %s", nasty, err, out)
		}
		words := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
		body := strings.ReplaceAll(nasty, "[hidden]", "s3")
		if len(words) != 7 || words[6] != body || !strings.HasSuffix(words[2], "&token=t0") {
			t.Errorf("%q became %q", nasty, words)
		}
	}
}
