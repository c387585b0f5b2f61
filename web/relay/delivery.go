// Package relay brings callbacks to the machine of whoever writes their receiver.
// On the server a Hub hands on what is being delivered; beside the developer's
// program a Listener takes it over a websocket and posts it there, byte for byte,
// so that the signature is still right.
//
// A relay is in addition to a delivery and changes nothing of it: what becomes of
// a relayed callback is recorded nowhere.
package relay

// Delivery is a callback as it is being delivered, and a frame of the websocket.
type Delivery struct {
	Flow      string `json:"flow"` // slug
	Execution string `json:"execution"`
	// Headers are those of the callback: its content type and its signature.
	Headers map[string]string `json:"headers"`
	Body    []byte            `json:"body"` // base64 on the wire
	// Cursor is where a listener goes on after this delivery; see Hub.Subscribe.
	Cursor string `json:"cursor"`
}

// Greeting is the first frame of the websocket for those who send a cursor, be it empty.
type Greeting struct {
	// Cursor is where the listener goes on if nothing follows.
	Cursor string `json:"cursor"`
	// Missed says that callbacks since the cursor are not kept any more.
	Missed bool `json:"missed"`
}

// maxDelivery is the largest frame that a listener takes, in bytes: the largest
// answer of a flow, in JSON and in base64.
const maxDelivery = 64 << 20

// size is about what a delivery takes in memory, in bytes.
func (d *Delivery) size() int { return len(d.Body) + 1024 }
