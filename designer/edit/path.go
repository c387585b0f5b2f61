package edit

// maxPath is the longest path to a field, in bytes.
const maxPath = 1000
