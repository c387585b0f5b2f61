package web_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// person is somebody who is signed in, with a browser.
type person struct {
	room   *room
	client *http.Client
}

// signIn signs somebody in by a link.
func (r *room) signIn(t *testing.T) *person {
	t.Helper()
	if _, err := r.store.AddUser(t.Context(), "ada"); err != nil {
		t.Fatal(err)
	}
	secret, err := r.store.CreateSignInLink(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	p := r.stranger(t)
	if a := p.get(t, "/sign-in/"+secret); a.status != http.StatusSeeOther {
		t.Fatalf("signing in: %d %s", a.status, a.body)
	}
	return p
}

// stranger is somebody who is not signed in.
func (r *room) stranger(t *testing.T) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &person{r, &http.Client{
		Jar: jar, Transport: r.client.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (p *person) do(t *testing.T, method, path, kind string, body io.Reader, headers ...string) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, p.room.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if method != http.MethodGet {
		request.Header.Set("Origin", p.room.url)
		request.Header.Set("Content-Type", kind)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := p.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(data)}
}

// asFragment are the headers by which htmx asks for a part of a page.
var asFragment = []string{"HX-Request", "true", "HX-Request-Type", "partial"}

func (p *person) get(t *testing.T, path string, headers ...string) answer {
	t.Helper()
	return p.do(t, http.MethodGet, path, "", http.NoBody, headers...)
}

// post sends a form. Its fields are names and values in turn.
func (p *person) post(t *testing.T, path string, fields []string, headers ...string) answer {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return p.do(t, http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), headers...)
}

// upload sends a form with a file.
func (p *person) upload(t *testing.T, path, name, content string, fields []string, headers ...string) answer {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i < len(fields); i += 2 {
		if err := form.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write([]byte(content))
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return p.do(t, http.MethodPost, path, form.FormDataContentType(), &body, headers...)
}

// shows gets a page that must be there, and that a strict content policy lets
// act.
func (p *person) shows(t *testing.T, path string, headers ...string) string {
	t.Helper()
	a := p.get(t, path, headers...)
	if a.status != http.StatusOK {
		t.Fatalf("%s: got %d: %s", path, a.status, a.body)
	}
	a.wantsPolicy(t, path)
	return a.body
}

// wantsPolicy fails the test if the page needs more than its policy allows: no
// styles or scripts of its own, no handlers in attributes.
func (a answer) wantsPolicy(t *testing.T, path string) {
	t.Helper()
	if policy := a.header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("%s: the policy is %q", path, policy)
	}
	inScript := false
	for tokens := html.NewTokenizer(strings.NewReader(a.body)); ; {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			return
		}
		token := tokens.Token()
		if inScript && kind == html.TextToken && strings.TrimSpace(token.Data) != "" {
			t.Errorf("%s: an inline script: %.100s", path, token.Data)
		}
		inScript = kind == html.StartTagToken && token.Data == "script" && !isData(token)
		if token.Data == "style" && kind == html.StartTagToken {
			t.Errorf("%s: an inline style sheet", path)
		}
		for _, attribute := range token.Attr {
			if attribute.Key == "style" || strings.HasPrefix(attribute.Key, "on") || strings.HasPrefix(attribute.Val, "javascript:") {
				t.Errorf("%s: the policy does not allow %s=%.100q", path, attribute.Key, attribute.Val)
			}
		}
	}
}

// isData reports whether a script element holds data, which no browser runs.
func isData(script html.Token) bool {
	return slices.Contains(script.Attr, html.Attribute{Key: "type", Val: "application/json"})
}

// wantsText fails the test unless a text has words, and not others, which begin
// with a "!".
func wantsText(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, word := range words {
		absent, not := strings.CutPrefix(word, "!")
		if not == strings.Contains(text, strings.TrimPrefix(word, "!")) {
			if not {
				t.Errorf("%q is there", absent)
			} else {
				t.Errorf("%q is missing in\n%s", word, text)
			}
		}
	}
}

// wantsRedirect fails the test unless the answer sends the browser to a path.
func (a answer) wantsRedirect(t *testing.T, path string) {
	t.Helper()
	if a.status != http.StatusSeeOther || a.header.Get("Location") != path {
		t.Fatalf("got %d to %q, want a redirect to %s: %s", a.status, a.header.Get("Location"), path, a.body)
	}
}
