package classic

import (
	"encoding/json"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// reading notes what of a Classic definition has been carried over, so that whatever has not can be named.
type reading struct {
	file  *source.File
	taken map[source.Node]bool // scalars, and objects and arrays that are taken as a whole
	found diag.List
}

// field is a value of the Classic definition; the value need not be there. Reading it takes it.
type field struct {
	r *reading
	n source.Node
}

func (f field) at(keys ...string) field {
	for _, key := range keys {
		f.n = f.n.Get(key)
	}
	return f
}

// want reports whether the value is of a kind. Another kind is a loss: a gateway would not have read the file.
func (f field) want(kind source.Kind) bool {
	switch f.n.Kind() {
	case kind:
		return true
	case source.Absent, source.Null:
		return false
	default:
		if !f.r.taken[f.n] {
			f.lost("write the value as a gateway expects it", "it is %s, expected %s", phrase(f.n.Kind()), phrase(kind))
		}
		return false
	}
}

func (f field) text() string {
	if !f.want(source.String) {
		return ""
	}
	f.r.taken[f.n] = true
	return f.n.Text()
}

func (f field) flag() bool {
	if !f.want(source.Bool) {
		return false
	}
	f.r.taken[f.n] = true
	return f.n.Bool()
}

// number is a number as it is written; "" stands for 0.
func (f field) number() json.Number {
	if !f.want(source.Number) {
		return ""
	}
	f.r.taken[f.n] = true
	if v, err := strconv.ParseFloat(f.n.Text(), 64); err == nil && v == 0 {
		return ""
	}
	return json.Number(f.n.Text())
}

// whole is a whole number; a fraction is lost.
func (f field) whole() int64 {
	text := f.number()
	if text == "" {
		return 0
	}
	if v, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		return v
	}
	v, err := strconv.ParseFloat(string(text), 64)
	if err != nil || v != float64(int64(v)) {
		f.lost("write a whole number", "%s is not a whole number, and a Tyk OAS definition holds whole numbers here", text)
	}
	return int64(v)
}

func (f field) items() iter.Seq[field] {
	return func(yield func(field) bool) {
		if !f.want(source.Array) {
			return
		}
		for _, item := range f.n.Items() {
			if !yield(field{f.r, item}) {
				return
			}
		}
	}
}

func (f field) members() iter.Seq2[string, field] {
	return func(yield func(string, field) bool) {
		if !f.want(source.Object) {
			return
		}
		for key, m := range f.n.Members() {
			if !yield(key, field{f.r, m}) {
				return
			}
		}
	}
}

func (f field) texts() []string {
	var list []string
	for item := range f.items() {
		list = append(list, item.text())
	}
	return list
}

func (f field) numbers() []json.Number {
	var list []json.Number
	for item := range f.items() {
		n := item.number()
		if n == "" {
			n = "0"
		}
		list = append(list, n)
	}
	return list
}

// all takes the value as it is, with everything in it.
func (f field) all() source.Node {
	f.r.take(f.n)
	return f.n
}

func (r *reading) take(n source.Node) {
	r.taken[n] = true
	for _, m := range n.Members() {
		r.take(m)
	}
	for _, m := range n.Items() {
		r.take(m)
	}
}

// says reports whether a value says anything: an empty or zero one is what a gateway assumes anyhow.
func says(n source.Node) bool {
	switch n.Kind() {
	case source.String:
		return n.Text() != ""
	case source.Bool:
		return n.Bool()
	case source.Number:
		v, err := strconv.ParseFloat(n.Text(), 64)
		return err != nil || v != 0
	case source.Object:
		for _, m := range n.Members() {
			if says(m) {
				return true
			}
		}
	case source.Array:
		for _, m := range n.Items() {
			if says(m) {
				return true
			}
		}
	case source.Absent, source.Null:
	}
	return false
}

func (f field) says() bool { return says(f.n) }

// idle leaves a value out that has no effect in the Classic definition either.
func (f field) idle(why string) {
	if f.n.Exists() && f.says() && !f.r.taken[f.n] {
		f.report(CodeIdle, diag.Info, "%s is not carried over, and had no effect: %s", f.place(), why)
	}
	f.r.take(f.n)
}

// skip leaves a value out that means nothing outside the gateway or database that wrote it.
func (f field) skip() { f.r.take(f.n) }

// lost reports a loss and takes the value.
func (f field) lost(hint, format string, args ...any) {
	f.report(CodeLost, diag.Warning, "%s is not carried over: %s", f.place(), fmt.Sprintf(format, args...)).Hint = hint
	f.r.take(f.n)
}

// changed reports that something is carried over in another form.
func (f field) changed(hint, format string, args ...any) {
	f.report(CodeChanged, diag.Info, format, args...).Hint = hint
}

func (f field) report(code diag.Code, severity diag.Severity, format string, args ...any) *diag.Diagnostic {
	d := diag.Diagnostic{Code: code, Severity: severity, Message: fmt.Sprintf(format, args...)}
	if f.n.Exists() {
		d.At, d.Pointer = f.n.Range(), f.n.Pointer()
		if key := f.n.KeyRange(); !key.IsZero() {
			d.At = key
		}
	}
	f.r.found = append(f.r.found, d)
	return &f.r.found[len(f.r.found)-1]
}

func (r *reading) fail(f field, message, hint string) {
	d := f.report(CodeUnconvertible, diag.Error, "%s", message)
	d.Hint = hint
	if d.At.IsZero() {
		d.At = r.file.Span(0, 0)
	}
}

// place is where a value stands, in the words of people: proxy.listen_path.
func (f field) place() string {
	text := ""
	for _, token := range f.n.Pointer().Tokens() {
		if _, err := strconv.Atoi(token); err == nil && text != "" {
			text += "[" + token + "]"
			continue
		}
		if text != "" {
			text += "."
		}
		text += token
	}
	return text
}

// rest reports whatever says something and has not been taken: an object or array of which nothing has been taken once, as a whole.
func (r *reading) rest(n source.Node) {
	switch {
	case r.taken[n] || !says(n):
	case n.Pointer() != "" && !r.touched(n) && !strings.HasSuffix(string(n.Pointer()), "/extended_paths"):
		reason, hint := reasonOf(n.Pointer())
		field{r, n}.lost(hint, "%s", reason)
	default:
		for _, m := range n.Members() {
			r.rest(m)
		}
		for _, m := range n.Items() {
			r.rest(m)
		}
	}
}

// touched reports whether anything in a value has been taken.
func (r *reading) touched(n source.Node) bool {
	if r.taken[n] {
		return true
	}
	for _, m := range n.Members() {
		if r.touched(m) {
			return true
		}
	}
	for _, m := range n.Items() {
		if r.touched(m) {
			return true
		}
	}
	return false
}

func phrase(k source.Kind) string {
	switch k {
	case source.Array, source.Object:
		return "an " + k.String()
	default:
		return "a " + k.String()
	}
}
