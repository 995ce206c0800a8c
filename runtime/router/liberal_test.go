package router

import "testing"

func TestLiberal(t *testing.T) {
	for path, want := range map[string]string{
		"/a/x":         "",
		"/a/%C3%A9":    "",
		"/a/x%20y":     "",
		"/a/x%25y":     "",
		"/a/x%2Fy":     "/a/x/y",
		"/a/x%2Cy%3Bz": "/a/x,y;z",
		"/a/%2F%C3%A9": "/a//%C3%A9",
		"/a/x%3F%23":   "/a/x?#",
		"/a/":          "",
	} {
		if got := Liberal([]byte(path), len("/a/")); string(got) != want {
			t.Errorf("Liberal(%q) = %q, want %q", path, got, want)
		}
	}
}
