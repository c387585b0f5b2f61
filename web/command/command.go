// Package command is the program: it reads flags and environment, puts store,
// engine and web together, and runs one command.
package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// command is one of the program's commands. Its error is for the user; an
// exitError carries another exit code than 1.
type command func(ctx context.Context, p *program, args []string) error

var commands = map[string]command{
	"serve":       serve,
	"demo":        runDemo,
	"import":      importFlows,
	"export":      exportFlow,
	"check":       checkFlows,
	"token":       tokens,
	"user":        users,
	"listen":      listen,
	"version":     version,
	"healthcheck": healthcheck,
}

const usage = `Redial: draw an integration, publish it, call it.

  redial [serve]                  serve designer, API and webhook URLs
  redial demo                     the same with example flows and simulated services
  redial import FILE... [--publish]
  redial export SLUG
  redial check FILE...
  redial user add NAME            prints a link by which a person signs in
  redial token create NAME        prints an API token
  redial listen [SLUG...] --forward-to URL
                                  relays callbacks of a server's flows to a program on this machine
  redial version
  redial healthcheck              exit status 0 if the server at --addr is ready

Flags, with the environment variables that stand for them:
`

// program is what all commands stand on.
type program struct {
	config config
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// exitError ends the program with a code of its own.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

func usageError(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// errReported ends the program with exit code 1 when everything has been said.
var errReported = errors.New("reported")

// Run is the program without the process around it. It returns the exit code.
func Run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	p := &program{stdin: stdin, stdout: stdout, stderr: stderr}
	name := "serve"
	if len(args) > 0 && args[0] == "help" {
		args = []string{"--help"}
	}
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		name, args = args[0], args[1:]
	}
	do, known := commands[name]
	if !known {
		_, _ = fmt.Fprintf(stderr, "redial: there is no command %q; see redial --help\n", name)
		return exitUsage
	}
	rest, err := p.config.parse(name, args, getenv, stderr)
	if err == nil {
		err = do(ctx, p, rest)
	}
	var exit *exitError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.Is(err, errReported):
		return exitFailed
	case errors.As(err, &exit):
		_, _ = fmt.Fprintln(stderr, "redial:", exit)
		return exit.code
	default:
		_, _ = fmt.Fprintln(stderr, "redial:", err)
		return exitFailed
	}
}
