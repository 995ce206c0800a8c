package main

import (
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime/identity"
	"github.com/tykctl/tykctl/runtime/store"
)

// devOptions are those of `serve --dev`: the built-in identity server.
type devOptions struct {
	on       bool
	users    []string // name:password
	insecure bool
}

// devUser is who can sign in when nobody is named.
const devUser = "dev:dev"

func (o *devOptions) flags(f *pflag.FlagSet) {
	f.BoolVar(&o.on, "dev", false, "development only: a built-in login and consent page in the place of the definitions' authLoginRedirect")
	f.StringArrayVar(&o.users, "dev-user", nil, "with --dev: NAME:PASSWORD of somebody who can sign in, repeatable (default dev:dev unless there is a users file)")
	f.BoolVar(&o.insecure, "dev-insecure", false, "with --dev: listen on an address that other machines reach")
}

// people checks the options and returns who can sign in. Others are the users of a file.
func (o *devOptions) people(others bool) ([]identity.User, error) {
	switch {
	case !o.on && (len(o.users) > 0 || o.insecure):
		return nil, exit.Usagef("--dev-user and --dev-insecure are of use with --dev only")
	case len(o.users) == 0 && !others:
		o.users = []string{devUser}
	}
	var list []identity.User
	for _, pair := range o.users {
		name, password, ok := strings.Cut(pair, ":")
		if !ok || name == "" || password == "" {
			return nil, exit.Usagef("--dev-user is NAME:PASSWORD, both at least one character")
		}
		list = append(list, identity.User{Name: name, Password: password})
	}
	return list, nil
}

// login returns the identity server, or nil without --dev.
func (o *devOptions) login(people []identity.User, users store.Users, logger *slog.Logger) *identity.Server {
	if !o.on {
		return nil
	}
	return identity.New(identity.Options{Users: people, Store: users, Now: time.Now, Logger: logger})
}

// admits refuses an address from which strangers would see the login page.
func (o *devOptions) admits(addr net.Addr) error {
	tcp, ok := addr.(*net.TCPAddr)
	if !o.on || o.insecure || ok && tcp.IP.IsLoopback() {
		return nil
	}
	return exit.Usagef("--dev listens on this machine only, not on %s: anybody could sign in; --listen 127.0.0.1:8080, or --dev-insecure if that is meant", addr)
}

// announce says who can sign in, and which login pages are not used.
func (o *devOptions) announce(std stdio, p *plan.Plan) {
	if !o.on {
		return
	}
	fmt.Fprintln(std.Err, "tykctl: --dev is for development only: a built-in page asks users to sign in")
	if len(o.users) == 1 && o.users[0] == devUser {
		fmt.Fprintln(std.Err, "  name dev, password dev")
	}
	const most = 20
	shown := 0
	for i := range p.APIs {
		a := &p.APIs[i]
		if a.OAuth == plan.None || p.OAuth[a.OAuth].LoginRedirect == "" {
			continue
		}
		if shown++; shown > most {
			fmt.Fprintln(std.Err, "  and so on")
			break
		}
		fmt.Fprintf(std.Err, "  %s  %s instead of %s\n", a.ID, identity.LoginPath(a.ID), p.OAuth[a.OAuth].LoginRedirect)
	}
}
