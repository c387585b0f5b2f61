package outbound

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// minSecret is the shortest text that is masked. Masking every "a" would spoil
// the text and give the secret away.
const minSecret = 3

// Redact replaces every secret in a text by the mask, also where it is encoded
// as in a URL or in JSON. Secrets of fewer than three characters are let be.
func Redact(text string, secrets []string) string {
	forms := make([]string, 0, 2*len(secrets))
	for _, secret := range secrets {
		if len(secret) < minSecret {
			continue
		}
		forms = append(forms, secret, url.QueryEscape(secret), url.PathEscape(secret))
		if quoted, err := json.Marshal(secret); err == nil {
			forms = append(forms, string(quoted[1:len(quoted)-1]))
		}
	}
	if len(forms) == 0 {
		return text
	}
	// The longest first: one secret may be the beginning of another.
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	pairs := make([]string, 0, 2*len(forms))
	for _, form := range slices.Compact(forms) {
		pairs = append(pairs, form, Mask)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Clean makes a text from outside fit for a message: one line, no control or
// invisible characters, at most limit characters, cut with an ellipsis.
func Clean(text string, limit int) string {
	// Four bytes a character at most, and some room for what is left out.
	if most := 8*limit + 64; len(text) > most {
		text = text[:most]
	}
	var out strings.Builder
	count, space := 0, false
	for _, r := range strings.ToValidUTF8(text, "\uFFFD") {
		if unicode.IsSpace(r) {
			space = count > 0
			continue
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError {
			continue
		}
		if count++; count > limit {
			out.WriteString("…")
			break
		}
		if space {
			out.WriteByte(' ')
			space = false
		}
		out.WriteRune(r)
	}
	return out.String()
}
