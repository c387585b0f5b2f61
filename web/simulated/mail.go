package simulated

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"sync"
	"time"
)

// Bounds of the mailbox.
const (
	maxMails     = 1000
	maxMailBytes = 64 << 20
)

// Mail is one that Amazon SES has accepted. It went nowhere else.
type Mail struct {
	ID           string // the MessageId
	ReceivedAt   time.Time
	From         string
	To, Cc, Bcc  []string
	ReplyTo      []string
	Subject      string
	Text, HTML   string
	Attachments  []string // file names
	Raw          string   // the message as sent, where it was sent raw
	Tags         map[string]string
	ConfigSet    string
	sizeEstimate int
}

// mailbox keeps the newest mails within a number and a total size.
type mailbox struct {
	clock func() time.Time

	mu    sync.Mutex
	mails bounded[Mail]
	bytes int
}

func newMailbox(clock func() time.Time) *mailbox {
	b := &mailbox{clock: clock}
	b.reset()
	return b
}

func (b *mailbox) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mails, b.bytes = newBounded[Mail](maxMails), 0
}

// accept stores a mail under an ID of SES's form and returns the ID.
func (b *mailbox) accept(mail Mail) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	mail.ReceivedAt = b.clock()
	mail.ID = messageID(mail.ReceivedAt)
	mail.sizeEstimate = len(mail.Text) + len(mail.HTML) + len(mail.Raw)
	b.bytes += mail.sizeEstimate
	if dropped, full := b.mails.add(mail); full {
		b.bytes -= dropped.sizeEstimate
	}
	for b.bytes > maxMailBytes && len(b.mails.items) > 1 {
		b.bytes -= b.mails.items[0].sizeEstimate
		b.mails.items = b.mails.items[1:]
	}
	return mail.ID
}

func messageID(at time.Time) string {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails, as crypto/rand documents
	text := hex.EncodeToString(random)
	return fmt.Sprintf("%016x-%s-%s-%s-%s-%s-000000", 0x0100<<48|at.UnixMilli(), text[:8], text[8:12], text[12:16], text[16:20], text[20:])
}

func (b *mailbox) list() []Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]Mail(nil), b.mails.items...)
}
