package static_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"redial/static"
)

// ask is the answer to a browser that takes these encodings.
func ask(t *testing.T, path, encodings string) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	if encodings != "" {
		r.Header.Set("Accept-Encoding", encodings)
	}
	w := httptest.NewRecorder()
	static.Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, response *http.Response) []byte {
	t.Helper()
	var from io.Reader = response.Body
	switch response.Header.Get("Content-Encoding") {
	case "br":
		from = brotli.NewReader(response.Body)
	case "gzip":
		small, err := gzip.NewReader(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		from = small
	}
	content, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestEncodings(t *testing.T) {
	t.Parallel()
	plain := body(t, ask(t, static.URL("draft.js"), ""))
	for _, c := range []struct{ takes, want string }{
		{"", ""},
		{"br", "br"},
		{"gzip", "gzip"},
		{"gzip, deflate, br, zstd", "br"},
		{"br;q=0, gzip;q=0.5, zstd", "gzip"},
		{"BR;q=0.1", "br"},
		{"GZIP", "gzip"},
		{"gzip;q=0", ""},
		{"gzip; q=0.000", ""},
		{"gzip;q=much", ""},
		{"x-gzip", ""},
	} {
		response := ask(t, static.URL("draft.js"), c.takes)
		if got := response.Header.Get("Content-Encoding"); got != c.want {
			t.Errorf("to %q, it answers in the encoding %q, want %q", c.takes, got, c.want)
		}
		if !bytes.Equal(body(t, response), plain) {
			t.Errorf("to %q, it answers with another content", c.takes)
		}
		if response.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("to %q, it does not say that the answer depends on the encodings", c.takes)
		}
	}
}

func TestFilesKeepTheirType(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"draft.js": "text/javascript; charset=utf-8", "redial.css": "text/css; charset=utf-8",
		"icons.svg": "image/svg+xml", "fonts/inter.woff2": "font/woff2",
	} {
		response := ask(t, static.URL(name), "gzip")
		if got := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || got != want {
			t.Errorf("%s: status %d and type %q, want 200 and %q", name, response.StatusCode, got, want)
		}
	}
	for _, name := range []string{"", "fonts", "fonts/", "../static.go", "static.go", "nothing.js"} {
		if response := ask(t, static.Base()+name, "gzip"); response.StatusCode != http.StatusNotFound {
			t.Errorf("%q: status %d, want 404", name, response.StatusCode)
		}
	}
}

// Scripts and style sheets that the minifier does not understand would go out as
// they are written, and nobody would see it.
func TestEverythingIsMinified(t *testing.T) {
	t.Parallel()
	for _, pattern := range []string{"*.js", "*.css"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("no files are like %s: %v", pattern, err)
		}
		for _, name := range names {
			got := body(t, ask(t, static.URL(name), ""))
			if strings.Contains(string(got), "\n// ") || strings.Contains(string(got), "/**") || strings.Contains(string(got), "\n  const ") {
				t.Errorf("%s is sent as it is written, it is not minified", name)
			}
		}
	}
}

// A page loads one script. Modules of a second one would be there twice, with their
// state and their listeners.
func TestPagesLoadOneBundle(t *testing.T) {
	t.Parallel()
	var views []string
	for _, pattern := range []string{"../web/*.templ", "../web/*/*.templ"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no pages were found at %s: %v", pattern, err)
		}
		views = append(views, found...)
	}
	named := regexp.MustCompile(`(?:Shell|Document)\(.*"([^"/]+\.js)"\) \{`)
	beside := regexp.MustCompile(`<script[^>]*module[^>]*static\.`)
	scripts := map[string]bool{}
	for _, view := range views {
		source, err := os.ReadFile(view)
		if err != nil {
			t.Fatal(err)
		}
		if found := len(beside.FindAll(source, -1)); found > 1 || found == 1 && filepath.Base(view) != "shell.templ" {
			t.Errorf("%s loads a module beside the script of the page", view)
		}
		for _, found := range named.FindAllSubmatch(source, -1) {
			scripts[string(found[1])] = true
		}
	}
	if len(scripts) < 5 {
		t.Fatalf("pages name the scripts %v; there are more", scripts)
	}
	for name := range scripts {
		if got := body(t, ask(t, static.URL(name), "")); bytes.Contains(got, []byte(`from"./dom.js"`)) || bytes.Contains(got, []byte(`import"./page.js"`)) {
			t.Errorf("%s is not bundled; enter it in the list of pages", name)
		}
	}
}
