package static

import (
	"bytes"
	"compress/gzip"
	"mime"
	"path"
	"strings"
	"sync"
)

// asset is a file as it is sent.
type asset struct {
	contentType string
	plain       []byte
	gzipped     []byte // nil where that would not be smaller
}

// assets makes each file ready when it is first asked for, and remembers it:
// scripts are bundled, scripts and style sheets minified, all compressed, once and
// as well as it goes, and not at the start of the program, which waits for
// nothing.
type assets struct {
	mu    sync.Mutex
	ready map[string]func() *asset
}

var sent = assets{ready: map[string]func() *asset{}}

// get is the file with a name; nil if there is none.
func (a *assets) get(name string) *asset {
	a.mu.Lock()
	prepare, known := a.ready[name]
	if !known {
		content, found := read(name)
		if !found {
			a.mu.Unlock()
			return nil // not remembered: there are names without end
		}
		prepare = sync.OnceValue(func() *asset { return newAsset(name, content()) })
		a.ready[name] = prepare
	}
	a.mu.Unlock()
	return prepare()
}

// read finds a file: a bundle of scripts, or what stands in the repository in
// fewer bytes.
func read(name string) (content func() []byte, found bool) {
	if path.Ext(name) == ".js" && !strings.Contains(name, "/") {
		if scripts, err := bundle(); err == nil && scripts[name] != nil {
			return func() []byte { return scripts[name] }, true
		}
	}
	source, err := files.ReadFile(name)
	if strings.HasPrefix(name, "vendor/") {
		return func() []byte { return source }, err == nil // minified by who made it
	}
	return func() []byte { return minified(path.Ext(name), source) }, err == nil
}

// contentTypes are told here, as those of the system may differ.
var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
}

func newAsset(name string, content []byte) *asset {
	extension := path.Ext(name)
	a := &asset{contentType: contentTypes[extension], plain: content}
	if a.contentType == "" {
		a.contentType = mime.TypeByExtension(extension)
	}
	if small := compressed(a.plain); len(small) < len(a.plain) {
		a.gzipped = small
	}
	return a
}

func compressed(plain []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic("compressing a file: " + err.Error()) // the level is one of the package's own
	}
	_, _ = w.Write(plain) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}
