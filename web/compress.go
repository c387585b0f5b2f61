package web

import (
	"net/http"
	"strings"

	"github.com/gorilla/websocket"
	"github.com/klauspost/compress/gzhttp"
)

// compressed sends pages, scripts and lists in fewer bytes. Answers of flows go
// out as they are stored, so hooks do not come through here, and the response
// URL is left alone.
func compressed(next http.Handler) http.Handler {
	smaller := gzhttp.GzipHandler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if websocket.IsWebSocketUpgrade(r) || isResponseURL(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		smaller.ServeHTTP(w, r)
	})
}

// isResponseURL reports whether a path is that of an execution's answer.
func isResponseURL(path string) bool {
	execution, found := strings.CutPrefix(path, "/executions/")
	return found && strings.HasSuffix(execution, "/response")
}
