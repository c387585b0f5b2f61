// Package static holds what browsers load: style sheets, scripts, fonts and
// icons. Our own scripts are plain ES modules; there is no build step. What is
// in vendor is described by its README.
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

//go:generate npm --prefix ../.ci/npm run --silent vendor

//go:embed *.css *.js icons.svg fonts vendor
var files embed.FS

// Base is the path under which the files are served. It holds a hash of all of
// them, so browsers may keep them for good, and a relative import in one script
// finds the others of the same version.
var Base = sync.OnceValue(func() string {
	sum := sha256.New()
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := files.ReadFile(name)
		sum.Write([]byte(name))
		sum.Write(content)
		return err
	})
	if err != nil {
		panic("reading embedded files: " + err.Error())
	}
	return "/static/" + hex.EncodeToString(sum.Sum(nil))[:12] + "/"
})

// URL is the path of a file.
func URL(name string) string { return Base() + name }

// Icon is the path of an icon of the sprite.
func Icon(name string) string { return Base() + "icons.svg#" + name }

// Handler serves the files under Base: scripts and style sheets minified, and
// all compressed for browsers that take Brotli or gzip.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, under := strings.CutPrefix(r.URL.Path, Base())
		a := sent.get(name)
		if !under || a == nil {
			http.NotFound(w, r)
			return
		}
		header := w.Header()
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
		header.Set("Content-Type", a.contentType)
		header.Set("X-Content-Type-Options", "nosniff")
		if len(a.encoded) > 0 {
			header.Set("Vary", "Accept-Encoding")
		}
		body, coding := a.to(r.Header)
		if coding != "" {
			header.Set("Content-Encoding", coding)
		}
		header.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method != http.MethodHead {
			_, _ = w.Write(body) // the browser may have gone
		}
	})
}
