package header_test

import (
	"net/http"
	"strings"
	"testing"

	"redial/web/header"
)

func TestReadKey(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("k", header.MaxKey)
	for name, tc := range map[string]struct {
		lines     []string
		key       string
		given, ok bool
	}{
		"none":               {nil, "", false, true},
		"bare":               {[]string{" order-1 "}, "order-1", true, true},
		"quoted":             {[]string{`"a\"b\\c"`}, `a"b\c`, true, true},
		"the longest":        {[]string{longest}, longest, true, true},
		"too long":           {[]string{longest + "k"}, "", true, false},
		"empty":              {[]string{""}, "", true, false},
		"empty in quotes":    {[]string{`""`}, "", true, false},
		"with a space":       {[]string{`"a b"`}, "", true, false},
		"not ASCII":          {[]string{"ä"}, "", true, false},
		"not closed":         {[]string{`"a`}, "", true, false},
		"more behind it":     {[]string{`"a"b`}, "", true, false},
		"an unknown escape":  {[]string{`"a\nb"`}, "", true, false},
		"an escape cut off":  {[]string{`"a\`}, "", true, false},
		"more than one line": {[]string{"a", "a"}, "a", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			key, given, ok := header.ReadKey(http.Header{"Idempotency-Key": tc.lines})
			if given != tc.given || ok != tc.ok || ok && key != tc.key {
				t.Errorf("%q is read as %q, given %t, ok %t", tc.lines, key, given, ok)
			}
		})
	}
}
