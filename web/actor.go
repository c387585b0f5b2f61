package web

import "context"

type actorKey struct{}

// withActor remembers who asks, for what is recorded of changes.
func withActor(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, actorKey{}, name)
}

// actor is who asks: the name of a person or of a token. Empty for a command on
// the machine.
func actor(ctx context.Context) string {
	name, _ := ctx.Value(actorKey{}).(string)
	return name
}

// Names under which changes are recorded that a token made.
const (
	environmentToken = "token of the environment"
	tokenActor       = "token "
)
