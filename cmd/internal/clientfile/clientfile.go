// Package clientfile reads clients.yaml: the client apps that a gateway ought to have. Secrets are not in it, only where they are.
package clientfile

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/tykctl/tykctl/cmd/internal/gateway"
	"github.com/tykctl/tykctl/cmd/internal/listfile"
	"github.com/tykctl/tykctl/oas/source"
)

// Load reads a file of client apps, and the secrets that it refers to. What is wrong with it is a *listfile.Error.
func Load(path string) ([]gateway.Wanted, error) {
	var list []gateway.Wanted
	first := map[[3]string]int{}
	err := listfile.Load(path, "clients", func(r *listfile.Reader, n source.Node) {
		w := client(r, n, filepath.Dir(path))
		key := [3]string{w.API, strings.Trim(w.ListenPath, "/"), w.ID}
		if line, twice := first[key]; twice && w.ID != "" {
			r.Mistake(n.Get("clientId").Range(), "remove one of them", "client %q of this API is in line %d already", w.ID, line)
			return
		}
		first[key] = n.Get("clientId").Range().Start.Line
		list = append(list, w)
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

func client(r *listfile.Reader, n source.Node, dir string) gateway.Wanted {
	r.Fields(n, "apiId", "listenPath", "clientId", "redirectUris", "policyId", "metaData", "description", "secret", "public")
	w := gateway.Wanted{Place: listfile.Begin(n).String(), Public: r.Bool(n, "public"), MetaData: r.Object(n, "metaData")}
	w.API, _ = r.Text(n, "apiId")
	w.ListenPath, _ = r.Text(n, "listenPath")
	switch both := n.Get("apiId").Exists(); {
	case both && n.Get("listenPath").Exists():
		r.Mistake(n.Get("listenPath").KeyRange(), "remove one of them", "apiId and listenPath both say which API the client is for")
	case !both && !n.Get("listenPath").Exists():
		r.Mistake(listfile.Begin(n), "write the id of an API on the gateway, or its listen path as listenPath", "apiId is missing")
	}
	w.ID, _ = r.Required(n, "clientId", "choose one: without it each run would make another client")
	w.PolicyID, _ = r.Text(n, "policyId")
	if d := n.Get("description"); d.Kind() != source.String || d.Text() != "" {
		w.Description, _ = r.Text(n, "description")
	}
	for _, uri := range r.Texts(n, "redirectUris") {
		checkURI(r, uri)
		w.RedirectURIs = append(w.RedirectURIs, uri.Value)
	}
	if text, ok := r.Text(n, "secret"); ok {
		w.Secret = secret(r, n.Get("secret"), text, dir)
		if w.Public {
			r.Mistake(n.Get("secret").KeyRange(), "remove secret, or public", "a public client has no secret")
		}
	}
	return w
}

// checkURI reports what no gateway could redirect to. What is merely unwise is the gateway's to say.
func checkURI(r *listfile.Reader, uri listfile.Text) {
	u, err := url.Parse(uri.Value)
	switch {
	case err != nil || !u.IsAbs():
		r.Mistake(uri.At, "write all of it, such as https://app.example.com/callback", "redirect URI %q is not absolute", uri.Value)
	case strings.Contains(uri.Value, "#"):
		r.Mistake(uri.At, "remove the part from # on", "redirect URI %q has a fragment", uri.Value)
	}
}

const howSecret = "write env://NAME of an environment variable, or file://PATH from the directory of this file"

// secret reads what is referred to. A secret that stands in the file itself is not repeated.
func secret(r *listfile.Reader, n source.Node, reference, dir string) string {
	value, err := Secret(reference, dir)
	if err != nil {
		r.Mistake(n.Range(), howSecret, "secret: %s", err)
	}
	return value
}

// Secret reads what a reference env://NAME or file://PATH refers to; a relative path is from dir.
func Secret(reference, dir string) (string, error) {
	if name, ok := strings.CutPrefix(reference, "env://"); ok {
		value := os.Getenv(name)
		if value == "" {
			return "", fmt.Errorf("the environment variable %q is not set", name)
		}
		return value, nil
	}
	path, ok := strings.CutPrefix(reference, "file://")
	if !ok || path == "" {
		return "", errors.New("it is no reference, and secrets are not written into files")
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	value := strings.TrimSpace(string(data))
	if value == "" {
		return "", fmt.Errorf("%s is empty", path)
	}
	return value, nil
}
