package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tykctl/tykctl/cmd/internal/atomicfile"
	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/fix"
	"github.com/tykctl/tykctl/cmd/internal/lint"
	"github.com/tykctl/tykctl/cmd/internal/project"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// importOptions are the flags of import.
type importOptions struct {
	oas.ImportParams

	idBase      string
	oauthServer string
	oauth       oas.OAuthServer
	to          string
	output      string
	force       bool
	update      string
	base        string
	prune       bool
	dryRun      bool
	push        pushOptions

	from    string
	classic classicOptions
}

func newImportCmd(std stdio) *cobra.Command {
	var opts importOptions
	cmd := &cobra.Command{
		Use:   "import FILE|DIR|ZIP|-",
		Short: "Make an API definition of an OpenAPI description, or of a Tyk Classic definition",
		Long: `import makes an API definition of an OpenAPI description, with the same result as the import of a Tyk Gateway. Order, comments and notation of the
description are kept; what it refers to in other files becomes a part of it. The result is checked like any definition; with errors nothing is written.

With --update the description goes into a definition that exists: operations come and go, and what people wrote into it stays.

With --push a gateway is made to serve the result, and waited for; where it serves it already nothing is sent.

With --from classic it makes Tyk OAS definitions of a Tyk Classic one, or of all in a directory such as a gateway's, with its policies. Each setting
that cannot be carried over is named, and the exit code is 1 then.

Exit codes: 0 done, 1 problems found, 2 wrong usage, 3 something could not be read or written, 5 the dry run shows differences.`,
		Example: `  tykctl import openapi.yaml --listen-path /pets/ --allow-list -o apis/pets.yaml
  tykctl import openapi.yaml --oauth-server tyk --auth-login-redirect https://login.example.com/ -o apis/pets.yaml
  tykctl import openapi.yaml --update apis/pets.yaml --dry-run
  tykctl import openapi.yaml --listen-path /pets/ --push https://gateway.example.com --secret-file secret
  tykctl import --from classic /opt/tyk-gateway --out definitions/`,
		Args: args(cobra.ExactArgs(1), "one OpenAPI description: a file, a directory, an archive, or - for standard input"),
		RunE: func(cmd *cobra.Command, list []string) error {
			if opts.from != "" {
				return opts.fromClassic(cmd.Flags(), std, list[0])
			}
			if opts.classic != (classicOptions{}) {
				return exit.Usagef("--out and --verbose belong to --from classic")
			}
			im := &importRun{importOptions: opts, std: std}
			defer im.stop()
			return im.run(cmd.Context(), list[0])
		},
	}
	opts.flags(cmd.Flags())
	return cmd
}

func (o *importOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.UpstreamURL, "upstream-url", "", "where the API goes (default: the first of the description's servers)")
	f.StringVar(&o.ListenPath, "listen-path", "", `where the API is served (default "/")`)
	f.StringVar(&o.CustomDomain, "custom-domain", "", "domain that the API is served on")
	f.StringVar(&o.APIID, "api-id", "", "id of the API (default: one made of --id-base, always the same)")
	f.StringVar(&o.idBase, "id-base", "", "text that the id is made of (default: the path of the description)")
	threeStates(f, &o.Authentication, "authentication", "use the schemes of the first security requirement")
	threeStates(f, &o.AllowList, "allow-list", "serve the operations of the description alone")
	threeStates(f, &o.ValidateRequest, "validate-request", "refuse requests that do not fit the description")
	threeStates(f, &o.MockResponse, "mock-response", "answer with the examples of the description")
	f.StringVar(&o.oauthServer, "oauth-server", "", `"tyk": the gateway issues the tokens of the description's OAuth scheme`)
	f.StringVar(&o.oauth.LoginRedirect, "auth-login-redirect", "", "URL of the login page, for --oauth-server tyk")
	f.StringVar(&o.oauth.NotifyURL, "notify-url", "", "URL that is told of issued tokens, for --oauth-server tyk")
	f.StringVar(&o.oauth.NotifySecret, "notify-secret", "", "secret that is sent along to it; better in the environment variable TYKCTL_NOTIFY_SECRET")
	f.StringVar(&o.to, "to", "", "notation of the result: json or yaml (default: that of the description)")
	f.StringVarP(&o.output, "output", "o", "", "file to write to (default: standard output)")
	f.BoolVar(&o.force, "force", false, "replace the output file although it holds something else")
	f.StringVar(&o.update, "update", "", "definition that the description goes into")
	f.StringVar(&o.base, "base", "", "the description that the definition was made of: with it people's changes are told from the description's")
	f.BoolVar(&o.prune, "prune", false, "remove what the description does not have any more, settings of removed operations among it")
	f.BoolVar(&o.dryRun, "dry-run", false, "print what would change in the file, and on the gateway of --push, and change nothing")
	o.push.flags(f)
	f.StringVar(&o.from, "from", "", `"classic": what is read are Tyk Classic definitions`)
	o.classic.flags(f)
}

