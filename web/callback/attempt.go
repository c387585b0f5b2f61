package callback

import (
	"context"

	"redial/store"
)

// attempt tries to deliver a callback and records what came of it.
func (d *Deliverer) attempt(ctx context.Context, c *store.Callback) ending {
	result := d.send(ctx, c)
	end := ending{execution: c.Execution, host: c.Host, failed: result.Error != "" && !result.Gone}
	if ctx.Err() != nil && result.Status == 0 {
		return end // it was cut off: it is due still
	}
	state, attempt := d.settle(c, result)
	for {
		err := d.options.Outbox.RecordCallback(ctx, c.Execution, state, attempt)
		if err == nil || ctx.Err() != nil {
			return end
		}
		// Until it is recorded it is due, and must not be sent over and over.
		d.options.Logger.Error("what came of a callback could not be recorded; trying again", "execution", c.Execution, "error", err)
		select {
		case <-d.options.Clock.After(recordPause):
		case <-ctx.Done():
			return end
		}
	}
}

func (d *Deliverer) send(ctx context.Context, c *store.Callback) Result {
	at := d.options.Clock.Now()
	key, err := d.options.Key(ctx, c.Secret)
	if err != nil {
		return Result{At: at, Error: err.Error()}
	}
	message, err := d.options.Message(ctx, c)
	if err != nil {
		d.options.Logger.Error("a callback could not be made", "execution", c.Execution, "error", err)
		return Result{At: at, Error: "the message could not be made; the server's log says why"}
	}
	if d.options.Relay != nil && c.Attempts == 0 {
		d.options.Relay(c, key, message, at)
	}
	return Send(ctx, d.options.Client, key, message, at)
}

// settle decides where a callback stands after an attempt.
func (d *Deliverer) settle(c *store.Callback, result Result) (store.CallbackState, store.CallbackAttempt) {
	attempt := store.CallbackAttempt{At: result.At, Status: result.Status, Duration: result.Duration, Error: result.Error}
	switch {
	case result.Error == "":
		return store.CallbackDelivered, attempt
	case result.Gone:
		return store.CallbackRefused, attempt
	}
	first := c.First
	if first.IsZero() {
		first = result.At
	}
	next, again := nextAttempt(c.Attempts+1, first, d.options.Clock.Now(), result.RetryAfter)
	if !again {
		return store.CallbackFailed, attempt
	}
	attempt.Next = next
	return store.CallbackPending, attempt
}
