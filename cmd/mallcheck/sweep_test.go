package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// changing selects checks that put SIM cards into groups and subscribe.
const changing = "--only=area:GRP,ASY-01*,ASY-03*,VSH-07*,GEN/stripeSubDirectly,GEN/synOrderInfo"

// TestInterruptedAndKilledRunsAreUndone interrupts and kills runs at random moments:
// the groups and auto-renewals are then, after a sweep where a run was killed, as
// they were before, with what they held before.
func TestInterruptedAndKilledRunsAreUndone(t *testing.T) {
	testlevel.Plain(t)
	s := serve(t, "--quiet", "--task-delay=20ms", "--control")
	held(t, s.env)
	before := stateOf(t, s.env)
	moments := testlevel.Pick(0, 1, 40)
	for _, end := range []os.Signal{os.Interrupt, syscall.SIGKILL} {
		for range moments {
			dir := t.TempDir()
			wait := 100*time.Millisecond + time.Duration(rand.Int64N(int64(1500*time.Millisecond)))
			cmd := process{arguments: []string{"run", changing}, environ: s.env, dir: dir}.command(t.Context())
			var said bytes.Buffer
			cmd.Stdout, cmd.Stderr = &said, &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(wait)
			_ = cmd.Process.Signal(end) // it may have ended by itself
			_ = cmd.Wait()
			journal := filepath.Join(dir, "mallcheck-report", "journal.jsonl")
			if end == syscall.SIGKILL {
				sweepTwice(t, s.env, dir)
			} else if data, err := os.ReadFile(journal); err == nil && strings.Contains(string(data), `"entry"`) && !strings.Contains(string(data), `"closed":true`) {
				t.Errorf("%s after %s: the journal is not closed; the run said:\n%s", end, wait, said.String())
			}
			if after := stateOf(t, s.env); after != before {
				t.Fatalf("%s after %s: the target holds\n%s\nbefore it held\n%s", end, wait, after, before)
			}
		}
	}
}

// sweepTwice sweeps; the second time nothing may be left to do.
func sweepTwice(t *testing.T, env []string, dir string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, "mallcheck-report", "journal.jsonl")); err != nil {
		return // killed before it could do anything
	}
	first := process{arguments: []string{"sweep"}, environ: env, dir: dir}.run(t)
	second := process{arguments: []string{"sweep"}, environ: env, dir: dir}.run(t)
	if first.code != 0 || first.err != "" {
		t.Errorf("the sweep ended with %d: %s%s", first.code, first.out, first.err)
	}
	if second.code != 0 || !strings.Contains(second.out, "nothing left to undo") {
		t.Errorf("the second sweep ended with %d: %s%s", second.code, second.out, second.err)
	}
}

// TestKilledShardsAreSwept kills two shards, each of which knows nothing of what the
// other does to the same groups: a sweep of each undoes what both left.
func TestKilledShardsAreSwept(t *testing.T) {
	testlevel.Long(t)
	s := serve(t, "--quiet", "--task-delay=20ms", "--control")
	held(t, s.env)
	before := stateOf(t, s.env)
	wanted := 3 // times that something is left
	for tries := 0; wanted > 0; tries++ {
		if tries == 30 {
			t.Fatal("no run left anything")
		}
		dir := t.TempDir()
		var shards []*exec.Cmd
		for i := 1; i <= 2; i++ {
			cmd := process{arguments: []string{"run", changing, "--seed=1", fmt.Sprintf("--shard=%d/2", i), shardFolder(i)}, environ: s.env, dir: dir}.command(t.Context())
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			shards = append(shards, cmd)
		}
		time.Sleep(400*time.Millisecond + time.Duration(rand.Int64N(int64(time.Second))))
		for _, cmd := range shards {
			_ = cmd.Process.Kill() // it may have ended by itself
			_ = cmd.Wait()
		}
		left := stateOf(t, s.env) != before
		known := sweepShards(t, s.env, dir)
		after := stateOf(t, s.env)
		if !known {
			before = after
			continue
		}
		if left {
			wanted--
		}
		if after != before {
			t.Fatalf("the target holds\n%s\nbefore it held\n%s", after, before)
		}
	}
}

// shardFolder returns the flag that gives a shard its own report folder.
func shardFolder(index int) string { return fmt.Sprint("--report-dir=shard-", index) }

// unknowable is what a sweep says when it cannot know what a call did: one to which no answer
// came, because its shard was killed within it, or a subscription by the payment of an order of
// the other shard.
var unknowable = []string{"no answer came", "their removal got no answer", "without a known order"}

// sweepShards sweeps both shards. It reports false when a sweep says that it cannot know what a
// call did.
func sweepShards(t *testing.T, env []string, dir string) bool {
	t.Helper()
	known := true
	for i := 1; i <= 2; i++ {
		if _, err := os.Stat(filepath.Join(dir, fmt.Sprint("shard-", i), "journal.jsonl")); err != nil {
			continue // killed before it could do anything
		}
		got := process{arguments: []string{"sweep", shardFolder(i)}, environ: env, dir: dir}.run(t)
		switch {
		case got.code == 3 && slices.ContainsFunc(unknowable, func(reason string) bool { return strings.Contains(got.out, reason) }):
			known = false
		case got.code != 0:
			t.Fatalf("the sweep of shard %d ended with %d: %s%s", i, got.code, got.out, got.err)
		}
	}
	return known
}

// held puts SIM cards into the group of a run, so that there is something to lose.
func held(t *testing.T, env []string) {
	t.Helper()
	sims := strings.Split(settingIn(env, "SIM"), ",")[:20]
	list, err := json.Marshal(sims)
	if err != nil {
		t.Fatal(err)
	}
	got := process{arguments: []string{"call", "addSims", "--set", "sim_ids:=" + string(list)}, environ: env}.run(t)
	if got.code != 0 {
		t.Fatalf("addSims: %s%s", got.out, got.err)
	}
}

// settingIn returns a setting out of environment variables.
func settingIn(env []string, name string) string {
	for _, line := range env {
		if value, ok := strings.CutPrefix(line, "MALLCHECK_"+name+"="); ok {
			return value
		}
	}
	return ""
}

// stateOf returns what a sandbox holds, once no task is running.
func stateOf(t *testing.T, env []string) string {
	t.Helper()
	address, _, _ := strings.Cut(settingIn(env, "TOPUP_URL"), "/topup")
	for range 200 {
		response, err := http.Get(address + "/_sandbox/state")
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			t.Fatalf("%v %s", err, data)
		}
		if strings.Contains(string(data), `"tasks":0`) {
			return string(data)
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the tasks do not end")
	return ""
}
