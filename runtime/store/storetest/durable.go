package storetest

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tykctl/tykctl/runtime/store"
)

// The child is told by the environment what to do.
const (
	childFile  = "TYKCTL_STORETEST_FILE"
	childRound = "TYKCTL_STORETEST_ROUND"
)

const (
	killRounds = 8
	killTime   = 3 * time.Second // no new round after this, on a slow disk
	actors     = 8
	maxSteps   = 600 // of one actor in one round: the models are slow
)

// RunDurable tests that everything acknowledged is in the file that open opens at path: after Close, and after kill -9 at any
// moment. It starts the test binary again, with the calling test only, as the process that is killed.
func RunDurable(t *testing.T, open func(t *testing.T, path string) store.Store) {
	if path := os.Getenv(childFile); path != "" {
		runChild(t, open(t, path), os.Getenv(childRound))
		return
	}
	t.Run("Reopen", func(t *testing.T) { testReopen(t, open) })
	t.Run("Kill", func(t *testing.T) { testKill(t, open) })
}

func newActor(t *testing.T, round string, n int) *actor {
	// The child and its parents of all rounds must agree on the times.
	w := &world{T: t, ctx: t.Context(), base: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)}
	return &actor{world: w, name: fmt.Sprintf("%s.%d", round, n)}
}

func testReopen(t *testing.T, open func(t *testing.T, path string) store.Store) {
	path := filepath.Join(t.TempDir(), "store")
	a, m := newActor(t, "reopen", 0), &model{}
	for k := range 4 * stepsPerCycle {
		s := open(t, path)
		if d := differentError(a.step(s, k), a.step(m, k)); d != "" {
			t.Fatalf("step %d: %s", k, d)
		}
		noError(t, s.Close())
		noSecrets(t, path)
	}
	s := open(t, path)
	if d := a.holds(s, m, 4*stepsPerCycle); d != "" {
		t.Fatalf("after reopening: %s", d)
	}
	noError(t, s.Close())
}

// noSecrets looks for the text of secrets in the file.
func noSecrets(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	noError(t, err)
	if bytes.Contains(data, []byte(secretMark)) {
		t.Fatal("the file has the text of a secret")
	}
}

// settled is what one actor of an earlier round left: it must stay.
type settled struct {
	*actor
	model *model
	steps int
}

func testKill(t *testing.T, open func(t *testing.T, path string) store.Store) {
	path := filepath.Join(t.TempDir(), "store")
	var all []settled
	total, start := 0, time.Now()
	for round := range killRounds {
		if round > 1 && time.Since(start) > killTime {
			break
		}
		name := fmt.Sprint("round", round)
		acknowledged := killChild(t, path, name)
		s := open(t, path)
		for n, steps := range acknowledged {
			all = append(all, settle(t, s, newActor(t, name, n), steps))
			total += steps
		}
		for _, a := range all {
			if d := a.holds(s, a.model, a.steps); d != "" {
				t.Fatalf("actor %s, %d steps, in round %d: %s", a.name, a.steps, round, d)
			}
		}
		noError(t, s.Close())
		noSecrets(t, path)
	}
	t.Logf("%d acknowledged steps", total)
}

// settle finds out whether the step that was under way happened: it did entirely, or not at all.
func settle(t *testing.T, s store.Store, a *actor, steps int) settled {
	t.Helper()
	m := &model{}
	for k := range steps {
		_ = a.step(m, k) // the child has compared the results
	}
	without := a.holds(s, m, steps)
	if without == "" {
		return settled{a, m, steps}
	}
	_ = a.step(m, steps)
	if with := a.holds(s, m, steps); with != "" {
		t.Fatalf("actor %s, %d steps acknowledged: the store is wrong without the next step %sand with it %s", a.name, steps, without, with)
	}
	return settled{a, m, steps + 1}
}

// killChild starts a child on the file, kills it, and returns how many steps of each actor it had acknowledged.
func killChild(t *testing.T, path, round string) []int {
	t.Helper()
	test := "^" + strings.ReplaceAll(t.Name()[:strings.LastIndex(t.Name(), "/")], "/", "$/^") + "$"
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run="+test, "-test.timeout=20s") //nolint:gosec // this test itself
	cmd.Env = append(os.Environ(), childFile+"="+path, childRound+"="+round)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	noError(t, err)
	noError(t, cmd.Start())
	steps := make([]int, actors)
	var kill sync.Once
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var n, k int
		if _, err := fmt.Sscanf(lines.Text(), "acknowledged %d %d", &n, &k); err != nil || n >= actors || k != steps[n] {
			t.Errorf("the child says %q", lines.Text())
			continue
		}
		steps[n]++
		kill.Do(func() {
			time.AfterFunc(time.Duration(rand.IntN(120))*time.Millisecond, func() { _ = cmd.Process.Kill() }) //nolint:gosec // no secret
		})
	}
	_ = cmd.Wait() // it was killed
	if code := cmd.ProcessState.ExitCode(); code != -1 {
		t.Fatalf("the child ended with %d before it was killed", code)
	}
	return steps
}

// runChild lets all actors go through their scripts, and says so after each step. It does not return while nobody kills it.
func runChild(t *testing.T, s store.Store, round string) {
	errs := parallel(actors, func(n int) error {
		a, m := newActor(t, round, n), &model{}
		for k := range maxSteps {
			if d := differentError(a.step(s, k), a.step(m, k)); d != "" {
				return fmt.Errorf("actor %d, step %d: %s", n, k, d)
			}
			if _, err := fmt.Fprintf(os.Stdout, "acknowledged %d %d\n", n, k); err != nil {
				return err
			}
		}
		return nil
	})
	for _, err := range errs {
		if err != nil {
			fmt.Println(err)
		}
	}
	time.Sleep(10 * time.Second)
}
