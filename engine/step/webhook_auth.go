package step

// The components whose connections hooks check their callers against, and
// callbacks are signed with.
const (
	HTTPComponent      = "http"
	SignatureComponent = "signature"
)

// How callers of a hook identify themselves.
const (
	AuthNone      = "none"
	AuthBearer    = "bearer"
	AuthBasic     = "basic"
	AuthAPIKey    = "api_key"
	AuthSignature = "signature"
)
