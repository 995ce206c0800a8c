package classic_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/tykctl/tykctl/oas/classic"
	"github.com/tykctl/tykctl/oas/diag"
	"github.com/tykctl/tykctl/oas/source"
)

// FuzzConvert converts anything: there are definitions if and only if there is no error, they can be read, and each finding has its place.
func FuzzConvert(f *testing.F) {
	data, err := os.ReadFile(filepath.Join("testdata", "every-field.json"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(api("")))
	f.Add([]byte(endpoints(`"white_list": [{"path": "^/u/{id:[0-9]+}/f-{n}.json/(a|b/c)/.*$", "method_actions": {"GET": {"action": "reply", "code": 1}}}], "cache": ["*"]`)))
	f.Add([]byte("name: A\nproxy:\n  listen_path: /a/\nlisten_port: .inf\nsession_lifetime: 0x1F\njwt_issued_at_validation_skew: 1e400\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := source.Index("api", data)
		if err != nil {
			return
		}
		defs, list := classic.Convert(file)
		if list.HasErrors() != (len(defs) == 0) {
			t.Fatalf("%d definitions, %v", len(defs), list)
		}
		for _, d := range defs {
			if _, err := source.Index(d.ID, d.Data); err != nil {
				t.Fatalf("%v\n%s", err, d.Data)
			}
		}
		for _, d := range list {
			if d.At.IsZero() || d.Code == "" || d.Severity > diag.Info && d.Hint == "" {
				t.Errorf("%+v", d)
			}
		}
	})
}
