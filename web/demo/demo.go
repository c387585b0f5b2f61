// Package demo prepares what `redial demo` shows: the example flows, published,
// and their connections to the simulated services.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"redial/designer"
	"redial/designer/template"
	"redial/engine"
	"redial/engine/flow"
	"redial/engine/step"
	"redial/store"
	"redial/web"
	"redial/web/simulated"
)

// OrderFlow is the slug of the flow that Acme's shop page calls.
const OrderFlow = "order-request"

// published are the templates that run against the simulated services. The
// others are for people to make something of.
var published = []string{OrderFlow, "customer-from-three-crms"}

// Prepare makes the connections to the simulated services, which are served
// under base, and publishes the example flows as far as they are not there.
// Flows that a visitor has changed stay as they are.
func Prepare(ctx context.Context, s *store.Store, library *step.Library, base string, credentials simulated.Credentials) error {
	for _, connection := range connections(base, credentials) {
		if err := s.PutConnection(ctx, connection); err != nil {
			return fmt.Errorf("making the connection %s: %w", connection.Name, err)
		}
	}
	workshop, err := web.OpenWorkshop(ctx, library, s)
	if err != nil {
		return err
	}
	for _, slug := range published {
		t, found := template.Find(slug)
		if !found {
			return fmt.Errorf("preparing the flow %s: there is no such template", slug)
		}
		if err := publish(ctx, s, workshop, t); err != nil {
			return fmt.Errorf("preparing the flow %s: %w", slug, err)
		}
	}
	return nil
}

func publish(ctx context.Context, s *store.Store, workshop *designer.Workshop, t template.Template) error {
	drafts := web.Drafts{Store: s}
	draft, err := s.Draft(ctx, t.Slug)
	switch {
	case err == nil && draft.Published > 0:
		return nil
	case err != nil && !errors.Is(err, engine.ErrNotFound):
		return err
	case err != nil:
		if _, err := workshop.Import(ctx, drafts, t.Source); err != nil {
			return err
		}
	}
	_, problems, err := workshop.Publish(ctx, drafts, t.Slug, "Example of the demo")
	if draft == nil && flow.HasErrors(problems) {
		return fmt.Errorf("it has problems: %s", problems[0])
	}
	// A draft of a visitor's that cannot be published waits for them.
	return err
}

// connections are those that the example flows name.
func connections(base string, c simulated.Credentials) []store.Connection {
	connection := func(name string, fields map[string]any) store.Connection {
		fields["base_url"] = base + "/" + name
		return store.Connection{Name: name, Component: name, Fields: fields}
	}
	return []store.Connection{
		connection(simulated.Acme, map[string]any{"api_key": c.AcmeAPIKey}),
		connection(simulated.QuickBooks, map[string]any{"access_token": c.QuickBooksToken, "realm_id": c.QuickBooksRealmID}),
		connection(simulated.SES, map[string]any{
			"access_key_id": c.SESAccessKeyID, "secret_access_key": c.SESSecretAccessKey, "region": c.SESRegion,
		}),
		connection(simulated.Salesforce, map[string]any{"access_token": c.SalesforceToken}),
		connection(simulated.HubSpot, map[string]any{"access_token": c.HubSpotToken}),
		connection(simulated.Pipedrive, map[string]any{"token": c.PipedriveToken}),
	}
}

// Guide tells a visitor what to open and what to try.
func Guide(out io.Writer, public, services, token, signIn string) error {
	text := strings.NewReplacer("PUBLIC", public, "SERVICES", services, "TOKEN", token, "SIGN_IN", signIn).Replace(guide)
	_, err := io.WriteString(out, text)
	return err
}

const guide = `
Sign in (the link works once)
  SIGN_IN

Open
  SERVICES/acme/    Acme's shop: place an order and see what the flow answers
  SERVICES/ses/     the mails that were sent
  SERVICES/         all simulated services, and knobs for stock, slowness and faults

Call the order flow (the caller holds the line for the answer)
  curl -i PUBLIC/hooks/order-request -H 'Content-Type: application/json' \
    -d '{"orderId":"A-1","customer":"Ada Lovelace","email":"ada@example.com","lines":[{"sku":"LAMP-01","quantity":2,"price":89}]}'

Make it async (the caller gets an execution ID at once), and back
  curl -X PATCH PUBLIC/api/flows/order-request -H 'Authorization: Bearer TOKEN' -d '{"mode":"async"}'
  curl -X PATCH PUBLIC/api/flows/order-request -H 'Authorization: Bearer TOKEN' -d '{"mode":"sync"}'

Ask three CRMs side by side
  curl -s PUBLIC/hooks/customer-from-three-crms -H 'Content-Type: application/json' -d '{"email":"ada.sorensen@example.com"}'

Make QuickBooks slow, or let Acme fail twice
  curl -X PUT SERVICES/control -H 'Content-Type: application/json' -d '{"services":{"quickbooks":{"latency":"40s"}}}'
  curl -X PUT SERVICES/control -H 'Content-Type: application/json' -d '{"services":{"acme":{"fault":"down","times":2}}}'
  curl -X POST SERVICES/control/reset

`
