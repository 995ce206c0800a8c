package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/runtime/compat"
)

func newCompatCmd(std stdio) *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "compat",
		Short: "List where serve deliberately differs from a Tyk Gateway, and why",
		Long: `Compat lists where serve deliberately differs from a Tyk Gateway 5.8, and why. Those marked with * are Tyk's again under serve --compat tyk;
the others are not: what is insecure stays mended.`,
		Args: args(cobra.NoArgs, "no arguments"),
		RunE: func(*cobra.Command, []string) error { return runCompat(std, format) },
	}
	cmd.Flags().StringVarP(&format, "format", "f", format, "text or json")
	return cmd
}

type differenceJSON struct {
	ID       string `json:"id"`
	Area     string `json:"area"`
	Tyk      string `json:"tyk"`
	Here     string `json:"here"`
	Why      string `json:"why"`
	Restored bool   `json:"restored"` // by --compat tyk
}

func runCompat(std stdio, format string) error {
	all := compat.Differences()
	switch format {
	case "text":
		area := ""
		for _, d := range all {
			if d.Area != area {
				area = d.Area
				fmt.Fprintf(std.Out, "%s\n\n", area)
			}
			mark := ""
			if d.Restored {
				mark = " *"
			}
			fmt.Fprintf(std.Out, "  %s%s\n    tyk:  %s\n    here: %s\n    why:  %s\n\n", d.ID, mark, d.Tyk, d.Here, d.Why)
		}
		_, err := fmt.Fprintln(std.Out, "* as Tyk does under serve --compat tyk")
		return err
	case "json":
		list := make([]differenceJSON, len(all))
		for i, d := range all {
			list[i] = differenceJSON(d)
		}
		return printJSON(std.Out, list)
	default:
		return exit.Usagef("--format is %q; it may be text or json", format)
	}
}
