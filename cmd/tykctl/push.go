package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/fix"
	"github.com/tykctl/tykctl/cmd/internal/gateway"
	"github.com/tykctl/tykctl/oas/source"
)

// settling bounds how long a gateway may take until it serves what it was sent.
const settling = 15 * time.Second

// pushOptions say which gateway a result is for; without a URL it is for none.
type pushOptions struct{ gatewayOptions }

func (o *pushOptions) flags(f *pflag.FlagSet) {
	o.timeout, o.format = 10*time.Second, "text"
	f.StringVar(&o.url, "push", "", "URL of a gateway, ours or Tyk's, that is to serve the result")
	f.StringVar(&o.secretFile, "secret-file", "", "with --push: file that holds the gateway secret; without it the variable TYKCTL_SECRET does")
}

// push makes a gateway serve a definition that has been checked, says what it does, and returns when the gateway serves it. A second push of the same
// has nothing to do. With dryRun it prints what would change on the gateway, which is exit.Differences. The name is that of the file, for messages.
func push(ctx context.Context, std stdio, to pushOptions, name string, text []byte, dryRun bool) error {
	c, err := to.client(std)
	if err != nil {
		return err
	}
	done, err := pushing{std, c, dryRun}.one(ctx, name, text)
	if err == nil && !done {
		fmt.Fprintln(std.Err, "tykctl: nothing to do")
	}
	return err
}

// pushing sends definitions to one gateway.
type pushing struct {
	std    stdio
	client *gateway.Client
	dryRun bool
}

// one pushes a definition. It reports whether there was anything to do.
func (p pushing) one(ctx context.Context, name string, text []byte) (done bool, err error) {
	f, err := source.Index(sentName, text)
	if err != nil {
		return false, exit.Usagef("%s: %w", name, err)
	}
	id := idOf(f)
	if id == "" {
		return false, &exit.Error{Code: exit.Problems, Err: fmt.Errorf("%s: the definition has no x-tyk-api-gateway.info.id; without one each push would make another API", name)}
	}
	todo, err := p.client.PlanPush(ctx, id, f.JSON())
	switch {
	case err != nil:
		return false, p.failed(name, err)
	case todo.Kind == "":
		return false, nil
	case p.dryRun:
		if _, err := p.std.Out.Write(fix.Diff(id, todo.Have, todo.Want)); err != nil {
			return true, exit.Unread(err)
		}
		return true, exit.Reported(exit.Differences)
	}
	kept, err := p.client.DoPush(ctx, todo, settling)
	if err != nil {
		return true, p.failed(name, err)
	}
	fmt.Fprintf(p.std.Out, "%s %s\n", todo.Kind, id)
	if !kept {
		fmt.Fprintf(p.std.Err, "tykctl: warning: %s: the gateway serves the definition otherwise than it was sent; `tykctl api get %s` shows what it has made of it\n", name, id)
	}
	return true, nil
}

// failed says what a gateway has refused.
func (p pushing) failed(name string, err error) error {
	var refused *gateway.StatusError
	if errors.As(err, &refused) {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return gatewayFailed(err)
}
