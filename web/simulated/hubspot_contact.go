package simulated

import "strconv"

// hubSpotResult is one page of a search.
type hubSpotResult struct {
	Total   int             `json:"total"`
	Results []hubSpotObject `json:"results"`
	Paging  *hubSpotPaging  `json:"paging,omitempty"`
}

type hubSpotObject struct {
	ID         string         `json:"id"`
	Properties map[string]any `json:"properties"`
	CreatedAt  string         `json:"createdAt"`
	UpdatedAt  string         `json:"updatedAt"`
	Archived   bool           `json:"archived"`
}

type hubSpotPaging struct {
	Next struct {
		After string `json:"after"`
	} `json:"next"`
}

// properties returns a contact by HubSpot's own property names.
func (c HubSpotContact) properties() map[string]string {
	return map[string]string{
		"hs_object_id": c.ID, "firstname": c.FirstName, "lastname": c.LastName, "email": c.Email,
		"phone": c.Phone, "company": c.Company, "lifecyclestage": c.Lifecycle, "city": c.City,
		"jobtitle": c.JobTitle, "createdate": iso(c.CreatedAt), "lastmodifieddate": iso(c.ModifiedAt),
	}
}

func (h *hubSpot) contacts() []map[string]string {
	var contacts []map[string]string
	for _, person := range h.people {
		if person.HubSpot != nil {
			contacts = append(contacts, person.HubSpot.properties())
		}
	}
	return contacts
}

// answer cuts a page and shows the properties asked for. As in HubSpot, the
// ID and the dates always come, and a name that it does not know is left out.
func (c contactSearch) answer(found []map[string]string, limit, offset int) hubSpotResult {
	result := hubSpotResult{Total: len(found), Results: []hubSpotObject{}}
	names := c.Properties
	if len(names) == 0 {
		names = defaultProperties
	}
	names = append([]string{"hs_object_id", "createdate", "lastmodifieddate"}, names...)
	end := min(len(found), offset+limit)
	for _, contact := range found[min(offset, end):end] {
		object := hubSpotObject{
			ID: contact["hs_object_id"], CreatedAt: contact["createdate"], UpdatedAt: contact["lastmodifieddate"],
			Properties: make(map[string]any, len(names)),
		}
		for _, name := range names {
			if value, ok := contact[name]; ok {
				object.Properties[name] = orNull(value)
			}
		}
		result.Results = append(result.Results, object)
	}
	if end < len(found) {
		result.Paging = &hubSpotPaging{}
		result.Paging.Next.After = strconv.Itoa(end)
	}
	return result
}
