package command

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"redial/engine"
	"redial/engine/component"
	"redial/engine/components"
	"redial/engine/outbound"
	"redial/engine/step"
	"redial/store"
	"redial/web"
	"redial/web/acceptor"
	"redial/web/demo"
	"redial/web/retention"
	"redial/web/simulated"
)

// grace is how long a stopping server waits for callers and for calls under
// way.
const grace = 30 * time.Second

// serve runs the server until the context ends.
func serve(ctx context.Context, p *program, args []string) error {
	if len(args) > 0 {
		return usageError("serve takes no arguments, but there is %q", args[0])
	}
	server, err := p.open(ctx, nil)
	if err != nil {
		return err
	}
	return server.run(ctx, server.greetOwner)
}

// owner is the person who signs in by the link of the first start.
const owner = "owner"

// greetOwner prints a sign-in link at the first start.
func (s *server) greetOwner(ctx context.Context) error {
	known, err := s.store.HasUsers(ctx)
	if err != nil || known {
		return err
	}
	link, err := s.ownerLink(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.program.stdout, "sign in once with %s\n", link)
	return err
}

func (s *server) ownerLink(ctx context.Context) (string, error) {
	if _, err := s.store.AddUser(ctx, owner); err != nil {
		return "", err
	}
	return signInLink(ctx, s.store, s.public.String(), owner)
}

// runDemo runs the server with the example flows and the simulated services.
func runDemo(ctx context.Context, p *program, args []string) error {
	if len(args) > 0 {
		return usageError("demo takes no arguments, but there is %q", args[0])
	}
	if p.config.apiToken == "" {
		p.config.apiToken = "redial_demo_" + rand.Text()
	}
	server, err := p.open(ctx, []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")})
	if err != nil {
		return err
	}
	return server.run(ctx, func(ctx context.Context) error {
		services := simulated.New(simulated.Options{Hook: server.public.String() + "/hooks/" + demo.OrderFlow})
		// They last until the callers who wait at the end have got their answers.
		base, stop, err := services.Start(context.WithoutCancel(ctx))
		if err != nil {
			return fmt.Errorf("starting the simulated services: %w", err)
		}
		server.closers = append(server.closers, stop)
		if err := demo.Prepare(ctx, server.store, server.library, base, services.Credentials()); err != nil {
			return err
		}
		link, err := server.ownerLink(ctx)
		if err != nil {
			return err
		}
		return demo.Guide(p.stdout, server.public.String(), base, p.config.apiToken, link)
	})
}

// server is the parts of a running server.
type server struct {
	program  *program
	listener net.Listener
	public   *url.URL
	store    *store.Store
	engine   *engine.Engine
	library  *step.Library
	web      *web.Server
	logger   *slog.Logger
	closers  []func()
	accepts  acceptor.Bounds

	retention retention.Policy
}

// open puts the parts together. Nothing is served yet.
func (p *program) open(ctx context.Context, allowed []netip.Prefix) (_ *server, err error) {
	s := &server{program: p, logger: slog.New(slog.NewTextHandler(p.stderr, nil))}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	prefixes, err := parsePrefixes(p.config.allowPrivate)
	if err != nil {
		return nil, err
	}
	limits, err := parseLimits(p.config.limits)
	if err != nil {
		return nil, err
	}
	capacity, bounds, err := p.config.bounds()
	if err != nil {
		return nil, err
	}
	if s.retention, err = parseRetention(p.config.retention); err != nil {
		return nil, err
	}
	if s.store, err = p.openStore(ctx, true); err != nil {
		return nil, err
	}
	if s.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", p.config.addr); err != nil {
		return nil, fmt.Errorf("listening on %s: %w", p.config.addr, err)
	}
	s.accepts = acceptor.Usual(capacity.connections, bounds.Proxies)
	if s.public, err = publicURL(p.config.publicURL, s.listener.Addr()); err != nil {
		return nil, err
	}
	client := outbound.New(outbound.Options{AllowPrivate: append(allowed, prefixes...), UserAgent: "Redial/" + programVersion()})
	s.library = step.NewLibrary(components.Embedded(), client)
	s.engine = engine.New(engine.Options{
		Journal: s.store, Library: s.library, Limits: limits, Admission: capacity.executions, Logger: s.logger,
		Published: s.published, Connection: s.connection,
	})
	s.web = web.New(web.Options{
		Store: s.store, Engine: s.engine, Library: s.library, Client: client, PublicURL: s.public,
		APIToken: p.config.apiToken, Bounds: bounds, Logger: s.logger,
	})
	return s, nil
}

