// Package signature signs webhooks and checks the signatures of those that come
// in: Standard Webhooks both ways, and the schemes of some services that have
// their own.
//
// It is a leaf: bytes, headers and time go in, a signature or a verdict comes
// out. It keeps no secrets and makes no calls.
package signature
