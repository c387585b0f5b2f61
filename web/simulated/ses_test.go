package simulated_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"redial/web/simulated"
)

const (
	sendPath = "/ses/v2/email/outbound-emails"
	email    = `{"FromEmailAddress":"Acme <orders@acme.example>","Destination":{"ToAddresses":["ada@example.com"]},"ReplyToAddresses":["help@acme.example"],"Content":{"Simple":{"Subject":{"Data":"Your order A-1001"},"Body":{"Text":{"Data":"Thank you, Ada."},"Html":{"Data":"<p>Thank you, <b>Ada</b>.</p>"}}}}}`
)

// signing is how a request is signed; the zero value is filled with what is
// right.
type signing struct {
	accessKeyID, secret, region, service string
	at                                   time.Time
}

// signed returns c as a request signed by the AWS SDK.
func (b *bench) signed(c call, s signing) *http.Request {
	b.t.Helper()
	demo := simulated.DemoCredentials()
	fill := func(text *string, value string) {
		if *text == "" {
			*text = value
		}
	}
	fill(&s.accessKeyID, demo.SESAccessKeyID)
	fill(&s.secret, demo.SESSecretAccessKey)
	fill(&s.region, demo.SESRegion)
	fill(&s.service, "ses")
	if s.at.IsZero() {
		s.at = time.Now()
	}
	request := b.request(c)
	digest := sha256.Sum256([]byte(c.body))
	credentials := aws.Credentials{AccessKeyID: s.accessKeyID, SecretAccessKey: s.secret}
	if err := v4.NewSigner().SignHTTP(b.t.Context(), credentials, request, hex.EncodeToString(digest[:]), s.service, s.region, s.at); err != nil {
		b.t.Fatal(err)
	}
	return request
}

func TestSESTakesWhatTheSDKSigns(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	got, err := b.send(b.signed(call{"POST", sendPath, email, nil}, signing{}))
	if err != nil {
		t.Fatal(err)
	}
	got.want(t, 200, map[string]any{"MessageId": "~-000000"})
	mails := b.services.Mails()
	if len(mails) != 1 {
		t.Fatalf("%d mails, want 1", len(mails))
	}
	mail := mails[0]
	if mail.Subject != "Your order A-1001" || mail.Text != "Thank you, Ada." || !strings.Contains(mail.HTML, "<b>Ada</b>") ||
		mail.To[0] != "ada@example.com" || mail.ReplyTo[0] != "help@acme.example" || mail.ID != got.at(t, "MessageId") {
		t.Errorf("the mail is %+v", mail)
	}
	// A query and header values with spaces are part of what is signed.
	odd := call{"POST", sendPath + "?b=2&a=x%20y%2F&a=%C3%A9", email, map[string]string{"X-Amz-Meta": "two   spaces"}}
	if got, err = b.send(b.signed(odd, signing{})); err != nil || got.status != 200 {
		t.Errorf("a signed query: %v %+v", err, got)
	}
}

func TestSESSignatureRefusals(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	good := call{"POST", sendPath, email, nil}
	for _, test := range []struct {
		name    string
		signing signing
		change  func(*http.Request)
		kind    string
		message string
	}{
		{name: "wrong secret", signing: signing{secret: "x"}, kind: "SignatureDoesNotMatch", message: "does not match"},
		{name: "unknown key", signing: signing{accessKeyID: "AKIAUNKNOWN"}, kind: "UnrecognizedClientException", message: "security token"},
		{name: "another region", signing: signing{region: "eu-west-1"}, kind: "SignatureDoesNotMatch", message: "valid region"},
		{name: "another service", signing: signing{service: "email"}, kind: "SignatureDoesNotMatch", message: "correct service: 'ses'"},
		{name: "too old", signing: signing{at: time.Now().Add(-6 * time.Minute)}, kind: "SignatureDoesNotMatch", message: "expired"},
		{name: "from the future", signing: signing{at: time.Now().Add(6 * time.Minute)}, kind: "SignatureDoesNotMatch", message: "not yet current"},
		{name: "no signature", change: func(r *http.Request) { r.Header.Del("Authorization") }, kind: "MissingAuthenticationTokenException"},
		{name: "another scheme", change: func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, kind: "IncompleteSignatureException"},
		{name: "no signature in it", change: func(r *http.Request) {
			before, _, _ := strings.Cut(r.Header.Get("Authorization"), ", Signature=")
			r.Header.Set("Authorization", before)
		}, kind: "IncompleteSignatureException", message: "Signature"},
		{name: "body changed on the way", change: func(r *http.Request) {
			changed := strings.Replace(email, "Thank", "Thanx", 1)
			r.Body, r.GetBody = io.NopCloser(strings.NewReader(changed)), nil
		}, kind: "SignatureDoesNotMatch"},
		{name: "signed header changed", change: func(r *http.Request) { r.Header.Set("Content-Type", "application/json;x=1") }, kind: "SignatureDoesNotMatch"},
		{name: "query changed", change: func(r *http.Request) { r.URL.RawQuery = "a=1" }, kind: "SignatureDoesNotMatch"},
		{name: "date not signed", change: func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), ";x-amz-date", "", 1))
		}, kind: "SignatureDoesNotMatch", message: "x-amz-date"},
		{name: "wrong hash claimed", change: func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", "00") }, kind: "SignatureDoesNotMatch", message: "x-amz-content-sha256"},
	} {
		t.Log(test.name)
		request := b.signed(good, test.signing)
		if test.change != nil {
			test.change(request)
		}
		got, err := b.send(request)
		if err != nil {
			t.Fatal(err)
		}
		got.want(t, 403, map[string]any{"message": "~" + test.message})
		if kind := got.header.Get("x-amzn-ErrorType"); kind != test.kind {
			t.Errorf("error type %q, want %q: %s", kind, test.kind, got.body)
		}
	}
	if mails := b.services.Mails(); len(mails) != 0 {
		t.Errorf("refused calls left %d mails", len(mails))
	}
}

