package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/keyfile"
	"github.com/tykctl/tykctl/compiler/plan"
	"github.com/tykctl/tykctl/runtime"
	"github.com/tykctl/tykctl/runtime/store"
	"github.com/tykctl/tykctl/runtime/store/bolt"
	"github.com/tykctl/tykctl/runtime/store/memory"
)

type serveOptions struct {
	sources
	conf        string
	listen      listenOptions
	secret      string
	secretPlace string // where it stands, for people; empty: on the command line or in the environment
	secretFile  string
	store       string
	dataDir     string
	log         logOptions
	oauth       oauthOptions
	users       string
	separator   string
	watch       bool
	dev         devOptions
}

func newServeCmd(std stdio) *cobra.Command {
	opts := serveOptions{}
	cmd := &cobra.Command{
		Use:   "serve PATH|DIR|PLAN...",
		Short: "Serve API definitions: reverse proxy and OAuth 2.0 authorization server",
		Long: `Serve compiles API definitions and runs them. Definitions with an error are not served, and neither is anything else then.
SIGHUP and GET /tyk/reload read them again, and the policies with them; when they have become wrong, what was served before stays in force.
With one directory, /tyk/apis/oas of the admin API writes definitions into it; it may be empty.

Every flag can be given as an environment variable, --data-dir as TYKCTL_DATA_DIR; the flag wins, and the variable beats the file of --conf,
which is Tyk Gateway's own configuration file, read once at the start. With it, variables TYK_GW_* beat the file as they do in Tyk Gateway. The gateway secret protects the admin API
(header X-Tyk-Authorization); give it in a file or as TYKCTL_SECRET, or let the first start make one in the data directory.`,
		Example: `  tykctl serve apis/
  tykctl serve apis/ --policies policies.json
  tykctl serve --conf /opt/tyk-gateway/tyk.conf
  tykctl serve my-api.yaml --listen 127.0.0.1:8080 --store memory:
  tykctl serve apis/ --secret-file /run/secrets/gateway --store bolt:/var/lib/tykctl/tykctl.db`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, list []string) error {
			opts.paths = list
			if err := opts.readConf(std, cmd.Flags()); err != nil {
				return err
			}
			if len(opts.paths) == 0 {
				return exit.Usagef("serve wants files or directories of API definitions, or a compiled plan, or --conf with an app_path; see '%s --help'", cmd.CommandPath())
			}
			ctx, stop := untilStopped(cmd.Context())
			defer stop()
			return runServe(ctx, std, opts)
		},
	}
	f := cmd.Flags()
	opts.flag(f)
	f.StringVar(&opts.conf, "conf", "", "Tyk Gateway's configuration file; keys that are not honoured are named in warnings, `tykctl compat` lists them all")
	opts.listen.flags(f)
	f.StringVar(&opts.secret, "secret", "", "the gateway secret; use the variable or --secret-file, a flag is seen in the process list")
	f.StringVar(&opts.secretFile, "secret-file", "", "file that holds the gateway secret")
	f.StringVar(&opts.store, "store", "", "memory: or bolt:FILE (default bolt: tykctl.db in the data directory)")
	f.StringVar(&opts.dataDir, "data-dir", "data", "directory for what must last: the store, its key, the generated secret")
	opts.log.flags(f)
	opts.oauth.flags(f)
	f.BoolVar(&opts.watch, "watch", false, "read definitions, policies and users again whenever one of their files changes, as SIGHUP does")
	f.StringVar(&opts.users, "users", "", "users file of the password grant, read again with the definitions; `tykctl user hash` prints its hashes")
	f.StringVar(&opts.separator, "redirect-uri-separator", "", "parts several redirect URIs in a client's redirect_uri, as Tyk's oauth_redirect_uri_separator; empty: it holds one")
	opts.dev.flags(f)
	return cmd
}

func (o *serveOptions) check() error {
	if err := o.listen.check(); err != nil {
		return err
	}
	if err := o.log.check(); err != nil {
		return err
	}
	return o.oauth.check()
}

