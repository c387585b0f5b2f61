package reply

import (
	"testing"
)

func TestSentence(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		"":                     "",
		"the body is not JSON": "The body is not JSON.",
		"this is not closed: }} is missing; did you mean }}?": "This is not closed: }} is missing; did you mean }}?",
		"a whole number is compared with text":                "A whole number is compared with text.",
		"there is no skuu in trigger.body":                    "There is no skuu in trigger.body.",
		"text has no fields":                                  "Text has no fields.",
		"every round failed":                                  "Every round failed.",
		"über alles":                                          "Über alles.",
		// Names stay as they are written.
		"skuu is not among the known fields of trigger.body": "skuu is not among the known fields of trigger.body.",
		"sku: a value is required":                           "sku: a value is required.",
		"trigger.body may be null":                           "trigger.body may be null.",
		"order_id may be null":                               "order_id may be null.",
		"upper takes text as its first value":                "upper takes text as its first value.",
		`"x" is not a date`:                                  `"x" is not a date.`,
	} {
		if got := Sentence(message); got != want {
			t.Errorf("%q reads %q, want %q", message, got, want)
		}
	}
}
