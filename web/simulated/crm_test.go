package simulated_test

import (
	"net/url"
	"strings"
	"testing"

	"redial/web/simulated"
)

func TestSalesforce(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	token := map[string]string{"Authorization": "Bearer " + simulated.DemoCredentials().SalesforceToken}
	query := func(soql string) call {
		return call{"GET", "/salesforce/services/data/v60.0/query?q=" + url.QueryEscape(soql), "", token}
	}
	run(t, b, []scenario{
		{"by email", query(`SELECT Id, Name, Phone, Account.Name FROM Contact WHERE Email = 'ada.sorensen@example.com' LIMIT 1`), 200, map[string]any{
			"totalSize": "1", "done": true, "records.0.Name": "Ada Sorensen", "records.0.Phone": nil, "records.0.attributes.type": "Contact",
			"records.0.Account.Name": "Nordlys Interiors", "records.0.Account.attributes.type": "Account", "records.0.Email": nil,
		}},
		{"case does not matter", query(`select id from contact where email = 'ADA.Sorensen@example.com'`), 200, map[string]any{"totalSize": "1", "records.0.Id": "003Ws000001AdaSORE"}},
		{"nobody", query(`SELECT Id FROM Contact WHERE Email = 'nobody@example.com'`), 200, map[string]any{"totalSize": "0", "done": true}},
		{"like, order, limit", query(`SELECT LastName FROM Contact WHERE Email LIKE '%@example.com' ORDER BY LastName DESC LIMIT 2`), 200, map[string]any{"totalSize": "2", "records.0.LastName": "Sorensen", "records.1.LastName": "Okafor"}},
		{"count", query(`SELECT COUNT() FROM Contact`), 200, map[string]any{"totalSize": "4"}},
		{"no token", call{"GET", "/salesforce/services/data/v60.0/query?q=x", "", nil}, 401, map[string]any{"0.errorCode": "INVALID_SESSION_ID"}},
		{"no query", query(``), 400, map[string]any{"0.errorCode": "MALFORMED_QUERY"}},
		{"star", query(`SELECT * FROM Contact`), 400, map[string]any{"0.errorCode": "MALFORMED_QUERY"}},
		{"unquoted", query(`SELECT Id FROM Contact WHERE Email = ada`), 400, map[string]any{"0.errorCode": "MALFORMED_QUERY"}},
		{"injected", query(`SELECT Id FROM Contact WHERE Email = 'a' OR Name LIKE '%'`), 400, map[string]any{"0.errorCode": "MALFORMED_QUERY"}},
		{"unknown field", query(`SELECT Nope FROM Contact`), 400, map[string]any{"0.errorCode": "INVALID_FIELD", "0.message": "~'Nope'"}},
		{"unknown object", query(`SELECT Id FROM Lead`), 400, map[string]any{"0.errorCode": "INVALID_TYPE"}},
		{"method", call{"POST", "/salesforce/services/data/v60.0/query", "{}", token}, 405, map[string]any{"0.errorCode": "METHOD_NOT_ALLOWED"}},
		{"path", call{"GET", "/salesforce/services/data/v1.0/query", "", token}, 404, map[string]any{"0.errorCode": "NOT_FOUND"}},
	})
}

