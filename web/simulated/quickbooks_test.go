package simulated_test

import (
	"net/url"
	"strings"
	"testing"

	"redial/web/simulated"
)

const (
	company = "/quickbooks/v3/company/9130357992221046"
	invoice = `{"CustomerRef":{"value":"1"},"DocNumber":"A-1001","BillEmail":{"Address":"ada@example.com"},"CustomerMemo":{"value":"Thank you"},"Line":[{"Amount":178.20,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":"2"},"Qty":2,"UnitPrice":89.1}},{"Amount":8.2,"DetailType":"DiscountLineDetail","DiscountLineDetail":{}}]}`
)

var quickBooksToken = map[string]string{"Authorization": "Bearer " + simulated.DemoCredentials().QuickBooksToken}

func queryPath(statement string) string {
	return company + "/query?query=" + url.QueryEscape(statement)
}

func TestQuickBooksInvoice(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	smallest := `{"CustomerRef":{"value":"1"},"Line":[{"Amount":100,"DetailType":"SalesItemLineDetail","SalesItemLineDetail":{"ItemRef":{"value":"1"}}}]}`
	run(t, b, []scenario{
		{"create", call{"POST", company + "/invoice?minorversion=75&requestid=r1", invoice, quickBooksToken}, 200, map[string]any{
			"Invoice.Id": "146", "Invoice.SyncToken": "0", "Invoice.DocNumber": "A-1001", "Invoice.TotalAmt": "170", "Invoice.Balance": "170",
			"Invoice.CustomerRef.name": "Acme web shop", "Invoice.Line.0.SalesItemLineDetail.ItemRef.name": "LAMP-01",
		}},
		{"the same requestid", call{"POST", company + "/invoice?requestid=r1", invoice, quickBooksToken}, 200, map[string]any{"Invoice.Id": "146"}},
		{"the same DocNumber", call{"POST", company + "/invoice?requestid=r2", invoice, quickBooksToken}, 400, map[string]any{"Fault.Error.0.code": "6140", "Fault.Error.0.Detail": "~TxnId=146"}},
		{"the same DocNumber, allowed", call{"POST", company + "/invoice?include=allowduplicatedocnum", invoice, quickBooksToken}, 200, map[string]any{"Invoice.Id": "147"}},
		{"the smallest", call{"POST", company + "/invoice", smallest, quickBooksToken}, 200, map[string]any{"Invoice.DocNumber": "1001", "Invoice.TotalAmt": "100"}},
		{"read it", call{"GET", company + "/invoice/148", "", quickBooksToken}, 200, map[string]any{"Invoice.DocNumber": "1001"}},
		{"read one that is not there", call{"GET", company + "/invoice/9", "", quickBooksToken}, 400, map[string]any{"Fault.Error.0.code": "610"}},
	})
	if got := len(b.services.Invoices()); got != 3 {
		t.Errorf("%d invoices, want 3", got)
	}
}

func TestQuickBooksRefuses(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	post := func(old, replacement string) call {
		return call{"POST", company + "/invoice", strings.Replace(invoice, old, replacement, 1), quickBooksToken}
	}
	code := func(code, element string) map[string]any {
		return map[string]any{"Fault.type": "ValidationFault", "Fault.Error.0.code": code, "Fault.Error.0.element": element}
	}
	run(t, b, []scenario{
		{"no token", call{"POST", company + "/invoice", invoice, nil}, 401, map[string]any{"Fault.type": "AuthenticationFault", "Fault.Error.0.code": "3200"}},
		{"wrong token", call{"GET", queryPath("select * from Invoice"), "", map[string]string{"Authorization": "Bearer x"}}, 401, nil},
		{"basic instead of bearer", call{"GET", queryPath("select * from Invoice"), "", map[string]string{"Authorization": "Basic " + simulated.DemoCredentials().QuickBooksToken}}, 401, nil},
		{"another company", call{"POST", "/quickbooks/v3/company/1/invoice", invoice, quickBooksToken}, 403, map[string]any{"Fault.type": "AuthorizatonFault"}},
		{"minorversion text", call{"POST", company + "/invoice?minorversion=new", invoice, quickBooksToken}, 400, code("2010", "minorversion")},
		{"minorversion 76", call{"POST", company + "/invoice?minorversion=76", invoice, quickBooksToken}, 400, code("2010", "minorversion")},
		{"requestid too long", call{"POST", company + "/invoice?requestid=" + strings.Repeat("x", 51), invoice, quickBooksToken}, 400, code("2050", "requestid")},
		{"content type", call{"POST", company + "/invoice", invoice, with(quickBooksToken, "Content-Type", "text/plain")}, 415, nil},
		{"method", call{"PUT", company + "/invoice", invoice, quickBooksToken}, 405, map[string]any{"Fault.Error.0.code": "500"}},
		{"path", call{"GET", company + "/bill", "", quickBooksToken}, 404, nil},
		{"not JSON", call{"POST", company + "/invoice", `{`, quickBooksToken}, 400, nil},
		{"unknown property", post(`"DocNumber"`, `"Doc"`), 400, code("2010", "Doc")},
		{"property in another case", post(`"DocNumber"`, `"docNumber"`), 400, code("2010", "docNumber")},
		{"no customer", post(`"CustomerRef":{"value":"1"},`, ``), 400, code("2020", "CustomerRef")},
		{"unknown customer", post(`"CustomerRef":{"value":"1"}`, `"CustomerRef":{"value":"77"}`), 400, code("2500", "CustomerRef")},
		{"unknown item", post(`"ItemRef":{"value":"2"}`, `"ItemRef":{"value":"LAMP-01"}`), 400, code("2500", "ItemRef")},
		{"no lines", call{"POST", company + "/invoice", `{"CustomerRef":{"value":"1"},"Line":[]}`, quickBooksToken}, 400, code("2020", "Line")},
		{"no amount", post(`"Amount":178.20,`, ``), 400, code("2020", "Line.Amount")},
		{"amount is not quantity times price", post(`178.20`, `178.19`), 400, code("6070", "Line.Amount")},
		{"detail type", post(`"SalesItemLineDetail","Sales`, `"Sale","Sales`), 400, code("2030", "Line.DetailType")},
		{"document number too long", post(`"A-1001"`, `"`+strings.Repeat("1", 22)+`"`), 400, code("2050", "DocNumber")},
		{"date", post(`"BillEmail"`, `"DueDate":"31.12.2026","BillEmail"`), 400, code("2080", "DueDate")},
		{"email", post(`ada@example.com`, `ada`), 400, code("2210", "BillEmail")},
		{"number of hostile size", post(`178.20`, `1e999999999`), 400, map[string]any{"Fault.Error.0.code": "2090"}},
	})
	if got := len(b.services.Invoices()); got != 0 {
		t.Errorf("refused calls made %d invoices", got)
	}
}

