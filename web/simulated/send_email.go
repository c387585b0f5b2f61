package simulated

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/mail"
	"slices"
	"strings"
)

// Bounds of SES.
const (
	maxRecipients  = 50
	maxMessage     = 10 << 20
	maxSubject     = 998
	maxAttachments = 100
)

// sendEmail is the body of POST /v2/email/outbound-emails.
type sendEmail struct {
	FromEmailAddress     string         `json:"FromEmailAddress"`
	FromIdentityArn      string         `json:"FromEmailAddressIdentityArn"`
	Destination          sesDestination `json:"Destination"`
	ReplyToAddresses     []string       `json:"ReplyToAddresses"`
	Content              *sesContent    `json:"Content"`
	ConfigurationSetName string         `json:"ConfigurationSetName"`
	EmailTags            []sesTag       `json:"EmailTags"`
	FeedbackForwarding   string         `json:"FeedbackForwardingEmailAddress"`
}

type sesDestination struct {
	ToAddresses  []string `json:"ToAddresses"`
	CcAddresses  []string `json:"CcAddresses"`
	BccAddresses []string `json:"BccAddresses"`
}

type sesTag struct {
	Name  string `json:"Name"`
	Value string `json:"Value"`
}

type sesContent struct {
	Simple   *sesSimple   `json:"Simple"`
	Raw      *sesRaw      `json:"Raw"`
	Template *sesTemplate `json:"Template"`
}

type sesSimple struct {
	Subject     *sesText        `json:"Subject"`
	Body        *sesBody        `json:"Body"`
	Headers     []sesTag        `json:"Headers"`
	Attachments []sesAttachment `json:"Attachments"`
}

type sesBody struct {
	Text *sesText `json:"Text"`
	HTML *sesText `json:"Html"`
}

type sesText struct {
	Data    string `json:"Data"`
	Charset string `json:"Charset"`
}

type sesRaw struct {
	Data string `json:"Data"` // base64
}

type sesTemplate struct {
	TemplateName string `json:"TemplateName"`
	TemplateArn  string `json:"TemplateArn"`
	TemplateData string `json:"TemplateData"`
}

type sesAttachment struct {
	FileName           string `json:"FileName"`
	RawContent         string `json:"RawContent"` // base64
	ContentType        string `json:"ContentType"`
	ContentDisposition string `json:"ContentDisposition"`
	ContentDescription string `json:"ContentDescription"`
	ContentID          string `json:"ContentId"`
	Encoding           string `json:"ContentTransferEncoding"`
}

func badRequest(format string, arguments ...any) *awsFault {
	return &awsFault{http.StatusBadRequest, "BadRequestException", fmt.Sprintf(format, arguments...)}
}

func rejected(message string) *awsFault {
	return &awsFault{http.StatusBadRequest, "MessageRejected", message}
}

// mail checks the request as SES does and returns the mail that it asks for.
func (e *sendEmail) mail() (Mail, *awsFault) {
	made := Mail{
		From: e.FromEmailAddress, To: e.Destination.ToAddresses, Cc: e.Destination.CcAddresses,
		Bcc: e.Destination.BccAddresses, ReplyTo: e.ReplyToAddresses, ConfigSet: e.ConfigurationSetName,
		Tags: make(map[string]string),
	}
	for _, tag := range e.EmailTags {
		made.Tags[tag.Name] = tag.Value
	}
	if e.Content == nil {
		return Mail{}, badRequest("Content is required.")
	}
	if fault := e.Content.fill(&made); fault != nil {
		return Mail{}, fault
	}
	if fault := checkSender(made.From); fault != nil {
		return Mail{}, fault
	}
	recipients := slices.Concat(made.To, made.Cc, made.Bcc)
	if len(recipients) == 0 {
		return Mail{}, badRequest("Destination needs at least one of ToAddresses, CcAddresses and BccAddresses.")
	}
	if len(recipients) > maxRecipients {
		return Mail{}, badRequest("Recipient count exceeds %d.", maxRecipients)
	}
	for _, address := range slices.Concat(recipients, made.ReplyTo) {
		if _, err := mail.ParseAddress(address); err != nil {
			return Mail{}, badRequest("Illegal address: %q.", clip(address, 100))
		}
	}
	return made, nil
}

