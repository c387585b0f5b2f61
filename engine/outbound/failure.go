package outbound

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

	"redial/engine/flow"
)

// classify turns an error of net/http into a failure. Messages are made of
// fixed words and the host, never of the error's own text: that may hold the
// query and so a secret.
func (c *call) classify(ctx context.Context, target *url.URL, err error) *flow.Failure {
	var egress *egressError
	var tooLarge *tooLargeError
	switch {
	case errors.As(err, &egress):
		return &flow.Failure{Code: flow.FailedEgress, Message: fmt.Sprintf(
			"%s may not be called from here: it is %s; whoever operates this server can allow it with --allow-private-egress",
			target.Host, egress.kind)}
	case errors.As(err, &tooLarge):
		return &flow.Failure{Code: flow.FailedLimit, Message: fmt.Sprintf(
			"%s sent an answer larger than %s; ask it for less at a time", target.Host, formatBytes(tooLarge.limit))}
	case errors.Is(ctx.Err(), context.Canceled):
		return &flow.Failure{Code: flow.FailedCanceled, Message: fmt.Sprintf("the call to %s was canceled", target.Host)}
	case ctx.Err() != nil:
		return &flow.Failure{Code: flow.FailedTimeout, Retryable: true, Message: fmt.Sprintf(
			"%s did not answer within %s", target.Host, roughly(time.Since(c.began)))}
	}
	cause, lasting := causeOf(err)
	return &flow.Failure{Code: flow.FailedUnreachable, Retryable: !lasting, Message: fmt.Sprintf(
		"%s could not be reached: %s", target.Host, cause)}
}

// causeOf puts a network error into words. Lasting causes do not pass by
// themselves.
func causeOf(err error) (cause string, lasting bool) {
	if cause, found := certificateCause(err); found {
		return cause, true
	}
	var lookup *net.DNSError
	var operation *net.OpError
	switch {
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return "there is no such host", false
	case errors.As(err, &lookup):
		return "its name could not be looked up", false
	case errors.Is(err, syscall.ECONNREFUSED):
		return "it refused the connection", false
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "there is no route to it", false
	case errors.As(err, &operation) && operation.Op == "dial" && operation.Timeout():
		return "it did not accept the connection in time", false
	case isTimeout(err):
		return "it did not answer in time", false
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE),
		errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it closed the connection before the answer was complete", false
	case strings.Contains(err.Error(), "malformed HTTP"), strings.Contains(err.Error(), "server gave HTTP response to HTTPS"):
		return "its answer is not HTTP as expected; check http:// or https:// and the port", true
	case strings.Contains(err.Error(), "headers exceeded"), strings.Contains(err.Error(), "header list"):
		return "the headers of its answer are too large", true
	default:
		return "the connection broke", false
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func certificateCause(err error) (string, bool) {
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	switch {
	case errors.As(err, &authority):
		return "its certificate is signed by an unknown authority", true
	case errors.As(err, &hostname):
		return "its certificate is for another host", true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "its certificate has expired or is not valid yet", true
	case errors.As(err, &invalid), errors.As(err, &verification):
		return "its certificate is not valid", true
	case errors.As(err, &record):
		return "it does not speak TLS on this port; check http:// or https://", true
	case errors.As(err, &alert):
		return "it refused the TLS connection", true
	default:
		return "", false
	}
}

// roughly rounds a time for people: 5s, 250ms.
func roughly(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return d.Round(100 * time.Millisecond).String()
	default:
		return d.Round(time.Millisecond).String()
	}
}
