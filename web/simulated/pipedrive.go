package simulated

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Rows of one answer.
const (
	defaultPersonRows = 100
	maxPersonRows     = 500
)

// pipedrive is the person part of Pipedrive's API, version 2.
type pipedrive struct {
	token  string
	people []Person
}

// pipedriveFault is Pipedrive's error format.
type pipedriveFault struct {
	Success bool   `json:"success"`
	Error   string `json:"error"`
	Info    string `json:"error_info,omitempty"`
	Code    string `json:"code,omitempty"`
}

func refusePipedrive(w http.ResponseWriter, status int, message string) {
	fault := pipedriveFault{Error: "Internal server error", Code: "ERR_INTERNAL"}
	switch status {
	case http.StatusUnauthorized:
		fault = pipedriveFault{Error: "Unauthorized access", Info: "Send the API token in the header x-api-token", Code: "ERR_UNAUTHORIZED"}
	case http.StatusBadRequest:
		fault = pipedriveFault{Error: "Bad request", Code: "ERR_SCHEMA_VALIDATION_FAILED"}
	case http.StatusNotFound:
		fault = pipedriveFault{Error: "Unknown method.", Code: "ERR_NOT_FOUND"}
	case http.StatusMethodNotAllowed:
		fault = pipedriveFault{Error: "Method not allowed", Code: "ERR_METHOD_NOT_ALLOWED"}
	case http.StatusRequestEntityTooLarge:
		fault = pipedriveFault{Error: "Request entity too large", Code: "ERR_TOO_LARGE"}
	case http.StatusTooManyRequests:
		fault = pipedriveFault{Error: "Request over limit", Code: "ERR_RATE_LIMIT"}
	case http.StatusServiceUnavailable:
		fault = pipedriveFault{Error: "Scheduled maintenance", Code: "ERR_UNAVAILABLE"}
	}
	if message != "" {
		fault.Error = message
	}
	writeJSON(w, status, fault)
}

// api returns the handler of the API behind its token.
func (p *pipedrive) api() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/v2/persons", methods(refusePipedrive, map[string]http.HandlerFunc{"GET": p.list}))
	mux.Handle("/api/v2/persons/search", methods(refusePipedrive, map[string]http.HandlerFunc{"GET": p.search}))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refusePipedrive(w, http.StatusNotFound, "") })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !sameSecret(r.Header.Get("x-api-token"), p.token) && !sameSecret(bearer(r), p.token) {
			refusePipedrive(w, http.StatusUnauthorized, "")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// pipedriveAnswer is one page.
type pipedriveAnswer struct {
	Success    bool `json:"success"`
	Data       any  `json:"data"`
	Additional struct {
		NextCursor *string `json:"next_cursor"`
	} `json:"additional_data"`
}

func (p *pipedrive) persons() []PipedrivePerson {
	var persons []PipedrivePerson
	for _, person := range p.people {
		if person.Pipedrive != nil {
			persons = append(persons, *person.Pipedrive)
		}
	}
	return persons
}

// page reads limit and cursor, cuts that page, and says where the next one
// begins. On a fault it has answered.
func page(w http.ResponseWriter, r *http.Request, persons []PipedrivePerson) (cut []PipedrivePerson, next *string, ok bool) {
	limit, start := defaultPersonRows, 0
	if text := r.URL.Query().Get("limit"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxPersonRows {
			refusePipedrive(w, http.StatusBadRequest, "Validation failed: limit: must be a number from 1 to 500")
			return nil, nil, false
		}
		limit = n
	}
	if cursor := r.URL.Query().Get("cursor"); cursor != "" {
		text, err := base64.RawURLEncoding.DecodeString(cursor)
		n, errNumber := strconv.Atoi(string(text))
		if err != nil || errNumber != nil || n < 0 || n > len(persons) {
			refusePipedrive(w, http.StatusBadRequest, "Validation failed: cursor: is not one that an answer gave")
			return nil, nil, false
		}
		start = n
	}
	end := min(len(persons), start+limit)
	if end < len(persons) {
		cursor := base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(end)))
		next = &cursor
	}
	return persons[start:end], next, true
}

