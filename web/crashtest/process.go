package crashtest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Process is the program, running as a process of its own.
type Process struct {
	// Base is where it listens: http://HOST:PORT.
	Base string
	// Stdin is its standard input, of which the program itself takes no notice.
	Stdin io.WriteCloser

	command *exec.Cmd
	log     *tail
	ended   chan struct{}
}

// errDied is why a process that was being started is of no use.
var errDied = errors.New("the program has died while it was starting")

// startLimit is how long a start may take before it counts as hanging.
const startLimit = 2 * time.Minute

// launch starts a process without waiting until it listens.
func launch(command *exec.Cmd) (*Process, *bufio.Reader, error) {
	p := &Process{command: command, log: &tail{}, ended: make(chan struct{})}
	command.Stderr = p.log
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if p.Stdin, err = command.StdinPipe(); err != nil {
		return nil, nil, err
	}
	if err := command.Start(); err != nil {
		return nil, nil, err
	}
	return p, bufio.NewReader(stdout), nil
}

// Start starts the program and waits until it listens. An error that is errDied
// comes with the process that has ended.
func Start(ctx context.Context, command *exec.Cmd) (*Process, error) {
	p, stdout, err := launch(command)
	if err != nil {
		return nil, fmt.Errorf("starting the program: %w", err)
	}
	return p, p.await(ctx, stdout)
}

func (p *Process) await(ctx context.Context, stdout *bufio.Reader) error {
	first := make(chan string, 1)
	go func() {
		line, _ := stdout.ReadString('\n') // what is cut off is no address
		first <- line
		_, _ = io.Copy(io.Discard, stdout)
		_ = p.command.Wait() // how it ended is asked of ProcessState
		close(p.ended)
	}()
	timeout := time.NewTimer(startLimit)
	defer timeout.Stop()
	select {
	case line := <-first:
		base, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
		if !ok {
			<-p.ended
			return fmt.Errorf("%w: %s", errDied, p.log)
		}
		p.Base = base
		return nil
	case <-timeout.C:
		return fmt.Errorf("the program does not start: %s", p.log)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Kill ends the process as kill -9 does, and returns when it is gone.
func (p *Process) Kill() {
	_ = p.command.Process.Kill() // it may have ended
	<-p.ended
}

// Stop asks the process to end, as an operator does, and waits for it.
func (p *Process) Stop() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stopping the program: %w", err)
	}
	<-p.ended
	if code := p.command.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("the program ended with exit status %d: %s", code, p.log)
	}
	return nil
}

// Ended is closed when the process is gone.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Log is the end of what the program has logged.
func (p *Process) Log() string { return p.log.String() }

// Await waits until the program has logged some words, or has ended.
func (p *Process) Await(ctx context.Context, words string) error {
	for {
		text, changed := p.log.now()
		if strings.Contains(text, words) {
			return nil
		}
		select {
		case <-changed:
		case <-p.ended:
			return fmt.Errorf("the program has ended before it said %q: %s", words, p.log)
		case <-ctx.Done():
			return fmt.Errorf("waiting for %q: %w", words, ctx.Err())
		}
	}
}

// tail keeps the end of what is written to it.
type tail struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{} // closed by the next write; nil: nobody waits
}

const tailBytes = 64 << 10

// Write implements io.Writer.
func (t *tail) Write(data []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.text.Len()+len(data) > tailBytes {
		t.text.Next(t.text.Len() / 2)
	}
	if t.changed != nil {
		close(t.changed)
		t.changed = nil
	}
	return t.text.Write(data)
}

func (t *tail) String() string {
	text, _ := t.now()
	return text
}

func (t *tail) now() (text string, changed <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.changed == nil {
		t.changed = make(chan struct{})
	}
	return t.text.String(), t.changed
}
