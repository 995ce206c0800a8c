//go:build unix

package proxy

import (
	"crypto/tls"
	"net"
	"syscall"
)

// probe asks whether an idle connection is still open, without blocking and without taking anything off it.
type probe struct {
	raw  syscall.RawConn
	peek func(fd uintptr) bool // made once, so that asking allocates nothing
	open bool
	one  [1]byte
}

// newProbe returns nil for a connection without a file descriptor.
func newProbe(nc net.Conn) *probe {
	if tc, ok := nc.(*tls.Conn); ok {
		nc = tc.NetConn()
	}
	sc, ok := nc.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	p := &probe{raw: raw}
	p.peek = p.look
	return p
}

// alive reports that nothing has arrived: neither the end of the connection nor bytes nobody asked for.
func (p *probe) alive() bool {
	p.open = false
	err := p.raw.Read(p.peek)
	return err == nil && p.open
}

func (p *probe) look(fd uintptr) bool {
	_, _, err := syscall.Recvfrom(int(fd), p.one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	p.open = err == syscall.EAGAIN || err == syscall.EWOULDBLOCK // a bare errno, which errors.Is would box
	return true
}
