package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/tykctl/tykctl/cmd/internal/lint"
	"github.com/tykctl/tykctl/oas"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	adminapi "github.com/tykctl/tykctl/runtime/admin"
)

// sentName is what the document of a call is called where a name is wanted; its answer has no names of files.
const sentName = "definition"

// Import makes a definition of a description and adds it.
func (d *definitions) Import(text []byte, p adminapi.ImportParams) adminapi.Reply {
	doc, problem := d.description(text)
	if problem != nil {
		return *problem
	}
	params := importParams(p)
	if params.APIID == "" {
		params.APIID = newID()
	}
	im, list := oas.Import(doc, params)
	if im == nil {
		return d.wrong(list)
	}
	f, err := source.Index(sentName, im.Text)
	if err != nil {
		return d.failed("imported", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.noting(d.put(params.APIID, f, adminapi.Added), im.Notes)
}

// Patch takes a description into a definition: what is the gateway's stays, unless it is sent as well, and settings of operations that there are no more
// go.
func (d *definitions) Patch(id string, text []byte, p adminapi.ImportParams) adminapi.Reply {
	f, err := source.Index(sentName, text)
	if err != nil {
		return *unreadable(err)
	}
	extension := f.Root().Get("x-tyk-api-gateway")
	if extension.Exists() {
		if text, err = edited(text)(extension.Remove()); err != nil {
			return d.failed("patched", err)
		}
	}
	next, problem := d.description(text)
	if problem != nil {
		return *problem
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	in, found := d.fileOf(id)
	if !found {
		return apiNotFound
	}
	def, err := definitionWith(in, extension)
	if err != nil {
		return d.failed("patched", err)
	}
	params := importParams(p)
	if params.APIID != "" && params.APIID != id {
		return mismatch
	}
	updated, list := oas.Update(def, next, oas.UpdateParams{ImportParams: params, Prune: true})
	if updated == nil {
		return d.wrong(list)
	}
	result, err := source.Index(sentName, updated.Text)
	if err != nil {
		return d.failed("patched", err)
	}
	if own := idOf(result); own != "" && own != id {
		return mismatch
	}
	return d.noting(d.put(id, result, adminapi.Modified), updated.Notes)
}

var mismatch = refusal(http.StatusBadRequest, "Request APIID does not match that in Definition! For Update operations these must match.")

func importParams(p adminapi.ImportParams) oas.ImportParams {
	return oas.ImportParams{
		UpstreamURL: p.UpstreamURL, ListenPath: p.ListenPath, CustomDomain: p.CustomDomain, APIID: p.APIID,
		Authentication: p.Authentication, AllowList: p.AllowList, ValidateRequest: p.ValidateRequest, MockResponse: p.MockResponse,
	}
}

// newID is the id of an API that was given none.
func newID() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	return hex.EncodeToString(random[:])
}

// description reads a document that has no extension.
func (d *definitions) description(text []byte) (*oas.Document, *adminapi.Reply) {
	doc, found := oas.Load(sentName, text)
	if doc == nil {
		_, err := source.Index(sentName, text)
		return nil, unreadable(err)
	}
	if doc.File.Root().Get("x-tyk-api-gateway").Exists() {
		r := refusal(http.StatusBadRequest, "the import payload should not contain x-tyk-api-gateway")
		return nil, &r
	}
	found = slices.DeleteFunc(found, func(e diag.Diagnostic) bool { return e.Severity != diag.Error || e.Code == oas.CodeNoExtension })
	if len(found) > 0 {
		r := d.wrong(found)
		return nil, &r
	}
	return doc, nil
}

// wrong refuses a document because of what is wrong with it.
func (d *definitions) wrong(found diag.List) adminapi.Reply {
	r := adminapi.Reply{Status: http.StatusBadRequest}
	var lines []string
	for _, e := range found {
		if e.Severity == diag.Error {
			lines = append(lines, d.line(dotted(e.Pointer), e))
			r.Findings = append(r.Findings, d.finding(e))
		}
	}
	r.Message = strings.Join(lines, "\n")
	return r
}

// noting adds what is worth knowing about an import to its reply.
func (d *definitions) noting(r adminapi.Reply, notes diag.List) adminapi.Reply {
	for _, n := range notes {
		if r.Action != "" && n.Severity == diag.Warning {
			r.Findings = append(r.Findings, d.finding(n))
		}
	}
	return r
}

// definitionWith is the definition of a file, with another extension where there is one.
func definitionWith(in lint.Input, extension source.Node) (*oas.Document, error) {
	text, err := lint.ReadFile(in, nil)
	if err != nil {
		return nil, err
	}
	if extension.Exists() {
		f, err := source.Index(in.Name, text)
		if err != nil {
			return nil, err
		}
		text, _ = f.Rewrite(source.Same(f.Root()).With("x-tyk-api-gateway", source.Same(extension)))
	}
	doc, _ := oas.Load(in.Name, text)
	if doc == nil || doc.OpenAPI == nil {
		return nil, errors.New(in.Name + " cannot be read any more")
	}
	return doc, nil
}

// edited makes one edit of a text, if it could be made.
func edited(text []byte) func(e source.Edit, ok bool) ([]byte, error) {
	return func(e source.Edit, ok bool) ([]byte, error) {
		if !ok {
			return nil, errors.New("the text cannot be edited")
		}
		return source.Apply(text, []source.Edit{e})
	}
}
