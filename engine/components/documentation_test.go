package components_test

import (
	"net/netip"
	"os"
	"strings"
	"testing"

	"redial/engine/component"
	"redial/engine/outbound"
)

// TestDocumentedManifest runs the manifest that docs/components.md shows.
func TestDocumentedManifest(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/components.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "```yaml\n")
	source, _, closed := strings.Cut(rest, "```\n")
	if !found || !closed {
		t.Fatal("the documentation shows no manifest")
	}
	parsed, problems := component.Parse([]byte(source))
	for _, problem := range problems {
		t.Errorf("docs/components.md: %s (%s)", problem, problem.Path)
	}
	if parsed == nil {
		return
	}
	client := outbound.New(outbound.Options{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(client.Close)
	for _, action := range parsed.Actions {
		for _, example := range action.Examples {
			run(t, client, action, example)
		}
	}
}
