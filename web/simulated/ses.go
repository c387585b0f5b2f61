package simulated

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

// ses is the sending part of Amazon SES, API version 2.
type ses struct {
	key     awsKey
	mailbox *mailbox
	pulse   *pulse
	clock   func() time.Time
}

// refuseSESAs answers in the error format of AWS's REST-JSON services.
func refuseSESAs(w http.ResponseWriter, fault awsFault) {
	w.Header().Set("x-amzn-ErrorType", fault.kind)
	writeJSON(w, fault.status, struct {
		Message string `json:"message"`
	}{fault.message})
}

func refuseSES(w http.ResponseWriter, status int, message string) {
	fault := sesFaults(status)
	if message != "" {
		fault.message = message
	}
	refuseSESAs(w, fault)
}

// sesFaults are the usual faults by status.
func sesFaults(status int) awsFault {
	switch status {
	case http.StatusBadRequest:
		return awsFault{status, "BadRequestException", "The input you provided is invalid."}
	case http.StatusNotFound:
		return awsFault{status, "NotFoundException", "The resource you attempted to access doesn't exist."}
	case http.StatusMethodNotAllowed:
		return awsFault{status, "MethodNotAllowedException", "The address does not take this method."}
	case http.StatusUnsupportedMediaType:
		return awsFault{status, "UnsupportedMediaTypeException", "Send the body as application/json."}
	case http.StatusRequestEntityTooLarge:
		return awsFault{status, "RequestEntityTooLargeException", "The message is longer than the size limit."}
	case http.StatusTooManyRequests:
		return awsFault{status, "ThrottlingException", "Maximum sending rate exceeded."}
	case http.StatusServiceUnavailable:
		return awsFault{status, "ServiceUnavailableException", "The service is unavailable. Please retry."}
	default:
		return awsFault{status, "InternalFailure", "The request processing has failed because of an unknown error, exception or failure."}
	}
}

// api returns the handler of the API; only signed requests get in.
func (s *ses) api() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/v2/email/outbound-emails", methods(refuseSES, map[string]http.HandlerFunc{"POST": s.sendEmail}))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refuseSES(w, http.StatusNotFound, "") })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fault := s.key.verify(r, s.clock()); fault != nil {
			refuseSESAs(w, *fault)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *ses) sendEmail(w http.ResponseWriter, r *http.Request) {
	if !isJSON(r) {
		refuseSES(w, http.StatusUnsupportedMediaType, "")
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		refuseSES(w, http.StatusBadRequest, "The body broke off.")
		return
	}
	var asked sendEmail
	// Stricter than SES, which ignores members that it does not know: here
	// a misspelled one is better seen than lost.
	if err := decodeJSON(body, &asked); err != nil {
		refuseSESAs(w, sesBodyFault(err))
		return
	}
	mail, fault := asked.mail()
	if fault != nil {
		refuseSESAs(w, *fault)
		return
	}
	id := s.mailbox.accept(mail)
	s.pulse.beat()
	writeJSON(w, http.StatusOK, struct {
		MessageID string `json:"MessageId"`
	}{id})
}

func sesBodyFault(err error) awsFault {
	var unknown unknownFieldError
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &unknown):
		return awsFault{http.StatusBadRequest, "BadRequestException", "Unknown member " + clip(unknown.path, 80) + ". Names are case-sensitive."}
	case errors.As(err, &wrongType):
		return awsFault{http.StatusBadRequest, "SerializationException", "The member " + wrongType.Field + " cannot be a " + wrongType.Value + "."}
	default:
		return awsFault{http.StatusBadRequest, "SerializationException", "The body is not one JSON object: " + clip(err.Error(), 200) + "."}
	}
}