func (p *pipedrive) list(w http.ResponseWriter, r *http.Request) {
	persons := p.persons()
	if ids := r.URL.Query().Get("ids"); ids != "" {
		wanted := strings.Split(ids, ",")
		if len(wanted) > 100 {
			refusePipedrive(w, http.StatusBadRequest, "Validation failed: ids: at most 100 are allowed")
			return
		}
		persons = slices.DeleteFunc(persons, func(person PipedrivePerson) bool {
			return !slices.Contains(wanted, strconv.FormatInt(person.ID, 10))
		})
	}
	cut, next, ok := page(w, r, persons)
	if !ok {
		return
	}
	data := make([]map[string]any, 0, len(cut))
	for _, person := range cut {
		data = append(data, person.full())
	}
	answer := pipedriveAnswer{Success: true, Data: data}
	answer.Additional.NextCursor = next
	writeJSON(w, http.StatusOK, answer)
}

func (p *pipedrive) search(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	term, exact := query.Get("term"), query.Get("exact_match") == "true"
	if length := utf8.RuneCountInString(term); length < 1 || (!exact && length < 2) {
		refusePipedrive(w, http.StatusBadRequest, "Validation failed: term: must have at least 2 characters, or 1 with exact_match")
		return
	}
	fields := []string{"email", "name", "phone"}
	if text := query.Get("fields"); text != "" {
		fields = strings.Split(text, ",")
	}
	for _, field := range fields {
		if !slices.Contains([]string{"custom_fields", "email", "notes", "phone", "name"}, field) {
			refusePipedrive(w, http.StatusBadRequest, "Validation failed: fields: must be of custom_fields, email, notes, phone, name")
			return
		}
	}
	persons := slices.DeleteFunc(p.persons(), func(person PipedrivePerson) bool {
		return !person.matches(term, fields, exact)
	})
	cut, next, ok := page(w, r, persons)
	if !ok {
		return
	}
	items := make([]map[string]any, 0, len(cut))
	for _, person := range cut {
		items = append(items, map[string]any{"result_score": 1.0, "item": person.found()})
	}
	answer := pipedriveAnswer{Success: true, Data: map[string]any{"items": items}}
	answer.Additional.NextCursor = next
	writeJSON(w, http.StatusOK, answer)
}

func (p PipedrivePerson) matches(term string, fields []string, exact bool) bool {
	values := map[string]string{"email": p.Email, "phone": p.Phone, "name": p.name()}
	return slices.ContainsFunc(fields, func(field string) bool {
		value := strings.ToLower(values[field])
		if exact {
			return value == strings.ToLower(term)
		}
		return strings.Contains(value, strings.ToLower(term))
	})
}

func (p PipedrivePerson) name() string { return p.FirstName + " " + p.LastName }

// full is a person as the list shows one.
func (p PipedrivePerson) full() map[string]any {
	person := map[string]any{
		"id": p.ID, "name": p.name(), "first_name": p.FirstName, "last_name": p.LastName, "owner_id": 1,
		"org_id": nil, "emails": []any{}, "phones": []any{}, "is_deleted": false, "visible_to": 3,
		"add_time": p.CreatedAt.UTC().Format(time.RFC3339), "update_time": p.ModifiedAt.UTC().Format(time.RFC3339),
	}
	if p.OrgID != 0 {
		person["org_id"] = p.OrgID
	}
	if p.Email != "" {
		person["emails"] = []any{map[string]any{"value": p.Email, "primary": true, "label": "work"}}
	}
	if p.Phone != "" {
		person["phones"] = []any{map[string]any{"value": p.Phone, "primary": true, "label": "work"}}
	}
	return person
}

// found is a person as a search shows one: another form than in the list.
func (p PipedrivePerson) found() map[string]any {
	person := map[string]any{
		"id": p.ID, "type": "person", "name": p.name(), "phones": []string{}, "emails": []string{},
		"primary_email": orNull(p.Email), "visible_to": 3, "owner": map[string]any{"id": 1},
		"organization": nil, "custom_fields": []string{}, "notes": []string{},
		"update_time": p.ModifiedAt.UTC().Format(time.RFC3339),
	}
	if p.OrgID != 0 {
		person["organization"] = map[string]any{"id": p.OrgID, "name": p.OrgName, "address": nil}
	}
	if p.Email != "" {
		person["emails"] = []string{p.Email}
	}
	if p.Phone != "" {
		person["phones"] = []string{p.Phone}
	}
	return person
}
