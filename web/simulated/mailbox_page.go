package simulated

import (
	"net/http"
	"slices"
)

// shownMails is how many mails the page lists.
const shownMails = 100

type mailboxView struct {
	mails []Mail // newest first
	open  Mail
}

func (s *Services) mailboxPage(w http.ResponseWriter, r *http.Request) {
	mails := s.ses.mailbox.list()
	slices.Reverse(mails)
	view := mailboxView{mails: mails[:min(len(mails), shownMails)]}
	if len(mails) > 0 {
		view.open = mails[0]
	}
	if at := indexOfMail(mails, r.URL.Query().Get("mail")); at >= 0 {
		view.open = mails[at]
	}
	render(w, r, mailboxPage(view)) //nolint:contextcheck // templ hands the context on when it renders
}

func indexOfMail(mails []Mail, id string) int {
	return slices.IndexFunc(mails, func(m Mail) bool { return m.ID == id })
}

// mailHTML serves the HTML of a mail for the frame of the page. It is not
// put into the frame's srcdoc: there it would live under the page's policy,
// and lose the inline styles that every mail has. The policy here lets it
// show itself and do nothing else: no script, no form, nothing loaded.
func (s *Services) mailHTML(w http.ResponseWriter, r *http.Request) {
	mails := s.ses.mailbox.list()
	at := indexOfMail(mails, r.PathValue("id"))
	if at < 0 {
		http.NotFound(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'self'")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(mails[at].HTML)) // the reader may be gone
}

func recipients(m Mail) []string { return slices.Concat(m.To, m.Cc, m.Bcc) }
