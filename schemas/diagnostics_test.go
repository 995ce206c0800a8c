package schemas_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// TestReportSchema holds the report of `tykctl validate --format json` to the schema that is published for it.
func TestReportSchema(t *testing.T) {
	schema, err := jsonschema.Compile("diagnostics.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	at := source.Range{File: "a.yaml", Start: source.Pos{Line: 1, Column: 1}, End: source.Pos{Line: 1, Column: 3, Offset: 2}}
	golden, err := os.ReadFile("../testdata/format/json.want")
	if err != nil {
		t.Fatal(err)
	}
	reports := map[string][]byte{"golden": golden}
	for name, list := range map[string]diag.List{
		"clean": nil,
		"full": {{
			Code: "TYK100", Severity: diag.Error, Message: "m", Hint: "h", At: at, Pointer: "/a",
			Related: []diag.Related{{Message: "r", At: at}, {Message: "elsewhere", At: source.Range{File: "b.yaml"}}},
		}},
	} {
		var b bytes.Buffer
		if err := diag.WriteJSON(&b, list, diag.Run{ToolVersion: "1.0.0", Files: []string{"a.yaml"}}); err != nil {
			t.Fatal(err)
		}
		reports[name] = b.Bytes()
	}
	for name, report := range reports {
		var v any
		if err := json.Unmarshal(report, &v); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
