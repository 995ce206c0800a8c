package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/oauthclient"
)

func newOAuthCmd(std stdio) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "oauth",
		Short: "Try an OAuth 2.0 flow from the terminal, against any authorization server",
		Long: `These commands are an OAuth 2.0 client. --api names an API on a gateway, ours or Tyk's: its endpoints are those of its metadata (RFC 8414) or, without
metadata, the ones that Tyk has below the listen path. Other servers are named by the URLs of their endpoints.

Secrets are never given as arguments, where everybody on the machine can read them, but in a file (- for standard input) or a variable:

  the client secret   --client-secret-file   TYKCTL_CLIENT_SECRET
  a password          --password-file        TYKCTL_PASSWORD
  a refresh token     --refresh-token-file   TYKCTL_REFRESH_TOKEN
  a token             --token-file           TYKCTL_TOKEN

--print-curl prints the same request for curl, with variables in the place of secrets, and sends nothing.

Exit codes: 0 done, 1 the server refused, or the token is not active, 2 wrong usage, 3 the server cannot be reached.`,
		Args: args(cobra.NoArgs, "a subcommand"),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newOAuthTokenCmd(std), newOAuthLoginCmd(std), newOAuthIntrospectCmd(std), newOAuthRevokeCmd(std))
	return cmd
}

// oauthRequestOptions say who the client is and where the server.
type oauthRequestOptions struct {
	api        string
	clientID   string
	secretFile string
	style      string
	format     string
	timeout    time.Duration
	curl       bool
}

func (o *oauthRequestOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.api, "api", "", "URL of the API: the gateway's with the listen path")
	f.StringVar(&o.clientID, "client-id", "", "client id")
	f.StringVar(&o.secretFile, "client-secret-file", "", "file that holds the client secret, - for standard input")
	f.StringVar(&o.style, "auth", "", "how the client proves itself: basic, body, or none for a public client (default basic with a secret, none without)")
	f.DurationVar(&o.timeout, "timeout", 10*time.Second, "how long one request may take")
	f.BoolVar(&o.curl, "print-curl", false, "print the request for curl instead, with variables in the place of secrets")
}

// auth are the credentials of the client. For curl the secret itself is not wanted.
func (o *oauthRequestOptions) auth(std stdio) (oauthclient.Auth, error) {
	a := oauthclient.Auth{ID: o.clientID, Style: oauthclient.Style(o.style)}
	if o.clientID == "" {
		return a, exit.Usagef("--client-id is wanted")
	}
	if o.style != "" && a.Style != oauthclient.Basic && a.Style != oauthclient.Body && a.Style != oauthclient.None {
		return a, exit.Usagef("--auth is %q; it may be basic, body or none", o.style)
	}
	if o.curl {
		if a.Style == "" {
			a.Style = oauthclient.Basic
		}
		return a, nil
	}
	var err error
	if a.Style != oauthclient.None {
		if a.Secret, err = secretOf(std, o.secretFile, "CLIENT_SECRET"); err != nil {
			return a, err
		}
	}
	switch {
	case a.Style == "" && a.Secret == "":
		a.Style = oauthclient.None
	case a.Style == "":
		a.Style = oauthclient.Basic
	case a.Style != oauthclient.None && a.Secret == "":
		return a, exit.Usagef("the client secret is wanted: --client-secret-file FILE, or the variable %sCLIENT_SECRET", envPrefix)
	}
	return a, nil
}

// secretOf reads a secret from the file of a flag or from a variable; empty where there is neither.
func secretOf(std stdio, file, variable string) (string, error) {
	switch file {
	case "":
		return os.Getenv(envPrefix + variable), nil
	case "-":
		return oneLine(std.In, "standard input")
	}
	f, err := os.Open(file)
	if err != nil {
		return "", exit.Unread(err)
	}
	defer f.Close()
	return oneLine(f, file)
}