func TestQuickBooksQuery(t *testing.T) {
	t.Parallel()
	b := start(t, simulated.Options{})
	for _, number := range []string{"O'Hara", "B-2", "B-3"} {
		body := strings.Replace(invoice, "A-1001", number, 1)
		b.do(call{"POST", company + "/invoice", body, quickBooksToken}).want(t, 200, nil)
	}
	query := func(statement string) call { return call{"GET", queryPath(statement), "", quickBooksToken} }
	fault := map[string]any{"Fault.type": "ValidationFault", "Fault.Error.0.code": "4000", "Fault.Error.0.Detail": "~QueryParserError"}
	run(t, b, []scenario{
		{"by document number", query(`select * from Invoice where DocNumber = 'B-2'`), 200, map[string]any{"QueryResponse.Invoice.0.Id": "147", "QueryResponse.Invoice.1": nil, "QueryResponse.maxResults": "1", "QueryResponse.startPosition": "1"}},
		{"quote inside", query(`SELECT * FROM invoice WHERE docnumber = 'O\'Hara'`), 200, map[string]any{"QueryResponse.Invoice.0.Id": "146"}},
		{"none", query(`select * from Invoice where DocNumber = 'no'`), 200, map[string]any{"QueryResponse.Invoice": nil}},
		{"page", query(`select * from Invoice orderby Id desc startposition 2 maxresults 1`), 200, map[string]any{"QueryResponse.Invoice.0.Id": "147", "QueryResponse.startPosition": "2"}},
		{"fields", query(`select Id, DocNumber from Invoice where DocNumber in ('B-2', 'B-3')`), 200, map[string]any{"QueryResponse.Invoice.1.DocNumber": "B-3", "QueryResponse.Invoice.0.Line": nil}},
		{"numbers by size", query(`select * from Invoice where TotalAmt > '99' and Id like '14%'`), 200, map[string]any{"QueryResponse.maxResults": "3"}},
		{"count", query(`select count(*) from Invoice`), 200, map[string]any{"QueryResponse.totalCount": "3"}},
		{"customers", query(`select * from Customer where PrimaryEmailAddr = 'ada.sorensen@example.com' and Active = true`), 200, map[string]any{"QueryResponse.Customer.0.Id": "2"}},
		{"items", query(`select * from Item where Name = 'LAMP-01'`), 200, map[string]any{"QueryResponse.Item.0.Id": "2"}},
		{"company", call{"GET", company + "/companyinfo/9130357992221046", "", quickBooksToken}, 200, map[string]any{"CompanyInfo.Country": "US"}},
		{"empty", query(``), 400, fault},
		{"no closing quote", query(`select * from Invoice where DocNumber = 'B`), 400, fault},
		{"no quotes", query(`select * from Invoice where DocNumber = B-2`), 400, fault},
		{"or", query(`select * from Invoice where Id = '1' or Id = '2'`), 400, fault},
		{"delete", query(`delete from Invoice`), 400, fault},
		{"semicolon", query(`select * from Invoice; drop`), 400, fault},
		{"unknown entity", query(`select * from Bill`), 400, map[string]any{"Fault.Error.0.code": "4001"}},
		{"unknown property", query(`select * from Invoice where Nope = '1'`), 400, map[string]any{"Fault.Error.0.code": "4001"}},
		{"too many rows", query(`select * from Invoice maxresults 1001`), 400, map[string]any{"Fault.Error.0.code": "4001"}},
	})
}
