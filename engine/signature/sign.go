package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Headers of Standard Webhooks.
const (
	headerID        = "Webhook-Id"
	headerTimestamp = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
)

// Sign makes the headers of a message of Standard Webhooks. The id is that of
// the message, the same at each attempt; at is the time of the attempt. There is
// one signature for each secret of the key. A key of another scheme is an error,
// and so is an empty one.
func (k Key) Sign(id string, at time.Time, body []byte) (http.Header, error) {
	if k.scheme != Standard || len(k.secrets) == 0 {
		return nil, errors.New("only keys of Standard Webhooks sign")
	}
	if id == "" || strings.Contains(id, ".") {
		return nil, errors.New("the id of a message must not be empty, nor have a full stop in it")
	}
	timestamp := strconv.FormatInt(at.Unix(), 10)
	signatures := make([]string, len(k.secrets))
	for i, secret := range k.secrets {
		signatures[i] = "v1," + base64.StdEncoding.EncodeToString(digest(secret, id, ".", timestamp, ".", string(body)))
	}
	return http.Header{
		headerID: {id}, headerTimestamp: {timestamp}, headerSignature: {strings.Join(signatures, " ")},
	}, nil
}

// digest is the HMAC-SHA256 of the parts, one after the other.
func digest(secret []byte, parts ...string) []byte {
	hash := hmac.New(sha256.New, secret)
	for _, part := range parts {
		hash.Write([]byte(part))
	}
	return hash.Sum(nil)
}
