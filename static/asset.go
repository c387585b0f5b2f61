package static

import (
	"bytes"
	"compress/gzip"
	"mime"
	"path"
	"sync"

	"github.com/tdewolff/minify/v2"
	"github.com/tdewolff/minify/v2/css"
	"github.com/tdewolff/minify/v2/js"
)

// asset is a file as it is sent.
type asset struct {
	contentType string
	plain       []byte
	gzipped     []byte // nil where that would not be smaller
}

// assets makes each file ready when it is first asked for, and remembers it:
// scripts and style sheets are minified and compressed once, as well as it goes,
// and not at the start of the program, which waits for nothing.
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
		source, err := files.ReadFile(name)
		if err != nil {
			a.mu.Unlock()
			return nil // not remembered: there are names without end
		}
		prepare = sync.OnceValue(func() *asset { return newAsset(name, source) })
		a.ready[name] = prepare
	}
	a.mu.Unlock()
	return prepare()
}

// contentTypes are told here, as those of the system may differ.
var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
}

func newAsset(name string, source []byte) *asset {
	extension := path.Ext(name)
	a := &asset{contentType: contentTypes[extension], plain: minified(extension, source)}
	if a.contentType == "" {
		a.contentType = mime.TypeByExtension(extension)
	}
	if small := compressed(a.plain); len(small) < len(a.plain) {
		a.gzipped = small
	}
	return a
}

// minified is a script or a style sheet in fewer bytes; anything else, and what
// the minifier does not understand, stays as it is.
func minified(extension string, source []byte) []byte {
	var minifier minify.Minifier
	switch extension {
	case ".js":
		minifier = &js.Minifier{}
	case ".css":
		minifier = &css.Minifier{}
	default:
		return source
	}
	var out bytes.Buffer
	if err := minifier.Minify(minify.New(), &out, bytes.NewReader(source), nil); err != nil {
		return source
	}
	return out.Bytes()
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
