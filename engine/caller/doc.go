// Package caller tells those who may call a flow's hook from those who may not:
// by a bearer token, a user name and password, an API key, or the signature of
// their messages, compared with what a connection holds.
//
// It keeps no connections and knows no flows: the fields of a connection go in, a
// guard comes out. Nothing that a guard says holds a secret.
package caller
