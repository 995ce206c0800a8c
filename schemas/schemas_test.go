package schemas

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
)

func decode(t testing.TB, data []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestFull(t *testing.T) {
	data, _ := os.ReadFile("testdata/full.json")
	v := decode(t, data).(map[string]any)
	for _, f := range Extension(v["extension"]) {
		t.Errorf("%v", f)
	}
	for k, s := range v["schemes"].(map[string]any) {
		for _, f := range SecurityScheme(k, s) {
			t.Errorf("%s: %v", k, f)
		}
	}
	for _, f := range Extension(decode(t, []byte(`{"info":{"naem":"x","state":{"active":"true"}},"global":{},"server":{"listenPath":{"value":" "},"eventHandlers":[{"enabled":1},{"type":"webhook","enabled":true,"trigger":"x"}],"port":1e99999,"protocol":"env://x"},"upstream":{"rateLimit":{"enabled":true,"rate":5,"per":60},"url":null}}`))) {
		t.Logf("%+v", f)
	}
}
