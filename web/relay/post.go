package relay

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// poster posts callbacks to the developer's program, some at once.
type poster struct {
	listener *Listener
	client   *http.Client
	slots    chan struct{}
	underWay sync.WaitGroup
}

// start posts a callback as soon as there is room. One that has begun may end
// when the context has.
func (p *poster) start(ctx context.Context, d *Delivery) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return
	}
	p.underWay.Go(func() {
		defer func() { <-p.slots }()
		p.post(context.WithoutCancel(ctx), d)
	})
}

// wait waits for those under way.
func (p *poster) wait() {
	p.underWay.Wait()
	p.client.CloseIdleConnections()
}

func (p *poster) post(ctx context.Context, d *Delivery) {
	began := time.Now()
	status, err := p.send(ctx, d)
	took := time.Since(began).Milliseconds()
	if err != nil {
		p.listener.printf("%s  %s  failed  %d ms  %v", d.Flow, d.Execution, took, err)
		return
	}
	p.listener.printf("%s  %s  %d  %d ms", d.Flow, d.Execution, status, took)
}

func (p *poster) send(ctx context.Context, d *Delivery) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.listener.Forward.String(), bytes.NewReader(d.Body))
	if err != nil {
		return 0, err
	}
	for name, value := range d.Headers {
		request.Header.Set(name, value)
	}
	response, err := p.client.Do(request)
	if err != nil {
		if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
			err = wrapped.Err // the address is known
		}
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20)) // so that the connection serves again
	return response.StatusCode, nil
}