func TestHubSpot(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	token := map[string]string{"Authorization": "Bearer " + simulated.DemoCredentials().HubSpotToken}
	search := func(body string) call { return call{"POST", "/hubspot/crm/v3/objects/contacts/search", body, token} }
	byEmail := `{"filterGroups":[{"filters":[{"propertyName":"email","operator":"EQ","value":"chidi.okafor@example.com"}]}],"properties":["firstname","phone","company"],"limit":1}`
	invalid := map[string]any{"status": "error", "category": "VALIDATION_ERROR"}
	run(t, b, []scenario{
		{"by email", search(byEmail), 200, map[string]any{"total": "1", "results.0.id": "50103", "results.0.properties.firstname": "Charles", "results.0.properties.company": "Studio Okafor Ltd", "results.0.properties.city": nil, "results.0.archived": false, "paging": nil}},
		{"default properties", search(strings.Replace(byEmail, `,"properties":["firstname","phone","company"]`, "", 1)), 200, map[string]any{"results.0.properties.email": "chidi.okafor@example.com", "results.0.properties.phone": nil}},
		{"first page", search(`{"limit":2}`), 200, map[string]any{"total": "4", "results.1.id": "50102", "paging.next.after": "2"}},
		{"last page", search(`{"limit":2,"after":"2"}`), 200, map[string]any{"results.1.id": "50105", "paging": nil}},
		{"nobody", search(strings.Replace(byEmail, "chidi.okafor", "nobody", 1)), 200, map[string]any{"total": "0"}},
		{"two groups are alternatives", search(`{"filterGroups":[{"filters":[{"propertyName":"city","operator":"EQ","value":"Abuja"}]},{"filters":[{"propertyName":"company","operator":"NOT_HAS_PROPERTY"}]}]}`), 200, map[string]any{"total": "2"}},
		{"between", search(`{"filterGroups":[{"filters":[{"propertyName":"hs_object_id","operator":"BETWEEN","value":"50102","highValue":"50103"},{"propertyName":"city","operator":"NOT_CONTAINS_TOKEN","value":"Abuja"}]}]}`), 200, map[string]any{"total": "1", "results.0.id": "50102"}},
		{"no token", call{"POST", "/hubspot/crm/v3/objects/contacts/search", byEmail, nil}, 401, map[string]any{"status": "error", "category": "INVALID_AUTHENTICATION"}},
		{"content type", call{"POST", "/hubspot/crm/v3/objects/contacts/search", byEmail, with(token, "Content-Type", "text/plain")}, 415, nil},
		{"method", call{"GET", "/hubspot/crm/v3/objects/contacts/search", "", token}, 405, nil},
		{"path", call{"GET", "/hubspot/crm/v3/objects/deals", "", token}, 404, map[string]any{"status": "error"}},
		{"not JSON", search(`{`), 400, invalid},
		{"unknown field", search(`{"filter":[]}`), 400, invalid},
		{"unknown property", search(strings.Replace(byEmail, `"email"`, `"mail"`, 1)), 400, invalid},
		{"unknown operator", search(strings.Replace(byEmail, `EQ`, `IS`, 1)), 400, invalid},
		{"no value", search(strings.Replace(byEmail, `chidi.okafor@example.com`, ``, 1)), 400, invalid},
		{"limit", search(`{"limit":201}`), 400, invalid},
		{"after", search(`{"after":"x"}`), 400, invalid},
	})
}

func TestPipedrive(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	token := map[string]string{"x-api-token": simulated.DemoCredentials().PipedriveToken}
	get := func(path string) call { return call{"GET", "/pipedrive/api/v2/persons" + path, "", token} }
	run(t, b, []scenario{
		{"by email", get("/search?term=dalia.haddad@example.com&fields=email&exact_match=true"), 200, map[string]any{
			"success": true, "data.items.0.item.id": "7004", "data.items.0.item.name": "Dalia Haddad",
			"data.items.0.item.organization.name": "Cedar House", "data.items.0.item.phones.0": "+961 55 501 04", "additional_data.next_cursor": nil,
		}},
		{"exact is exact", get("/search?term=dalia.haddad@example&fields=email&exact_match=true"), 200, map[string]any{"success": true, "data.items.0": nil}},
		{"part of a name", get("/search?term=okaf&fields=name"), 200, map[string]any{"data.items.0.item.name": "C. Okafor"}},
		{"list", get("?limit=3"), 200, map[string]any{"success": true, "data.2.id": "7003", "data.0.emails.0.value": "ada.sorensen@example.com", "data.0.org_id": "810", "additional_data.next_cursor": "Mw"}},
		{"next page", get("?limit=3&cursor=Mw"), 200, map[string]any{"data.0.id": "7004", "additional_data.next_cursor": nil}},
		{"by ID", get("?ids=7002"), 200, map[string]any{"data.0.id": "7002", "data.1": nil}},
		{"no token", call{"GET", "/pipedrive/api/v2/persons", "", nil}, 401, map[string]any{"success": false}},
		{"short term", get("/search?term=a"), 400, map[string]any{"success": false, "error": "~term"}},
		{"unknown field", get("/search?term=abc&fields=mail"), 400, map[string]any{"error": "~fields"}},
		{"limit", get("?limit=501"), 400, map[string]any{"error": "~limit"}},
		{"cursor", get("?cursor=xx"), 400, map[string]any{"error": "~cursor"}},
		{"method", call{"POST", "/pipedrive/api/v2/persons", "{}", token}, 405, map[string]any{"success": false}},
		{"path", call{"GET", "/pipedrive/v1/persons", "", token}, 404, map[string]any{"success": false}},
	})
}
