package engine

import (
	"errors"
	"fmt"
)

// Claim is the key that a caller has given a call, so that repeats of the call
// do not start another execution. It is stored together with the execution's
// first events: of two processes that claim one key, one gets it.
type Claim struct {
	Flow   string // slug
	Caller string // who called, where callers are told apart; else empty
	Key    string
	// Fingerprint tells the call from others. A repeat has the same.
	Fingerprint [32]byte
}

// KeyTakenError says that a key belongs to another execution already. Nothing
// was stored, nor will be.
type KeyTakenError struct {
	Execution   string // ID of the one that has it
	Fingerprint [32]byte
}

func (e *KeyTakenError) Error() string {
	return fmt.Sprintf("the key of the call belongs to execution %s", e.Execution)
}

// isTaken reports whether an error says that a key is taken.
func isTaken(err error) bool {
	var taken *KeyTakenError
	return errors.As(err, &taken)
}