// threeStates is a flag that may be on, off, or not given at all.
func threeStates(f *pflag.FlagSet, p **bool, name, usage string) {
	f.Var(&threeState{p}, name, usage+"; =false writes it switched off")
	f.Lookup(name).NoOptDefVal = "true"
}

type threeState struct{ p **bool }

func (t *threeState) String() string {
	if t.p == nil || *t.p == nil {
		return ""
	}
	return strconv.FormatBool(**t.p)
}

// Type is what help calls the value.
func (*threeState) Type() string { return "bool" }

// Set reads what Tyk reads.
func (t *threeState) Set(s string) error {
	on, err := strconv.ParseBool(strings.TrimSpace(s))
	if err != nil {
		return errors.New("expected true or false")
	}
	*t.p = &on
	return nil
}

// check refuses flags that do not go together.
func (o *importOptions) check(input string) error {
	oauth := o.oauth != oas.OAuthServer{}
	switch {
	case o.oauthServer != "" && o.oauthServer != "tyk":
		return exit.Usagef("--oauth-server is %q; it may be tyk", o.oauthServer)
	case oauth && o.oauthServer == "":
		return exit.Usagef("--auth-login-redirect, --notify-url and --notify-secret belong to --oauth-server tyk")
	case o.oauthServer != "" && o.Authentication != nil && !*o.Authentication:
		return exit.Usagef("--oauth-server and --authentication=false contradict each other")
	case o.oauthServer != "" && o.update != "":
		return exit.Usagef("--oauth-server is for new definitions; a definition that is updated keeps its own settings")
	case o.to != "" && o.to != "json" && o.to != "yaml":
		return exit.Usagef("--to is %q; it may be json or yaml", o.to)
	case o.update == "" && (o.base != "" || o.prune):
		return exit.Usagef("--base and --prune belong to --update")
	case o.update == "-" || o.base == "-":
		return exit.Usagef("only the description can be read from standard input")
	case o.update != "" && o.to != "":
		return exit.Usagef("--to is for new definitions; a definition that is updated keeps its notation")
	case o.dryRun && o.update == "" && o.output == "" && o.push.url == "":
		return exit.Usagef("--dry-run wants --update or -o, or --push, something to compare with")
	case o.push.url != "" && input == "-" && o.update == "" && o.APIID == "" && o.idBase == "":
		return exit.Usagef("--push of standard input wants --api-id or --id-base: without one it would replace whatever came that way before")
	case o.push.url == "" && o.push.secretFile != "":
		return exit.Usagef("--secret-file belongs to --push")
	case o.output == "-", o.output == "" || o.update != "" || input == "-":
	case sameFile(o.output, input):
		return exit.Usagef("-o is the description itself; write the definition to another file, so that the next import finds the description")
	}
	if o.oauthServer != "" {
		o.OAuth = &o.oauth
	}
	return nil
}

func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// Memory that import may have, in bytes at least and for each byte of the description: what is read of it, the definition and what is read of
// that are in memory at a time, and garbage is to be small beside them.
const (
	memoryAtLeast = 352 << 20
	memoryPerByte = 28
)

// memory is what import of a file may use. What is read of YAML is larger.
func (im *importRun) memory(f *source.File) int64 {
	n := memoryPerByte * int64(len(f.Text()))
	if f.Format() == source.YAML || im.to == "yaml" || strings.HasSuffix(im.output, "ml") {
		n *= 3
	}
	if im.update != "" {
		n *= 2
	}
	return max(memoryAtLeast, n)
}

// importRun is one run of import.
type importRun struct {
	importOptions

	std      stdio
	in       lint.Input
	progress *progress
}

func (im *importRun) stop() {
	if im.progress != nil {
		im.progress.stop()
	}
}

func (im *importRun) run(ctx context.Context, arg string) error {
	if err := im.check(arg); err != nil {
		return err
	}
	im.progress = newProgress(im.std.Err, isTerminal(im.std.Err), progressDelay, "reading "+arg)
	if im.output == "-" {
		im.output = ""
	}
	doc, err := im.load(arg)
	if err != nil {
		return err
	}
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(im.memory(doc.File)))
	if im.update != "" {
		return im.runUpdate(ctx, doc.WithoutOpenAPI()) // which has been read to see whether it is right
	}
	old, err := im.existing()
	if err != nil {
		return err
	}
	if im.APIID == "" {
		im.APIID = im.id(old)
	}
	im.progress.step("importing " + im.in.Name)
	read := doc.WithoutOpenAPI()
	imported, list := oas.Import(doc, im.ImportParams)
	if imported == nil {
		return im.refuse(list, read)
	}
	text, err := im.converted(read.File.Format(), imported.Text)
	if err != nil {
		return err
	}
	if len(imported.Notes) == 0 {
		read = nil // it may be large, and so is what is to come
	}
	if err := im.checked(text, imported.Notes, read); err != nil {
		return err
	}
	return im.deliver(ctx, text, func() error {
		switch {
		case im.output != "":
			return im.write(old, text)
		case im.push.url != "":
			return nil
		}
		_, err := im.std.Out.Write(text)
		return unwritten(err)
	})
}

