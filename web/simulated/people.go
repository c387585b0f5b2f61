package simulated

import "time"

// Person is one human being as the three CRMs know them; a nil entry means
// that the CRM does not know them at all.
type Person struct {
	Salesforce *SalesforceContact
	HubSpot    *HubSpotContact
	Pipedrive  *PipedrivePerson
}

// SalesforceContact is a Contact record.
type SalesforceContact struct {
	ID                            string
	FirstName, LastName           string
	Email, Phone, Title, City     string
	AccountID, AccountName, Stage string
	ModifiedAt                    time.Time
}

// HubSpotContact is a contact object.
type HubSpotContact struct {
	ID                               string
	FirstName, LastName              string
	Email, Phone, Company, Lifecycle string
	City, JobTitle                   string
	CreatedAt, ModifiedAt            time.Time
}

// PipedrivePerson is a person.
type PipedrivePerson struct {
	ID                    int64
	FirstName, LastName   string
	Email, Phone          string
	OrgID                 int64 // 0: no organization
	OrgName               string
	CreatedAt, ModifiedAt time.Time
}

func day(year int, month time.Month, day, hour int) time.Time {
	return time.Date(year, month, day, hour, 0, 0, 0, time.UTC)
}

// DemoPeople are invented. Together they hold what makes consolidating hard:
// a value that one system alone has, values that contradict each other,
// spellings that differ, and people whom a system does not know.
func DemoPeople() []Person {
	return []Person{
		{ // The phone is in HubSpot alone, the title in Salesforce, the spelling differs.
			&SalesforceContact{"003Ws000001AdaSORE", "Ada", "Sorensen", "ada.sorensen@example.com", "", "Head of Purchasing", "Aarhus", "001Ws000001NordLYS", "Nordlys Interiors", "Customer", day(2026, 9, 14, 8)},
			&HubSpotContact{"50101", "Ada", "Sorensen", "ada.sorensen@example.com", "+45 55 50 10 01", "Nordlys Interiors ApS", "customer", "Aarhus", "", day(2025, 2, 3, 9), day(2026, 10, 2, 13)},
			&PipedrivePerson{7001, "Ada", "Sørensen", "ada.sorensen@example.com", "", 810, "Nordlys", day(2025, 1, 20, 10), day(2026, 6, 30, 16)},
		},
		{ // All three agree.
			&SalesforceContact{"003Ws000001BrunKEL", "Bruno", "Keller", "bruno.keller@example.com", "+41 55 501 02 02", "Office Manager", "Zürich", "001Ws000001KellerC", "Keller & Co", "Customer", day(2026, 3, 2, 11)},
			&HubSpotContact{"50102", "Bruno", "Keller", "bruno.keller@example.com", "+41 55 501 02 02", "Keller & Co", "customer", "Zürich", "Office Manager", day(2024, 11, 5, 9), day(2026, 3, 2, 11)},
			&PipedrivePerson{7002, "Bruno", "Keller", "bruno.keller@example.com", "+41 55 501 02 02", 811, "Keller & Co", day(2024, 11, 4, 9), day(2026, 3, 2, 12)},
		},
		{ // Names, phones and companies contradict each other.
			&SalesforceContact{"003Ws000001ChidOKA", "Chidi", "Okafor", "chidi.okafor@example.com", "+234 555 010 0303", "Founder", "Lagos", "001Ws000001OkaSTUD", "Okafor Studio", "Prospect", day(2025, 12, 1, 7)},
			&HubSpotContact{"50103", "Charles", "Okafor", "chidi.okafor@example.com", "+234 555 010 0399", "Studio Okafor Ltd", "lead", "Abuja", "Managing Director", day(2025, 8, 19, 15), day(2026, 10, 28, 10)},
			&PipedrivePerson{7003, "C.", "Okafor", "chidi.okafor@example.com", "+234 555 010 0303", 812, "Okafor Studio", day(2025, 8, 1, 8), day(2026, 1, 9, 9)},
		},
		{ // HubSpot does not know her.
			&SalesforceContact{"003Ws000001DaliHAD", "Dalia", "Haddad", "dalia.haddad@example.com", "", "Buyer", "Beirut", "001Ws000001CedarHO", "Cedar House", "Customer", day(2026, 7, 7, 7)},
			nil,
			&PipedrivePerson{7004, "Dalia", "Haddad", "dalia.haddad@example.com", "+961 55 501 04", 813, "Cedar House", day(2026, 2, 12, 14), day(2026, 7, 8, 8)},
		},
		{ // HubSpot alone knows him.
			nil,
			&HubSpotContact{"50105", "Emre", "Yılmaz", "emre.yilmaz@example.com", "+90 555 010 0505", "", "subscriber", "İzmir", "", day(2026, 10, 30, 18), day(2026, 10, 30, 18)},
			nil,
		},
	}
}