// server finds the endpoints; for curl nothing is asked.
func (o *oauthRequestOptions) server(ctx context.Context, c *oauthclient.Client) (*oauthclient.Server, error) {
	if o.api == "" {
		return nil, exit.Usagef("--api URL is wanted, or the URL of the endpoint")
	}
	if _, err := oauthclient.At(o.api); err != nil {
		return nil, exit.Usagef("--api: %w", err)
	}
	if o.curl {
		return oauthclient.At(o.api)
	}
	s, err := c.Discover(ctx, o.api)
	return s, oauthFailed(err)
}

// endpointOf is a URL that was given, or else one of the server's.
func (o *oauthRequestOptions) endpointOf(ctx context.Context, c *oauthclient.Client, flag, given string, of func(*oauthclient.Server) string) (string, error) {
	if given != "" {
		if err := oauthclient.CheckEndpoint(given); err != nil {
			return "", exit.Usagef("--%s: %w", flag, err)
		}
		return given, nil
	}
	s, err := o.server(ctx, c)
	if err != nil {
		return "", err
	}
	if of(s) == "" {
		return "", &exit.Error{Code: exit.Problems, Err: fmt.Errorf("the server's metadata name no such endpoint; --%s gives one", flag)}
	}
	return of(s), nil
}

// oauthFailed gives an error of a server its exit code.
func oauthFailed(err error) error {
	var refused *oauthclient.Error
	var e *exit.Error
	switch {
	case err == nil, errors.As(err, &e):
		return err
	case errors.As(err, &refused) && refused.Status < 500:
		return &exit.Error{Code: exit.Problems, Err: err}
	}
	var unreachable *oauthclient.UnreachableError
	if errors.As(err, &unreachable) || refused != nil {
		return exit.Unread(err)
	}
	return &exit.Error{Code: exit.Problems, Err: err}
}

// warnExposed says so when secrets are about to go over a network without encryption.
func warnExposed(std stdio, endpoint string) {
	if oauthclient.Exposed(endpoint) {
		fmt.Fprintf(std.Err, "tykctl: warning: secrets go to %s without encryption; use https\n", endpoint)
	}
}

type oauthTokenOptions struct {
	oauthRequestOptions
	tokenURL     string
	grant        string
	username     string
	passwordFile string
	refreshFile  string
	scopes       []string
}

