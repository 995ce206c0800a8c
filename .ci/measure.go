//go:build ignore

// Measure runs commands and prints a Markdown table of their wall time, the time of processors and the peak memory they take, with ratios to
// the first one. A line of standard input is a name, then the words of a command, with tabs between them.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

type result struct {
	wall, cpu time.Duration // the least of all runs
	peak      int64         // KiB, of the largest process of any run
	failed    int           // runs that did not finish
}

func main() {
	runs := flag.Int("runs", 3, "how often each command runs; the least of all runs counts")
	flag.Parse()
	fmt.Println("| | wall time | | CPU time | | peak memory | |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
	var first result
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		words := strings.Split(lines.Text(), "\t")
		r, err := best(words[1:], *runs)
		if err != nil {
			fmt.Printf("| %s | %v | | | | | |\n", words[0], err)
			continue
		}
		if first.wall == 0 {
			first = r
		}
		if r.failed > 0 {
			words[0] += fmt.Sprintf(" (%d of %d runs failed)", r.failed, *runs)
		}
		fmt.Printf("| %s | %.2f s | %.1f × | %.2f s | %.1f × | %d MiB | %.1f × |\n", words[0],
			r.wall.Seconds(), float64(r.wall)/float64(first.wall), r.cpu.Seconds(), float64(r.cpu)/float64(first.cpu),
			r.peak/1024, float64(r.peak)/float64(first.peak))
	}
}

func best(words []string, runs int) (result, error) {
	var r result
	for range runs {
		start := time.Now()
		cmd := exec.Command(words[0], words[1:]...)
		err := cmd.Run()
		wall := time.Since(start)
		// Linters exit with 1 when they have found something. More means that they have not done their work.
		var exit *exec.ExitError
		if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
			if r.failed++; r.failed == runs {
				return r, fmt.Errorf("did not finish: %w", err)
			}
			continue
		}
		cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		if r.peak == 0 {
			r.wall, r.cpu = wall, cpu
		}
		r.wall, r.cpu = min(r.wall, wall), min(r.cpu, cpu)
		r.peak = max(r.peak, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	}
	return r, nil
}
