package demo_test

import (
	"strings"
	"testing"

	"redial/engine/components"
	"redial/engine/outbound"
	"redial/engine/step"
	"redial/store"
	"redial/web/demo"
	"redial/web/simulated"
)

func prepare(t *testing.T, s *store.Store, base string) {
	t.Helper()
	client := outbound.New(outbound.Options{})
	defer client.Close()
	library := step.NewLibrary(components.Embedded(), client)
	if err := demo.Prepare(t.Context(), s, library, base, simulated.DemoCredentials()); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func draft(t *testing.T, s *store.Store) *store.Draft {
	t.Helper()
	d, err := s.Draft(t.Context(), demo.OrderFlow)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPrepareAgain(t *testing.T) {
	t.Parallel()
	s := open(t)
	prepare(t, s, "http://127.0.0.1:1")
	before := draft(t, s)
	if before.Published != 1 {
		t.Errorf("the order flow is published as %d, want 1", before.Published)
	}
	// The services have another address at every start.
	prepare(t, s, "http://127.0.0.1:2")
	if after := draft(t, s); after.Published != 1 || after.Revision != before.Revision {
		t.Errorf("the flow changed: version %d, revision %d", after.Published, after.Revision)
	}
	connections, err := s.Connections(t.Context())
	if err != nil || len(connections) == 0 {
		t.Fatalf("connections %v, error %v", connections, err)
	}
	for _, c := range connections {
		if want := "http://127.0.0.1:2/" + c.Name; c.Fields["base_url"] != want {
			t.Errorf("%s is at %v, want %s", c.Name, c.Fields["base_url"], want)
		}
	}
}

func TestWhatAVisitorChangedStays(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"another flow":     "redial: 1\nslug: order-request\nname: Mine\ntrigger: {uses: manual}\n",
		"one with a fault": "redial: 1\nslug: order-request\ntrigger: {uses: nonsense}\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, published := range []bool{true, false} {
				s := open(t)
				if published {
					prepare(t, s, "http://127.0.0.1:1")
				}
				if _, _, err := s.PutDraft(t.Context(), demo.OrderFlow, "Mine", []byte(source), nil); err != nil {
					t.Fatal(err)
				}
				prepare(t, s, "http://127.0.0.1:2")
				if d := draft(t, s); string(d.Source) != source {
					t.Errorf("published before: %t: the draft is now\n%s", published, d.Source)
				}
			}
		})
	}
}

func TestGuideNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := demo.Guide(&out, "http://public.example", "http://services.example", "TOKEN-1", "http://public.example/sign-in/x"); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	for _, want := range []string{
		"http://public.example/hooks/order-request", "http://services.example/control", "Bearer TOKEN-1", "http://public.example/sign-in/x",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the guide does not have %s:\n%s", want, text)
		}
	}
	for _, placeholder := range []string{"PUBLIC", "SERVICES", "SIGN_IN"} {
		if strings.Contains(text, placeholder) {
			t.Errorf("the guide has the placeholder %s", placeholder)
		}
	}
}
