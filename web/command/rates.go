package command

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"redial/engine/flow"
	"redial/web/hook"
	"redial/web/ratelimit"
)

// usualRates let through whatever one machine can answer, and keep a single caller
// from taking all of a larger one.
const usualRates = "caller=20000/1s"

// parseRates reads rates of calls such as caller=600/1m,flow=1000/1s,orders=50/1m:
// of each caller, of each flow, and of single flows by their slug.
func parseRates(text string, b *hook.Bounds) error {
	b.Flows = map[string]ratelimit.Rate{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		rate, err := parseRate(strings.TrimSpace(value))
		if err != nil {
			return usageError("--rates has %q; %v", part, err)
		}
		switch name = strings.TrimSpace(name); {
		case name == "caller":
			b.PerCaller = rate
		case name == "flow":
			b.PerFlow = rate
		case flow.ValidSlug(name):
			b.Flows[name] = rate
		default:
			return usageError("--rates has %q; a rate is of caller, of flow or of the slug of a flow", part)
		}
	}
	return nil
}

func parseRate(text string) (ratelimit.Rate, error) {
	if text == "none" {
		return ratelimit.Rate{}, nil
	}
	count, span, _ := strings.Cut(text, "/")
	calls, err := strconv.Atoi(count)
	per, wrong := time.ParseDuration(span)
	if err != nil || wrong != nil || calls < 1 || calls > 1_000_000_000 || per < time.Millisecond || per > 24*time.Hour {
		return ratelimit.Rate{}, fmt.Errorf("it is a number of calls and a time of up to 24h, such as 600/1m, or none")
	}
	return ratelimit.Rate{Calls: calls, Per: per}, nil
}

// parseProxies reads the networks of the proxies in front of the server.
func parseProxies(list string) (prefixes []netip.Prefix, err error) {
	for text := range strings.SplitSeq(list, ",") {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, usageError("--trusted-proxies has %q; it is a list of CIDRs such as 10.0.0.0/8", text)
		}
		prefixes = append(prefixes, prefix)
	}
	return prefixes, nil
}
