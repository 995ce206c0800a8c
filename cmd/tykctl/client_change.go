package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/gateway"
)

type clientChangeOptions struct {
	gatewayOptions
	api, id string
	overlap time.Duration
}

func newClientRotateCmd(std stdio) *cobra.Command {
	opts := clientChangeOptions{}
	cmd := &cobra.Command{
		Use:   "rotate CLIENT --api API",
		Short: "Give a client app another secret, and print it once",
		Long: `Rotate gives a client app another secret. The old one stops at once, or goes on working for --overlap, so that a client on several machines
can be changed one after the other; a Tyk Gateway knows no overlap. Tokens stay.`,
		Example: "  tykctl client rotate web --api my-oauth-api --overlap 24h",
		Args:    args(cobra.ExactArgs(1), "the id of a client"),
		RunE: func(cmd *cobra.Command, list []string) error {
			opts.id = list[0]
			return runClientRotate(cmd.Context(), std, opts)
		},
	}
	opts.flags(cmd.Flags())
	cmd.Flags().StringVar(&opts.api, "api", "", "API id, or listen path with a slash in front")
	cmd.Flags().DurationVar(&opts.overlap, "overlap", 0, "how long the old secret goes on working")
	return cmd
}

func runClientRotate(ctx context.Context, std stdio, opts clientChangeOptions) error {
	c, api, err := opts.target(ctx, std, "rotate")
	if err != nil {
		return err
	}
	if opts.overlap > 0 {
		tyk, err := c.IsTyk(ctx)
		if err != nil {
			return gatewayFailed(err)
		}
		if tyk {
			return exit.Usagef("a Tyk Gateway knows no --overlap: the old secret would stop at once")
		}
	}
	made, err := c.Rotate(ctx, api, opts.id, "", opts.overlap)
	if err != nil {
		return gatewayFailed(err)
	}
	s := showApp(api, &made)
	s.Secret = made.Secret
	return s.print(std, opts.format)
}

// target is the gateway, and the id of the API that the client is of.
func (o *clientChangeOptions) target(ctx context.Context, std stdio, command string) (*gateway.Client, string, error) {
	if o.api == "" {
		return nil, "", exit.Usagef("client %s wants --api API", command)
	}
	if o.overlap < 0 {
		return nil, "", exit.Usagef("--overlap is %s; it must not be negative", o.overlap)
	}
	c, err := o.client(std)
	if err != nil {
		return nil, "", err
	}
	api, err := apiOf(ctx, c, o.api)
	return c, api, err
}

func newClientDeleteCmd(std stdio) *cobra.Command {
	opts := clientChangeOptions{}
	cmd := &cobra.Command{
		Use:   "delete CLIENT --api API",
		Short: "Delete a client app; its tokens end with it",
		Args:  args(cobra.ExactArgs(1), "the id of a client"),
		RunE: func(cmd *cobra.Command, list []string) error {
			opts.id = list[0]
			return runClientDelete(cmd.Context(), std, opts)
		},
	}
	opts.flags(cmd.Flags())
	cmd.Flags().StringVar(&opts.api, "api", "", "API id, or listen path with a slash in front")
	return cmd
}

func runClientDelete(ctx context.Context, std stdio, opts clientChangeOptions) error {
	c, api, err := opts.target(ctx, std, "delete")
	if err != nil {
		return err
	}
	if err := c.Delete(ctx, api, opts.id); err != nil {
		return gatewayFailed(err)
	}
	a := gateway.Action{Kind: gateway.Delete, API: api, Client: opts.id}
	if opts.format == "json" {
		return printJSON(std.Out, a)
	}
	fmt.Fprintf(std.Out, "%s %s/%s\n", a.Kind, a.API, a.Client)
	return nil
}
