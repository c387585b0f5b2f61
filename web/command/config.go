package command

import (
	"errors"
	"flag"
	"io"
	"path/filepath"
	"slices"
)

// config is what flags and environment say.
type config struct {
	addr         string
	data         string
	database     string
	publicURL    string
	keyFile      string
	secretKey    string
	apiToken     string
	allowPrivate string
	limits       string
	capacity     string
	rates        string
	proxies      string
	retention    string
	publish      bool
	server       string
	token        string
	forwardTo    string
}

// parse reads flags, which may stand before and behind the other arguments, and
// the environment, which fills in what no flag says.
func (c *config) parse(name string, args []string, getenv func(string) string, stderr io.Writer) (rest []string, err error) {
	data := "./redial-data"
	if folder := getenv("REDIAL_DATA"); folder != "" {
		data = folder
	}
	if name == "demo" {
		// Never among one's own flows: it makes connections anew at every start.
		data = filepath.Join(data, "demo")
	}
	flags := flag.NewFlagSet("redial "+name, flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		_, _ = io.WriteString(stderr, usage)
		flags.PrintDefaults()
	}
	fromEnv := func(variable, otherwise string) string {
		if value := getenv(variable); value != "" {
			return value
		}
		return otherwise
	}
	flags.StringVar(&c.addr, "addr", fromEnv("REDIAL_ADDR", "127.0.0.1:8080"), "`address` to listen on; port 0 takes a free one (REDIAL_ADDR)")
	flags.StringVar(&c.data, "data", data, "`folder` of the SQLite database (REDIAL_DATA)")
	flags.StringVar(&c.database, "database", getenv("REDIAL_DATABASE_URL"), "`URL` of a PostgreSQL database (REDIAL_DATABASE_URL)")
	flags.StringVar(&c.publicURL, "public-url", getenv("REDIAL_PUBLIC_URL"), "`URL` under which callers reach the server (REDIAL_PUBLIC_URL)")
	flags.StringVar(&c.keyFile, "secret-key-file", "", "`file` of the key that encrypts credentials; REDIAL_SECRET_KEY holds the key itself")
	flags.StringVar(&c.allowPrivate, "allow-private-egress", getenv("REDIAL_ALLOW_PRIVATE_EGRESS"), "comma-separated `CIDRs` that steps may call although they are not public (REDIAL_ALLOW_PRIVATE_EGRESS)")
	flags.StringVar(&c.limits, "limits", getenv("REDIAL_LIMITS"), "what one execution may use up at most, such as `steps=500000,output=64MiB,time=48h` (REDIAL_LIMITS)")
	flags.StringVar(&c.capacity, "capacity", getenv("REDIAL_CAPACITY"), "how much runs and waits at once, where it is not to be by memory, such as `running=5000,queued=1000,callers=20000` (REDIAL_CAPACITY)")
	flags.StringVar(&c.rates, "rates", fromEnv("REDIAL_RATES", usualRates), "how many calls there may be in a time, such as `caller=600/1m,flow=1000/1s,order-request=50/1m` (REDIAL_RATES)")
	flags.StringVar(&c.proxies, "trusted-proxies", getenv("REDIAL_TRUSTED_PROXIES"), "comma-separated `CIDRs` of proxies whose X-Forwarded-For or Forwarded is believed (REDIAL_TRUSTED_PROXIES)")
	flags.StringVar(&c.retention, "retention", fromEnv("REDIAL_RETENTION", usualRetention), "how long executions are kept after their end, such as `90d,tests=14d`, or off (REDIAL_RETENTION)")
	if name == "import" {
		flags.BoolVar(&c.publish, "publish", false, "publish what was imported")
	}
	if name == "listen" {
		flags.StringVar(&c.server, "server", fromEnv("REDIAL_SERVER", "http://127.0.0.1:8080"), "`URL` of the server whose callbacks are relayed (REDIAL_SERVER)")
		flags.StringVar(&c.token, "token", "", "API token; better in the environment, as REDIAL_API_TOKEN")
		flags.StringVar(&c.forwardTo, "forward-to", "", "`URL` that callbacks are posted to")
	}
	for {
		if err := flags.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, &exitError{exitUsage, err}
		}
		if flags.NArg() == 0 {
			break
		}
		rest, args = append(rest, flags.Arg(0)), slices.Clone(flags.Args()[1:])
	}
	if c.keyFile == "" {
		c.secretKey = getenv("REDIAL_SECRET_KEY")
	}
	c.apiToken = getenv("REDIAL_API_TOKEN")
	if c.token == "" {
		c.token = c.apiToken
	}
	if c.database != "" {
		return nil, usageError("PostgreSQL is not built yet; leave --database and REDIAL_DATABASE_URL out to use SQLite in the data folder")
	}
	return rest, nil
}
