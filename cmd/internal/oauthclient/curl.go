package oauthclient

import "strings"

// Curl is the request as a command for a shell, with variables in the place of secrets.
func (r *Request) Curl() string {
	parts := []string{"curl -s " + quote(r.URL)}
	if r.Auth.Style == Basic {
		parts = append(parts, "-u "+quote(r.Auth.ID+":")+`"$`+secretVariable+`"`)
	}
	for _, f := range r.form() {
		switch {
		case f.Variable != "":
			parts = append(parts, `--data-urlencode "`+f.Name+"=$"+f.Variable+`"`)
		case strings.Trim(f.Value, unreserved) == "":
			parts = append(parts, "-d "+f.Name+"="+f.Value)
		default:
			parts = append(parts, "--data-urlencode "+quote(f.Name+"="+f.Value))
		}
	}
	return strings.Join(parts, " \\\n  ")
}

const (
	unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	plain      = unreserved + ":/@+=,%" // of which no shell makes anything
)

// quote makes one word of a text.
func quote(text string) string {
	if text != "" && strings.Trim(text, plain) == "" && text[0] != '~' {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