func runServe(ctx context.Context, std stdio, opts serveOptions) (err error) {
	if err := opts.check(); err != nil {
		return err
	}
	devs, err := opts.dev.people(opts.users != "")
	if err != nil {
		return err
	}
	opts.empty = len(opts.paths) == 1 // its definitions may come through the admin API
	logger := opts.log.logger(std)
	r := &reloader{std: std, sources: opts.sources, users: opts.users, logger: logger}
	if opts.watch {
		if r.files, err = r.watch(); err != nil {
			return err
		}
		defer r.files.close()
	}
	p, err := opts.plan(std)
	if err != nil {
		return err
	}
	people, err := readUsers(std, opts.users)
	if err != nil {
		return err
	}
	secret, secretPlace, err := gatewaySecret(&opts)
	if err != nil {
		return err
	}
	key, err := installationKey(&opts)
	if err != nil {
		return err
	}
	st, err := openStore(&opts, key)
	if err != nil {
		return err
	}
	defer func() {
		if e := st.Close(); err == nil && e != nil {
			err = exit.Unread(fmt.Errorf("close store: %w", e))
		}
	}()
	if err := syncUsers(ctx, st, people, logger); err != nil {
		return exit.Unread(err)
	}
	r.store, r.current = st, p
	options := runtime.Options{
		Store: st, Secret: secret, Key: key, Rand: rand.Reader, Logger: logger, Reload: r.reload,
		Definitions:          newDefinitions(r),
		Login:                opts.dev.login(devs, st, logger),
		RedirectURISeparator: opts.separator,
	}
	if err := opts.oauth.apply(&options, key); err != nil {
		return err
	}
	opts.listen.apply(&options)
	return listenAndServe(ctx, std, &opts, options, r, p, secretPlace)
}

// listenAndServe serves until ctx is done.
func listenAndServe(ctx context.Context, std stdio, opts *serveOptions, options runtime.Options, r *reloader, p *plan.Plan, secretPlace string) error {
	l, err := opts.listen.open()
	if err != nil {
		return err
	}
	defer l.close() // of what nobody serves
	if err := opts.dev.admits(l.public.Addr()); err != nil {
		return err
	}
	options.Admin = l.admin
	if r.server, err = runtime.New(p, options); err != nil {
		return exit.Unread(err)
	}
	r.listeners = l
	certFiles, err := l.watchCerts(r.logger)
	if err != nil {
		return err
	}
	defer certFiles.close()
	defer r.onHangup(ctx)()
	defer r.files.attend(ctx, r.logger, r.reloadAndLog)()
	defer certFiles.attend(ctx, r.logger, func(context.Context) { l.reloadCerts(r.logger) })()
	announce(std, p, l.url(l.public), secretPlace)
	l.announce(std)
	opts.dev.announce(std, p)
	if err := r.server.Serve(ctx, l.public); err != nil {
		return exit.Unread(err)
	}
	return nil
}

// announce says what is served where. The gateway secret itself is never printed.
func announce(std stdio, p *plan.Plan, base, secretPlace string) {
	fmt.Fprintf(std.Err, "tykctl: serving %s on %s\n", listing(len(p.APIs), "API"), base)
	const most = 20
	if len(p.APIs) == 0 {
		fmt.Fprintln(std.Err, "tykctl: warning: no file holds an OpenAPI document; POST /tyk/apis/oas takes definitions")
	}
	for i := range p.APIs {
		if i == most {
			fmt.Fprintf(std.Err, "  and %s more; `tykctl plan` lists them\n", listing(len(p.APIs)-most, "API"))
			break
		}
		a := &p.APIs[i]
		up := &p.Upstreams[a.Upstream]
		fmt.Fprintf(std.Err, "  %s  %s -> %s://%s%s\n", a.ID, base+a.ListenPath, up.Scheme, up.Host, up.Path)
	}
	if len(p.Policies) > 0 {
		fmt.Fprintf(std.Err, "tykctl: policies: %d\n", len(p.Policies))
	}
	fmt.Fprintf(std.Err, "tykctl: gateway secret: %s\n", secretPlace)
}

// inMemory is the --store that ends with the process.
const inMemory = "memory:"

