package main

import "syscall"

// childAttributes let a component die with the supervisor, and keep a terminal's Ctrl-C from reaching it first.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