func newOAuthTokenCmd(std stdio) *cobra.Command {
	opts := oauthTokenOptions{}
	cmd := &cobra.Command{
		Use:   "token --api URL",
		Short: "Get tokens: client_credentials, password or refresh_token",
		Example: `  tykctl oauth token --api http://127.0.0.1:8080/my-oauth-api --client-id web --client-secret-file web.secret
  TOKEN=$(tykctl oauth token --api "$API" --client-id web --format token)
  tykctl oauth token --api "$API" --client-id web --grant password --username alice
  tykctl oauth token --token-url https://id.example.com/token --client-id web --grant refresh_token --refresh-token-file -`,
		Args: args(cobra.NoArgs, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error { return runOAuthToken(cmd.Context(), std, opts) },
	}
	opts.flags(cmd.Flags())
	f := cmd.Flags()
	f.StringVar(&opts.tokenURL, "token-url", "", "URL of the token endpoint, in the place of --api")
	f.StringVar(&opts.grant, "grant", "client_credentials", "client_credentials, password or refresh_token")
	f.StringVar(&opts.username, "username", "", "with --grant password: the user")
	f.StringVar(&opts.passwordFile, "password-file", "", "with --grant password: file that holds the password, - for standard input (default: ask)")
	f.StringVar(&opts.refreshFile, "refresh-token-file", "", "with --grant refresh_token: file that holds it, - for standard input")
	f.StringArrayVar(&opts.scopes, "scope", nil, "scope to ask for, repeatable")
	tokenFormat(f, &opts.format)
	return cmd
}

func tokenFormat(f *pflag.FlagSet, format *string) {
	f.StringVarP(format, "format", "f", "text", "text, json (the server's answer), or token (the access token alone, for scripts)")
}

func checkTokenFormat(format string) error {
	if format != "text" && format != "json" && format != "token" {
		return exit.Usagef("--format is %q; it may be text, json or token", format)
	}
	return nil
}

func runOAuthToken(ctx context.Context, std stdio, opts oauthTokenOptions) error {
	if err := checkTokenFormat(opts.format); err != nil {
		return err
	}
	auth, err := opts.auth(std)
	if err != nil {
		return err
	}
	fields, err := opts.fields(std)
	if err != nil {
		return err
	}
	c := oauthclient.New(opts.timeout)
	where, err := opts.endpointOf(ctx, c, "token-url", opts.tokenURL, func(s *oauthclient.Server) string { return s.Token })
	if err != nil {
		return err
	}
	r := oauthclient.Request{URL: where, Auth: auth, Fields: fields}
	if opts.curl {
		fmt.Fprintln(std.Out, r.Curl())
		return nil
	}
	warnExposed(std, where)
	t, err := c.Token(ctx, r)
	if err != nil {
		return oauthFailed(err)
	}
	return printToken(std, t, opts.format)
}

// fields are the parameters of the grant.
func (o *oauthTokenOptions) fields(std stdio) ([]oauthclient.Field, error) {
	list := []oauthclient.Field{{Name: "grant_type", Value: o.grant}}
	scope := oauthclient.Field{Name: "scope", Value: strings.Join(o.scopes, " ")}
	switch o.grant {
	case "client_credentials":
		return append(list, scope), nil
	case "password":
		if o.username == "" {
			return nil, exit.Usagef("--grant password wants --username")
		}
		password, err := o.password(std)
		return append(list, oauthclient.Field{Name: "username", Value: o.username}, oauthclient.Field{Name: "password", Value: password, Variable: "PASSWORD"}, scope), err
	case "refresh_token":
		token := ""
		var err error
		if !o.curl {
			token, err = secretOf(std, o.refreshFile, "REFRESH_TOKEN")
		}
		if err == nil && token == "" && !o.curl {
			err = exit.Usagef("the refresh token is wanted: --refresh-token-file FILE, or the variable %sREFRESH_TOKEN", envPrefix)
		}
		return append(list, oauthclient.Field{Name: "refresh_token", Value: token, Variable: "REFRESH_TOKEN"}, scope), err
	case "authorization_code":
		return nil, exit.Usagef("the authorization code grant needs a browser: tykctl oauth login")
	}
	return nil, exit.Usagef("--grant is %q; it may be client_credentials, password or refresh_token", o.grant)
}

func (o *oauthTokenOptions) password(std stdio) (string, error) {
	if o.curl {
		return "", nil
	}
	password, err := secretOf(std, o.passwordFile, "PASSWORD")
	if err != nil || password != "" {
		return password, err
	}
	if f, ok := std.In.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return ask(std, f, "Password of "+o.username+": ")
	}
	return "", exit.Usagef("the password is wanted: --password-file FILE, or the variable %sPASSWORD", envPrefix)
}

func printToken(std stdio, t *oauthclient.Token, format string) error {
	switch format {
	case "json":
		return printJSON(std.Out, t.Raw)
	case "token":
		_, err := fmt.Fprintln(std.Out, t.AccessToken)
		return err
	}
	for _, line := range []struct{ name, value string }{
		{"access token", t.AccessToken}, {"token type", t.TokenType}, {"expires in", t.ExpiresIn.String()}, {"refresh token", t.RefreshToken}, {"scope", t.Scope},
	} {
		if line.value != "" {
			if line.name == "expires in" {
				line.value += " s"
			}
			fmt.Fprintf(std.Out, "%-13s  %s\n", line.name, line.value)
		}
	}
	return nil
}
