package source

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// laughs is a document of some aliases whose expansion has so many values.
func laughs(levels int, line string) string {
	var b strings.Builder
	b.WriteString("a0: &a0 {k: v}\n")
	for i := 1; i <= levels; i++ {
		ref := fmt.Sprintf("*a%d", i-1)
		fmt.Fprintf(&b, line, i, i, strings.Repeat(ref+", ", 9)+ref)
	}
	return b.String()
}

// TestHostile reads documents made to cost much. None may take more than the seconds that a slow machine needs for honest work.
func TestHostile(t *testing.T) {
	const million = 1_000_000
	tests := []struct {
		name, file, text, message string
		lim                       Limits
	}{
		{"deep JSON", "x.json", strings.Repeat("[", million), "more than 512 deep", Limits{}},
		{"deep JSON objects", "x.json", strings.Repeat(`{"":`, million), "more than 512 deep", Limits{}},
		{"deep JSON, no limit to speak of", "x.json", strings.Repeat("[", million), "more than 10000 deep", Limits{Depth: 1 << 40}},
		{"deep flow YAML", "x.yaml", "a: " + strings.Repeat("[", million), "nested more than", Limits{}},
		{"deep flow YAML by name", "x.yaml", strings.Repeat("[", million), "", Limits{}},
		{"deep flow objects", "x.yaml", "a: " + strings.Repeat("{a: ", million), "nested more than", Limits{}},
		{"deep block YAML", "x.yaml", strings.Repeat("- ", million), "nested more than", Limits{}},
		{"deep explicit keys", "x.yaml", strings.Repeat("? ", million), "nested more than", Limits{}},
		{"as deep as yaml.v3 can", "x.yaml", strings.Repeat("- ", 9999) + "a", "more than 512 deep", Limits{}},
		{"deep and closed", "x.yaml", "a: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000), "more than 512 deep", Limits{}},
		{"many JSON values", "x.json", "[" + strings.Repeat("0,", million) + "0]", "more than 1000 values", Limits{Nodes: 1000}},
		{"many YAML values", "x.yaml", "a: [" + strings.Repeat("0,", million) + "0]", "more than 1000 values", Limits{Nodes: 1000}},
		{"billion laughs", "x.yaml", laughs(12, "a%d: &a%d [%s]\n"), "aliases more than 10000 times", Limits{}},
		{"billion laughs, by values", "x.yaml", laughs(12, "a%d: &a%d [%s]\n"), "more than 100000 values", Limits{Aliases: 1 << 30, Nodes: 100_000}},
		{"billion merges", "x.yaml", laughs(12, "a%d: &a%d {<<: [%s]}\n"), "aliases more than 10000 times", Limits{}},
		{"billion merges, by values", "x.yaml", laughs(12, "a%d: &a%d {<<: [%s]}\n"), "more than 100000 values", Limits{Aliases: 1 << 30, Nodes: 100_000}},
		{"too long", "x.yaml", "a: 1234567", "at most 5", Limits{Bytes: 5}},
		{"unclosed quotes", "x.yaml", "a: \"" + strings.Repeat("x ", million), "end of the file in a quoted text", Limits{}},
		{"one long key", "x.yaml", strings.Repeat("k", million), "", Limits{}},
		{"tabs", "x.yaml", "a:\n" + strings.Repeat("\t", million) + "b", "tab", Limits{}},
		{"anchors", "x.yaml", strings.Repeat("- &a *a\n", 100_000), "", Limits{}},
		{"comments", "x.yaml", strings.Repeat("# c\n", 250_000) + "a: b\n", "", Limits{}},
		{"empty lines", "x.yaml", "a: |\n" + strings.Repeat("\n", million) + "b: c\n", "", Limits{}},
		{"colons", "x.yaml", strings.Repeat(": ", 100_000), "", Limits{}},
		{"flow in one line of wide text", "x.yaml", "ä: [" + strings.Repeat("ü, ", 200_000) + "]", "", Limits{}},
		{"document marks", "x.yaml", "a: b\n" + strings.Repeat("---\n", 200_000), "", Limits{}},
		{"duplicate keys", "x.json", "{" + strings.Repeat(`"a":0,`, 200_000) + `"a":0}`, "", Limits{}},
		{"duplicate YAML keys", "x.yaml", strings.Repeat("a: 0\n", 100_000), "", Limits{}},
		{"invalid UTF-8", "x.yaml", "a: " + strings.Repeat("\xff", million), "", Limits{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			begin := time.Now()
			f, err := IndexWith(tt.file, []byte(tt.text), tt.lim)
			if took := time.Since(begin); took > 10*time.Second {
				t.Errorf("took %v", took)
			} else {
				t.Logf("took %v: %v", took, err)
			}
			var e *SyntaxError
			if err != nil && !errors.As(err, &e) {
				t.Errorf("error is %v", err)
			}
			if tt.message != "" && (e == nil || !strings.Contains(e.Message, tt.message)) {
				t.Errorf("got file %v, error %v; want %q", f != nil, err, tt.message)
			}
			if f != nil && len(f.Problems()) > maxProblems {
				t.Errorf("%d problems", len(f.Problems()))
			}
		})
	}
}

func TestManyMembers(t *testing.T) {
	var b strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&b, `,"k%d":{"v":%d}`, i, i)
	}
	f := mustIndex(t, "x.json", "{"+b.String()[1:]+"}")
	for i := range 50_000 {
		if got, want := f.Root().Get(fmt.Sprintf("k%d", i)).Get("v").Text(), fmt.Sprint(i); got != want {
			t.Fatalf("k%d is %q", i, got)
		}
	}
}
