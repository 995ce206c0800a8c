package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tykctl/tykctl/cmd/internal/exit"
)

// envPrefix begins the environment variable of every flag: --data-dir is TYKCTL_DATA_DIR. A flag beats its variable.
const envPrefix = "TYKCTL_"

func newRootCmd(std stdio) *cobra.Command {
	root := &cobra.Command{
		Use:   "tykctl",
		Short: "Validate, compile and serve Tyk OAS API definitions",
		Long: `tykctl works on Tyk OAS API definitions: OpenAPI 3 documents with an x-tyk-api-gateway extension.

Exit codes: 0 clean, 1 problems found, 2 wrong usage or nothing matched, 3 input could not be read, 4 a bug in tykctl, 5 differences found (diff, import --dry-run).`,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return flagsFromEnv(cmd.Flags())
		},
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return exit.Usagef("%w; see '%s --help'", err, cmd.CommandPath())
	})
	root.AddCommand(
		newValidateCmd(std),
		newImportCmd(std),
		newServeCmd(std),
		newCompileCmd(std),
		newPlanCmd(std),
		newBundleCmd(std),
		newAPICmd(std),
		newDiffCmd(std),
		newClientCmd(std),
		newOAuthCmd(std),
		newUserCmd(std),
		newRulesCmd(std),
		newCompatCmd(std),
		newExplainCmd(std),
		newLSPCmd(std),
		newConfigCmd(std),
		newVersionCmd(std),
	)
	return root
}

// flagsFromEnv sets the flags that were not given from their environment variables.
func flagsFromEnv(flags *pflag.FlagSet) error {
	var failed error
	flags.VisitAll(func(f *pflag.Flag) {
		name := envPrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, set := os.LookupEnv(name)
		if f.Changed || !set || failed != nil || f.Name == "help" {
			return
		}
		if err := flags.Set(f.Name, value); err != nil {
			failed = exit.Usagef("environment variable %s: %w", name, err)
		}
	})
	return failed
}

// args makes a wrong number of arguments a usage error that says what was wanted.
func args(check cobra.PositionalArgs, wanted string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, list []string) error {
		if check(cmd, list) != nil {
			return exit.Usagef("%s wants %s; see '%s --help'", cmd.Name(), wanted, cmd.CommandPath())
		}
		return nil
	}
}

// listing is "1 file", "3 files".
func listing(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// printJSON prints a value as indented JSON, readable for people too.
func printJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
