package ui

import "redial/engine/flow"

// Shortened is a text of at most so many characters.
func Shortened(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// ValueText is a value as its control shows it.
func ValueText(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	encoded, err := flow.EncodeJSON(value)
	if err != nil {
		return ""
	}
	return string(encoded)
}
