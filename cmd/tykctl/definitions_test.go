package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// versioned is a definition that says which version it is, in its title and as a header that the upstream sees; it is not small.
func versioned(id, version, upstream string) string {
	return fmt.Sprintf(`{"openapi": "3.0.3", "info": {"title": %q, "version": "1", "description": %q}, "paths": {},
		"x-tyk-api-gateway": {"info": {"id": %q, "name": %q, "state": {"active": true}},
		"server": {"listenPath": {"value": "/%s/", "strip": true}}, "upstream": {"url": "%s/%s/"}}}`,
		version, strings.Repeat(version, 5000), id, id, id, upstream, version)
}

// titleOf is the version of a definition that is complete.
func titleOf(t *testing.T, text []byte) string {
	t.Helper()
	var doc struct {
		Info struct{ Title, Description string }
		Tyk  map[string]any `json:"x-tyk-api-gateway"`
	}
	if err := json.Unmarshal(text, &doc); err != nil || doc.Tyk == nil || doc.Info.Description != strings.Repeat(doc.Info.Title, 5000) {
		t.Errorf("not a whole definition: %v, %d bytes", err, len(text))
	}
	return doc.Info.Title
}

// TestDefinitionsAtOnce: several write the same definition, and others, while it is called, read and reloaded. Every call is answered, and afterwards
// what is served, shown and kept is one of the versions, the same everywhere.
func TestDefinitionsAtOnce(t *testing.T) {
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) }))
	t.Cleanup(upstream.Close)
	t.Chdir(t.TempDir())
	if err := os.Mkdir("apis", 0o700); err != nil {
		t.Fatal(err)
	}
	s := serve(t, "apis", "--store", "memory:")
	expect := func(want int, method, path, body string) string {
		t.Helper()
		status, answer := s.send(t, method, path, body)
		if status != want {
			t.Errorf("%s %s: %d %s", method, path, status, answer)
		}
		return answer
	}
	expect(200, http.MethodPost, "/tyk/apis/oas", versioned("a", "first", upstream.URL))

	var work sync.WaitGroup
	const writers, rounds = 4, 8
	for w := range writers {
		work.Go(func() {
			for i := range rounds {
				version := fmt.Sprintf("v%d-%d", w, i)
				expect(200, http.MethodPut, "/tyk/apis/oas/a", versioned("a", version, upstream.URL))
				own := fmt.Sprintf("own-%d", w)
				expect(200, http.MethodPost, "/tyk/apis/oas", versioned(own, version, upstream.URL))
				if got := expect(200, http.MethodGet, "/"+own+"/x", ""); got != "/"+version+"/x" {
					t.Errorf("%s answers %s after it was changed to %s", own, got, version)
				}
				expect(200, http.MethodDelete, "/tyk/apis/oas/"+own, "")
				expect(404, http.MethodGet, "/"+own+"/x", "")
			}
		})
	}
	work.Go(func() {
		for range rounds {
			titleOf(t, []byte(expect(200, http.MethodGet, "/tyk/apis/oas/a", "")))
			expect(200, http.MethodGet, "/a/x", "")
			expect(200, http.MethodGet, "/tyk/apis/oas", "")
			expect(200, http.MethodGet, "/tyk/reload", "")
		}
	})
	work.Wait()

	files, err := os.ReadDir("apis")
	if err != nil || len(files) != 1 || files[0].Name() != "a.json" {
		t.Fatalf("%v, %v are left", files, err)
	}
	kept, err := os.ReadFile("apis/a.json")
	if err != nil {
		t.Fatal(err)
	}
	version := titleOf(t, kept)
	if shown := titleOf(t, []byte(expect(200, http.MethodGet, "/tyk/apis/oas/a", ""))); shown != version {
		t.Errorf("%s is shown, %s kept", shown, version)
	}
	if served := expect(200, http.MethodGet, "/a/x", ""); served != "/"+version+"/x" {
		t.Errorf("%s is served, %s kept", served, version)
	}
}

