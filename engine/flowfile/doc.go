// Package flowfile reads and writes flow files, in YAML and in JSON, and knows
// where in the file everything stands.
//
// Reading goes in two passes: the text becomes a tree of nodes that remember
// their place, whichever of the two languages it was written in, and the tree
// becomes a flow. What is wrong with the form of the file is a problem with a
// line and a column; only a file that cannot be read at all is an error.
//
// What a flow means does not enter here: whether a step exists, which fields it
// takes and whether its expressions make sense is the business of package
// check. Everything read here is hostile: size, nesting, the number of steps,
// edges and problems are bounded.
package flowfile
