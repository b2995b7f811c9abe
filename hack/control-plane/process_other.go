//go:build !linux

package main

import "syscall"

// childAttributes keep a terminal's Ctrl-C from reaching a component before the supervisor. Only Linux can
// tie a child's life to its parent's.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
