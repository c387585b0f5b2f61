package engine

import (
	"context"
	"errors"

	"redial/engine/flow"
)

// ErrNotFound says that a store holds nothing under the given name or ID.
var ErrNotFound = errors.New("not found")

// ErrFenced says that a batch came from a process that no longer owns the
// execution: another one claimed it with a higher epoch.
var ErrFenced = errors.New("the execution is owned by another process")

// ErrUnstorable says that a batch can never be stored as it is: it is too large, or
// holds a value that cannot be written down. A *flow.ValueError in the chain says
// which event does.
var ErrUnstorable = errors.New("it can not be stored")

// ErrOutOfOrder says that the events of a batch do not follow on those that are
// stored, because a batch before it was not.
var ErrOutOfOrder = errors.New("the events do not follow on those that are stored")

// Journal is where executions are kept. What it has confirmed survives the
// death of the process and a power cut.
//
// All methods may be called from many goroutines. Values that are handed in or
// out are not changed by either side afterwards.
type Journal interface {
	// Append stores a batch, whole or not at all, and then calls done exactly
	// once, from any goroutine and possibly before Append returns. A nil error
	// means that the batch is durable. Batches of one execution are stored in
	// the order of the calls. ErrFenced, ErrUnstorable, ErrOutOfOrder, ErrNotFound
	// (the execution was deleted) and a *KeyTakenError: nothing was stored, nor will be; after other errors a repeat may succeed.
	// done must not block.
	Append(batch Batch, done func(error))

	// Execution is the summary of an execution; ErrNotFound.
	Execution(ctx context.Context, id string) (*flow.Execution, error)
	// Request is the call that started an execution; ErrNotFound.
	Request(ctx context.Context, id string) (*flow.Request, error)
	// Answer is the stored answer of an execution; ErrNotFound if there is none
	// (yet).
	Answer(ctx context.Context, id string) (*flow.Answer, error)
	// Events are those with a Seq greater than after, in order, at most limit
	// (0: all). An unknown execution has none.
	Events(ctx context.Context, id string, after int64, limit int) ([]flow.Event, error)

	// Unfinished are the IDs of all executions that have not ended, oldest
	// first; those that need attention are among them.
	Unfinished(ctx context.Context) ([]string, error)
	// Claim makes this process the owner of an execution and returns the epoch
	// that its batches must carry from now on; ErrNotFound.
	Claim(ctx context.Context, id string) (epoch int64, err error)

	// Resumes is how often the process has died with an execution. Try counts it
	// as one that is on trial from now on.
	Resumes(ctx context.Context, id string) (Resumes, error)
	Try(ctx context.Context, id string) error

	// Version is a frozen flow by the ID of its content; ErrNotFound.
	Version(ctx context.Context, id int64) (*flow.Version, error)
}

// Batch is what one commit adds to one execution.
type Batch struct {
	// Execution is the summary as it stands after the batch. Its ID, Flow,
	// VersionID, Version, Test, Settings, Parent and StartedAt never change
	// after the first batch.
	Execution flow.Execution
	// Epoch must be that of the execution's owner; the first batch sets it.
	Epoch int64
	// Request is there in the first batch and only there. A first batch for an
	// execution that exists already stores nothing and is no error: that makes
	// starting a child execution again harmless.
	Request *flow.Request
	// Claim is the key under which the execution starts, if it has one. It is
	// there in the first batch at most. A key that another execution has refuses
	// the batch.
	Claim *Claim
	// Changed says that a summary field other than LastSeq differs from what
	// the batch before it left. It is true in the first batch.
	Changed bool
	Events  []flow.Event
	// Answer is there in the batch that has the response.stored event.
	Answer *flow.Answer
}
