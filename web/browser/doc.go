// Package browser holds the tests of all pages in a real browser, and makes the
// screenshots of the documentation. Nothing imports it, and nothing but tests
// goes in: each one starts the program as people do, signs in by its link, and
// then sees, clicks and types what a person would.
//
// Every test fails if a page writes an error to the console, throws, is reported
// for its Content-Security-Policy, sends a request to another machine, or loads
// something that is not there.
package browser
