package unsafestr

import "testing"

func TestViews(t *testing.T) {
	for _, s := range []string{"", "a", "tyk"} {
		if got := String([]byte(s)); got != s {
			t.Errorf("String(%q) = %q", s, got)
		}
		if got := string(Bytes(s)); got != s {
			t.Errorf("Bytes(%q) = %q", s, got)
		}
	}
	if String(nil) != "" || len(Bytes("")) != 0 {
		t.Error("nothing is not nothing")
	}
	b := []byte("abc")
	s := String(b)
	b[0] = 'x'
	if s != "xbc" {
		t.Errorf("String copied: %q", s)
	}
}
