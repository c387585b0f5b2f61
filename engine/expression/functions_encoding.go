package expression

import (
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // asked for by name, for services that still want it
	"crypto/sha1" //nolint:gosec // asked for by name, for services that still want it
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/url"
	"strings"
	"unicode/utf8"
)

func init() {
	const topic = "Text"
	declare(topic, "urlEncode(x: any) -> text", "The text with everything but letters, digits and - . _ ~ percent-encoded, for an address.",
		Function{eval: urlEncode}, `urlEncode("a b&c")`, `"a%20b%26c"`)
	declare(topic, "urlDecode(text: text) -> text", "The text with its percent-encoding undone; + is a space.",
		Function{eval: urlDecode}, `urlDecode("a%20b%26c")`, `"a b&c"`)
	declare(topic, "base64(text: text) -> text", "The text's bytes in base64.", Function{eval: encodeBase64}, `base64("user:pass")`, `"dXNlcjpwYXNz"`)
	declare(topic, "fromBase64(text: text) -> text", "The text that base64 stands for, in its plain or URL alphabet.", Function{eval: decodeBase64}, `fromBase64("dXNlcjpwYXNz")`, `"user:pass"`)
	declare(topic, "hash(text: text, algorithm?: text) -> text", `The hash of the text as hexadecimal digits: "sha256" (if not said), "sha1", "sha512" or "md5".`,
		Function{eval: hashText}, `hash("abc")`, `"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"`)
	declare(topic, "hmac(text: text, key: text, algorithm?: text) -> text", "The keyed hash (HMAC) of the text as hexadecimal digits, with the same algorithms as hash.",
		Function{eval: hmacText}, `hmac("Hello, World!", "It's a Secret to Everybody")`, `"757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"`)
}

func urlEncode(r *run, a []any) (any, error) {
	s, err := r.text(a[0])
	if err != nil {
		return nil, err
	}
	return r.percentEncode(s)
}

// percentEncode leaves only what RFC 3986 calls unreserved, so the result is
// safe as a path segment, a query value and anywhere else in an address.
func (r *run) percentEncode(s string) (string, error) {
	if err := r.grow(3 * len(s)); err != nil {
		return "", err
	}
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		const digits = "0123456789ABCDEF"
		b.Write([]byte{'%', digits[c>>4], digits[c&15]})
	}
	return b.String(), nil
}

func urlDecode(r *run, a []any) (any, error) {
	s := a[0].(string)
	if err := r.grow(len(s)); err != nil {
		return nil, err
	}
	decoded, err := url.QueryUnescape(s)
	if err != nil || !utf8.ValidString(decoded) {
		return nil, errorf(CodeValue, "%s is not percent-encoded text", describe(s))
	}
	return decoded, nil
}

func encodeBase64(r *run, a []any) (any, error) {
	s := a[0].(string)
	if err := r.grow(base64.StdEncoding.EncodedLen(len(s))); err != nil {
		return nil, err
	}
	return base64.StdEncoding.EncodeToString([]byte(s)), nil
}

func decodeBase64(r *run, a []any) (any, error) {
	s := a[0].(string)
	if err := r.grow(2 * len(s)); err != nil {
		return nil, err
	}
	clean := strings.NewReplacer("-", "+", "_", "/", "\n", "", "\r", "").Replace(strings.TrimRight(strings.TrimSpace(s), "="))
	decoded, err := base64.RawStdEncoding.DecodeString(clean)
	if err != nil {
		return nil, errorf(CodeValue, "%s is not base64", describe(s))
	}
	if !utf8.Valid(decoded) {
		return nil, errorf(CodeValue, "the base64 holds bytes that are not text")
	}
	return string(decoded), nil
}

func hashFunc(algorithm any) (func() hash.Hash, error) {
	name := "sha256"
	if algorithm != nil {
		name = algorithm.(string)
	}
	switch strings.ReplaceAll(strings.ToLower(name), "-", "") {
	case "sha256":
		return sha256.New, nil
	case "sha512":
		return sha512.New, nil
	case "sha1":
		return sha1.New, nil
	case "md5":
		return md5.New, nil
	}
	return nil, errorf(CodeValue, "there is no algorithm %s; there are sha256, sha512, sha1 and md5", describe(name))
}

func hashText(r *run, a []any) (any, error) {
	newHash, err := hashFunc(a[1])
	if err != nil {
		return nil, err
	}
	return r.digest(newHash(), a[0].(string))
}

func hmacText(r *run, a []any) (any, error) {
	newHash, err := hashFunc(a[2])
	if err != nil {
		return nil, err
	}
	return r.digest(hmac.New(newHash, []byte(a[1].(string))), a[0].(string))
}

func (r *run) digest(h hash.Hash, s string) (any, error) {
	if err := r.grow(len(s) + 256); err != nil {
		return nil, err
	}
	h.Write([]byte(s))
	return hex.EncodeToString(h.Sum(nil)), nil
}