func TestSESRefusesMessages(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	replace := func(old, replacement string) string { return strings.Replace(email, old, replacement, 1) }
	many := strings.Repeat(`"a@example.com",`, 51)
	for _, test := range []struct {
		name, body string
		status     int
		kind       string
		message    string
	}{
		{"sender not verified", replace("orders@acme.example", "orders@acme.com"), 400, "MessageRejected", "not verified"},
		{"sender made to be refused", replace("acme.example", "unverified.example"), 400, "MessageRejected", "not verified"},
		{"MAIL FROM pending", replace("acme.example", "pending.example"), 400, "MailFromDomainNotVerifiedException", "MAIL FROM"},
		{"no sender", replace(`"FromEmailAddress":"Acme <orders@acme.example>",`, ""), 400, "BadRequestException", "FromEmailAddress"},
		{"no recipient", replace(`"ada@example.com"`, ""), 400, "BadRequestException", "Destination"},
		{"bad recipient", replace("ada@example.com", "ada"), 400, "BadRequestException", "ada"},
		{"too many recipients", replace(`["ada@example.com"]`, `[`+strings.TrimSuffix(many, ",")+`]`), 400, "BadRequestException", "50"},
		{"no content", `{"FromEmailAddress":"a@acme.example"}`, 400, "BadRequestException", "Content"},
		{"no subject", replace(`"Subject":{"Data":"Your order A-1001"},`, ""), 400, "BadRequestException", "Subject"},
		{"header injected", replace("Your order", `X\r\nBcc: x@example.com`), 400, "BadRequestException", "one line"},
		{"template", `{"FromEmailAddress":"a@acme.example","Content":{"Template":{"TemplateName":"T"}}}`, 404, "NotFoundException", "T"},
		{"misspelled member", replace("ReplyToAddresses", "ReplyTo"), 400, "BadRequestException", "ReplyTo"},
		{"wrong type", replace(`["ada@example.com"]`, `"ada@example.com"`), 400, "SerializationException", "ToAddresses"},
		{"not JSON", `{`, 400, "SerializationException", ""},
		{"raw that is not base64", `{"FromEmailAddress":"a@acme.example","Content":{"Raw":{"Data":"%"}}}`, 400, "BadRequestException", "base64"},
	} {
		t.Log(test.name)
		got, err := b.send(b.signed(call{"POST", sendPath, test.body, nil}, signing{}))
		if err != nil {
			t.Fatal(err)
		}
		got.want(t, test.status, map[string]any{"message": "~" + test.message})
		if kind := got.header.Get("x-amzn-ErrorType"); kind != test.kind {
			t.Errorf("error type %q, want %q: %s", kind, test.kind, got.body)
		}
	}
	for _, test := range []struct {
		call   call
		status int
	}{
		{call{"GET", sendPath, "", nil}, 405},
		{call{"POST", "/ses/v2/email/nothing", "{}", nil}, 404},
		{call{"POST", sendPath, email, map[string]string{"Content-Type": "text/plain"}}, 415},
	} {
		got, err := b.send(b.signed(test.call, signing{}))
		if err != nil || got.status != test.status {
			t.Errorf("%s %s: %d %v, want %d", test.call.method, test.call.path, got.status, err, test.status)
		}
	}
}

func TestSESRawMessage(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	var raw bytes.Buffer
	raw.WriteString("From: orders@acme.example\r\nTo: ada@example.com\r\nSubject: Raw\r\n\r\nHello\r\n")
	body := `{"Content":{"Raw":{"Data":"` + base64.StdEncoding.EncodeToString(raw.Bytes()) + `"}}}`
	got, err := b.send(b.signed(call{"POST", sendPath, body, nil}, signing{}))
	if err != nil {
		t.Fatal(err)
	}
	got.want(t, 200, nil)
	if mail := b.services.Mails()[0]; mail.Subject != "Raw" || mail.To[0] != "ada@example.com" || mail.Raw != raw.String() {
		t.Errorf("the mail is %+v", mail)
	}
}
