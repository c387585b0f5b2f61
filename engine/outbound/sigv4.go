package outbound

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"redial/engine/flow"
)

// SigV4 signs requests as AWS wants them signed (Signature Version 4).
type SigV4 struct {
	AccessKey    string
	SecretKey    Secret
	SessionToken Secret // of temporary credentials only
	Region       string // such as eu-west-1
	Service      string // such as ses
}

var signer = v4.NewSigner()

func (a SigV4) apply(ctx context.Context, req *http.Request, body []byte, now time.Time) *flow.Failure {
	access, secret := strings.TrimSpace(a.AccessKey), strings.TrimSpace(string(a.SecretKey))
	if access == "" || secret == "" {
		return badCredentials("the connection needs both an access key ID and a secret access key")
	}
	if a.Region == "" || a.Service == "" {
		return badCredentials("the connection names no AWS region")
	}
	digest := sha256.Sum256(body)
	credentials := aws.Credentials{
		AccessKeyID: access, SecretAccessKey: secret, SessionToken: strings.TrimSpace(string(a.SessionToken)),
	}
	err := signer.SignHTTP(ctx, credentials, req, hex.EncodeToString(digest[:]), a.Service, a.Region, now.UTC())
	if err != nil {
		return badCredentials("the request could not be signed with the connection's access key")
	}
	return nil
}

func (a SigV4) secrets() []string {
	return []string{strings.TrimSpace(string(a.SecretKey)), strings.TrimSpace(string(a.SessionToken))}
}
