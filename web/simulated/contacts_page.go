package simulated

import (
	"net/http"
	"strconv"
)

// contactsView is the people of one CRM as a table.
type contactsView struct {
	service, title string
	columns        []string
	rows           [][]string
	curl           string
}

func (s *Services) salesforcePage(w http.ResponseWriter, r *http.Request) {
	view := contactsView{
		service: Salesforce, title: "Salesforce",
		columns: []string{"Name", "Email", "Phone", "Title", "Account", "City", "Modified", "ID"},
		curl: "curl -G http://" + r.Host + "/salesforce" + salesforceVersion + "/query \\\n" +
			"  -H 'Authorization: Bearer " + s.credentials.SalesforceToken + "' \\\n" +
			"  --data-urlencode \"q=SELECT Id, Name, Title FROM Contact WHERE Email = 'ada.sorensen@example.com'\"",
	}
	for _, person := range s.salesforce.people {
		if c := person.Salesforce; c != nil {
			view.rows = append(view.rows, []string{
				c.FirstName + " " + c.LastName, c.Email, c.Phone, c.Title, c.AccountName, c.City, c.ModifiedAt.Format("2 Jan 2006"), c.ID,
			})
		}
	}
	render(w, r, contactsPage(view)) //nolint:contextcheck // templ hands the context on when it renders
}

func (s *Services) hubSpotPage(w http.ResponseWriter, r *http.Request) {
	view := contactsView{
		service: HubSpot, title: "HubSpot",
		columns: []string{"Name", "Email", "Phone", "Company", "Stage", "City", "Modified", "ID"},
		curl: "curl http://" + r.Host + "/hubspot/crm/v3/objects/contacts/search \\\n" +
			"  -H 'Authorization: Bearer " + s.credentials.HubSpotToken + "' --json '{\n" +
			"    \"filterGroups\": [{\"filters\": [{\"propertyName\": \"email\", \"operator\": \"EQ\", \"value\": \"ada.sorensen@example.com\"}]}],\n" +
			"    \"properties\": [\"firstname\", \"lastname\", \"phone\", \"company\"]}'",
	}
	for _, person := range s.hubSpot.people {
		if c := person.HubSpot; c != nil {
			view.rows = append(view.rows, []string{
				c.FirstName + " " + c.LastName, c.Email, c.Phone, c.Company, c.Lifecycle, c.City, c.ModifiedAt.Format("2 Jan 2006"), c.ID,
			})
		}
	}
	render(w, r, contactsPage(view)) //nolint:contextcheck // templ hands the context on when it renders
}

func (s *Services) pipedrivePage(w http.ResponseWriter, r *http.Request) {
	view := contactsView{
		service: Pipedrive, title: "Pipedrive",
		columns: []string{"Name", "Email", "Phone", "Organization", "Modified", "ID"},
		curl: "curl -G http://" + r.Host + "/pipedrive/api/v2/persons/search \\\n" +
			"  -H 'x-api-token: " + s.credentials.PipedriveToken + "' \\\n" +
			"  -d term=ada.sorensen@example.com -d fields=email -d exact_match=true",
	}
	for _, person := range s.pipedrive.people {
		if c := person.Pipedrive; c != nil {
			view.rows = append(view.rows, []string{
				c.name(), c.Email, c.Phone, c.OrgName, c.ModifiedAt.Format("2 Jan 2006"), strconv.FormatInt(c.ID, 10),
			})
		}
	}
	render(w, r, contactsPage(view)) //nolint:contextcheck // templ hands the context on when it renders
}
