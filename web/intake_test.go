package web

import (
	"context"
	"testing"
)

func TestIntakeBoundsBodiesTogether(t *testing.T) {
	t.Parallel()
	i := newIntake()
	release, ok := i.take(t.Context(), 2*intakeBytes) // as much as there is
	if !ok {
		t.Fatal("there was no room at first")
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if nothing, ok := i.take(gone, 1); ok {
		t.Error("there was room for more than fits")
	} else {
		nothing()
	}
	release()
	again, ok := i.take(t.Context(), 1)
	if !ok {
		t.Error("the room was not given back")
	}
	again()
}
