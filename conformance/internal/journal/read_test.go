package journal

import (
	"strings"
	"testing"
	"time"
)

// No journal makes reading panic. An error is one line that names the file, and a sweep can
// process everything that was read.
func FuzzReadJournal(f *testing.F) {
	const head = `{"time":"2026-11-01T09:30:00Z","head":{"version":"` + version + `","urls":{"topup":"http://h"},"partner":"P1"}}` + "\n"
	const added = `{"entry":1,"operation":"addSims","partner":"P1","group":"G1","sims":["1","1"],"before":{"1":1}}` + "\n"
	f.Add(head)
	f.Add(head + added + `{"entry":1,"outcome":"accepted","requestId":"RQ-1"}` + "\n" + `{"undone":[1]}` + "\n" + `{"closed":true}` + "\n")
	f.Add(head + added + `{"entry":1,"outcome":"ref`)
	f.Add(head + `{"undone":[7]}` + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		j, err := parse(File, []byte(text))
		if err != nil {
			if !strings.HasPrefix(err.Error(), File+":") || strings.ContainsRune(err.Error(), '\n') {
				t.Errorf("error %q", err)
			}
			return
		}
		for _, change := range j.Changes() {
			if out, in := change.Surplus(Holdings{change.SIM: 1}); out < 0 || in < 0 || out > change.Added || in > change.Removed {
				t.Errorf("%+v: %d out, %d in", change, out, in)
			}
			j.PendingUntil(change.Group, time.Minute)
		}
		j.Unclear()
		Bought(j.Entries(), "4.99")
	})
}
