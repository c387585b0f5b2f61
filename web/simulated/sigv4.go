package simulated

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// AWS Signature Version 4, the checking side, after
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
// It recomputes the signature on its own instead of using the SDK's signer,
// so that it is a check of the client and not a mirror of it.

const (
	sigV4Algorithm = "AWS4-HMAC-SHA256"
	sigV4Time      = "20060102T150405Z"
	// sigV4Skew is how far the date of a request may be off.
	sigV4Skew = 5 * time.Minute
	// maxSignedHeaders bounds the work on a hostile list.
	maxSignedHeaders = 100
)

// awsKey is what signatures are checked against.
type awsKey struct {
	accessKeyID, secret, region, service string
}

// awsFault is a refusal by AWS: the error type and the message.
type awsFault struct {
	status        int
	kind, message string
}

// authorization is a taken-apart Authorization header.
type authorization struct {
	accessKeyID, date, region, service string
	signedHeaders                      []string
	signature                          string
}

// verify checks the signature of r; nil means that it is right. It reads the
// body and puts it back.
func (k awsKey) verify(r *http.Request, now time.Time) *awsFault {
	header := r.Header.Get("Authorization")
	if header == "" {
		return &awsFault{http.StatusForbidden, "MissingAuthenticationTokenException", "Missing Authentication Token"}
	}
	auth, missing := parseAuthorization(header)
	if missing != "" {
		return &awsFault{http.StatusForbidden, "IncompleteSignatureException", "Authorization header requires " + missing + "."}
	}
	if auth.accessKeyID != k.accessKeyID {
		return &awsFault{http.StatusForbidden, "UnrecognizedClientException", "The security token included in the request is invalid."}
	}
	at, fault := k.checkScope(auth, r, now)
	if fault != nil {
		return fault
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return &awsFault{http.StatusBadRequest, "BadRequestException", "The body broke off."}
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	digest := sha256.Sum256(body)
	bodyHash := hex.EncodeToString(digest[:])
	if claimed := r.Header.Get("X-Amz-Content-Sha256"); claimed != "" && claimed != bodyHash {
		return mismatch("The value of x-amz-content-sha256 is not the hash of the body.")
	}
	scope := strings.Join([]string{auth.date, k.region, k.service, "aws4_request"}, "/")
	canonical := sha256.Sum256([]byte(canonicalRequest(r, auth.signedHeaders, bodyHash)))
	toSign := strings.Join([]string{sigV4Algorithm, at, scope, hex.EncodeToString(canonical[:])}, "\n")
	if !hmac.Equal([]byte(k.sign(auth.date, toSign)), []byte(auth.signature)) {
		return mismatch("The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
	}
	return nil
}

func mismatch(message string) *awsFault {
	return &awsFault{http.StatusForbidden, "SignatureDoesNotMatch", message}
}

// parseAuthorization takes the header apart and names what it lacks.
func parseAuthorization(header string) (a authorization, missing string) {
	scheme, rest, _ := strings.Cut(header, " ")
	if scheme != sigV4Algorithm {
		return a, "the algorithm " + sigV4Algorithm
	}
	parameters := make(map[string]string)
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parameters[name] = value
	}
	for _, name := range []string{"Credential", "SignedHeaders", "Signature"} {
		if parameters[name] == "" {
			return a, "'" + name + "' parameter"
		}
	}
	scope := strings.Split(parameters["Credential"], "/")
	if len(scope) != 5 || scope[4] != "aws4_request" {
		return a, "a 'Credential' of the form KEY/DATE/REGION/SERVICE/aws4_request"
	}
	a = authorization{
		accessKeyID: scope[0], date: scope[1], region: scope[2], service: scope[3],
		signedHeaders: strings.Split(parameters["SignedHeaders"], ";"), signature: parameters["Signature"],
	}
	if len(a.signedHeaders) > maxSignedHeaders {
		return a, fmt.Sprintf("at most %d signed headers", maxSignedHeaders)
	}
	return a, ""
}

// checkScope checks what the signature is for and when it was made, and
// returns the signing time as the request writes it.
func (k awsKey) checkScope(a authorization, r *http.Request, now time.Time) (at string, fault *awsFault) {
	if a.region != k.region {
		return "", mismatch("Credential should be scoped to a valid region, not '" + clip(a.region, 40) + "'.")
	}
	if a.service != k.service {
		return "", mismatch("Credential should be scoped to correct service: '" + k.service + "'.")
	}
	for _, name := range []string{"host", "x-amz-date"} {
		if !slices.Contains(a.signedHeaders, name) {
			return "", mismatch("'" + name + "' must be a signed header.")
		}
	}
	if !slices.IsSorted(a.signedHeaders) {
		return "", mismatch("SignedHeaders must be sorted.")
	}
	at = r.Header.Get("X-Amz-Date")
	signedAt, err := time.Parse(sigV4Time, at)
	if err != nil {
		return "", mismatch("X-Amz-Date must be of the form 20260131T235959Z.")
	}
	if !strings.HasPrefix(at, a.date) {
		return "", mismatch("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '" + clip(a.date, 20) + "' != '" + at[:8] + "'.")
	}
	if now.Sub(signedAt) > sigV4Skew {
		return "", mismatch("Signature expired: " + at + " is now earlier than " + now.Add(-sigV4Skew).UTC().Format(sigV4Time) + " (" + now.UTC().Format(sigV4Time) + " - 5 min.)")
	}
	if signedAt.Sub(now) > sigV4Skew {
		return "", mismatch("Signature not yet current: " + at + " is still later than " + now.Add(sigV4Skew).UTC().Format(sigV4Time) + " (" + now.UTC().Format(sigV4Time) + " + 5 min.)")
	}
	return at, nil
}

// canonicalRequest writes the request in the one form that both sides sign.
func canonicalRequest(r *http.Request, signedHeaders []string, bodyHash string) string {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	var headers strings.Builder
	for _, name := range signedHeaders {
		headers.WriteString(name + ":" + canonicalHeader(r, name) + "\n")
	}
	return strings.Join([]string{
		r.Method, escapePath(path), canonicalQuery(r.URL.Query()), headers.String(), strings.Join(signedHeaders, ";"), bodyHash,
	}, "\n")
}

func canonicalHeader(r *http.Request, name string) string {
	values := r.Header.Values(name)
	switch name {
	case "host": // net/http takes these two out of the headers
		values = []string{r.Host}
	case "content-length":
		values = []string{strconv.FormatInt(r.ContentLength, 10)}
	}
	trimmed := make([]string, len(values))
	for i, value := range values {
		trimmed[i] = strings.Join(strings.Fields(value), " ")
	}
	return strings.Join(trimmed, ",")
}

// escapePath encodes the path once more than it is on the wire: every
// service but S3 signs it so.
func escapePath(path string) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		segments[i] = escapeRFC3986(segment)
	}
	return strings.Join(segments, "/")
}

func canonicalQuery(query url.Values) string {
	var pairs []string
	for name, values := range query {
		for _, value := range values {
			pairs = append(pairs, escapeRFC3986(name)+"="+escapeRFC3986(value))
		}
	}
	slices.Sort(pairs)
	return strings.Join(pairs, "&")
}

// escapeRFC3986 encodes everything but the unreserved characters;
// url.QueryEscape differs in the space alone.
func escapeRFC3986(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// sign derives the day's key from the secret and signs with it.
func (k awsKey) sign(date, text string) string {
	key := []byte("AWS4" + k.secret)
	for _, part := range []string{date, k.region, k.service, "aws4_request", text} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return hex.EncodeToString(key)
}