// TestTwoMakeTheSame: of two who create the same API at once both succeed, and there is one file; of two who want one listen path one is refused.
func TestTwoMakeTheSame(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("apis", 0o700); err != nil {
		t.Fatal(err)
	}
	s := serve(t, "apis", "--store", "memory:")
	both := func(one, other string) (statuses [2]int) {
		var work sync.WaitGroup
		for i, text := range []string{one, other} {
			work.Go(func() { statuses[i], _ = s.send(t, http.MethodPost, "/tyk/apis/oas", text) })
		}
		work.Wait()
		return statuses
	}
	if got := both(versioned("a", "one", "http://127.0.0.1:9"), versioned("a", "two", "http://127.0.0.1:9")); got != [2]int{200, 200} {
		t.Errorf("the same API: %v", got)
	}
	place := func(id string) string {
		return strings.Replace(versioned(id, "v", "http://127.0.0.1:9"), "/"+id+"/", "/place/", 1)
	}
	if got := both(place("b"), place("c")); got != [2]int{200, 400} && got != [2]int{400, 200} {
		t.Errorf("one listen path: %v", got)
	}
	if files, err := filepath.Glob("apis/*"); err != nil || len(files) != 2 {
		t.Errorf("%q, %v", files, err)
	}
}

// TestKilledWhileWriting: kill -9 at any moment leaves whole files, none older than what was acknowledged, and a gateway that starts with them.
func TestKilledWhileWriting(t *testing.T) {
	dir := t.TempDir()
	apis := filepath.Join(dir, "apis")
	if err := os.Mkdir(apis, 0o700); err != nil {
		t.Fatal(err)
	}
	const rounds, writers = 6, 2
	for round := range rounds {
		cmd, base := startProcess(t, dir)
		acknowledged := make([]string, writers)
		written := make(chan struct{}, 1000)
		var work sync.WaitGroup
		for w := range writers {
			work.Go(func() {
				for i := 0; ; i++ {
					version := fmt.Sprintf("%06d", (round+1)*10_000+i)
					if !postDefinition(base, versioned(fmt.Sprint("api-", w), version, "http://127.0.0.1:9")) {
						return
					}
					acknowledged[w] = version
					select {
					case written <- struct{}{}:
					default:
					}
				}
			})
		}
		for range 3 {
			select {
			case <-written:
			case <-time.After(10 * time.Second):
				t.Fatal("nothing is taken")
			}
		}
		time.Sleep(time.Duration(3*round) * time.Millisecond) // at another moment each time
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		work.Wait()
		for w, last := range acknowledged {
			text, err := os.ReadFile(filepath.Join(apis, fmt.Sprintf("api-%d.json", w)))
			switch {
			case os.IsNotExist(err) && last == "":
			case err != nil:
				t.Errorf("round %d: %v", round, err)
			default:
				if kept := titleOf(t, text); kept < last {
					t.Errorf("round %d: %s is kept, %s was acknowledged", round, kept, last)
				}
			}
		}
	}
	cmd, _ := startProcess(t, dir)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}

// startProcess starts a gateway on a directory and returns its address.
func startProcess(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command("tykctl", "serve", "apis", "--listen", "127.0.0.1:0", "--store", "memory:", "--secret", testSecret)
	cmd.Dir = dir
	stderr, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	var log []string
	for lines.Scan() {
		log = append(log, lines.Text())
		if m := servingLine.FindStringSubmatch(lines.Text()); m != nil {
			go func() {
				for lines.Scan() { // whatever it says is taken
				}
			}()
			return cmd, m[1]
		}
	}
	_ = cmd.Wait()
	t.Fatalf("it does not start:\n%s", strings.Join(log, "\n"))
	return nil, ""
}

func postDefinition(base, text string) bool {
	req, err := http.NewRequest(http.MethodPost, base+"/tyk/apis/oas", strings.NewReader(text))
	if err != nil {
		return false
	}
	req.Header.Set("X-Tyk-Authorization", testSecret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