// installationKey returns the key of the data directory; the first start makes it. With a store in memory nothing that it protects
// outlasts the process, and neither does the key.
func installationKey(opts *serveOptions) ([]byte, error) {
	if opts.store == inMemory {
		key := make([]byte, keyfile.Size)
		_, err := rand.Read(key)
		return key, err
	}
	key, err := keyfile.Load(filepath.Join(opts.dataDir, "tykctl.key"))
	if err != nil {
		return nil, exit.Unread(err)
	}
	return key, nil
}

// openStore opens the store that --store names.
func openStore(opts *serveOptions, key []byte) (store.Store, error) {
	name := opts.store
	if name == "" {
		name = "bolt:" + filepath.Join(opts.dataDir, "tykctl.db")
	}
	scheme, path, _ := strings.Cut(name, ":")
	switch {
	case name == inMemory:
		return memory.New(), nil
	case scheme == "bolt" && path != "":
		st, err := bolt.Open(path, bolt.Options{Key: key})
		if err != nil {
			return nil, exit.Unread(err)
		}
		return st, nil
	default:
		return nil, exit.Usagef("--store is %q; it may be memory: or bolt:FILE", name)
	}
}

// minGatewaySecret is the length below which a gateway secret is refused: it opens everything.
const minGatewaySecret = 16

// gatewaySecret returns the secret and, for people, where it stands. Without one given, the data directory's own is used; the first start makes it.
func gatewaySecret(opts *serveOptions) (secret, place string, err error) {
	switch {
	case opts.secret != "" && opts.secretFile != "":
		return "", "", exit.Usagef("--secret and --secret-file are both given")
	case opts.secret != "":
		secret, place = opts.secret, cmp.Or(opts.secretPlace, "as given")
	case opts.secretFile != "":
		data, err := os.ReadFile(opts.secretFile)
		if err != nil {
			return "", "", exit.Unread(err)
		}
		secret, place = strings.TrimSpace(string(data)), "in "+opts.secretFile
	default:
		file := filepath.Join(opts.dataDir, "gateway-secret")
		if secret, err = ownSecret(file); err != nil {
			return "", "", exit.Unread(err)
		}
		place = "in " + file
	}
	if len(secret) < minGatewaySecret {
		return "", "", exit.Usagef("the gateway secret %s has %d characters; it must have %d at least", place, len(secret), minGatewaySecret)
	}
	return secret, place, nil
}

// ownSecret reads the data directory's secret, and makes it when there is none. Two first starts at once agree on one: the file appears
// complete, or not at all.
func ownSecret(file string) (string, error) {
	data, err := os.ReadFile(file)
	if err == nil {
		return strings.TrimSpace(string(data)), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	tmp, err := os.CreateTemp(dir, ".gateway-secret-*") // mode 0600
	if err != nil {
		return "", err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(rand.Text() + "\n")
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err != nil {
		return "", err
	}
	if err := os.Link(tmp.Name(), file); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	data, err = os.ReadFile(file)
	return strings.TrimSpace(string(data)), err
}

// reloader compiles the definitions again and swaps them in, one reload or change of a definition at a time.
type reloader struct {
	std stdio
	sources
	users  string // the users file; empty: none
	store  store.Users
	logger *slog.Logger

	files     *watching // nil: they are not watched
	listeners *listeners
	server    *runtime.Server

	mu      sync.Mutex
	current *plan.Plan // what is served
}

func (r *reloader) reload(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.listeners.reloadCerts(r.logger)
	p, err := r.plan(r.std)
	if err != nil {
		return err
	}
	people, err := readUsers(r.std, r.users)
	if err != nil {
		return err
	}
	if err := r.swap(p); err != nil {
		return err
	}
	if err := syncUsers(ctx, r.store, people, r.logger); err != nil {
		return err
	}
	r.logger.Info("reloaded", "apis", len(p.APIs), "policies", len(p.Policies))
	return nil
}

// swap makes a plan live. The caller holds the lock.
func (r *reloader) swap(p *plan.Plan) error {
	err := r.server.Swap(p)
	if err == nil {
		r.current = p
	}
	return err
}

// onHangup reloads on SIGHUP until the returned function is called.
func (r *reloader) onHangup(ctx context.Context) (stop func()) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-ctx.Done():
				return
			case <-hangup:
				r.reloadAndLog(ctx)
			}
		}
	}()
	return func() {
		signal.Stop(hangup)
		cancel()
		<-done
	}
}
