package outbound

import (
	"bytes"
	"cmp"
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
// as in a URL or in JSON, or in JSON within JSON. Secrets of fewer than three
// characters are let be.
func Redact(text string, secrets []string) string {
	var forms []string
	for _, secret := range secrets {
		if len(secret) < minSecret {
			continue
		}
		forms = append(forms, secret, url.QueryEscape(secret), url.PathEscape(secret))
		once := []string{quoted(secret, true), quoted(secret, false)}
		forms = append(forms, once...)
		for _, form := range once {
			forms = append(forms, quoted(form, true), quoted(form, false))
		}
	}
	if len(forms) == 0 {
		return text
	}
	// The longest first: one secret may be the beginning of another.
	slices.SortFunc(forms, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	pairs := make([]string, 0, 2*len(forms))
	for _, form := range slices.Compact(forms) {
		pairs = append(pairs, form, Mask)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// quoted is a text as it stands inside of a JSON string, with or without <, >
// and & escaped: both are seen.
func quoted(text string, escapeHTML bool) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(escapeHTML)
	if err := encoder.Encode(text); err != nil {
		return text
	}
	return strings.TrimSuffix(out.String()[1:], "\"\n")
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
