package web

import (
	"context"
	"errors"
	"fmt"

	"redial/engine"
	"redial/engine/caller"
	"redial/engine/flow"
	"redial/engine/signature"
	"redial/engine/step"
	"redial/store"
	"redial/web/callback"
	"redial/web/reply"
)

func (s *Server) newCallbacks() *callback.Deliverer {
	return callback.New(callback.Options{
		Outbox: s.store, Client: s.client, Key: s.signingKey, Message: s.hooks.CallbackMessage,
		Relay: s.relayCallback, Logger: s.Logger,
	})
}

// DeliverCallbacks delivers what is in the outbox until the context ends.
func (s *Server) DeliverCallbacks(ctx context.Context) { s.callbacks.Run(ctx) }

// signingKey is what a connection signs callbacks with. The error is for people.
func (s *Server) signingKey(ctx context.Context, name string) (signature.Key, error) {
	key, err := s.signatureKey(ctx, name)
	if err == nil && key.Scheme() != signature.Standard {
		return signature.Key{}, fmt.Errorf("the connection %s is for the scheme %s, and callbacks are signed as Standard Webhooks", name, key.Scheme())
	}
	return key, err
}

// signatureKey is the key of a connection of the component signature. The error
// is for people and shows no secret.
func (s *Server) signatureKey(ctx context.Context, name string) (signature.Key, error) {
	connection, err := s.store.Connection(ctx, name)
	switch {
	case errors.Is(err, engine.ErrNotFound):
		return signature.Key{}, fmt.Errorf("there is no connection %s; make it under Connections", name)
	case err != nil:
		s.Logger.Error("a connection could not be read", "connection", name, "error", err)
		return signature.Key{}, fmt.Errorf("the connection %s cannot be read", name)
	case connection.Component != step.SignatureComponent:
		return signature.Key{}, fmt.Errorf("the connection %s is one of %s, not of %s", name, connection.Component, step.SignatureComponent)
	}
	key, err := caller.SignatureKey(connection.Fields)
	if err != nil {
		return key, fmt.Errorf("the connection %s cannot sign: %w", name, err)
	}
	return key, nil
}

// callbackLog is what became of the callback of an execution; nil if there is
// none.
func (s *Server) callbackLog(ctx context.Context, execution string) (*callbackView, error) {
	found, err := s.store.Callback(ctx, execution)
	if errors.Is(err, engine.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	attempts, err := s.store.CallbackAttempts(ctx, execution)
	if err != nil {
		return nil, err
	}
	return &callbackView{Callback: *found, Log: attempts}, nil
}

// callbackView is a callback as pages and programs see it.
type callbackView struct {
	store.Callback
	Log []store.CallbackAttempt
}

// stateText is where the callback stands, for people.
func (v *callbackView) stateText() string {
	switch v.State {
	case store.CallbackPromised:
		return "when it has answered"
	case store.CallbackPending:
		if len(v.Log) == 0 {
			return "on its way"
		}
		return "tried again"
	case store.CallbackDelivered:
		return "delivered"
	case store.CallbackRefused:
		return "wanted no more"
	case store.CallbackFailed:
		return "given up"
	default:
		return string(v.State)
	}
}

// object is the callback in the management API.
func (v *callbackView) object() flow.Object {
	attempts := make([]any, len(v.Log))
	for i := range v.Log {
		a := &v.Log[i]
		attempt := flow.Object{
			{Name: "number", Value: int64(a.Number)}, {Name: "at", Value: a.At},
			{Name: "ms", Value: float64(a.Duration.Microseconds()) / 1000},
		}
		if a.Status != 0 {
			attempt = append(attempt, flow.Field{Name: "status", Value: int64(a.Status)})
		}
		if a.Error != "" {
			attempt = append(attempt, flow.Field{Name: "error", Value: a.Error})
		}
		if !a.Next.IsZero() {
			attempt = append(attempt, flow.Field{Name: "nextAt", Value: a.Next})
		}
		attempts[i] = attempt
	}
	return flow.Object{
		{Name: "url", Value: v.URL}, {Name: "state", Value: string(v.State)},
		{Name: "readyAt", Value: reply.OptionalTime(v.Ready)}, {Name: "nextAt", Value: reply.OptionalTime(v.Due)},
		{Name: "attempts", Value: attempts},
	}
}
