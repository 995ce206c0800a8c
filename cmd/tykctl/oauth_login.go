package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/oauthclient"
)

type oauthLoginOptions struct {
	oauthRequestOptions
	authorizeURL string
	tokenURL     string
	redirectURI  string
	scopes       []string
	noBrowser    bool
	wait         time.Duration
}

func newOAuthLoginCmd(std stdio) *cobra.Command {
	opts := oauthLoginOptions{}
	cmd := &cobra.Command{
		Use:   "login --api URL",
		Short: "Get tokens for a user: authorization code with PKCE, through a browser",
		Long: `Login opens the server's login page in a browser and waits on this machine until it comes back with a code, which it exchanges for tokens. The
code challenge (PKCE), the state and the issuer (RFC 9207) are checked.

The client must have the redirect URI registered. Where the server follows RFC 8252, as ours does, http://127.0.0.1/callback stands for any port;
otherwise name the registered one with its port.`,
		Example: `  tykctl oauth login --api http://127.0.0.1:8080/my-oauth-api --client-id spa
  tykctl oauth login --api "$API" --client-id web --redirect-uri http://127.0.0.1:9000/callback --scope read --no-browser`,
		Args: args(cobra.NoArgs, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error { return runOAuthLogin(cmd.Context(), std, opts) },
	}
	opts.flags(cmd.Flags())
	f := cmd.Flags()
	f.StringVar(&opts.authorizeURL, "authorize-url", "", "URL of the authorization endpoint, with --token-url in the place of --api")
	f.StringVar(&opts.tokenURL, "token-url", "", "URL of the token endpoint")
	f.StringVar(&opts.redirectURI, "redirect-uri", "http://127.0.0.1/callback", "registered redirect URI on this machine; without a port, a free one is taken")
	f.StringArrayVar(&opts.scopes, "scope", nil, "scope to ask for, repeatable")
	f.BoolVar(&opts.noBrowser, "no-browser", false, "print the address only")
	f.DurationVar(&opts.wait, "wait", 5*time.Minute, "how long to wait for the user")
	tokenFormat(f, &opts.format)
	return cmd
}

func runOAuthLogin(ctx context.Context, std stdio, opts oauthLoginOptions) error {
	if err := opts.check(); err != nil {
		return err
	}
	auth, err := opts.auth(std)
	if err != nil {
		return err
	}
	c := oauthclient.New(opts.timeout)
	server, err := opts.endpoints(ctx, c)
	if err != nil {
		return err
	}
	login := oauthclient.Login{
		Server: server, Auth: auth, Scope: strings.Join(opts.scopes, " "), RedirectURI: opts.redirectURI,
		Open: func(address string) { opts.show(std, address) },
	}
	if opts.curl {
		fmt.Fprintln(std.Out, login.Curl())
		return nil
	}
	warnExposed(std, server.Token)
	ctx, cancel := context.WithTimeout(ctx, opts.wait)
	defer cancel()
	t, err := login.Run(ctx, c)
	if err != nil {
		return oauthFailed(err)
	}
	return printToken(std, t, opts.format)
}

func (o *oauthLoginOptions) check() error {
	if err := oauthclient.CheckRedirectURI(o.redirectURI); err != nil {
		return exit.Usagef("--redirect-uri: %w", err)
	}
	if (o.authorizeURL == "") != (o.tokenURL == "") {
		return exit.Usagef("--authorize-url and --token-url belong together")
	}
	if o.wait <= 0 {
		return exit.Usagef("--wait is %s; it must be more than nothing", o.wait)
	}
	return checkTokenFormat(o.format)
}

// endpoints are those that were given, or else the server's.
func (o *oauthLoginOptions) endpoints(ctx context.Context, c *oauthclient.Client) (*oauthclient.Server, error) {
	if o.authorizeURL == "" {
		s, err := o.server(ctx, c)
		if err == nil && s.Authorization == "" {
			err = &exit.Error{Code: exit.Problems, Err: fmt.Errorf("the server of %s has no authorization endpoint: its definition has no authorization code flow", o.api)}
		}
		return s, err
	}
	for flag, text := range map[string]string{"authorize-url": o.authorizeURL, "token-url": o.tokenURL} {
		if err := oauthclient.CheckEndpoint(text); err != nil {
			return nil, exit.Usagef("--%s: %w", flag, err)
		}
	}
	return &oauthclient.Server{Authorization: o.authorizeURL, Token: o.tokenURL}, nil
}

// show takes the user to an address. The address is always printed: the browser may be on another screen, or none.
func (o *oauthLoginOptions) show(std stdio, address string) {
	if !o.noBrowser {
		if err := oauthclient.OpenBrowser(address); err == nil {
			fmt.Fprintf(std.Err, "tykctl: a browser opens; if it does not, open\n  %s\n", address)
			return
		}
	}
	fmt.Fprintf(std.Err, "tykctl: open this address in a browser on this machine\n  %s\n", address)
}
