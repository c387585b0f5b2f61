package simulated

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// salesforce is the query part of the Salesforce REST API, version 60.0,
// over the Contact object.
type salesforce struct {
	token  string
	people []Person
}

// salesforceFault is Salesforce's error format: always a list.
type salesforceFault struct {
	Message   string `json:"message"`
	ErrorCode string `json:"errorCode"`
}

const salesforceVersion = "/services/data/v60.0"

// soql is Salesforce's dialect.
var soql = dialect{limit: "limit", offset: "offset"}

// contactFields are the fields of Contact that can be selected.
var contactFields = []string{
	"Id", "FirstName", "LastName", "Name", "Email", "Phone", "Title", "MailingCity",
	"AccountId", "Account.Name", "Account.Type", "LastModifiedDate",
}

// maxSalesforceRows is the most that one answer holds.
const maxSalesforceRows = 2000

func refuseSalesforceAs(w http.ResponseWriter, status int, code, message string) {
	writeJSON(w, status, []salesforceFault{{message, code}})
}

func refuseSalesforce(w http.ResponseWriter, status int, message string) {
	code, words := "UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId if you contact support."
	switch status {
	case http.StatusUnauthorized:
		code, words = "INVALID_SESSION_ID", "Session expired or invalid"
	case http.StatusNotFound:
		code, words = "NOT_FOUND", "The requested resource does not exist"
	case http.StatusMethodNotAllowed:
		code, words = "METHOD_NOT_ALLOWED", "HTTP Method not allowed. Allowed are HEAD,GET"
	case http.StatusRequestEntityTooLarge:
		code, words = "REQUEST_TOO_LARGE", "The request is too large"
	case http.StatusTooManyRequests:
		code, words = "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."
	case http.StatusServiceUnavailable:
		code, words = "SERVER_UNAVAILABLE", "The server is too busy to handle the request. Try again later."
	}
	if message != "" {
		words = message
	}
	refuseSalesforceAs(w, status, code, words)
}

// api returns the handler of the API behind its token.
func (s *salesforce) api() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(salesforceVersion+"/query", methods(refuseSalesforce, map[string]http.HandlerFunc{"GET": s.query}))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refuseSalesforce(w, http.StatusNotFound, "") })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !sameSecret(bearer(r), s.token) {
			w.Header().Set("WWW-Authenticate", "Token")
			refuseSalesforce(w, http.StatusUnauthorized, "")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

func (s *salesforce) query(w http.ResponseWriter, r *http.Request) {
	statement := r.URL.Query().Get("q")
	if strings.TrimSpace(statement) == "" {
		refuseSalesforceAs(w, http.StatusBadRequest, "MALFORMED_QUERY", "SOQL statement cannot be empty")
		return
	}
	selected, err := parseSelection(statement, soql)
	switch {
	case err != nil:
		refuseSalesforceAs(w, http.StatusBadRequest, "MALFORMED_QUERY", err.Error())
		return
	case !strings.EqualFold(selected.entity, "Contact"):
		refuseSalesforceAs(w, http.StatusBadRequest, "INVALID_TYPE", fmt.Sprintf("sObject type '%s' is not supported. The simulated Salesforce has Contact only.", clip(selected.entity, 40)))
		return
	}
	if unknown := selected.resolve(contactFields); unknown != "" {
		refuseSalesforceAs(w, http.StatusBadRequest, "INVALID_FIELD", fmt.Sprintf("No such column '%s' on entity 'Contact'.", clip(unknown, 40)))
		return
	}
	found := selected.run(s.records())
	found = found[min(len(found), max(0, selected.offset)):]
	if selected.count {
		writeJSON(w, http.StatusOK, salesforceResult{len(found), true, []record{}})
		return
	}
	limit := maxSalesforceRows
	if selected.limit >= 0 {
		limit = min(limit, selected.limit)
	}
	found = found[:min(len(found), limit)]
	rows := make([]record, 0, len(found))
	for _, contact := range found {
		rows = append(rows, selectedContact(contact, selected.fields))
	}
	writeJSON(w, http.StatusOK, salesforceResult{len(rows), true, rows})
}

// salesforceResult is one page of an answer. There is never a second one:
// the object holds fewer records than a page.
type salesforceResult struct {
	TotalSize int      `json:"totalSize"`
	Done      bool     `json:"done"`
	Records   []record `json:"records"`
}

func (s *salesforce) records() []record {
	var records []record
	for _, person := range s.people {
		contact := person.Salesforce
		if contact == nil {
			continue
		}
		records = append(records, record{
			"Id": contact.ID, "FirstName": contact.FirstName, "LastName": contact.LastName,
			"Name": contact.FirstName + " " + contact.LastName, "Email": contact.Email,
			"Phone": contact.Phone, "Title": contact.Title, "MailingCity": contact.City,
			"AccountId": contact.AccountID, "LastModifiedDate": contact.ModifiedAt.Format("2006-01-02T15:04:05.000-0700"),
			"Account": map[string]any{"Id": contact.AccountID, "Name": contact.AccountName, "Type": contact.Stage},
		})
	}
	return records
}

// selectedContact writes a record as Salesforce does: attributes, the fields
// asked for, null for what is empty, and parents as objects of their own.
func selectedContact(contact record, fields []string) record {
	row := record{"attributes": salesforceAttributes("Contact", contact.at("Id"))}
	for _, field := range fields {
		parent, member, nested := strings.Cut(field, ".")
		if !nested {
			row[field] = orNull(contact.at(field))
			continue
		}
		object, ok := row[parent].(record)
		if !ok {
			object = record{"attributes": salesforceAttributes(parent, contact.at(parent+".Id"))}
			row[parent] = object
		}
		object[member] = orNull(contact.at(field))
	}
	return row
}

func salesforceAttributes(object, id string) map[string]string {
	return map[string]string{"type": object, "url": salesforceVersion + "/sobjects/" + object + "/" + id}
}

// orNull returns nil for empty text: the CRMs have no empty texts.
func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// iso writes a time with milliseconds, as HubSpot does.
func iso(at time.Time) string { return at.UTC().Format("2006-01-02T15:04:05.000Z") }
