package simulated

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Names of the services, as in paths and in the control API.
const (
	Acme       = "acme"
	QuickBooks = "quickbooks"
	SES        = "ses"
	Salesforce = "salesforce"
	HubSpot    = "hubspot"
	Pipedrive  = "pipedrive"
)

// Names lists the services in the order in which pages show them.
func Names() []string {
	return []string{Acme, QuickBooks, SES, Salesforce, HubSpot, Pipedrive}
}

// MaxLatency is the longest delay that a service can be given.
const MaxLatency = 60 * time.Second

// maxFaultTimes bounds Knobs.Times.
const maxFaultTimes = 1_000_000

// Fault is what goes wrong with a call on purpose.
type Fault string

// The faults. All but FaultLost happen before the call has any effect.
const (
	FaultNone     Fault = "none"
	FaultError    Fault = "error"    // answers 500
	FaultThrottle Fault = "throttle" // answers 429
	FaultDown     Fault = "down"     // answers 503
	FaultReset    Fault = "reset"    // closes the connection without an answer
	FaultLost     Fault = "lost"     // does the work, then closes the connection without an answer
)

// Faults lists every fault.
func Faults() []Fault {
	return []Fault{FaultNone, FaultError, FaultThrottle, FaultDown, FaultReset, FaultLost}
}

// Latency is a delay before a call is looked at; in JSON text such as "1.5s".
type Latency time.Duration

// MarshalJSON writes the duration as text.
func (l Latency) MarshalJSON() ([]byte, error) { return json.Marshal(l.String()) }

// String returns the duration as text, such as 1.5s.
func (l Latency) String() string { return time.Duration(l).String() }

// UnmarshalJSON takes a duration as text, from 0s to MaxLatency.
func (l *Latency) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf(`latency must be text such as "1.5s", not %s`, clip(string(data), 40))
	}
	delay, err := time.ParseDuration(text)
	if err != nil || delay < 0 || delay > MaxLatency {
		return fmt.Errorf(`latency must be a duration from "0s" to "60s", not %q`, clip(text, 40))
	}
	*l = Latency(delay)
	return nil
}

// Knobs say how a service misbehaves.
type Knobs struct {
	Latency Latency `json:"latency"`
	Fault   Fault   `json:"fault"`
	Times   int     `json:"times"` // calls that the fault still lasts; 0: until changed
}

// Change is what a caller of the control API asks for. What it leaves out
// stays as it is, but a fault given without times lasts until changed.
type Change struct {
	Services map[string]KnobsChange `json:"services"`
	Stock    map[string]int64       `json:"stock"`
}

// KnobsChange is the part of a Change for one service.
type KnobsChange struct {
	Latency *Latency `json:"latency"`
	Fault   *Fault   `json:"fault"`
	Times   *int     `json:"times"`
}

// control holds the knobs of all services.
type control struct {
	mu    sync.Mutex
	knobs map[string]Knobs
}

func newControl() *control {
	c := &control{}
	c.reset()
	return c
}

func (c *control) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.knobs = make(map[string]Knobs)
	for _, name := range Names() {
		c.knobs[name] = Knobs{Fault: FaultNone}
	}
}

func (c *control) all() map[string]Knobs {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.knobs)
}

// next returns the knobs for one call and uses up one of the fault's times.
func (c *control) next(service string) Knobs {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.knobs[service]
	if now.Fault != FaultNone && now.Times > 0 {
		after := now
		if after.Times--; after.Times == 0 {
			after.Fault = FaultNone
		}
		c.knobs[service] = after
	}
	return now
}

// check says what is wrong with changes, before anything is changed.
func (c *control) check(changes map[string]KnobsChange) error {
	for _, name := range slices.Sorted(maps.Keys(changes)) {
		change := changes[name]
		if !slices.Contains(Names(), name) {
			return fmt.Errorf("there is no service %q; the services are %v", clip(name, 40), Names())
		}
		if change.Fault != nil && !slices.Contains(Faults(), *change.Fault) {
			return fmt.Errorf("%s: there is no fault %q; the faults are %v", name, clip(string(*change.Fault), 40), Faults())
		}
		if change.Times != nil && (*change.Times < 0 || *change.Times > maxFaultTimes) {
			return fmt.Errorf("%s: times must be from 0 to %d", name, maxFaultTimes)
		}
	}
	return nil
}

func (c *control) apply(changes map[string]KnobsChange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, change := range changes {
		knobs := c.knobs[name]
		if change.Latency != nil {
			knobs.Latency = *change.Latency
		}
		if change.Fault != nil {
			knobs.Fault, knobs.Times = *change.Fault, 0
		}
		if change.Times != nil {
			knobs.Times = *change.Times
		}
		if knobs.Fault == FaultNone {
			knobs.Times = 0
		}
		c.knobs[name] = knobs
	}
}
