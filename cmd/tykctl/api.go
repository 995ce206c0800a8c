package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/gateway"
	"github.com/tykctl/tykctl/cmd/internal/lint"
)

func newAPICmd(std stdio) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "api",
		Short: "API definitions of a running gateway, ours or Tyk's",
		Long: `These commands talk to the admin API of a gateway with the gateway secret (--secret-file, or TYKCTL_SECRET). What they change is served when they
end: a Tyk Gateway is made to read its definitions again, and waited for.

Exit codes: 0 done, 1 the gateway or a rule refused something, 2 wrong usage, file or secret, 3 the gateway cannot be reached, 5 a dry run has found
something to do.`,
		Args: args(cobra.NoArgs, "a subcommand"),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newAPIListCmd(std), newAPIGetCmd(std), newAPIApplyCmd(std), newAPIDeleteCmd(std))
	return cmd
}

func newAPIListCmd(std stdio) *cobra.Command {
	opts := gatewayOptions{}
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the APIs of a gateway",
		Example: "  tykctl api list --secret-file data/gateway-secret\n  tykctl api list --gateway https://gateway.example.com --format json",
		Args:    args(cobra.NoArgs, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runAPIList(cmd.Context(), std, opts) },
	}
	opts.flags(cmd.Flags())
	return cmd
}

// shownAPI is an API as the commands show it.
type shownAPI struct {
	ID         string `json:"apiId"`
	Name       string `json:"name"`
	ListenPath string `json:"listenPath"`
	Domain     string `json:"domain,omitempty"`
	OAuth      bool   `json:"oauth"`
}

func runAPIList(ctx context.Context, std stdio, opts gatewayOptions) error {
	c, err := opts.client(std)
	if err != nil {
		return err
	}
	list, err := c.APIs(ctx)
	if err != nil {
		return gatewayFailed(err)
	}
	slices.SortFunc(list, func(a, b gateway.API) int { return strings.Compare(a.ID, b.ID) })
	all := []shownAPI{}
	for i := range list {
		a := &list[i]
		all = append(all, shownAPI{a.ID, a.Name, a.Proxy.ListenPath, a.Domain, a.OAuth})
	}
	if opts.format == "json" {
		return printJSON(std.Out, all)
	}
	for _, a := range all {
		line := fmt.Sprintf("%s  %s%s  %q", a.ID, a.Domain, a.ListenPath, a.Name)
		if a.OAuth {
			line += "  OAuth"
		}
		fmt.Fprintln(std.Out, harmless(line))
	}
	return nil
}

func newAPIGetCmd(std stdio) *cobra.Command {
	opts := gatewayOptions{}
	cmd := &cobra.Command{
		Use:     "get ID",
		Short:   "Print the definition of an API, as the gateway serves it",
		Example: "  tykctl api get my-oauth-api > my-oauth-api.json",
		Args:    args(cobra.ExactArgs(1), "the id of an API"),
		RunE: func(cmd *cobra.Command, list []string) error {
			return runAPIGet(cmd.Context(), std, opts, list[0])
		},
	}
	opts.connection(cmd.Flags())
	return cmd
}

func runAPIGet(ctx context.Context, std stdio, opts gatewayOptions, id string) error {
	c, err := opts.client(std)
	if err != nil {
		return err
	}
	doc, err := c.Definition(ctx, id)
	switch {
	case err != nil:
		return gatewayFailed(err)
	case doc == nil:
		return &exit.Error{Code: exit.Problems, Err: fmt.Errorf("the gateway has no API %q; tykctl api list names them", id)}
	}
	var text bytes.Buffer
	if err := json.Indent(&text, bytes.TrimSpace(doc), "", "  "); err != nil {
		return exit.Unread(err)
	}
	text.WriteByte('\n')
	if _, err := text.WriteTo(std.Out); err != nil {
		return exit.Unread(err)
	}
	return nil
}

