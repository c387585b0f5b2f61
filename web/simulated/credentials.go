package simulated

// Credentials are the fixed demo values that the services accept. They open
// nothing outside this package; the AWS pair is the example of AWS's own
// documentation.
type Credentials struct {
	AcmeAPIKey         string // header X-API-Key
	QuickBooksToken    string // OAuth2 access token, Authorization: Bearer
	QuickBooksRealmID  string // the company's ID in the path
	SESAccessKeyID     string
	SESSecretAccessKey string
	SESRegion          string
	SalesforceToken    string // Authorization: Bearer
	HubSpotToken       string // private-app token, Authorization: Bearer
	PipedriveToken     string // header x-api-token
}

// DemoCredentials returns the values in force when Options name no others.
func DemoCredentials() Credentials {
	return Credentials{
		AcmeAPIKey:         "acme-demo-key",
		QuickBooksToken:    "quickbooks-demo-token",
		QuickBooksRealmID:  "9130357992221046",
		SESAccessKeyID:     "AKIAIOSFODNN7EXAMPLE",
		SESSecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
		SESRegion:          "us-east-1",
		SalesforceToken:    "salesforce-demo-token",
		HubSpotToken:       "hubspot-demo-token",
		PipedriveToken:     "pipedrive-demo-token",
	}
}
