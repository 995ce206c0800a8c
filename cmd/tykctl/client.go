package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tykctl/tykctl/cmd/internal/clientfile"
	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/gateway"
)

// gatewayOptions say which gateway is talked to.
type gatewayOptions struct {
	url        string
	secretFile string
	timeout    time.Duration
	format     string
}

func (o *gatewayOptions) flags(f *pflag.FlagSet) {
	o.connection(f)
	f.StringVarP(&o.format, "format", "f", "text", "text or json")
}

// connection are the flags without that of the output, for commands that have one form of it.
func (o *gatewayOptions) connection(f *pflag.FlagSet) {
	o.format = "text"
	f.StringVar(&o.url, "gateway", "http://127.0.0.1:8080", "URL of the gateway, ours or Tyk's")
	f.StringVar(&o.secretFile, "secret-file", "", "file that holds the gateway secret; without it the variable TYKCTL_SECRET does")
	f.DurationVar(&o.timeout, "timeout", 10*time.Second, "how long one call may take")
}

// client returns the admin API that the options name.
func (o *gatewayOptions) client(std stdio) (*gateway.Client, error) {
	if o.format != "text" && o.format != "json" {
		return nil, exit.Usagef("--format is %q; it may be text or json", o.format)
	}
	secret := os.Getenv(envPrefix + "SECRET")
	if o.secretFile != "" {
		data, err := os.ReadFile(o.secretFile)
		if err != nil {
			return nil, exit.Unread(err)
		}
		secret = strings.TrimSpace(string(data))
	}
	if secret == "" {
		return nil, exit.Usagef("the gateway secret is wanted: --secret-file FILE, or the variable %sSECRET", envPrefix)
	}
	c, err := gateway.New(gateway.Options{URL: o.url, Secret: secret, Timeout: o.timeout})
	if err != nil {
		return nil, exit.Usagef("--gateway: %w", err)
	}
	if c.Exposed() {
		fmt.Fprintf(std.Err, "tykctl: warning: the gateway secret goes to %s without encryption; use https\n", o.url)
	}
	return c, nil
}

// gatewayFailed gives an error of the admin API its exit code.
func gatewayFailed(err error) error {
	var unreachable *gateway.UnreachableError
	var refused *gateway.StatusError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gateway.ErrSecret):
		return exit.Usagef("%w; is it the secret of this gateway?", err)
	case errors.As(err, &unreachable), errors.As(err, &refused) && refused.Status >= 500:
		return exit.Unread(err)
	}
	return &exit.Error{Code: exit.Problems, Err: err}
}

func newClientCmd(std stdio) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "client",
		Short: "OAuth client apps of a running gateway, ours or Tyk's",
		Long: `Client apps are what API clients are registered as. They live on a gateway; these commands talk to its admin API with the gateway secret
(--secret-file, or TYKCTL_SECRET).

Exit codes: 0 done, 1 the gateway refused something, 2 wrong usage, file or secret, 3 the gateway cannot be reached.`,
		Args: args(cobra.NoArgs, "a subcommand"),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newClientApplyCmd(std), newClientListCmd(std), newClientCreateCmd(std), newClientRotateCmd(std), newClientDeleteCmd(std))
	return cmd
}

// apiOf finds the id of the API that a flag names by id or by listen path.
func apiOf(ctx context.Context, c *gateway.Client, name string) (string, error) {
	apis, err := c.APIs(ctx)
	if err != nil {
		return "", gatewayFailed(err)
	}
	var ids []string
	for i := range apis {
		a := &apis[i]
		if a.ID == name || strings.HasPrefix(name, "/") && strings.Trim(a.Proxy.ListenPath, "/") == strings.Trim(name, "/") {
			return a.ID, nil
		}
		if a.OAuth {
			ids = append(ids, a.ID)
		}
	}
	const most = 10
	hint := "it has no API with OAuth"
	if len(ids) > 0 {
		hint = "it has " + strings.Join(ids[:min(len(ids), most)], ", ")
	}
	return "", &exit.Error{Code: exit.Problems, Err: fmt.Errorf("the gateway has no API %q; %s", name, hint)}
}

type clientListOptions struct {
	gatewayOptions
	api string
}

func newClientListCmd(std stdio) *cobra.Command {
	opts := clientListOptions{}
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the client apps of an API, or of all",
		Example: "  tykctl client list --secret-file data/gateway-secret\n  tykctl client list --api my-oauth-api --format json",
		Args:    args(cobra.NoArgs, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runClientList(cmd.Context(), std, opts) },
	}
	opts.flags(cmd.Flags())
	cmd.Flags().StringVar(&opts.api, "api", "", "API id, or listen path with a slash in front; default: every API with OAuth")
	return cmd
}

func runClientList(ctx context.Context, std stdio, opts clientListOptions) error {
	c, err := opts.client(std)
	if err != nil {
		return err
	}
	var ids []string
	if opts.api != "" {
		id, err := apiOf(ctx, c, opts.api)
		if err != nil {
			return err
		}
		ids = []string{id}
	} else {
		apis, err := c.APIs(ctx)
		if err != nil {
			return gatewayFailed(err)
		}
		for i := range apis {
			if apis[i].OAuth {
				ids = append(ids, apis[i].ID)
			}
		}
	}
	apps := []shownApp{}
	for _, id := range ids {
		list, err := c.Apps(ctx, id)
		if err != nil {
			return gatewayFailed(err)
		}
		for i := range list {
			apps = append(apps, showApp(id, &list[i]))
		}
	}
	slices.SortStableFunc(apps, func(a, b shownApp) int { return strings.Compare(a.API+"\x00"+a.ID, b.API+"\x00"+b.ID) })
	if opts.format == "json" {
		return printJSON(std.Out, apps)
	}
	for i := range apps {
		fmt.Fprintln(std.Out, apps[i].line())
	}
	return nil
}

