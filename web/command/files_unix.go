//go:build unix

package command

import "syscall"

// openFiles is how many files the process may have open. Go raises that to what is
// allowed when it starts.
func openFiles() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 1024
	}
	return int(min(uint64(limit.Cur), 1<<24)) //nolint:unconvert // the type differs among systems
}
