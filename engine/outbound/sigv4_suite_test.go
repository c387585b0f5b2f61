package outbound

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestSigV4Suite holds signatures against those that AWS publishes in its
// Signature Version 4 test suite. Its requests are for example.amazonaws.com
// on port 443, so they are put to the scheme itself. The suite's requests with
// encoded paths follow S3, which encodes once; SES encodes twice.
func TestSigV4Suite(t *testing.T) {
	t.Parallel()
	at := time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	auth := SigV4{
		AccessKey: "AKIDEXAMPLE", SecretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
		Region: "us-east-1", Service: "service",
	}
	for _, test := range []struct{ name, method, target, signed, signature string }{
		{"get-vanilla", "GET", "/", "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"post-vanilla", "POST", "/", "host;x-amz-date", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		{"get-vanilla-query-order-key-case", "GET", "/?Param2=value2&Param1=value1", "host;x-amz-date", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
		{"get-vanilla-empty-query-key", "GET", "/?Param1=value1", "host;x-amz-date", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
		{"post-vanilla-query", "POST", "/?Param1=value1", "host;x-amz-date", "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), test.method, "https://example.amazonaws.com"+test.target, nil)
		if err != nil {
			t.Fatal(err)
		}
		if failure := auth.apply(t.Context(), req, nil, at); failure != nil {
			t.Fatal(failure)
		}
		want := "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=" +
			test.signed + ", Signature=" + test.signature
		if got := req.Header.Get("Authorization"); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, got, strings.TrimSpace(want))
		}
	}
}
