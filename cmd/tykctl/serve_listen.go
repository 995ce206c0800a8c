package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/spf13/pflag"

	"github.com/tykctl/tykctl/cmd/internal/certs"
	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/runtime"
)

// listenOptions say where a gateway listens, and how long it waits for whom.
type listenOptions struct {
	public   string
	admin    string
	certs    []string
	keys     []string
	leastTLS string

	readTimeout     time.Duration
	writeTimeout    time.Duration
	upstreamTimeout time.Duration
	drain           time.Duration
	maxBody         int64
}

func (o *listenOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.public, "listen", "127.0.0.1:8080", "address to listen on")
	f.StringVar(&o.admin, "admin-listen", "", "address of the admin API, which is nowhere else then; empty: it is where the APIs are")
	f.StringArrayVar(&o.certs, "tls-cert", nil, "file of a certificate: with it, TLS is spoken on every address; may be repeated, the name a client asks for decides")
	f.StringArrayVar(&o.keys, "tls-key", nil, "file of the key of each --tls-cert, in the same order; changed files are taken over at once")
	f.StringVar(&o.leastTLS, "tls-min-version", "1.2", "least version of TLS: 1.2 or 1.3")
	f.DurationVar(&o.readTimeout, "read-timeout", time.Minute, "how long a client may be silent while it sends")
	f.DurationVar(&o.writeTimeout, "write-timeout", time.Minute, "how long a client may be silent while it receives")
	f.DurationVar(&o.upstreamTimeout, "upstream-timeout", time.Minute, "how long an upstream may be silent")
	f.DurationVar(&o.drain, "drain-timeout", 20*time.Second, "how long requests may take to end when the gateway stops")
	f.Int64Var(&o.maxBody, "max-body", 0, "largest body of a proxied request, in bytes; 0: no limit")
}

func (o *listenOptions) check() error {
	for _, d := range []struct {
		name  string
		value time.Duration
	}{
		{"read-timeout", o.readTimeout},
		{"write-timeout", o.writeTimeout},
		{"upstream-timeout", o.upstreamTimeout},
		{"drain-timeout", o.drain},
	} {
		if d.value < time.Second {
			return exit.Usagef("--%s is %s; it must be %s at least", d.name, d.value, time.Second)
		}
	}
	switch {
	case len(o.certs) != len(o.keys):
		return exit.Usagef("there are %d of --tls-cert and %d of --tls-key; each certificate has a key", len(o.certs), len(o.keys))
	case versionsOfTLS[o.leastTLS] == 0:
		return exit.Usagef("--tls-min-version is %q; it may be 1.2 or 1.3", o.leastTLS)
	case o.maxBody < 0:
		return exit.Usagef("--max-body is %d; it must not be negative", o.maxBody)
	}
	return nil
}

var versionsOfTLS = map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// apply sets the options of a server.
func (o *listenOptions) apply(to *runtime.Options) {
	to.ReadTimeout, to.WriteTimeout, to.DrainTimeout, to.MaxBody = o.readTimeout, o.writeTimeout, o.drain, o.maxBody
	to.Upstream.ReadTimeout = o.upstreamTimeout
}

// listeners are where a gateway listens.
type listeners struct {
	public net.Listener
	admin  net.Listener  // nil: the admin API is where the APIs are
	certs  *certs.Keeper // nil: no TLS
}

// open begins to listen. Connections wait until they are accepted.
func (o *listenOptions) open() (*listeners, error) {
	l := &listeners{}
	if len(o.certs) > 0 {
		pairs := make([]certs.Pair, len(o.certs))
		for i := range o.certs {
			pairs[i] = certs.Pair{Cert: o.certs[i], Key: o.keys[i]}
		}
		var err error
		if l.certs, err = certs.Load(pairs); err != nil {
			return nil, exit.Unread(err)
		}
	}
	listen := func(flag, address string) (net.Listener, error) {
		ln, err := net.Listen("tcp", address)
		if err != nil {
			return nil, exit.Unread(fmt.Errorf("%w; --%s takes another address", err, flag))
		}
		if l.certs != nil {
			ln = tls.NewListener(ln, l.certs.Config(versionsOfTLS[o.leastTLS]))
		}
		return ln, nil
	}
	var err error
	if l.public, err = listen("listen", o.public); err != nil {
		return nil, err
	}
	if o.admin != "" {
		if l.admin, err = listen("admin-listen", o.admin); err != nil {
			l.close()
			return nil, err
		}
	}
	return l, nil
}

// close ends listening, where nobody else does.
func (l *listeners) close() {
	for _, ln := range []net.Listener{l.public, l.admin} {
		if ln != nil {
			_ = ln.Close() // nothing was accepted
		}
	}
}

// url is how clients reach a listener.
func (l *listeners) url(ln net.Listener) string {
	if l.certs != nil {
		return "https://" + ln.Addr().String()
	}
	return "http://" + ln.Addr().String()
}

// announce says where the admin API is, where it is not with the APIs.
func (l *listeners) announce(std stdio) {
	if l.admin != nil {
		fmt.Fprintf(std.Err, "tykctl: admin API on %s\n", l.url(l.admin))
	}
}

// reloadCerts takes over what has become of the certificates' files. While they are wrong the former ones stay.
func (l *listeners) reloadCerts(logger *slog.Logger) {
	if l.certs == nil {
		return
	}
	switch changed, err := l.certs.Reload(); {
	case err != nil:
		logger.Error("certificates cannot be read, the former stay", "error", err)
	case changed:
		logger.Info("certificates taken over", "expire", l.certs.NotAfter())
	}
}

// watchCerts watches the files of the certificates: whoever renews them need not know of the gateway. Without TLS there is nothing to watch.
func (l *listeners) watchCerts(logger *slog.Logger) (*watching, error) {
	if l.certs == nil {
		return nil, nil
	}
	if at := l.certs.NotAfter(); time.Now().After(at) {
		logger.Warn("a certificate has expired", "at", at)
	}
	return startWatching(l.certs.Dirs, func(string) bool { return true })
}
