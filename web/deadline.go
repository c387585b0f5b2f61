package web

import (
	"io"
	"net/http"
	"time"
)

// Bounds on how slow the other side may be. A server-wide timeout would cut the
// line that a caller holds.
const (
	bodyTime = time.Minute // for sending a body to the API
)

// readInTime reads a body up to a size. The deadline is lifted afterwards.
func readInTime(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.Body == http.NoBody {
		return nil, nil
	}
	line := http.NewResponseController(w)
	if err := line.SetReadDeadline(time.Now().Add(bodyTime)); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		return nil, err
	}
	return data, line.SetReadDeadline(time.Time{})
}

// unhurried lifts the deadline that the answer before has left on the
// connection.
func unhurried(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
		next.ServeHTTP(w, r)
	})
}
