package schema_test

import (
	"fmt"
	"strings"
	"testing"

	"redial/engine/schema"
)

// Many patterns that are each small enough must not add up to gigabytes.
func TestPatternsAreBoundedTogether(t *testing.T) {
	t.Parallel()
	properties := map[string]any{}
	for i := range 200 {
		properties[fmt.Sprint("p", i)] = map[string]any{"type": "string", "pattern": fmt.Sprintf("(a{1,30}){1,33}%d$", i)}
	}
	_, err := schema.Compile(map[string]any{"type": "object", "properties": properties})
	if err == nil || !strings.Contains(err.Error(), "too large together") {
		t.Errorf("the error is %v", err)
	}
}
