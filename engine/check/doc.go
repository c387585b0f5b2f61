// Package check says what is wrong with a flow: the one list of problems that
// the command, the designer and publishing show, in the same words.
//
// It looks at the graph (graph.go and what stands on it: which steps are
// reached, which are done before which, which may be skipped, where the answer
// comes from) and compiles every step in an order in which it knows what the
// steps before it put out. Problems lead to their place by a path; a
// flowfile.Document turns paths into lines and columns. What is wrong with the
// form of the file itself, such as an unknown key, is reported by package
// flowfile and not repeated here.
//
// Checking a flow of the largest size takes milliseconds for the graph. Nothing
// in here runs a flow or reaches outside.
package check
