package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"redial/designer"
	"redial/engine"
	"redial/engine/components"
	"redial/engine/flow"
	"redial/engine/flowfile"
	"redial/engine/outbound"
	"redial/engine/step"
	"redial/store"
	"redial/web"
)

// workshop is what flow files are checked against in the data folder.
func (p *program) workshop(ctx context.Context, s *store.Store) (*designer.Workshop, error) {
	return web.OpenWorkshop(ctx, library(), s)
}

// library is the steps without a way to the outside that would be used: the
// commands check flows and run none.
func library() *step.Library {
	return step.NewLibrary(components.Embedded(), outbound.New(outbound.Options{}))
}

func (p *program) printf(format string, args ...any) {
	// A reader of our output that has gone away is no reason to stop.
	_, _ = fmt.Fprintf(p.stdout, format, args...)
}

// importFlows puts flow files into the store, and publishes them if asked to.
func importFlows(ctx context.Context, p *program, files []string) error {
	if len(files) == 0 {
		return usageError("import needs at least one file; - reads standard input")
	}
	s, err := p.openStore(ctx, false)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	workshop, err := p.workshop(ctx, s)
	if err != nil {
		return err
	}
	failed := false
	for _, file := range files {
		if err := p.importFlow(ctx, s, workshop, file); err != nil {
			if !errors.Is(err, errReported) {
				_, _ = fmt.Fprintf(p.stderr, "redial: %v\n", err)
			}
			failed = true
		}
	}
	if failed {
		return errReported
	}
	return nil
}

func (p *program) importFlow(ctx context.Context, s *store.Store, workshop *designer.Workshop, file string) error {
	source, err := p.readFlowFile(file)
	if err != nil {
		return err
	}
	drafts := web.Drafts{Store: s}
	imported, err := workshop.Import(ctx, drafts, source)
	if err != nil {
		return located(file, err)
	}
	p.printProblems(file, imported.Problems)
	slug := imported.Flow.Slug
	if imported.Unchanged {
		p.printf("%s is unchanged at revision %d\n", slug, imported.Revision)
	} else {
		p.printf("imported %s as revision %d\n", slug, imported.Revision)
	}
	if !p.config.publish {
		return nil
	}
	version, problems, err := workshop.Publish(ctx, drafts, slug, "")
	switch {
	case err != nil:
		return err
	case problems != nil:
		return fmt.Errorf("%s was not published, as it has the problems above", slug)
	default:
		p.printf("published %s as version %d\n", slug, version.Number)
		return nil
	}
}

// readFlowFile reads a file, or standard input for "-", up to the size that a
// flow file may have.
func (p *program) readFlowFile(file string) ([]byte, error) {
	input := p.stdin
	if file != "-" {
		opened, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer func() { _ = opened.Close() }()
		input = opened
	}
	return io.ReadAll(io.LimitReader(input, flow.MaxFileBytes+1))
}

// located is an error about a flow file with the file's name and, if the file
// cannot be read as one, in the form of a problem.
func located(file string, err error) error {
	var syntax *flowfile.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("%s:%d:%d: %s", file, syntax.Line, syntax.Column, syntax.Message)
	case errors.Is(err, flowfile.ErrTooLarge):
		return fmt.Errorf("%s:1:1: %w", file, err)
	default:
		return fmt.Errorf("%s: %w", file, err)
	}
}

func (p *program) printProblems(file string, problems []flow.Problem) {
	for _, problem := range problems {
		p.printf("%s:%s\n", file, problem)
	}
}

// exportFlow prints the draft of a flow as a flow file.
func exportFlow(ctx context.Context, p *program, args []string) error {
	if len(args) != 1 {
		return usageError("export needs the slug of one flow")
	}
	s, err := p.openStore(ctx, false)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	draft, err := s.Draft(ctx, args[0])
	if errors.Is(err, engine.ErrNotFound) {
		return fmt.Errorf("there is no flow %q in %s", args[0], p.config.data)
	}
	if err != nil {
		return err
	}
	text, err := designer.Export(draft.Source)
	if err != nil {
		return err
	}
	_, err = p.stdout.Write(text)
	return err
}

// checkFlows prints every problem of flow files. Which connections there will be
// is not known here, so one that is not in the data folder is a warning.
func checkFlows(ctx context.Context, p *program, files []string) error {
	if len(files) == 0 {
		return usageError("check needs at least one file; - reads standard input")
	}
	workshop := &designer.Workshop{Library: library()}
	if _, err := os.Stat(p.config.data); err == nil {
		s, err := p.openStore(ctx, false)
		if err != nil {
			return err
		}
		defer func() { _ = s.Close() }()
		if workshop, err = p.workshop(ctx, s); err != nil {
			return err
		}
	}
	workshop.Lenient = true
	failed := false
	for _, file := range files {
		source, err := p.readFlowFile(file)
		if err != nil {
			return err
		}
		draft, err := workshop.Check(source)
		if err != nil {
			p.printf("%v\n", located(file, err))
			failed = true
			continue
		}
		p.printProblems(file, draft.Problems)
		failed = failed || flow.HasErrors(draft.Problems)
	}
	if failed {
		return errReported
	}
	return nil
}

// tokens makes API tokens.
func tokens(ctx context.Context, p *program, args []string) error {
	if len(args) != 2 || args[0] != "create" {
		return usageError("write: redial token create NAME")
	}
	s, err := p.openStore(ctx, false)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	token, err := s.CreateToken(ctx, args[1])
	if errors.Is(err, store.ErrExists) {
		return fmt.Errorf("there is a token called %q already; choose another name", args[1])
	}
	if err != nil {
		return err
	}
	p.printf("%s\n", token)
	return nil
}

// users adds a person and prints the link by which they sign in. For one who is
// there already it prints a new link.
func users(ctx context.Context, p *program, args []string) error {
	if len(args) != 2 || args[0] != "add" {
		return usageError("write: redial user add NAME")
	}
	s, err := p.openStore(ctx, false)
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	if _, err := s.AddUser(ctx, args[1]); err != nil {
		return err
	}
	public := p.config.publicURL
	if public == "" {
		public = "http://" + p.config.addr
	}
	link, err := signInLink(ctx, s, public, args[1])
	if err != nil {
		return err
	}
	p.printf("%s\n", link)
	return nil
}

// signInLink makes a link by which a person signs in once.
func signInLink(ctx context.Context, s *store.Store, public, user string) (string, error) {
	secret, err := s.CreateSignInLink(ctx, user)
	if err != nil {
		return "", err
	}
	return web.SignInURL(public, secret), nil
}
