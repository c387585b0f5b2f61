package signature_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"redial/engine/signature"
)

// The vector that the libraries of Standard Webhooks share.
const (
	vectorSecret    = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	vectorID        = "msg_p5jXN8AQM9LWM0D4loKWxJek"
	vectorBody      = `{"test": 2432232314}`
	vectorSignature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	otherSecret     = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

var vectorTime = time.Unix(1614265330, 0)

func newKey(t *testing.T, scheme signature.Scheme, secrets ...string) signature.Key {
	t.Helper()
	key, err := signature.NewKey(scheme, secrets...)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestStandardSignsAsTheVectorSays(t *testing.T) {
	t.Parallel()
	header, err := newKey(t, signature.Standard, vectorSecret).Sign(vectorID, vectorTime, []byte(vectorBody))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Webhook-Id": vectorID, "Webhook-Timestamp": "1614265330", "Webhook-Signature": vectorSignature,
	} {
		if got := strings.Join(header.Values(name), ","); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
	both, err := newKey(t, signature.Standard, otherSecret, vectorSecret).Sign(vectorID, vectorTime, []byte(vectorBody))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Fields(both.Get("Webhook-Signature")); len(got) != 2 || got[1] != vectorSignature {
		t.Errorf("while secrets rotate the signatures are %q", got)
	}
}

func mac(secret, text string) []byte {
	hash := hmac.New(sha256.New, []byte(secret))
	hash.Write([]byte(text))
	return hash.Sum(nil)
}

func TestVerify(t *testing.T) {
	t.Parallel()
	const github = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
	const at = "1614265330"
	standard := map[string]string{"Webhook-Id": vectorID, "Webhook-Timestamp": at, "Webhook-Signature": vectorSignature}
	with := func(m map[string]string, name, value string) map[string]string {
		changed := map[string]string{name: value}
		for n, v := range m {
			if n != name {
				changed[n] = v
			}
		}
		return changed
	}
	stripe := "t=" + at + ",v1=" + strings.Repeat("00", 32) + ",v0=ff,v1=" + hex.EncodeToString(mac("k", at+".{}"))
	slack := map[string]string{"X-Slack-Request-Timestamp": at, "X-Slack-Signature": "v0=" + hex.EncodeToString(mac("k", "v0:"+at+":{}"))}
	plain := base64.StdEncoding.EncodeToString(mac("k", "{}"))
	for _, c := range []struct {
		name    string
		scheme  signature.Scheme
		secrets []string
		body    string
		header  map[string]string
		late    time.Duration
		want    error
	}{
		{"standard", signature.Standard, []string{vectorSecret}, vectorBody, standard, 0, nil},
		{"standard, secret without prefix", signature.Standard, []string{strings.TrimPrefix(vectorSecret, "whsec_")}, vectorBody, standard, 0, nil},
		{"standard, previous secret", signature.Standard, []string{otherSecret, vectorSecret}, vectorBody, standard, 0, nil},
		{"standard, several signatures", signature.Standard, []string{vectorSecret}, vectorBody, with(standard, "Webhook-Signature", "v1a,xyz v1,AAAA "+vectorSignature), 0, nil},
		{"standard, at the edge", signature.Standard, []string{vectorSecret}, vectorBody, standard, 5 * time.Minute, nil},
		{"standard, too late", signature.Standard, []string{vectorSecret}, vectorBody, standard, 5*time.Minute + time.Second, signature.ErrExpired},
		{"standard, too early", signature.Standard, []string{vectorSecret}, vectorBody, standard, -5*time.Minute - time.Second, signature.ErrExpired},
		{"standard, other secret", signature.Standard, []string{otherSecret}, vectorBody, standard, 0, signature.ErrForged},
		{"standard, other body", signature.Standard, []string{vectorSecret}, vectorBody + " ", standard, 0, signature.ErrForged},
		{"standard, other id", signature.Standard, []string{vectorSecret}, vectorBody, with(standard, "Webhook-Id", "msg_1"), 0, signature.ErrForged},
		{"standard, no version", signature.Standard, []string{vectorSecret}, vectorBody, with(standard, "Webhook-Signature", vectorSignature[3:]), 0, signature.ErrUnsigned},
		{"standard, no signature", signature.Standard, []string{vectorSecret}, vectorBody, with(standard, "Webhook-Signature", ""), 0, signature.ErrUnsigned},
		{"standard, no id", signature.Standard, []string{vectorSecret}, vectorBody, with(standard, "Webhook-Id", ""), 0, signature.ErrUnsigned},
		{"standard, no time", signature.Standard, []string{vectorSecret}, vectorBody, with(standard, "Webhook-Timestamp", "now"), 0, signature.ErrUnsigned},
		{"github", signature.GitHub, []string{"It's a Secret to Everybody"}, "Hello, World!", map[string]string{"X-Hub-Signature-256": "sha256=" + github}, 0, nil},
		{"github, other body", signature.GitHub, []string{"It's a Secret to Everybody"}, "Hello, World?", map[string]string{"X-Hub-Signature-256": "sha256=" + github}, 0, signature.ErrForged},
		{"github, sha1", signature.GitHub, []string{"It's a Secret to Everybody"}, "Hello, World!", map[string]string{"X-Hub-Signature": "sha1=00"}, 0, signature.ErrUnsigned},
		{"stripe", signature.Stripe, []string{"k"}, "{}", map[string]string{"Stripe-Signature": stripe}, 0, nil},
		{"stripe, too late", signature.Stripe, []string{"k"}, "{}", map[string]string{"Stripe-Signature": stripe}, time.Hour, signature.ErrExpired},
		{"stripe, other time", signature.Stripe, []string{"k"}, "{}", map[string]string{"Stripe-Signature": strings.Replace(stripe, at, "1614265331", 1)}, 0, signature.ErrForged},
		{"slack", signature.Slack, []string{"k"}, "{}", slack, 0, nil},
		{"slack, other time", signature.Slack, []string{"k"}, "{}", with(slack, "X-Slack-Request-Timestamp", "1614265331"), 0, signature.ErrForged},
		{"slack, no time", signature.Slack, []string{"k"}, "{}", with(slack, "X-Slack-Request-Timestamp", ""), 0, signature.ErrUnsigned},
		{"shopify", signature.Shopify, []string{"k"}, "{}", map[string]string{"X-Shopify-Hmac-Sha256": plain}, 0, nil},
		{"shopify, forged", signature.Shopify, []string{"other"}, "{}", map[string]string{"X-Shopify-Hmac-Sha256": plain}, 0, signature.ErrForged},
		{"intuit", signature.Intuit, []string{"k"}, "{}", map[string]string{"Intuit-Signature": plain}, 0, nil},
		{"intuit, no base64", signature.Intuit, []string{"k"}, "{}", map[string]string{"Intuit-Signature": "%%"}, 0, signature.ErrForged},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{}
			for name, value := range c.header {
				header.Set(name, value)
			}
			err := newKey(t, c.scheme, c.secrets...).Verify(header, []byte(c.body), vectorTime.Add(c.late))
			if !errors.Is(err, c.want) {
				t.Errorf("the verdict is %v, not %v", err, c.want)
			}
		})
	}
}

func TestKeysWithoutSecretsAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scheme  signature.Scheme
		secrets []string
	}{
		{signature.Standard, nil},
		{signature.Standard, []string{"", " "}},
		{signature.Standard, []string{"whsec_"}},
		{signature.Standard, []string{"whsec_c2hvcnQ="}},
		{signature.Standard, []string{"whsec_not base64"}},
		{signature.GitHub, []string{""}},
		{"md5", []string{"secret"}},
	} {
		_, err := signature.NewKey(c.scheme, c.secrets...)
		if err == nil {
			t.Errorf("%s takes the secrets %q", c.scheme, c.secrets)
		} else if strings.Contains(err.Error(), "c2hvcnQ") {
			t.Errorf("the error shows the secret: %v", err)
		}
	}
	var empty signature.Key
	if err := empty.Verify(http.Header{}, nil, time.Now()); err == nil {
		t.Error("an empty key verifies")
	}
	if _, err := empty.Sign("id", time.Now(), nil); err == nil {
		t.Error("an empty key signs")
	}
}

func TestKeysShowNoSecret(t *testing.T) {
	t.Parallel()
	key := newKey(t, signature.GitHub, "very-secret")
	if text := fmt.Sprintf("%v %+v %#v %s %x", key, key, key, key, key); strings.Contains(text, "very-secret") || strings.Contains(text, hex.EncodeToString([]byte("very-secret"))) {
		t.Error("printing shows it: ", text)
	}
}
