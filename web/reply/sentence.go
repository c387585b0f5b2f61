package reply

import (
	"regexp"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Sentence is a message as people read it: with a capital, unless it begins with
// a name of the flow, which is written as it is, and with an end.
func Sentence(message string) string {
	if message == "" {
		return message
	}
	if first, size := utf8.DecodeRuneInString(message); !beginsWithName(message) {
		message = string(unicode.ToUpper(first)) + message[size:]
	}
	if last := message[len(message)-1]; last != '.' && last != '?' && last != '!' {
		message += "."
	}
	return message
}

var (
	// spelled is a first word that no sentence begins with: trigger.body, order_id, sku:
	spelled = regexp.MustCompile(`^[^\s]*[_.:"'()\[\]{}/@$0-9]`)
	// subject is a first word of which something is said.
	subject = regexp.MustCompile(`^(\S+) (?:is|are|has|have|was|takes|works|needs|cannot) `)
)

// subjects are the words of ours of which messages say something at once. All
// others are names: sku is not among the known fields.
var subjects = []string{"this", "that", "there", "it", "what", "nothing", "nobody", "text", "dates", "numbers", "lists", "objects"}

func beginsWithName(message string) bool {
	if spelled.MatchString(message) {
		return true
	}
	found := subject.FindStringSubmatch(message)
	return found != nil && !slices.Contains(subjects, found[1])
}
