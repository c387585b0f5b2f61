// Package inspector is the form in which a step of a flow is filled in, as the server
// makes it: controls that each edit one place of the flow file, with its problems. It
// reads no store; who asks, and for which draft, is decided by web.
package inspector
