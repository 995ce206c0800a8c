package main

import (
	"errors"
	"os"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"github.com/tykctl/tykctl/cmd/internal/exit"
	"github.com/tykctl/tykctl/cmd/internal/tykconf"
	"github.com/tykctl/tykctl/runtime/compat"
)

// readConf reads the file of --conf and sets the flags that neither the command line nor the environment has set. What the file says and the gateway
// does otherwise is printed.
func (o *serveOptions) readConf(std stdio, flags *pflag.FlagSet) error {
	if o.conf == "" {
		return nil
	}
	colored, err := useColor("auto", std.Err)
	if err != nil {
		return err
	}
	conf, err := tykconf.Load(o.conf, os.Environ())
	var mistakes *tykconf.Error
	switch {
	case errors.As(err, &mistakes):
		if err := tykconf.Write(std.Err, mistakes.List, colored); err != nil {
			return exit.Unread(err)
		}
		return exit.Usagef("the configuration has mistakes; nothing is served")
	case err != nil:
		return exit.Unread(err)
	}
	if o.oauth.compat != compat.Tyk.String() {
		conf.Warn("oauth_error_status_code", "add --compat tyk", "counts with --compat tyk alone: the RFCs say what status an error has")
	}
	if err := tykconf.Write(std.Err, conf.Warnings, colored); err != nil {
		return exit.Unread(err)
	}
	return o.take(&conf.Settings, flags)
}

// take sets the flags that are not set from what a configuration says.
func (o *serveOptions) take(s *tykconf.Settings, flags *pflag.FlagSet) error {
	if len(o.paths) == 0 && s.Apps != "" {
		o.paths = []string{s.Apps}
	}
	if s.Secret != "" && !flags.Changed("secret") && !flags.Changed("secret-file") {
		o.secret, o.secretPlace = s.Secret, s.SecretPlace
	}
	if len(s.TLS) > 0 && !flags.Changed("tls-cert") && !flags.Changed("tls-key") {
		for _, pair := range s.TLS {
			o.listen.certs, o.listen.keys = append(o.listen.certs, pair.Cert), append(o.listen.keys, pair.Key)
		}
	}
	for _, flag := range []struct{ name, value string }{
		{"listen", s.Listen},
		{"admin-listen", s.Admin},
		{"tls-min-version", s.MinTLS},
		{"read-timeout", durationFlag(s.ReadTimeout)},
		{"write-timeout", durationFlag(s.WriteTimeout)},
		{"upstream-timeout", durationFlag(s.UpstreamTimeout)},
		{"drain-timeout", durationFlag(s.DrainTimeout)},
		{"max-body", numberFlag(s.MaxBody)},
		{"log-format", s.LogFormat},
		{"log-level", s.LogLevel},
		{"policies", s.Policies},
		{"access-token-ttl", durationFlag(s.AccessTTL)},
		{"refresh-token-ttl", durationFlag(s.RefreshTTL)},
		{"redirect-uri-separator", s.Separator},
		{"tyk-error-status", numberFlag(int64(s.ErrorStatus))},
	} {
		if flag.value == "" || flags.Changed(flag.name) {
			continue
		}
		if err := flags.Set(flag.name, flag.value); err != nil {
			return err
		}
	}
	return nil
}

// durationFlag is a duration as a flag takes it; "" for none.
func durationFlag(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// numberFlag is a number as a flag takes it; "" for none.
func numberFlag(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}
