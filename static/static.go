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

// Handler serves the files under Base.
func Handler() http.Handler {
	server := http.StripPrefix(Base(), http.FileServerFS(files))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "public, max-age=31536000, immutable")
		header.Set("X-Content-Type-Options", "nosniff")
		server.ServeHTTP(w, r)
	})
}