// checkSender accepts senders below the names that RFC 2606 reserves: they
// stand for a verified identity. Two of them are there to be refused:
// unverified.example, and pending.example, whose MAIL FROM domain is not
// verified yet.
func checkSender(from string) *awsFault {
	if from == "" {
		return badRequest("FromEmailAddress is required.")
	}
	address, err := mail.ParseAddress(from)
	if err != nil {
		return badRequest("Illegal address: %q.", clip(from, 100))
	}
	domain := strings.ToLower(address.Address[strings.LastIndexByte(address.Address, '@')+1:])
	if domain == "pending.example" {
		return &awsFault{http.StatusBadRequest, "MailFromDomainNotVerifiedException", "The MAIL FROM domain of " + domain + " is not verified."}
	}
	for _, verified := range []string{"example", "test", "example.com", "example.org", "example.net"} {
		if domain != "unverified.example" && (domain == verified || strings.HasSuffix(domain, "."+verified)) {
			return nil
		}
	}
	return rejected("Email address is not verified. The following identities failed the check: " + clip(address.Address, 100))
}

func (c *sesContent) fill(made *Mail) *awsFault {
	given := 0
	for _, one := range []bool{c.Simple != nil, c.Raw != nil, c.Template != nil} {
		if one {
			given++
		}
	}
	switch {
	case given != 1:
		return badRequest("Content must hold exactly one of Simple, Raw and Template.")
	case c.Template != nil:
		return &awsFault{http.StatusNotFound, "NotFoundException", "Template " + clip(c.Template.TemplateName, 64) + " does not exist."}
	case c.Raw != nil:
		return c.Raw.fill(made)
	default:
		return c.Simple.fill(made)
	}
}

func (s *sesSimple) fill(made *Mail) *awsFault {
	switch {
	case s.Subject == nil:
		return badRequest("Content.Simple.Subject is required.")
	case s.Body == nil || (s.Body.Text == nil && s.Body.HTML == nil):
		return badRequest("Content.Simple.Body needs Text or Html.")
	case strings.ContainsAny(s.Subject.Data, "\r\n"):
		return badRequest("Content.Simple.Subject must be one line.")
	case len(s.Subject.Data) > maxSubject:
		return badRequest("Content.Simple.Subject is longer than %d bytes.", maxSubject)
	case len(s.Attachments) > maxAttachments:
		return badRequest("Content.Simple.Attachments holds more than %d.", maxAttachments)
	}
	made.Subject = s.Subject.Data
	if s.Body.Text != nil {
		made.Text = s.Body.Text.Data
	}
	if s.Body.HTML != nil {
		made.HTML = s.Body.HTML.Data
	}
	size := len(made.Text) + len(made.HTML)
	for _, attachment := range s.Attachments {
		content, err := base64.StdEncoding.DecodeString(attachment.RawContent)
		if err != nil || attachment.FileName == "" {
			return badRequest("An attachment needs FileName, and RawContent in base64.")
		}
		size += len(content)
		made.Attachments = append(made.Attachments, attachment.FileName)
	}
	if size > maxMessage {
		return rejected(fmt.Sprintf("Message length is more than %d bytes long: '%d'.", maxMessage, size))
	}
	return nil
}

// fill reads a raw message for its subject and addresses; what the request
// names beside it wins, as in SES.
func (s *sesRaw) fill(made *Mail) *awsFault {
	data, err := base64.StdEncoding.DecodeString(s.Data)
	if err != nil {
		return badRequest("Content.Raw.Data is not base64.")
	}
	if len(data) > maxMessage {
		return rejected(fmt.Sprintf("Message length is more than %d bytes long: '%d'.", maxMessage, len(data)))
	}
	message, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		return badRequest("Content.Raw.Data is not a message with headers and a body.")
	}
	made.Raw, made.Subject = string(data), message.Header.Get("Subject")
	if made.From == "" {
		made.From = message.Header.Get("From")
	}
	if len(made.To)+len(made.Cc)+len(made.Bcc) == 0 {
		addresses, _ := message.Header.AddressList("To") // none is refused by the caller
		for _, address := range addresses {
			made.To = append(made.To, address.Address)
		}
	}
	return nil
}
