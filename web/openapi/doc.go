// Package openapi describes published flows for those who call them: what a
// flow takes, what it answers, and the OpenAPI document that says so to
// programs.
//
// What it says is derived from a version as it was frozen: the request from the
// trigger's schema and from what expressions read of the call, the answers from
// the respond steps and the types of their expressions. It knows the public
// contract of calls, and neither requests nor stores.
package openapi