// deliver writes a result and, with --push, makes a gateway serve it.
func (im *importRun) deliver(ctx context.Context, text []byte, write func() error) error {
	err := write()
	if im.push.url == "" || err != nil && exit.Code(err) != exit.Differences {
		return err
	}
	pushed := push(ctx, im.std, im.push, im.in.Name, text, im.dryRun)
	if pushed != nil {
		return pushed
	}
	return err
}

func unwritten(err error) error {
	if err == nil {
		return nil
	}
	return exit.Unread(err)
}

// load reads a description, as one document. What is wrong with it is printed.
func (im *importRun) load(arg string) (*oas.Document, error) {
	p, err := project.Search{Stdin: im.std.In, StdinName: "stdin"}.Open(arg)
	if err != nil {
		return nil, err
	}
	defer p.Close()
	im.in = lint.Input{Name: p.Name}
	if info, err := os.Stat(arg); arg != "-" && err == nil && info.Mode().IsRegular() {
		im.in.Path = arg
	}
	doc, found := oas.LoadWith(p.Name, p.Data, p.Options)
	if doc == nil || doc.OpenAPI == nil || len(onlyErrors(found)) > 0 {
		return nil, im.refuse(onlyErrors(found), doc)
	}
	if len(doc.Others) == 0 {
		return doc, nil
	}
	im.progress.step("bundling " + p.Name)
	text, list := oas.Bundle(doc, p.Options, doc.File.Format())
	if text == nil {
		return nil, im.refuse(list, doc)
	}
	bundled, found := oas.Load(p.Name, text)
	if bundled == nil || bundled.OpenAPI == nil {
		return nil, im.refuse(onlyErrors(found), bundled)
	}
	return bundled, im.print(list, doc)
}

// onlyErrors are the errors of a description, which needs no extension.
func onlyErrors(found diag.List) diag.List {
	return slices.DeleteFunc(slices.Clone(found), func(d diag.Diagnostic) bool { return d.Severity != diag.Error || d.Code == oas.CodeNoExtension })
}

// refuse prints why there is no result.
func (im *importRun) refuse(list diag.List, docs ...*oas.Document) error {
	im.stop()
	if err := im.print(list, docs...); err != nil {
		return err
	}
	return exit.Reported(exit.Problems)
}

// print writes diagnostics to standard error, with the lines that they speak of.
func (im *importRun) print(list diag.List, docs ...*oas.Document) error {
	color, err := useColor("auto", im.std.Err)
	if err != nil {
		return err
	}
	return unwritten(diag.WriteText(im.std.Err, list.Sort(), texts(docs), color))
}

// texts are those of documents, and of what they refer to.
func texts(docs []*oas.Document) diag.Texts {
	files := map[string]*source.File{}
	for _, d := range docs {
		if d == nil {
			continue
		}
		for _, f := range append([]*source.File{d.File}, d.Others...) {
			if files[f.Name] == nil { // the first document of a name is the one that is spoken of
				files[f.Name] = f
			}
		}
	}
	return func(name string) *source.File { return files[name] }
}

// existing is what the output file holds; nothing when there is none.
func (im *importRun) existing() ([]byte, error) {
	if im.output == "" {
		return nil, nil
	}
	data, err := os.ReadFile(im.output)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, exit.Unread(err)
	}
	return data, nil
}

// converted is the result in the notation that is wanted: what --to says, or what the name of the output file does.
func (im *importRun) converted(from source.Format, text []byte) ([]byte, error) {
	to := im.to
	if to == "" {
		switch strings.ToLower(filepath.Ext(im.output)) {
		case ".json":
			to = "json"
		case ".yaml", ".yml":
			to = "yaml"
		}
	}
	if to == "" || strings.EqualFold(to, from.String()) {
		return text, nil
	}
	f, err := source.Index(im.in.Name, text)
	if err != nil {
		return nil, err
	}
	if to == "json" {
		return source.Same(f.Root()).Write(source.JSON), nil
	}
	return source.Same(f.Root()).Write(source.YAML), nil
}

// write puts the result into its file, or shows what would change there.
func (im *importRun) write(old, text []byte) error {
	im.stop()
	switch {
	case im.dryRun:
		return showDifference(im.std.Out, im.output, old, text)
	case old == nil:
		return unwritten(atomicfile.Write(im.output, text, 0o644, nil))
	case bytes.Equal(old, text):
		return nil
	case !im.force:
		return exit.Usagef("%s exists and holds something else; --update %s keeps what people wrote there, --force replaces it", im.output, im.output)
	}
	return unwritten(fix.Write(im.output, old, text))
}
