package simulated

import "context"

// lifetimeKey finds the context that lives as long as the server does.
type lifetimeKey struct{}

func withLifetime(server context.Context) context.Context {
	return context.WithValue(server, lifetimeKey{}, server)
}

// lifetime returns a context for work that outlives the request that began
// it: it ends with the server, and never where the server is not our own.
func lifetime(request context.Context) context.Context {
	if server, ok := request.Value(lifetimeKey{}).(context.Context); ok {
		return server
	}
	return context.WithoutCancel(request)
}
