package acceptor

import (
	"container/list"
	"net"
	"net/netip"
)

// conn is a connection that is counted.
type conn struct {
	net.Conn
	listener *Listener
	network  netip.Prefix

	// Under the mutex of the listener.
	place, ownPlace *list.Element // among those that wait; nil: it has a request
	gone            bool          // it is counted no more
}

// Close closes the connection and gives back its room.
func (c *conn) Close() error {
	c.listener.closed(c)
	return c.Conn.Close()
}

// CloseWrite lets the other side read an answer to its end before the connection is
// closed: net/http looks for it.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// networkOf is what addresses are told apart by: an IPv4 address, or the /64 that
// somebody with IPv6 has. What has no such address is one.
func networkOf(remote net.Addr) netip.Prefix {
	tcp, ok := remote.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	address := tcp.AddrPort().Addr().Unmap().WithZone("")
	bits := address.BitLen()
	if address.Is6() {
		bits = 64
	}
	network, err := address.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return network
}
