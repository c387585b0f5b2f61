package command

import (
	"context"
	"net/url"

	"redial/web/relay"
)

// listen relays callbacks of a server's flows to a program on this machine, until
// it is interrupted.
func listen(ctx context.Context, p *program, slugs []string) error {
	forward, err := httpURL("--forward-to", p.config.forwardTo)
	if err != nil {
		return err
	}
	server, err := httpURL("--server", p.config.server)
	if err != nil {
		return err
	}
	if p.config.token == "" {
		return usageError("listen needs an API token, as REDIAL_API_TOKEN or by --token; `redial token create NAME` makes one")
	}
	listener := &relay.Listener{Server: server, Token: p.config.token, Flows: slugs, Forward: forward, Out: p.stdout}
	return listener.Run(ctx)
}

func httpURL(flag, text string) (*url.URL, error) {
	if text == "" {
		return nil, usageError("listen needs %s URL", flag)
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, usageError("%s is %q; write it as http://localhost:3000/path", flag, text)
	}
	return u, nil
}
