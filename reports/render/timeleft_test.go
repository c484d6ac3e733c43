package render

import (
	"testing"
	"time"
)

// A run of more than a minute shows how long it still takes.
func TestTimeLeft(t *testing.T) {
	for _, test := range []struct {
		name         string
		elapsed      time.Duration
		done, checks int
		want         time.Duration
	}{
		{"just begun", 4 * time.Second, 1, 100, 0},
		{"nothing done", time.Minute, 0, 100, 0},
		{"a short run", 20 * time.Second, 50, 100, 0},
		{"a long run", 30 * time.Second, 25, 100, 90 * time.Second},
		{"rounded", 61 * time.Second, 99, 100, 0},
		{"near its end", 100 * time.Second, 90, 100, 10 * time.Second},
		{"done", 100 * time.Second, 100, 100, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := timeLeft(test.elapsed, test.done, test.checks); got != test.want {
				t.Errorf("%s after %d of %d checks in %s, want %s", got, test.done, test.checks, test.elapsed, test.want)
			}
		})
	}
}
