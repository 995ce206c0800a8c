package policies

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
	"github.com/tykctl/tykctl/oas/typo"
)

// Bounds of what is said about one file. A file with more mistakes than that has another problem.
const (
	maxFound    = 1000
	maxSearches = 100
)

// loading is one run of Load: the file so far and what there is to say about it.
type loading struct {
	file     *File
	found    []*diag.Diagnostic
	searches int
}

func (l *loading) list() diag.List {
	list := make(diag.List, len(l.found))
	for i, d := range l.found {
		list[i] = *d
	}
	return list.Sort()
}

// add keeps a finding, and returns where it can be completed.
func (l *loading) add(d diag.Diagnostic) *diag.Diagnostic {
	if len(l.found) == maxFound {
		return &d
	}
	l.found = append(l.found, &d)
	return &d
}

func (l *loading) report(severity diag.Severity, place source.Range, at source.Pointer, format string, args ...any) *diag.Diagnostic {
	return l.add(diag.Diagnostic{Code: CodeForm, Severity: severity, Message: fmt.Sprintf(format, args...), At: place, Pointer: at})
}

// place is the smallest range that stands for a value.
func (l *loading) place(n source.Node) source.Range {
	switch {
	case n.Pointer() == "":
		return n.File().Span(0, 0)
	case n.Kind() == source.Object || n.Kind() == source.Array:
		return n.KeyRange()
	}
	return n.Range()
}

// shape is what a struct looks like in a file: its fields by name, with the index path of each.
type shape struct {
	byName map[string][]int
	names  []string
}

// shapes holds a *shape for each struct type that has been met.
var shapes sync.Map

func shapeOf[T any]() *shape { return shapeOfType(reflect.TypeFor[T]()) }

func shapeOfType(t reflect.Type) *shape {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s := &shape{byName: map[string][]int{}}
	for _, f := range reflect.VisibleFields(t) {
		if name := f.Tag.Get("json"); name != "" && name != "-" {
			s.byName[name] = f.Index
		}
	}
	s.names = slices.Sorted(maps.Keys(s.byName))
	shapes.Store(t, s)
	return s
}

// field is the field of that name; encoding/json, with which a gateway reads, takes any case.
func (s *shape) field(name string) ([]int, bool) {
	if index, ok := s.byName[name]; ok {
		return index, true
	}
	for _, n := range s.names {
		if strings.EqualFold(n, name) {
			return s.byName[n], true
		}
	}
	return nil, false
}

// fields reads an object into the struct that into points at.
func (l *loading) fields(n source.Node, into any) { l.object(n, reflect.ValueOf(into).Elem()) }

func (l *loading) object(n source.Node, v reflect.Value) {
	if at := v.FieldByName("At"); at.IsValid() {
		at.SetString(string(n.Pointer()))
	}
	s := shapeOfType(v.Type())
	for key, m := range n.Members() {
		if index, ok := s.field(key); ok {
			l.value(m, v.FieldByIndex(index))
			continue
		}
		d := l.report(diag.Warning, m.KeyRange(), m.Pointer(), "unknown field %q, which the gateway ignores", key)
		d.Hint = "remove it"
		if l.searches++; l.searches <= maxSearches {
			if near := typo.Meant(key, s.names); near != "" {
				d.Hint = fmt.Sprintf("did you mean %q?", near)
			}
		}
	}
}

var (
	nodeType   = reflect.TypeFor[source.Node]()
	rightsType = reflect.TypeFor[[]Access]()
)

// value reads a value into a field. Null leaves the field zero, as encoding/json does.
func (l *loading) value(n source.Node, v reflect.Value) {
	switch {
	case n.Kind() == source.Null:
	case v.Type() == nodeType:
		l.opaque(n, v)
	case v.Type() == rightsType:
		l.rights(n, v)
	case v.Kind() == reflect.Struct:
		if l.is(n, source.Object, "an object") {
			l.object(n, v)
		}
	case v.Kind() == reflect.Pointer:
		if l.is(n, source.Object, "an object") {
			v.Set(reflect.New(v.Type().Elem()))
			l.object(n, v.Elem())
		}
	case v.Kind() == reflect.Slice:
		if l.is(n, source.Array, "a list") {
			l.items(n, v)
		}
	default:
		l.scalar(n, v)
	}
}

