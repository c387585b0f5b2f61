package simulated

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// hookPatience is how long the shop's backend holds the line.
	hookPatience = 90 * time.Second
	// maxHookAnswer bounds what the shop reads and shows of an answer.
	maxHookAnswer = 256 << 10
	// maxHookCalls bounds the calls that wait for an answer at one time.
	maxHookCalls = 32
)

// shop is the backend of Acme's shop page. It calls Redial as a customer's
// application would: server to server, with its own patience, and polling
// the response URL after a 202.
type shop struct {
	placements *placements
	inventory  *inventory
	pulse      *pulse
	client     *http.Client
	slots      chan struct{}
	keyPrefix  string

	mu   sync.Mutex
	hook string
}

func newShop(hook string, stock *inventory, clock func() time.Time, p *pulse) *shop {
	return &shop{
		placements: newPlacements(clock), inventory: stock, pulse: p, hook: hook,
		// Order numbers begin anew with every process, but Redial
		// remembers keys for a day: the prefix keeps them apart.
		keyPrefix: "shop-" + rand.Text()[:8] + "-",
		slots:     make(chan struct{}, maxHookCalls),
		client: &http.Client{
			Timeout:       hookPatience,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

func (s *shop) hookURL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hook
}

func (s *shop) setHook(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = address
}

// basket is what the shop's form sends.
type basket struct {
	Customer   string           `json:"customer"`
	Email      string           `json:"email"`
	Quantities map[string]int64 `json:"quantities"`
}

// lines turns a basket into order lines at today's prices. Quantities above
// the stock are fine here: to find that out is the flow's business.
func (s *shop) lines(quantities map[string]int64) ([]OrderLine, error) {
	var lines []OrderLine
	for _, product := range s.inventory.list() {
		quantity := quantities[product.SKU]
		if quantity < 0 || quantity > maxQuantity {
			return nil, fmt.Errorf("the quantity of %s must be from 0 to %d", product.Name, maxQuantity)
		}
		if quantity > 0 {
			lines = append(lines, OrderLine{product.SKU, product.Name, quantity, product.Price})
		}
	}
	if len(lines) == 0 {
		return nil, errors.New("choose a quantity of at least one product")
	}
	return lines, nil
}

// place sends an order to the hook and keeps what it answers.
func (s *shop) place(ctx context.Context, customer, email string, lines []OrderLine) (Placement, error) {
	hook := s.hookURL()
	if hook == "" {
		return Placement{}, errors.New("the shop knows no hook URL yet; start it with one")
	}
	placement := s.placements.add(customer, email, lines)
	s.pulse.beat()
	id := placement.Request.OrderID
	body, err := json.Marshal(placement.Request)
	if err != nil {
		return Placement{}, fmt.Errorf("writing order %s: %w", id, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, hook, bytes.NewReader(body))
	if err != nil {
		return Placement{}, fmt.Errorf("calling %s: %w", hook, err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", `"`+s.keyPrefix+id+`"`)
	answer, header := s.exchange(request)
	s.placements.change(id, func(p *Placement) {
		p.First = &answer
		if answer.Status == http.StatusAccepted {
			p.responseURL = responseURL(hook, header, answer.Body)
			if p.Status == PlacementSending {
				p.Status = PlacementAccepted
			}
			return
		}
		p.settle(answer)
	})
	s.pulse.beat()
	placement, _ = s.placements.get(id)
	return placement, nil
}

// poll asks the response URL once whether the final answer is there.
func (s *shop) poll(ctx context.Context, orderID string) (answer HookAnswer, pending bool, retryAfter string, err error) {
	placement, ok := s.placements.get(orderID)
	if !ok || placement.responseURL == "" {
		return HookAnswer{}, false, "", errors.New("this order waits for no answer")
	}
	if placement.Final != nil {
		return *placement.Final, false, "", nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, placement.responseURL, nil)
	if err != nil {
		return HookAnswer{}, false, "", fmt.Errorf("asking the response URL: %w", err)
	}
	answer, header := s.exchange(request)
	if answer.Status == 0 || header.Get("Redial-Answer") == "pending" {
		return answer, true, header.Get("Retry-After"), nil
	}
	answer.Ms = s.placements.clock().Sub(placement.PlacedAt).Milliseconds()
	s.placements.change(orderID, func(p *Placement) {
		p.Final = &answer
		p.settle(answer)
	})
	s.pulse.beat()
	return answer, false, "", nil
}

// settle reads from an answer what became of the order.
func (p *Placement) settle(answer HookAnswer) {
	var said struct {
		Status string `json:"status"`
	}
	// An answer need not be JSON; then it names no status.
	_ = json.Unmarshal([]byte(answer.Body), &said)
	known := slices.Contains(OrderStatuses(), OrderStatus(said.Status))
	switch {
	case answer.Status < 200 || answer.Status > 299:
		p.Status = PlacementFailed
	case known:
		p.Status = said.Status
	case p.Status == PlacementSending || p.Status == PlacementAccepted:
		p.Status = PlacementAnswered
	}
}

// exchange sends one request and measures it. A call without an answer is an
// answer of status 0 that says why.
func (s *shop) exchange(request *http.Request) (HookAnswer, http.Header) {
	begun := s.placements.clock()
	response, err := s.client.Do(request)
	if err != nil {
		return HookAnswer{Error: err.Error(), Headers: []HookHeader{}, Ms: s.placements.clock().Sub(begun).Milliseconds()}, nil
	}
	defer func() { _ = response.Body.Close() }() // it has been read, or given up
	body, err := io.ReadAll(io.LimitReader(response.Body, maxHookAnswer))
	answer := HookAnswer{
		Status: response.StatusCode, Headers: headersOfInterest(response.Header), Body: strings.ToValidUTF8(string(body), "\uFFFD"),
		Ms: s.placements.clock().Sub(begun).Milliseconds(),
	}
	if err != nil {
		answer.Error = "the answer broke off: " + err.Error()
	}
	return answer, response.Header
}

// headersOfInterest picks what tells a caller about its execution.
func headersOfInterest(header http.Header) []HookHeader {
	picked := []HookHeader{}
	for name, values := range header {
		switch {
		case strings.HasPrefix(name, "Redial-"):
		case name == "Location", name == "Retry-After", name == "Content-Type", name == "Preference-Applied":
		default:
			continue
		}
		picked = append(picked, HookHeader{name, strings.Join(values, ", ")})
	}
	slices.SortFunc(picked, func(a, b HookHeader) int { return strings.Compare(a.Name, b.Name) })
	return picked
}

// responseURL finds where the answer of a 202 will be: in its body, or below
// its Location. Relative addresses are relative to the hook.
func responseURL(hook string, header http.Header, body string) string {
	var accepted struct {
		ResponseURL string `json:"responseUrl"`
	}
	_ = json.Unmarshal([]byte(body), &accepted) // without it Location serves
	address := accepted.ResponseURL
	if address == "" && header.Get("Location") != "" {
		address = strings.TrimSuffix(header.Get("Location"), "/") + "/response"
	}
	base, err := url.Parse(hook)
	if err != nil || address == "" {
		return ""
	}
	target, err := base.Parse(address)
	if err != nil || (target.Scheme != "http" && target.Scheme != "https") {
		return ""
	}
	return target.String()
}

// orderMoved tells the shop that an order exists or changed.
func (s *shop) orderMoved(order Order) {
	s.placements.change(order.OrderID, func(p *Placement) {
		p.OrderNumber, p.Status, p.Note = order.ID, string(order.Status), order.Note
	})
}

// told sets the status of an order that the shop has only asked for; false:
// the shop has no such order.
func (s *shop) told(orderID string, status OrderStatus, note string) bool {
	return s.placements.change(orderID, func(p *Placement) {
		p.Status, p.Note = string(status), note
	})
}
