package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"redial/web/command"
)

// documentedAddress is where the examples of the documentation find the demo.
const documentedAddress = "127.0.0.1:8080"

// exampleToken is the API token of the demo under test.
const exampleToken = "redial_token_of_the_documentation"

// TestDocumentedExamples follows the pages as a reader would: it publishes their
// flows in the demo and makes the calls behind which an answer is shown.
func TestDocumentedExamples(t *testing.T) {
	t.Parallel()
	address := startDemo(t)
	count := 0
	for _, path := range []string{"docs/flow-file.md", "docs/calling.md"} {
		page := strings.ReplaceAll(readDocument(t, path), documentedAddress, address)
		found, prose := blocks(page)
		for i, b := range found {
			faulty := i+1 < len(found) && found[i+1].language == "text"
			if b.language == "yaml" && strings.HasPrefix(b.text, "redial:") && !faulty {
				publishFlow(t, address, b.text)
			}
		}
		for _, example := range shownCall.FindAllStringSubmatch(prose, -1) {
			count++
			if got := strings.TrimSpace(runCurl(t, example[1])); got != example[2] {
				t.Errorf("%s: the call\n%s\nis answered with\n%s\nand the page shows\n%s", path, example[1], got, example[2])
			}
		}
	}
	if count < 5 {
		t.Errorf("only %d calls with an answer were found; the pattern of this test fits no longer", count)
	}
}

// shownCall matches a call of curl, which may be continued on further lines, and
// the answer in JSON that stands behind it. An answer with an ellipsis is none to
// compare with.
var shownCall = regexp.MustCompile(`(?m)^    curl ((?:.*\\\n)*.*)\n\n    ([\[{][^…\n]*)$`)

// startDemo runs `redial demo` until the end of the test and gives its address.
func startDemo(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	out, in := io.Pipe()
	ended := make(chan int, 1)
	environment := func(name string) string {
		if name == "REDIAL_API_TOKEN" {
			return exampleToken
		}
		return ""
	}
	args := []string{"demo", "--addr", "127.0.0.1:0", "--data", t.TempDir()}
	go func() {
		code := command.Run(ctx, args, environment, strings.NewReader(""), in, t.Output())
		_ = in.Close() // never fails
		ended <- code
	}()
	t.Cleanup(func() {
		cancel()
		if code := <-ended; code != 0 {
			t.Errorf("the demo ends with exit status %d", code)
		}
	})
	output := bufio.NewReader(out)
	first, err := output.ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(first), "listening on http://")
	if !ok {
		t.Fatalf("the demo does not start: it prints %q (%v)", first, err)
	}
	go func() { _, _ = io.Copy(io.Discard, output) }()
	return address
}

func publishFlow(t *testing.T, address, source string) {
	t.Helper()
	slug := regexp.MustCompile(`(?m)^slug: (\S+)$`).FindStringSubmatch(source)[1]
	url := "http://" + address + "/api/flows/" + slug
	authorized := http.Header{"Authorization": {"Bearer " + exampleToken}}
	for _, change := range []struct{ method, url, body string }{
		{http.MethodPut, url, source},
		{http.MethodPost, url + "/publish", ""},
	} {
		if status, body := send(t, change.method, change.url, change.body, authorized); status >= http.StatusBadRequest {
			t.Fatalf("%s %s: %d %s", change.method, change.url, status, body)
		}
	}
}

// runCurl makes the call that curl would make of these arguments, as far as the
// documentation uses them, and gives the body of the answer.
func runCurl(t *testing.T, line string) string {
	t.Helper()
	method, url, body, header := http.MethodGet, "", "", http.Header{}
	words := shellWords(line)
	for i := 0; i < len(words); i++ {
		value := func() string { i++; return words[i] }
		switch words[i] {
		case "-X":
			method = value()
		case "-H":
			name, content, _ := strings.Cut(value(), ":")
			header.Set(name, strings.TrimSpace(content))
		case "-d":
			if body = value(); method == http.MethodGet {
				method = http.MethodPost
			}
			if header.Get("Content-Type") == "" {
				header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
		case "-i", "-s":
		default:
			url = words[i]
		}
	}
	_, answer := send(t, method, "http://"+url, body, header)
	return answer
}

var shellWord = regexp.MustCompile(`'[^']*'|"[^"]*"|[^\s'"\\]+`)

// shellWords splits a command. Words are quoted as a whole or not at all.
func shellWords(line string) []string {
	words := shellWord.FindAllString(line, -1)
	for i := range words {
		words[i] = strings.Trim(words[i], `'"`)
	}
	return words
}

func send(t *testing.T, method, url, body string, header http.Header) (status int, answer string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(data)
}