func newAPIDeleteCmd(std stdio) *cobra.Command {
	opts := gatewayOptions{}
	cmd := &cobra.Command{
		Use:     "delete ID...",
		Short:   "Delete APIs from a gateway",
		Example: "  tykctl api delete my-oauth-api",
		Args:    args(cobra.MinimumNArgs(1), "ids of APIs"),
		RunE: func(cmd *cobra.Command, list []string) error {
			return runAPIDelete(cmd.Context(), std, opts, list)
		},
	}
	opts.connection(cmd.Flags())
	return cmd
}

func runAPIDelete(ctx context.Context, std stdio, opts gatewayOptions, ids []string) error {
	c, err := opts.client(std)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := c.DeleteDefinition(ctx, id, settling); err != nil {
			return gatewayFailed(err)
		}
		fmt.Fprintf(std.Out, "%s %s\n", gateway.Delete, id)
	}
	return nil
}

type apiApplyOptions struct {
	gatewayOptions
	paths  []string
	dryRun bool
}

func newAPIApplyCmd(std stdio) *cobra.Command {
	opts := apiApplyOptions{}
	cmd := &cobra.Command{
		Use:   "apply PATH|DIR...",
		Short: "Create or replace API definitions on a gateway until it serves those of files",
		Long: `Apply checks definitions as validate does, and sends those that differ from what the gateway has. With an error in one of them nothing is sent.
A second run has nothing to do. What a gateway itself notes in a definition is no difference: its own URL among the servers, the id of its database.`,
		Example: "  tykctl api apply apis/ --dry-run\n  tykctl api apply my-oauth-api.yaml --gateway https://gateway.example.com --secret-file secret",
		Args:    args(cobra.MinimumNArgs(1), "files or directories of API definitions"),
		RunE: func(cmd *cobra.Command, list []string) error {
			opts.paths = list
			return runAPIApply(cmd.Context(), std, opts)
		},
	}
	opts.connection(cmd.Flags())
	cmd.Flags().BoolVar(&opts.dryRun, "dry-run", false, "print what would change on the gateway, and change nothing")
	return cmd
}

func runAPIApply(ctx context.Context, std stdio, opts apiApplyOptions) error {
	set, err := checkedDefinitions(std, opts.paths)
	if err != nil {
		return err
	}
	c, err := opts.client(std)
	if err != nil {
		return err
	}
	to := pushing{std, c, opts.dryRun}
	changes := 0
	for _, doc := range set.Docs {
		done, err := to.one(ctx, doc.File.Name, []byte(doc.File.Text()))
		if done {
			changes++
		}
		if err != nil && exit.Code(err) != exit.Differences {
			return err
		}
	}
	switch {
	case changes == 0:
		fmt.Fprintln(std.Err, "tykctl: nothing to do")
	case opts.dryRun:
		return exit.Reported(exit.Differences)
	}
	return nil
}

// checkedDefinitions reads definitions that a gateway can be sent. What is wrong with them is printed.
func checkedDefinitions(std stdio, paths []string) (*lint.Set, error) {
	inputs, err := lint.Search{StdinName: "stdin"}.Inputs(paths)
	if err != nil {
		return nil, err
	}
	set, err := lint.Check(inputs, lint.Options{Stdin: std.In})
	if err != nil {
		return nil, err
	}
	if set.Files == 0 {
		return nil, exit.Usagef("no file holds an OpenAPI document")
	}
	if err := printDiagnostics(std.Err, set.Found, set); err != nil {
		return nil, exit.Unread(err)
	}
	if set.Found.HasErrors() {
		return nil, exit.Reported(exit.Problems)
	}
	for _, doc := range set.Docs {
		var why string
		switch {
		case doc.Tyk == nil:
			why = "is no API definition; tykctl import makes one of it"
		case len(doc.Others) > 0:
			why = "has references to other files, which a gateway does not follow; tykctl bundle makes one document of them"
		default:
			continue
		}
		return nil, &exit.Error{Code: exit.Problems, Err: fmt.Errorf("%s %s", doc.File.Name, why)}
	}
	return set, nil
}