// opaque keeps a value as it is. Those that a gateway reads are objects.
func (l *loading) opaque(n source.Node, v reflect.Value) {
	if last := n.Pointer().Last(); last == "meta_data" || last == "graphql_access_rights" {
		if !l.is(n, source.Object, "an object") {
			return
		}
	}
	v.Set(reflect.ValueOf(n))
}

// rights reads the access rights, an object, into a list that keeps its order.
func (l *loading) rights(n source.Node, v reflect.Value) {
	if !l.is(n, source.Object, "an object: API id → access") {
		return
	}
	rights := make([]Access, 0, n.Len())
	for key, m := range n.Members() {
		a := Access{At: m.Pointer(), Key: key}
		if m.Kind() != source.Null && l.is(m, source.Object, "an object") {
			l.fields(m, &a)
		}
		rights = append(rights, a)
	}
	v.Set(reflect.ValueOf(rights))
}

func (l *loading) items(n source.Node, v reflect.Value) {
	list := reflect.MakeSlice(v.Type(), n.Len(), n.Len())
	for i, item := range n.Items() {
		l.value(item, list.Index(i))
	}
	v.Set(list)
}

func (l *loading) scalar(n source.Node, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if l.is(n, source.String, "a string") {
			v.SetString(n.Text())
		}
	case reflect.Bool:
		if l.is(n, source.Bool, "a boolean") {
			v.SetBool(n.Bool())
		}
	case reflect.Float64:
		f, err := strconv.ParseFloat(n.Text(), 64)
		if n.Kind() != source.Number || err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			l.wrongType(n, "a number")
			return
		}
		v.SetFloat(f)
	default:
		i, err := strconv.ParseInt(n.Text(), 10, 64)
		if n.Kind() != source.Number || err != nil {
			l.wrongType(n, "a whole number")
			return
		}
		v.SetInt(i)
	}
}

func (l *loading) is(n source.Node, kind source.Kind, want string) bool {
	if n.Kind() != kind {
		l.wrongType(n, want)
		return false
	}
	return true
}

// wrongType reports a value that cannot be read.
func (l *loading) wrongType(n source.Node, want string) {
	at := n.Pointer()
	subject := at.Last()
	switch parent, _ := n.File().Lookup(at.Parent()); {
	case at == "":
		subject = "the file"
	case parent.Kind() == source.Array && at.Parent() == "":
		subject = "item " + subject
	case parent.Kind() == source.Array:
		subject = fmt.Sprintf("item %s of %s", subject, at.Parent().Last())
	}
	d := l.report(diag.Error, n.Range(), at, "%s is %s, expected %s: a gateway does not load the file", subject, phrase(n), want)
	if n.Kind() == source.Object || n.Kind() == source.Array {
		d.At = n.KeyRange()
	}
	quoted := n.Kind() == source.String && n.Text() != "" && len(n.Text()) < 30
	switch {
	case quoted && strings.Contains(want, "number") && strings.Trim(n.Text(), "0123456789.") == "",
		quoted && want == "a boolean" && (n.Text() == "true" || n.Text() == "false"):
		d.Hint = fmt.Sprintf("write %s without quotes", n.Text())
	case want == "a string" && (n.Kind() == source.Number || n.Kind() == source.Bool) && len(n.Text()) < 30:
		d.Hint = fmt.Sprintf("write it in quotes: %q", n.Text())
	case n.Kind() == source.Object && want == "a list":
		d.Hint = "write a list: [...]"
	}
}

// phrase names the type of a value with its article, and a short value itself.
func phrase(n source.Node) string {
	switch n.Kind() {
	case source.Array:
		return "an array"
	case source.Object:
		return "an object"
	case source.Bool, source.Number:
		if len(n.Text()) <= 60 {
			return fmt.Sprintf("the %s %s", n.Kind(), n.Text())
		}
		return "a " + n.Kind().String()
	case source.String:
		if len(n.Text()) <= 60 {
			return fmt.Sprintf("the string %q", n.Text())
		}
		return "a string"
	case source.Null, source.Absent:
	}
	return n.Kind().String()
}
