package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tykctl/tykctl/cmd/internal/clientfile"
	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/gateway"
)

type clientApplyOptions struct {
	gatewayOptions
	file    string
	prune   bool
	dryRun  bool
	overlap time.Duration
}

func newClientApplyCmd(std stdio) *cobra.Command {
	opts := clientApplyOptions{}
	cmd := &cobra.Command{
		Use:   "apply FILE",
		Short: "Make the client apps of a gateway those of a file",
		Long: `Apply creates and updates client apps until they are as the file says, and says what it does. A second run has nothing to do. What the
file does not name stays, unless --prune: then it is deleted, on the APIs that the file names.

  clients:
    - apiId: my-oauth-api           # or listenPath: /my-oauth-api/
      clientId: web
      redirectUris: [https://app.example.com/callback]
      policyId: gold
      description: The web shop
      metaData: {team: shop}
      secret: env://WEB_SECRET      # or file://web.secret; without it the gateway makes one, which is printed once
    - listenPath: /my-oauth-api/
      clientId: spa
      public: true
      redirectUris: [https://spa.example.com/callback]

A secret is compared with the gateway's, and becomes it where it is another. A Tyk Gateway takes no secret for a client that exists, and has no
public clients; apply says so and ends with 1.`,
		Example: "  tykctl client apply clients.yaml --dry-run\n  tykctl client apply clients.yaml --prune --gateway https://gateway.example.com --secret-file secret",
		Args:    args(cobra.ExactArgs(1), "a file of client apps"),
		RunE: func(cmd *cobra.Command, list []string) error {
			opts.file = list[0]
			return runClientApply(cmd.Context(), std, opts)
		},
	}
	opts.flags(cmd.Flags())
	f := cmd.Flags()
	f.BoolVar(&opts.prune, "prune", false, "delete the client apps that the file does not name, on the APIs that it names")
	f.BoolVar(&opts.dryRun, "dry-run", false, "say what would be done, and do nothing")
	f.DurationVar(&opts.overlap, "overlap", 0, "how long the old secret goes on working where the file has another")
	return cmd
}

func runClientApply(ctx context.Context, std stdio, opts clientApplyOptions) error {
	wanted, err := clientfile.Load(opts.file)
	if err != nil {
		return mistakesOf(std, "the file of clients", err)
	}
	c, err := opts.client(std)
	if err != nil {
		return err
	}
	p, err := c.Plan(ctx, wanted, opts.prune)
	if err != nil {
		return gatewayFailed(err)
	}
	for _, n := range p.Notes {
		fmt.Fprintf(std.Err, "%s\n", n)
	}
	run := applying{std: std, opts: &opts, client: c, done: []gateway.Action{}, problems: p.Problems}
	for i := range p.Actions {
		if err := run.action(ctx, &p.Actions[i]); err != nil {
			run.problems = append(run.problems, err.Error())
			run.code = exit.Code(err)
			break // the next call would end alike
		}
	}
	return run.report()
}

// applying is one run of apply.
type applying struct {
	std      stdio
	opts     *clientApplyOptions
	client   *gateway.Client
	done     []gateway.Action // or what would be done
	problems []string
	code     int
}

// action takes one step and says so at once: a secret that the gateway has made is shown only here. What the gateway refuses is a problem; an error ends
// the run.
func (r *applying) action(ctx context.Context, a *gateway.Action) error {
	if !r.opts.dryRun {
		warnings, err := r.client.Apply(ctx, a, r.opts.overlap)
		if err = gatewayFailed(err); exit.Code(err) == exit.Problems {
			r.problems = append(r.problems, fmt.Sprintf("%s %s/%s: %v", a.Kind, a.API, a.Client, err))
			return nil
		}
		if err != nil {
			return err
		}
		warn(r.std, warnings)
	}
	r.done = append(r.done, *a)
	if r.opts.format == "text" {
		fmt.Fprintln(r.std.Out, actionLine(a))
	}
	return nil
}

func actionLine(a *gateway.Action) string {
	line := fmt.Sprintf("%s %s/%s", a.Kind, a.API, a.Client)
	if len(a.Changes) > 0 {
		line += ": " + strings.Join(a.Changes, ", ")
	}
	if a.Secret != "" {
		line += "  secret " + a.Secret
	}
	return line
}

// report ends the run.
func (r *applying) report() error {
	if r.opts.format == "json" {
		err := printJSON(r.std.Out, struct {
			DryRun   bool             `json:"dryRun"`
			Actions  []gateway.Action `json:"actions"`
			Problems []string         `json:"problems"`
		}{r.opts.dryRun, r.done, append([]string{}, r.problems...)})
		if err != nil {
			return exit.Unread(err)
		}
	}
	for _, text := range r.problems {
		fmt.Fprintf(r.std.Err, "%s\n", text)
	}
	switch {
	case len(r.problems) > 0:
		return exit.Reported(max(r.code, exit.Problems))
	case len(r.done) == 0:
		fmt.Fprintln(r.std.Err, "tykctl: nothing to do")
	case r.opts.dryRun:
		fmt.Fprintf(r.std.Err, "tykctl: dry run: %s, nothing was done\n", listing(len(r.done), "change"))
	default:
		fmt.Fprintf(r.std.Err, "tykctl: %s\n", listing(len(r.done), "change"))
	}
	return nil
}
