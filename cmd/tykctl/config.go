package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/tykctl/tykctl/cmd/internal/config"
	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/schemas"
)

// noConfig is the value of --config that stands for no file.
const noConfig = "none"

// configFlag adds --config.
func configFlag(flags *pflag.FlagSet, path *string) {
	flags.StringVar(path, "config", "", "configuration file, or none; default: .tykctl.yaml of this directory or of one above it")
}

// loadConfig reads the configuration file that was chosen, or the one found from the working directory upward. Mistakes in it
// are printed.
func loadConfig(std stdio, path, color string) (*config.Config, config.Found, error) {
	var found config.Found
	var err error
	switch path {
	case noConfig:
		return &config.Config{}, found, nil
	case "":
		found, err = config.Find(".")
	default:
		found.Path = path
	}
	c := &config.Config{}
	if err == nil && found.Path != "" {
		c, err = config.Load(found.Path)
	}
	var mistakes *config.Error
	if !errors.As(err, &mistakes) {
		if err != nil {
			err = exit.Usagef("%w", err)
		}
		return c, found, err
	}
	colored, err := useColor(color, std.Err)
	if err != nil {
		return nil, found, err
	}
	if err := mistakes.Write(std.Err, colored); err != nil {
		return nil, found, exit.Unread(err)
	}
	return nil, found, exit.Usagef("the configuration has %s; nothing was done", listing(len(mistakes.List), "mistake"))
}

func newConfigCmd(std stdio) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Show the configuration",
		Args:  args(cobra.NoArgs, "a subcommand"),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newConfigPrintCmd(std), &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the configuration file, for editors",
		Args:  args(cobra.NoArgs, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			_, err := std.Out.Write(schemas.ConfigJSON())
			return err
		},
	})
	return cmd
}

type configPrintOptions struct {
	files  []string
	path   string
	format string
	color  string
}

func newConfigPrintCmd(std stdio) *cobra.Command {
	opts := configPrintOptions{}
	cmd := &cobra.Command{
		Use:   "print [FILE]...",
		Short: "Print what is configured and where, or the settings in force for files",
		Long: `Print shows the configuration with everything that it extends, as a configuration file that says the same by itself. A comment
tells where each setting was made.

With FILE it shows what is in force for that file instead: whether it is ignored, its target, and the severity of every rule.`,
		Example: "  tykctl config print\n  tykctl config print legacy/orders.yaml\n  tykctl config print --format json",
		RunE: func(_ *cobra.Command, list []string) error {
			opts.files = list
			return runConfigPrint(std, opts)
		},
	}
	f := cmd.Flags()
	configFlag(f, &opts.path)
	f.StringVarP(&opts.format, "format", "f", "text", "text (YAML) or json")
	f.StringVar(&opts.color, "color", "auto", "of mistakes: auto, always or never")
	return cmd
}

func runConfigPrint(std stdio, opts configPrintOptions) error {
	if opts.format != "text" && opts.format != "json" {
		return exit.Usagef("--format is %q; it may be text or json", opts.format)
	}
	c, found, err := loadConfig(std, opts.path, opts.color)
	if err != nil {
		return err
	}
	if found.Path == "" && found.Last != "" && opts.format == "text" {
		fmt.Fprintf(std.Out, "# no configuration file here or above; the last directory looked at is %q: %s\n", found.Last, found.Why)
	}
	switch {
	case opts.format == "json" && len(opts.files) > 0:
		return c.WriteFileJSON(std.Out, opts.files)
	case opts.format == "json":
		return c.WriteJSON(std.Out)
	case len(opts.files) > 0:
		return c.WriteFileYAML(std.Out, opts.files)
	}
	return c.WriteYAML(std.Out)
}
