package main

import (
	"log/slog"

	"github.com/spf13/pflag"

	"github.com/tykctl/tykctl/cmd/internal/exit"
)

// logOptions say what a gateway logs, and how.
type logOptions struct {
	format string
	level  string
}

func (o *logOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.format, "log-format", "text", "text or json, on standard error")
	f.StringVar(&o.level, "log-level", "info", "the mildest entries that are logged: debug, info, warn or error")
}

var logLevels = map[string]slog.Level{"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError}

func (o *logOptions) check() error {
	if o.format != "text" && o.format != "json" {
		return exit.Usagef("--log-format is %q; it may be text or json", o.format)
	}
	if _, known := logLevels[o.level]; !known {
		return exit.Usagef("--log-level is %q; it may be debug, info, warn or error", o.level)
	}
	return nil
}

func (o *logOptions) logger(std stdio) *slog.Logger {
	options := &slog.HandlerOptions{Level: logLevels[o.level]}
	if o.format == "json" {
		return slog.New(slog.NewJSONHandler(std.Err, options))
	}
	return slog.New(slog.NewTextHandler(std.Err, options))
}
