package crashtest

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"redial/engine/crashpoint"
	"redial/web/command"
)

// Variables that make the test binary the program itself, and arm a crash point
// from its first moment on: NAME:NTH.
const (
	asProgram = "REDIAL_TEST_AS_PROGRAM"
	armedFrom = "REDIAL_TEST_CRASH_POINT"
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	if text := os.Getenv(armedFrom); text != "" {
		arm(text)
	}
	go func() {
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
			name, value, _ := strings.Cut(lines.Text(), ":")
			if control := controls[name]; control != nil {
				control(value)
				fmt.Fprintln(os.Stderr, "did", lines.Text())
				continue
			}
			arm(lines.Text())
		}
	}()
	code := command.Run(ctx, os.Args[1:], os.Getenv, strings.NewReader(""), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// controls are what else a test may do to a program by its standard input.
var controls = map[string]func(value string){}

func arm(text string) {
	name, nth, _ := strings.Cut(text, ":")
	point, err := crashpoint.Find(name)
	n, atoi := strconv.Atoi(nth)
	if err != nil || atoi != nil {
		panic(fmt.Sprintf("%q arms nothing", text))
	}
	crashpoint.Arm(point, n)
	fmt.Fprintln(os.Stderr, "armed", text)
}

// patience bounds every wait. Nothing takes as long unless it is broken.
const patience = time.Minute

func testProgram(t *testing.T) func(args ...string) *exec.Cmd {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return func(args ...string) *exec.Cmd {
		c := exec.CommandContext(context.WithoutCancel(t.Context()), binary, args...)
		c.Env = append(os.Environ(), asProgram+"=1")
		return c
	}
}

func testShop(t *testing.T, pause time.Duration) *Shop {
	t.Helper()
	shop, err := OpenShop(t.Context(), t.TempDir(), pause, testProgram(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(shop.Close)
	return shop
}
