package command

import (
	"io"
	"path/filepath"
	"testing"
)

// The demo makes connections anew at every start, so it must never run among
// somebody's own flows unless they say so.
func TestDemoHasAFolderOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		command, environment string
		args                 []string
		want                 string
	}{
		{"serve", "", nil, "./redial-data"},
		{"serve", "/data", nil, "/data"},
		{"serve", "/data", []string{"--data", "/other"}, "/other"},
		{"demo", "", nil, "redial-data/demo"},
		{"demo", "/data", nil, "/data/demo"},
		{"demo", "/data", []string{"--data", "/other"}, "/other"},
	} {
		var parsed config
		getenv := func(name string) string {
			if name == "REDIAL_DATA" {
				return c.environment
			}
			return ""
		}
		if _, err := parsed.parse(c.command, c.args, getenv, io.Discard); err != nil || filepath.ToSlash(parsed.data) != c.want {
			t.Errorf("%s %v with REDIAL_DATA=%q: got %s and error %v, want %s", c.command, c.args, c.environment, parsed.data, err, c.want)
		}
	}
}
