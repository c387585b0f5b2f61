package crashtest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os/exec"
	"time"

	"redial/designer/template"
	"redial/engine/components"
	"redial/engine/outbound"
	"redial/engine/step"
	"redial/store"
	"redial/web"
	"redial/web/demo"
	"redial/web/simulated"
)

// AsyncFlow is the slug of the order flow's copy that hands its callers over at
// once.
const AsyncFlow = "order-request-async"

// Token is the API token of every program that is started here.
const Token = "token-of-the-crash-tests"

// Shop is a data folder with the order flow in it, and the outside services that
// the flow calls. They live on when the program dies.
type Shop struct {
	Dir    string
	Ledger *Ledger

	// Command is the program with arguments, ready to be started.
	Command func(args ...string) *exec.Cmd

	server *http.Server
	base   string // of the services
}

// OpenShop serves the outside services and prepares a data folder.
func OpenShop(ctx context.Context, dir string, pause time.Duration, command func(args ...string) *exec.Cmd) (*Shop, error) {
	services := simulated.New(simulated.Options{Products: products()})
	s := &Shop{Dir: dir, Command: command, Ledger: NewLedger(services.Handler(), pause)}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("serving the outside services: %w", err)
	}
	s.base = "http://" + listener.Addr().String()
	s.server = &http.Server{Handler: s.Ledger, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, 0)}
	go func() { _ = s.server.Serve(listener) }() // ends with Close
	if err := s.prepare(ctx, services.Credentials()); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Close stops the outside services.
func (s *Shop) Close() { _ = s.server.Close() }

// products are what the shop sells: enough for any campaign of the first two,
// and nothing of the third.
func products() []simulated.Product {
	list := simulated.DemoProducts()
	for i := range list {
		list[i].Available = 900_000_000
	}
	list[len(list)-1].Available = 0
	return list
}

// prepare makes connections and publishes the order flow twice.
func (s *Shop) prepare(ctx context.Context, credentials simulated.Credentials) error {
	kept, err := store.Open(ctx, store.Options{Dir: s.Dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	client := outbound.New(outbound.Options{AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}})
	defer client.Close()
	library := step.NewLibrary(components.Embedded(), client)
	err = demo.Prepare(ctx, kept, library, s.base, credentials)
	if err == nil {
		err = publishAsync(ctx, kept, library)
	}
	if closing := kept.Close(); err == nil {
		err = closing
	}
	return err
}

func publishAsync(ctx context.Context, kept *store.Store, library *step.Library) error {
	order, found := template.Find(demo.OrderFlow)
	if !found {
		return fmt.Errorf("there is no template %s", demo.OrderFlow)
	}
	source := bytes.Replace(order.Source, []byte("\nslug: "+demo.OrderFlow+"\n"), []byte("\nslug: "+AsyncFlow+"\n"), 1)
	source = bytes.Replace(source, []byte("\nmode: sync\n"), []byte("\nmode: async\n"), 1)
	workshop, err := web.OpenWorkshop(ctx, library, kept)
	if err != nil {
		return err
	}
	drafts := web.Drafts{Store: kept}
	if _, err := workshop.Import(ctx, drafts, source); err != nil {
		return fmt.Errorf("importing %s: %w", AsyncFlow, err)
	}
	if _, _, err := workshop.Publish(ctx, drafts, AsyncFlow, ""); err != nil {
		return fmt.Errorf("publishing %s: %w", AsyncFlow, err)
	}
	return nil
}

// Serve is the command that serves the shop's folder.
func (s *Shop) Serve() *exec.Cmd {
	c := s.Command("serve", "--data", s.Dir, "--addr", "127.0.0.1:0", "--allow-private-egress", "127.0.0.1/32")
	c.Env = append(c.Environ(), "REDIAL_API_TOKEN="+Token)
	return c
}
