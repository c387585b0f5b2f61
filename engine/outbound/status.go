package outbound

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"redial/engine/flow"
)

// maxRetryAfter bounds what a service may ask for: it must not park an
// execution for years.
const maxRetryAfter = 24 * time.Hour

// StatusRetryable reports whether an HTTP status may pass by itself, by the
// rule of the public contract: 408, 425, 429 and all of 5xx.
func StatusRetryable(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status >= 500
}

// RetryAfter reads how long a service asks to wait before the next attempt, in
// seconds or as an HTTP date (RFC 9110, 10.2.3), at most a day. It is 0 if the
// header is missing or cannot be read. A date is taken relative to the
// service's own Date header where there is one, as clocks differ.
func RetryAfter(header http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if text == "" {
		return 0
	}
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, maxRetryAfter)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		now = date
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}

// StatusFailure is the failure of a call that was answered with an error
// status: `Acme answered 404 Not Found`, or with a detail
// `Acme answered 400: no such sku`. Service is the name people know it by. The
// detail must be free of secrets; it is cleaned and shortened here.
func StatusFailure(service string, response *Response, detail string) *flow.Failure {
	failure := &flow.Failure{
		Code:      flow.FailedService,
		Status:    response.Status,
		Retryable: StatusRetryable(response.Status),
	}
	if failure.Retryable {
		failure.RetryAfter = flow.Duration(RetryAfter(response.Header, time.Now()))
	}
	answer := strings.TrimSpace(fmt.Sprintf("%s answered %d %s", service, response.Status, http.StatusText(response.Status)))
	if detail = Clean(detail, maxDetail); detail != "" {
		answer = fmt.Sprintf("%s answered %d: %s", service, response.Status, detail)
	}
	failure.Message = answer
	return failure
}

// maxDetail is how much of a service's own words a failure repeats, in
// characters.
const maxDetail = 500
