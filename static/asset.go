package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// asset is a file as it is sent.
type asset struct {
	contentType string
	plain       []byte
	encoded     []encoding // the smallest first; none where none is smaller
}

// encoding is a file in fewer bytes.
type encoding struct {
	coding string // as Content-Encoding names it
	body   []byte
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
	for _, c := range codings {
		if small := c.encode(a.plain); len(small) < len(a.plain) {
			a.encoded = append(a.encoded, encoding{c.name, small})
		}
	}
	return a
}

// brotliQuality is one below the best, which takes four times as long for two
// percent.
const brotliQuality = 10

// codings are what files are sent in. Brotli takes a tenth off what gzip leaves;
// browsers take it over TLS and on their own machine, where nothing between can
// misread it.
var codings = []struct {
	name   string
	encode func([]byte) []byte
}{
	{"br", func(plain []byte) []byte {
		return encode(plain, func(out io.Writer) io.WriteCloser { return brotli.NewWriterLevel(out, brotliQuality) })
	}},
	{"gzip", func(plain []byte) []byte {
		return encode(plain, func(out io.Writer) io.WriteCloser {
			w, err := gzip.NewWriterLevel(out, gzip.BestCompression)
			if err != nil {
				panic("compressing a file: " + err.Error()) // the level is one of the package's own
			}
			return w
		})
	}},
}

func encode(plain []byte, encoder func(io.Writer) io.WriteCloser) []byte {
	var out bytes.Buffer
	w := encoder(&out)
	_, _ = w.Write(plain) // a buffer takes everything
	_ = w.Close()
	return out.Bytes()
}

// to is the body for a browser with this header, and its coding; "" for plain.
func (a *asset) to(header http.Header) (body []byte, coding string) {
	for _, e := range a.encoded {
		if takes(header, e.coding) {
			return e.body, e.coding
		}
	}
	return a.plain, ""
}

// takes reports whether a browser takes answers in a coding (RFC 9110, section
// 12.5.3).
func takes(header http.Header, coding string) bool {
	for taken := range strings.SplitSeq(strings.Join(header.Values("Accept-Encoding"), ","), ",") {
		name, parameters, _ := strings.Cut(taken, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		weight, weighed := strings.CutPrefix(strings.ReplaceAll(strings.ToLower(parameters), " ", ""), "q=")
		q, err := strconv.ParseFloat(weight, 64)
		return !weighed || err == nil && q > 0
	}
	return false
}