// published finds what a flow step starts.
func (s *server) published(ctx context.Context, slug string) (engine.Published, error) {
	found, err := s.store.Published(ctx, slug)
	if err != nil {
		return engine.Published{}, err
	}
	return engine.Published{VersionID: found.Version.ID, Number: found.Version.Number, Settings: found.Settings}, nil
}

// connection finds what a step signs in with.
func (s *server) connection(ctx context.Context, name string) (*component.Connection, error) {
	found, err := s.store.Connection(ctx, name)
	if err != nil {
		return nil, err
	}
	spec, err := s.web.ConnectionSpec(ctx, found.Component)
	if err != nil {
		return nil, err
	}
	return &component.Connection{Name: found.Name, Component: found.Component, Fields: found.Fields, Spec: spec}, nil
}

// run serves until the context ends, and then lets everything come to rest.
// prepare runs once the address is known and announced.
func (s *server) run(ctx context.Context, prepare func(context.Context) error) error {
	defer s.close()
	if _, err := fmt.Fprintf(s.program.stdout, "listening on http://%s\n", reachable(s.listener.Addr())); err != nil {
		return err
	}
	if err := prepare(ctx); err != nil {
		return err
	}
	if resumed, err := s.engine.Resume(ctx); err != nil {
		return err
	} else if resumed > 0 {
		s.logger.Info("unfinished executions go on", "count", resumed)
	}
	httpServer := &http.Server{
		Handler: s.web.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(s.logger.Handler(), slog.LevelWarn),
	}
	s.sweep(ctx)
	s.retain(ctx)
	// Those who are refused while the server stops count as well.
	s.beside(context.WithoutCancel(ctx), s.web.KeepRefusals)
	stopCallbacks := s.deliverCallbacks()
	defer stopCallbacks()
	failed := make(chan error, 1)
	go func() { failed <- acceptor.New(s.listener, s.accepts).Serve(httpServer) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	return s.stop(httpServer)
}

// deliverCallbacks runs until it is stopped, which is after those who hold the
// line have got their answers.
func (s *server) deliverCallbacks() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.web.DeliverCallbacks(ctx)
	}()
	return func() {
		cancel()
		<-ended
	}
}

// stop takes no more calls, lets those who wait get their answers and calls
// under way end, and leaves the rest to the next start.
func (s *server) stop(httpServer *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	s.web.CloseSockets()
	if err := httpServer.Shutdown(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		s.logger.Error("the HTTP server did not stop in order", "error", err)
	}
	s.engine.Stop(ctx)
	return nil
}

func (s *server) close() {
	for _, closer := range s.closers {
		closer()
	}
	if s.listener != nil {
		_ = s.listener.Close()
	}
	if s.store != nil {
		if err := s.store.Close(); err != nil {
			s.logger.Error("the store did not close in order", "error", err)
		}
	}
}

// openStore opens the data folder, for the server or beside it.
func (p *program) openStore(ctx context.Context, exclusive bool) (*store.Store, error) {
	options := store.Options{Dir: p.config.data, KeyFile: p.config.keyFile, Exclusive: exclusive}
	if p.config.secretKey != "" {
		key, err := store.ParseKey(p.config.secretKey)
		if err != nil {
			return nil, fmt.Errorf("REDIAL_SECRET_KEY: %w", err)
		}
		options.SecretKey = key
	}
	return store.Open(ctx, options)
}

// publicURL is the origin of absolute URLs: the one that was given, or that of
// the listener.
func publicURL(given string, addr net.Addr) (*url.URL, error) {
	if given == "" {
		return &url.URL{Scheme: "http", Host: reachable(addr)}, nil
	}
	u, err := url.Parse(given)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, usageError("--public-url is %q; it is an origin such as https://flows.example.com", given)
	}
	u.Path = ""
	return u, nil
}

// reachable is an address that can be called: a server that listens on all
// addresses of the machine is reached by the loopback one.
func reachable(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
}

func parsePrefixes(list string) ([]netip.Prefix, error) {
	var prefixes []netip.Prefix
	for text := range strings.SplitSeq(list, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, usageError("--allow-private-egress has %q; it is a list of CIDRs such as 10.0.0.0/8", text)
		}
		prefixes = append(prefixes, prefix)
	}
	return prefixes, nil
}
