package main

import (
	"fmt"
	"net"

	"golang.org/x/sys/unix"
)

// reservePort takes a free loopback port and keeps it for this process's life: the socket is bound but never
// listens, and the API server shares it (--permit-port-sharing). No other program can be given the port meanwhile.
func reservePort() (int, error) {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return 0, fmt.Errorf("make a socket: %w", err)
	}
	unix.CloseOnExec(socket)
	if err := unix.SetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); err != nil {
		return 0, fmt.Errorf("share a port: %w", err)
	}
	address := &unix.SockaddrInet4{Addr: [4]byte(net.ParseIP(loopback).To4())}
	if err := unix.Bind(socket, address); err != nil {
		return 0, fmt.Errorf("bind a port on %s: %w", loopback, err)
	}
	bound, err := unix.Getsockname(socket)
	if err != nil {
		return 0, fmt.Errorf("read the bound port: %w", err)
	}
	return bound.(*unix.SockaddrInet4).Port, nil
}
