// Package store keeps everything that Redial keeps: executions and their
// journal, flows and versions, connections, components and API tokens.
package store
