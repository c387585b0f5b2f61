package schema

import (
	"errors"
	"net/mail"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// maxMailbox is the longest mailbox that is read, in bytes.
const maxMailbox = 1000

// mailbox is the format of a sender or a recipient as mails have it, with or without
// a name: the mailbox of RFC 5322, section 3.4. It is ours: JSON Schema's email is the
// address alone.
var mailbox = &jsonschema.Format{Name: "mailbox", Validate: func(value any) error {
	text, isText := value.(string)
	if !isText {
		return nil // as in all formats
	}
	if len(text) > maxMailbox {
		return errors.New("too long")
	}
	_, err := mail.ParseAddress(text)
	return err
}}
