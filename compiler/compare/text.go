package compare

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/tykctl/tykctl/oas/diag"
)

// Values is what a change is from and to, or "".
func (c *Change) values() string {
	switch {
	case c.Action == On || c.Action == Off, c.Old == "" && c.New == "":
		return ""
	case c.Old == c.New && c.Hidden:
		return "not shown"
	case c.Action == Added:
		return c.New
	case c.Action == Removed:
		return c.Old
	case c.Old == "":
		return "→ " + c.New
	case c.New == "":
		return c.Old + " →"
	}
	return c.Old + " → " + c.New
}

// line is a change in words.
func (c *Change) line() string {
	what := strings.TrimSuffix(c.What, ":")
	values := c.values()
	switch {
	case c.Action == Changed && values != "":
		return what + ": " + values
	case values != "":
		return what + " " + string(c.Action) + ": " + values
	}
	return what + " " + string(c.Action)
}

// summary is how many differences there are of each class.
func (r *Report) summary() string {
	var parts []string
	for _, class := range Classes() {
		if n := r.Count(class); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, class.Title()))
		}
	}
	if parts == nil {
		return "no differences"
	}
	return strings.Join(parts, ", ")
}

// unshown says how many cosmetic differences have been left out.
func unshown(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "; 1 cosmetic difference is not shown"
	}
	return fmt.Sprintf("; %d cosmetic differences are not shown", n)
}

// WriteText writes a report for people, who are told how many differences are not in it.
func WriteText(w io.Writer, r *Report, left int) error {
	b := bufio.NewWriter(w)
	for i := range r.Subjects {
		s := &r.Subjects[i]
		fmt.Fprintf(b, "%s\n", diag.Visible(s.title()))
		if s.Action != Changed {
			fmt.Fprintf(b, "  %s\n    %s\n", s.Class.Title(), string(s.Action)+diag.Visible(in(s.At.String())))
		}
		for j := range s.Changes {
			c := &s.Changes[j]
			if j == 0 || s.Changes[j-1].Class != c.Class {
				fmt.Fprintf(b, "  %s\n", c.Class.Title())
			}
			fmt.Fprintf(b, "    %s\n", diag.Visible(c.line()+in(c.At.String())))
		}
		fmt.Fprintln(b)
	}
	fmt.Fprintf(b, "%s%s\n", r.summary(), unshown(left))
	return b.Flush()
}

func (s *Subject) title() string {
	if s.Name == "" || s.Name == s.ID {
		return s.Kind + " " + s.ID
	}
	return fmt.Sprintf("%s %s %q", s.Kind, s.ID, s.Name)
}

// in is a place in brackets.
func in(place string) string {
	if place == "" {
		return ""
	}
	return "  (" + place + ")"
}

// WriteMarkdown writes a report for a pull request.
func WriteMarkdown(w io.Writer, r *Report, left int) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "**%s**%s\n", r.summary(), unshown(left))
	for i := range r.Subjects {
		s := &r.Subjects[i]
		fmt.Fprintf(b, "\n### %s\n\n", markdown(s.title()))
		if s.Action != Changed {
			fmt.Fprintf(b, "%s (%s)\n", s.Action, s.Class.Title())
			continue
		}
		fmt.Fprint(b, "| | what | before | after |\n| --- | --- | --- | --- |\n")
		for j := range s.Changes {
			c := &s.Changes[j]
			what := strings.TrimSuffix(c.What, ":") + " " + string(c.Action)
			fmt.Fprintf(b, "| %s | %s | %s | %s |\n", c.Class.Title(), markdown(what), code(c.Old), code(c.New))
		}
	}
	return b.Flush()
}

// markdown is a text in which nothing is markup, on one line.
func markdown(s string) string {
	var b strings.Builder
	for _, r := range diag.Visible(s) {
		if strings.ContainsRune("\\`*_{}[]<>#|!@~&", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// code is a value as code, in a cell of a table.
func code(s string) string {
	if s == "" {
		return ""
	}
	s = strings.ReplaceAll(diag.Visible(s), "|", "\\|")
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		s = " " + s + " "
	}
	return fence + s + fence
}
