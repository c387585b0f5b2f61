package simulated

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Bounds that QuickBooks puts on the query of a call.
const (
	maxMinorVersion = 75 // the newest that there is
	maxRequestID    = 50 // characters
)

// quickBooks is the part of the QuickBooks Online accounting API that deals
// with invoices: create, query, company.
type quickBooks struct {
	token   string
	realmID string
	books   *books
	pulse   *pulse
	clock   func() time.Time
}

// quickBooksFault is QuickBooks' error format.
type quickBooksFault struct {
	Fault quickBooksFaultBody `json:"Fault"`
	Time  time.Time           `json:"time"`
}

type quickBooksFaultBody struct {
	Type  string            `json:"type"`
	Error []quickBooksError `json:"Error"`
}

type quickBooksError struct {
	Message string `json:"Message"`
	Detail  string `json:"Detail,omitempty"`
	Code    string `json:"code"`
	Element string `json:"element,omitempty"`
}

// Fault types. The second one is spelled as QuickBooks spells it.
const (
	authenticationFault = "AuthenticationFault"
	authorizationFault  = "AuthorizatonFault"
	validationFault     = "ValidationFault"
	systemFault         = "SystemFault"
)

func (q *quickBooks) fault(w http.ResponseWriter, status int, kind string, fault quickBooksError) {
	writeJSON(w, status, quickBooksFault{quickBooksFaultBody{kind, []quickBooksError{fault}}, q.clock()})
}

// invalid answers a ValidationFault, as QuickBooks does for most mistakes.
func (q *quickBooks) invalid(w http.ResponseWriter, fault quickBooksError) {
	q.fault(w, http.StatusBadRequest, validationFault, fault)
}

func (q *quickBooks) refuse(w http.ResponseWriter, status int, message string) {
	kind, fault := quickBooksFaults(status)
	if message != "" {
		fault.Detail = message
	}
	q.fault(w, status, kind, fault)
}

// quickBooksFaults are the usual faults by status.
func quickBooksFaults(status int) (kind string, fault quickBooksError) {
	switch status {
	case http.StatusUnauthorized:
		return authenticationFault, quickBooksError{
			Message: "message=AuthenticationFailed; errorCode=003200; statusCode=401",
			Detail:  "Malformed bearer token: the token is missing, wrong or expired", Code: "3200",
		}
	case http.StatusForbidden:
		return authorizationFault, quickBooksError{
			Message: "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403",
			Detail:  "The token does not belong to this company (realmId)", Code: "3100",
		}
	case http.StatusTooManyRequests:
		return systemFault, quickBooksError{
			Message: "message=ThrottleExceeded; errorCode=003001; statusCode=429",
			Detail:  "The request limit of the company was reached; wait 60 seconds", Code: "003001",
		}
	case http.StatusServiceUnavailable:
		return systemFault, quickBooksError{Message: "Service unavailable", Detail: "The service is temporarily unavailable", Code: "10001"}
	case http.StatusNotFound:
		return validationFault, quickBooksError{Message: "Unsupported Operation", Detail: "Operation is not supported: there is nothing at this address", Code: "500"}
	case http.StatusMethodNotAllowed:
		return validationFault, quickBooksError{Message: "Unsupported Operation", Detail: "The address does not take this method", Code: "500"}
	case http.StatusUnsupportedMediaType:
		return validationFault, quickBooksError{Message: "Unsupported Media Type", Detail: "Send the body as application/json", Code: "2010"}
	case http.StatusRequestEntityTooLarge:
		return validationFault, quickBooksError{Message: "Request too large", Detail: "The body is too large", Code: "2010"}
	default:
		return systemFault, quickBooksError{Message: "An application error has occurred while processing your request", Detail: "System Failure Error", Code: "10000"}
	}
}

// api returns the handler of the API behind token and company.
func (q *quickBooks) api() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/v3/company/{realmID}/invoice", methods(q.refuse, map[string]http.HandlerFunc{"POST": q.createInvoice}))
	mux.Handle("/v3/company/{realmID}/invoice/{id}", methods(q.refuse, map[string]http.HandlerFunc{"GET": q.getInvoice}))
	mux.Handle("/v3/company/{realmID}/query", methods(q.refuse, map[string]http.HandlerFunc{"GET": q.query}))
	mux.Handle("/v3/company/{realmID}/companyinfo/{id}", methods(q.refuse, map[string]http.HandlerFunc{"GET": q.companyInfo}))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { q.refuse(w, http.StatusNotFound, "") })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !sameSecret(bearer(r), q.token) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="Intuit", error="invalid_token"`)
			q.refuse(w, http.StatusUnauthorized, "")
			return
		}
		if realm, ok := strings.CutPrefix(r.URL.Path, "/v3/company/"); ok {
			if realm, _, _ = strings.Cut(realm, "/"); realm != q.realmID {
				q.refuse(w, http.StatusForbidden, "")
				return
			}
		}
		if fault := checkQuickBooksQuery(r); fault != nil {
			q.invalid(w, *fault)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// bearer returns the token of an Authorization header, or nothing.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}

// checkQuickBooksQuery checks the parameters that every call may carry.
func checkQuickBooksQuery(r *http.Request) *quickBooksError {
	query := r.URL.Query()
	if query.Has("minorversion") {
		version, err := strconv.Atoi(query.Get("minorversion"))
		if err != nil || version < 1 || version > maxMinorVersion {
			return &quickBooksError{
				Message: "Invalid or unsupported minorversion", Code: "2010", Element: "minorversion",
				Detail: fmt.Sprintf("minorversion must be a number from 1 to %d. Supplied value: %s", maxMinorVersion, clip(query.Get("minorversion"), 40)),
			}
		}
	}
	if len(query.Get("requestid")) > maxRequestID {
		return &quickBooksError{
			Message: "String length is either shorter or longer than supported by specification", Code: "2050", Element: "requestid",
			Detail: fmt.Sprintf("String length specified does not match the supported length. Min:1 Max:%d supported. Supplied length:%d", maxRequestID, len(query.Get("requestid"))),
		}
	}
	return nil
}

func (q *quickBooks) companyInfo(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("id") != q.realmID {
		q.invalid(w, objectNotFound("CompanyInfo"))
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"CompanyInfo": q.company(), "time": q.clock()})
}

func (q *quickBooks) company() map[string]any {
	return map[string]any{
		"Id": "1", "SyncToken": "0", "CompanyName": "Acme Trading (simulated)", "LegalName": "Acme Trading (simulated)",
		"Country": "US", "FiscalYearStartMonth": "January",
		"Email": map[string]any{"Address": "books@acme.example"},
	}
}

func objectNotFound(what string) quickBooksError {
	return quickBooksError{
		Message: "Object Not Found", Code: "610", Element: what,
		Detail: "Object Not Found : Something you're trying to use has been made inactive. Check the fields with accounts, customers, items, vendors or employees.",
	}
}
