package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"sync"

	"redial/engine/expression"
	"redial/web/reply"
)

// functionTopic are functions that belong together.
type functionTopic struct {
	Title     string
	Functions []expression.Function
}

// functionTopics are all functions of the language.
func functionTopics() []functionTopic {
	var topics []functionTopic
	for _, f := range expression.Functions() {
		if n := len(topics); n == 0 || topics[n-1].Title != f.Topic {
			topics = append(topics, functionTopic{Title: f.Topic})
		}
		last := &topics[len(topics)-1]
		last.Functions = append(last.Functions, f)
	}
	return topics
}

// soughtFunction is the text in which a search looks.
func soughtFunction(f *expression.Function) string {
	return strings.ToLower(f.Name + " " + f.Topic + " " + f.Help)
}

// otherNames are what functions are called in other languages.
var otherNames = map[string]string{
	"all": "every each", "any": "some exists", "filter": "where select", "map": "each transform select", "len": "length size count",
	"lower": "lowercase", "upper": "uppercase", "join": "concat implode", "split": "explode", "reduce": "fold inject",
	"find": "first detect", "sum": "total add", "trim": "strip", "number": "integer float parse", "text": "string tostring",
	"toJSON": "stringify", "fromJSON": "parse", "default": "coalesce fallback", "indexOf": "position", "groupBy": "group",
	"sortBy": "sort order", "unique": "distinct uniq", "replace": "substitute", "avg": "mean average",
}

// calledFunction are the names by which a search finds a function before others.
func calledFunction(f *expression.Function) string {
	return strings.ToLower(f.Name + " " + otherNames[f.Name])
}

// functionHelp is the fragment, which is the same as long as the program is.
var functionHelp = sync.OnceValues(func() ([]byte, string) {
	var b bytes.Buffer
	if err := functionsView(functionTopics()).Render(context.Background(), &b); err != nil {
		return nil, ""
	}
	sum := sha256.Sum256(b.Bytes())
	return b.Bytes(), `"` + hex.EncodeToString(sum[:8]) + `"`
})

// functionsFragment is the help of all functions.
func (s *Server) functionsFragment(w http.ResponseWriter, r *http.Request) {
	body, tag := functionHelp()
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", reply.ContentPolicy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Cache-Control", "private, no-cache")
	header.Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.Write(w, body)
}