// shownApp is a client app as the commands show it: in the words of clients.yaml. The secret is one that has just been made.
type shownApp struct {
	API          string          `json:"apiId"`
	ID           string          `json:"clientId"`
	Secret       string          `json:"secret,omitempty"`
	RedirectURIs []string        `json:"redirectUris,omitempty"`
	PolicyID     string          `json:"policyId,omitempty"`
	MetaData     json.RawMessage `json:"metaData,omitempty"`
	Description  string          `json:"description,omitempty"`
	Public       bool            `json:"public,omitempty"`
}

func showApp(api string, a *gateway.App) shownApp {
	s := shownApp{API: api, ID: a.ID, RedirectURIs: a.URIs(), PolicyID: a.PolicyID, MetaData: a.MetaData, Description: a.Description, Public: a.Public}
	if string(a.MetaData) == "null" {
		s.MetaData = nil
	}
	return s
}

func (s *shownApp) line() string {
	text := s.API + "/" + s.ID
	for _, part := range []struct{ name, value string }{{"description", s.Description}, {"policy", s.PolicyID}} {
		if part.value != "" {
			text += fmt.Sprintf("  %s %q", part.name, part.value)
		}
	}
	if s.Public {
		text += "  public"
	}
	for _, uri := range s.RedirectURIs {
		text += "  " + uri
	}
	return text
}

// print shows a client app whose secret has just been made.
func (s *shownApp) print(std stdio, format string) error {
	if format == "json" {
		return printJSON(std.Out, s)
	}
	fmt.Fprintf(std.Out, "client id  %s\n", s.ID)
	if s.Secret != "" {
		fmt.Fprintf(std.Out, "secret     %s\n", s.Secret)
		fmt.Fprintln(std.Err, "tykctl: keep the secret now; it is not shown again")
	}
	return nil
}

type clientCreateOptions struct {
	gatewayOptions
	api, id, policy, description, meta, secret string
	redirectURIs                               []string
	public                                     bool
}

func newClientCreateCmd(std stdio) *cobra.Command {
	opts := clientCreateOptions{}
	cmd := &cobra.Command{
		Use:   "create --api API",
		Short: "Register a client app, and print its secret once",
		Example: `  tykctl client create --api my-oauth-api --redirect-uri https://app.example.com/callback
  tykctl client create --api /my-oauth-api/ --id spa --public --redirect-uri http://127.0.0.1/callback`,
		Args: args(cobra.NoArgs, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error { return runClientCreate(cmd.Context(), std, opts) },
	}
	opts.flags(cmd.Flags())
	f := cmd.Flags()
	f.StringVar(&opts.api, "api", "", "API id, or listen path with a slash in front")
	f.StringVar(&opts.id, "id", "", "client id (default: the gateway makes one)")
	f.StringArrayVar(&opts.redirectURIs, "redirect-uri", nil, "redirect URI, repeatable")
	f.StringVar(&opts.policy, "policy", "", "id of the policy for its tokens")
	f.StringVar(&opts.description, "description", "", "what people see of the client")
	f.StringVar(&opts.meta, "meta", "", "meta data, a JSON object")
	f.StringVar(&opts.secret, "secret-from", "", "env://NAME or file://PATH of its secret (default: the gateway makes one)")
	f.BoolVar(&opts.public, "public", false, "a client that can keep no secret, such as an app in a browser")
	return cmd
}

func runClientCreate(ctx context.Context, std stdio, opts clientCreateOptions) error {
	app, err := opts.app()
	if err != nil {
		return err
	}
	c, err := opts.client(std)
	if err != nil {
		return err
	}
	if app.APIID, err = apiOf(ctx, c, opts.api); err != nil {
		return err
	}
	made, err := c.Register(ctx, app, opts.redirectURIs)
	if err != nil {
		return gatewayFailed(err)
	}
	warn(std, made.Warnings)
	s := showApp(app.APIID, &made)
	if app.Secret == "" {
		s.Secret = made.Secret
	}
	return s.print(std, opts.format)
}

// app is what the flags describe.
func (o *clientCreateOptions) app() (gateway.App, error) {
	app := gateway.App{ID: o.id, PolicyID: o.policy, Description: o.description, Public: o.public}
	switch {
	case o.api == "":
		return app, exit.Usagef("client create wants --api API")
	case o.public && o.secret != "":
		return app, exit.Usagef("a public client has no secret; leave --secret-from out")
	case o.meta != "" && (!json.Valid([]byte(o.meta)) || !strings.HasPrefix(strings.TrimSpace(o.meta), "{")):
		return app, exit.Usagef("--meta must be a JSON object")
	}
	if o.meta != "" {
		app.MetaData = json.RawMessage(o.meta)
	}
	if o.secret != "" {
		var err error
		if app.Secret, err = clientfile.Secret(o.secret, "."); err != nil {
			return app, exit.Usagef("--secret-from: %w", err)
		}
	}
	return app, nil
}

func warn(std stdio, warnings []string) {
	for _, w := range warnings {
		fmt.Fprintf(std.Err, "tykctl: warning: %s\n", w)
	}
}
