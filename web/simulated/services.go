package simulated

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Options say how the services are set up. The zero value serves a demo.
type Options struct {
	// Hook is the URL of the order flow, which the shop page calls. It can
	// be set later by Services.SetHook.
	Hook string
	// Credentials that the services accept; the zero value stands for
	// DemoCredentials.
	Credentials Credentials
	// Clock tells the time; nil stands for time.Now. Amazon SES checks the
	// date of a signature against it.
	Clock func() time.Time
	// Products are Acme's range with its stock; nil stands for DemoProducts.
	Products []Product
	// People are known to the CRMs; nil stands for DemoPeople.
	People []Person
}

// Services are the six simulated services with their state. All methods may
// be called from several goroutines.
type Services struct {
	credentials Credentials
	pulse       *pulse
	control     *control
	log         *requestLog
	inventory   *inventory
	acme        *acme
	quickBooks  *quickBooks
	ses         *ses
	salesforce  *salesforce
	hubSpot     *hubSpot
	pipedrive   *pipedrive
	handler     http.Handler
}

// New returns services in their first state.
func New(options Options) *Services {
	options = options.withDefaults()
	c, clock := options.Credentials, options.Clock
	s := &Services{credentials: c, pulse: newPulse(), control: newControl()}
	s.log = newRequestLog(clock, s.pulse)
	s.inventory = newInventory(options.Products)
	s.acme = &acme{
		apiKey: c.AcmeAPIKey, inventory: s.inventory, orders: newOrderBook(clock, s.inventory),
		shop: newShop(options.Hook, s.inventory, clock, s.pulse), pulse: s.pulse,
	}
	s.quickBooks = &quickBooks{
		token: c.QuickBooksToken, realmID: c.QuickBooksRealmID,
		books: newBooks(options.Products, clock), pulse: s.pulse, clock: clock,
	}
	s.ses = &ses{
		key:     awsKey{c.SESAccessKeyID, c.SESSecretAccessKey, c.SESRegion, "ses"},
		mailbox: newMailbox(clock), pulse: s.pulse, clock: clock,
	}
	s.salesforce = &salesforce{c.SalesforceToken, options.People}
	s.hubSpot = &hubSpot{c.HubSpotToken, options.People, correlationID}
	s.pipedrive = &pipedrive{c.PipedriveToken, options.People}
	s.handler = s.routes()
	return s
}

func (o Options) withDefaults() Options {
	if o.Credentials == (Credentials{}) {
		o.Credentials = DemoCredentials()
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Products == nil {
		o.Products = DemoProducts()
	}
	if o.People == nil {
		o.People = DemoPeople()
	}
	return o
}

// correlationID returns an ID as HubSpot puts into its errors.
func correlationID() string {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails, as crypto/rand documents
	text := hex.EncodeToString(random)
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

// routes puts every service below its name. Changes that a browser sends
// from another site are refused: the control API has no sign-in.
func (s *Services) routes() http.Handler {
	mux := http.NewServeMux()
	s.controlRoutes(mux)
	s.pageRoutes(mux)
	mux.Handle("/acme/", http.StripPrefix("/acme", s.acmeHandler()))
	mux.Handle("/quickbooks/", http.StripPrefix("/quickbooks", s.quickBooksHandler()))
	mux.Handle("/ses/", http.StripPrefix("/ses", s.sesHandler()))
	mux.Handle("/salesforce/", http.StripPrefix("/salesforce", s.salesforceHandler()))
	mux.Handle("/hubspot/", http.StripPrefix("/hubspot", s.hubSpotHandler()))
	mux.Handle("/pipedrive/", http.StripPrefix("/pipedrive", s.pipedriveHandler()))
	return http.NewCrossOriginProtection().Handler(mux)
}

// gated puts a service's API behind the log and the knobs.
func (s *Services) gated(service string, refuse refusal, api http.Handler) http.Handler {
	return &gate{service: service, refuse: refuse, control: s.control, log: s.log, next: api}
}

func (s *Services) acmeHandler() http.Handler {
	mux := http.NewServeMux()
	s.acme.shop.routes(mux)
	mux.HandleFunc("GET /{$}", s.shopPage)
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.oai.openapi+json;version=3.1")
		_, _ = w.Write(acmeOpenAPI) // the caller may be gone
	})
	mux.Handle("/", s.gated(Acme, refuseAcme, s.acme.api()))
	return mux
}

