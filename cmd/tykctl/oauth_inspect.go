package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/oauthclient"
)

// aboutToken are the options of what is asked of a server about a token.
type aboutToken struct {
	oauthRequestOptions
	url  string
	file string
	hint string
}

func (o *aboutToken) flags(cmd *cobra.Command, urlFlag, what string) {
	o.oauthRequestOptions.flags(cmd.Flags())
	f := cmd.Flags()
	f.StringVar(&o.url, urlFlag, "", "URL of the "+what+" endpoint, in the place of --api")
	f.StringVar(&o.file, "token-file", "", "file that holds the token, - for standard input")
	f.StringVar(&o.hint, "hint", "", "access_token or refresh_token, where it is known")
}

// request is the POST of the token to an endpoint.
func (o *aboutToken) request(ctx context.Context, std stdio, c *oauthclient.Client, flag string, of func(*oauthclient.Server) string) (oauthclient.Request, error) {
	var r oauthclient.Request
	if o.hint != "" && o.hint != "access_token" && o.hint != "refresh_token" {
		return r, exit.Usagef("--hint is %q; it may be access_token or refresh_token", o.hint)
	}
	auth, err := o.auth(std)
	if err != nil {
		return r, err
	}
	token := ""
	if !o.curl {
		if token, err = secretOf(std, o.file, "TOKEN"); err != nil {
			return r, err
		}
		if token == "" {
			return r, exit.Usagef("the token is wanted: --token-file FILE, or the variable %sTOKEN", envPrefix)
		}
	}
	where, err := o.endpointOf(ctx, c, flag, o.url, of)
	if err != nil {
		return r, err
	}
	warnExposed(std, where)
	return oauthclient.Request{URL: where, Auth: auth, Fields: []oauthclient.Field{
		{Name: "token", Value: token, Variable: "TOKEN"}, {Name: "token_type_hint", Value: o.hint},
	}}, nil
}

func newOAuthIntrospectCmd(std stdio) *cobra.Command {
	opts := aboutToken{}
	cmd := &cobra.Command{
		Use:     "introspect --api URL",
		Short:   "Ask what a token is worth (RFC 7662); exit 1 when it is not active",
		Example: "  tykctl oauth introspect --api http://127.0.0.1:8080/my-oauth-api --client-id web --token-file token.txt",
		Args:    args(cobra.NoArgs, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runOAuthIntrospect(cmd.Context(), std, opts) },
	}
	opts.flags(cmd, "introspect-url", "introspection")
	return cmd
}

func runOAuthIntrospect(ctx context.Context, std stdio, opts aboutToken) error {
	c := oauthclient.New(opts.timeout)
	r, err := opts.request(ctx, std, c, "introspect-url", func(s *oauthclient.Server) string { return s.Introspection })
	if err != nil {
		return err
	}
	if opts.curl {
		fmt.Fprintln(std.Out, r.Curl())
		return nil
	}
	data, err := c.Send(ctx, r)
	if err != nil {
		return oauthFailed(err)
	}
	var state struct {
		Active *bool `json:"active"`
	}
	if json.Unmarshal(data, &state) != nil || state.Active == nil {
		return exit.Unread(fmt.Errorf("%s: the answer does not say whether the token is active", r.URL))
	}
	if err := printJSON(std.Out, json.RawMessage(data)); err != nil {
		return exit.Unread(err)
	}
	if !*state.Active {
		return exit.Reported(exit.Problems)
	}
	return nil
}

func newOAuthRevokeCmd(std stdio) *cobra.Command {
	opts := aboutToken{}
	cmd := &cobra.Command{
		Use:   "revoke --api URL",
		Short: "End a token (RFC 7009); a refresh token ends with all that came of its grant",
		Long: `Revoke ends a token of the client. That a token is unknown, or not of this client, is no error: it is of no use in any case, and the server
does not say.`,
		Example: "  tykctl oauth revoke --api http://127.0.0.1:8080/my-oauth-api --client-id web --token-file token.txt",
		Args:    args(cobra.NoArgs, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runOAuthRevoke(cmd.Context(), std, opts) },
	}
	opts.flags(cmd, "revoke-url", "revocation")
	return cmd
}

func runOAuthRevoke(ctx context.Context, std stdio, opts aboutToken) error {
	c := oauthclient.New(opts.timeout)
	r, err := opts.request(ctx, std, c, "revoke-url", func(s *oauthclient.Server) string { return s.Revocation })
	if err != nil {
		return err
	}
	if opts.curl {
		fmt.Fprintln(std.Out, r.Curl())
		return nil
	}
	if err := c.Do(ctx, r); err != nil {
		return oauthFailed(err)
	}
	fmt.Fprintln(std.Err, "tykctl: revoked")
	return nil
}
