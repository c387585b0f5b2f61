// Package simulated holds the outside services that `redial demo` calls on
// loopback: Acme (the customer's own application, with a shop page),
// QuickBooks, Amazon SES, Salesforce, HubSpot and Pipedrive.
//
// Each service is an HTTP handler of its own. It speaks the real one's paths,
// headers and error format, and refuses what the real one would refuse, so a
// flow that works here has its requests right. Where a simulation is stricter
// than the original, the code says so and why. Latency, faults and stock are
// knobs, and every call is logged, so that a visitor can provoke each path of
// a flow and a test can count effects.
//
// State lives in memory, is bounded, and is gone when the process ends. The
// package knows nothing of Redial's engine, store or components: it is the
// other side of the wire, and nothing of the product may be imported here.
package simulated