func (s *Services) quickBooksHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.booksPage)
	mux.Handle("/", s.gated(QuickBooks, s.quickBooks.refuse, s.quickBooks.api()))
	return mux
}

func (s *Services) sesHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.mailboxPage)
	mux.HandleFunc("GET /mails/{id}/html", s.mailHTML)
	mux.Handle("/", s.gated(SES, refuseSES, s.ses.api()))
	return mux
}

func (s *Services) salesforceHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.salesforcePage)
	mux.Handle("/", s.gated(Salesforce, refuseSalesforce, s.salesforce.api()))
	return mux
}

func (s *Services) hubSpotHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.hubSpotPage)
	mux.Handle("/", s.gated(HubSpot, s.hubSpot.refuse, s.hubSpot.api()))
	return mux
}

func (s *Services) pipedriveHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.pipedrivePage)
	mux.Handle("/", s.gated(Pipedrive, refusePipedrive, s.pipedrive.api()))
	return mux
}

// Handler serves all services, the control API and the pages.
func (s *Services) Handler() http.Handler { return s.handler }

// Credentials returns what the services accept.
func (s *Services) Credentials() Credentials { return s.credentials }

// SetHook tells the shop page which URL to call.
func (s *Services) SetHook(address string) {
	s.acme.shop.setHook(address)
	s.pulse.beat()
}

// Set turns knobs and sets stock, all of the change or, on an error, nothing.
func (s *Services) Set(change Change) error {
	if err := s.control.check(change.Services); err != nil {
		return err
	}
	if err := s.inventory.check(change.Stock); err != nil {
		return err
	}
	s.control.apply(change.Services)
	s.inventory.set(change.Stock)
	s.pulse.beat()
	return nil
}

// Reset brings everything back to the first state: knobs, stock, orders,
// invoices, mails and the log. The hook URL stays.
func (s *Services) Reset() {
	s.control.reset()
	s.inventory.reset()
	s.acme.orders.reset()
	s.acme.shop.placements.reset()
	s.quickBooks.books.reset()
	s.ses.mailbox.reset()
	s.log.reset()
	s.pulse.beat()
}

// Products returns Acme's range with its stock.
func (s *Services) Products() []Product { return s.inventory.list() }

// Orders returns the orders that Acme has accepted, oldest first.
func (s *Services) Orders() []Order { return s.acme.orders.list() }

// Placements returns what was ordered on the shop page, oldest first.
func (s *Services) Placements() []Placement { return s.acme.shop.placements.list() }

// Invoices returns QuickBooks' invoices, oldest first.
func (s *Services) Invoices() []Invoice { return s.quickBooks.books.list() }

// Mails returns what Amazon SES has accepted, oldest first.
func (s *Services) Mails() []Mail { return s.ses.mailbox.list() }

// Requests returns the last calls of one service, or of all for "", in the
// order in which they came: at most 500 of each.
func (s *Services) Requests(service string) []Request {
	return s.log.list(service, maxRequests*len(Names()))
}

// Start serves Handler on a free port of 127.0.0.1 until stop is called or
// ctx ends. It returns the base URL without a slash at its end. Stop returns
// when the port is closed and calls under way have been cut.
func (s *Services) Start(ctx context.Context) (baseURL string, stop func(), err error) {
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, fmt.Errorf("starting the simulated services: %w", err)
	}
	// Calls end with the server: one that waits out its latency would
	// otherwise hold the process.
	calls, cancel := context.WithCancel(ctx)
	server := &http.Server{
		Handler: s.handler, BaseContext: func(net.Listener) context.Context { return withLifetime(calls) },
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			cancel()
		}
	}()
	closeServer := context.AfterFunc(calls, func() { _ = server.Close() })
	return "http://" + listener.Addr().String(), func() {
		cancel()
		closeServer()
		_ = server.Close() // nothing is kept: there is nothing to lose
		<-done
	}, nil
}
