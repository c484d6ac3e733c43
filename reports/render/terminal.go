package render

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/mallcheck/mallcheck/internal/plural"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/visible"
	"github.com/mallcheck/mallcheck/reports/render/internal/digest"
)

// progressEvery is how often a run prints its progress if it cannot rewrite a line.
const progressEvery = 30 * time.Second

// TerminalOptions are the abilities and wishes of the reader of a Terminal.
type TerminalOptions struct {
	// Live rewrites one line to show progress, which only a terminal can do. Otherwise progress is a
	// line every half minute.
	Live bool
	// Color enables ANSI colours; the caller checks for terminals and NO_COLOR.
	Color bool
	// Width is the number of columns at which text is wrapped; nothing is wrapped below 40. Evidence and
	// curl lines are never wrapped.
	Width int
	// Verbose prints a line for each check that did not pass when it ends, and at the end every failure
	// in full, with its exchanges, and every finding.
	Verbose bool
}

// Terminal informs a person about a run while it is running and after it has ended: Begin, then Result
// for each check, then End. All may be called from several goroutines. What Result writes comes from the
// suite, never from the target. Begin and End write the content of the run, so pass the result of
// redact.Run.
type Terminal struct {
	mu      sync.Mutex
	out     io.Writer
	options TerminalOptions
	err     error // the first write error

	checks int
	counts reports.Counts
	live   bool // whether the progress line is on the screen
	begun  time.Time
	told   time.Time // when progress was last printed without one
}

// NewTerminal returns a Terminal that writes to out.
func NewTerminal(out io.Writer, options TerminalOptions) *Terminal {
	if options.Width < 40 {
		options.Width = 0
	}
	return &Terminal{out: out, options: options, counts: reports.Counts{}, told: time.Now()}
}

// Begin says what is tested. It needs the run's tool, target, policy, seed and services; checks is the
// number of results to come.
func (t *Terminal) Begin(run *reports.Run, checks int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.checks, t.begun = checks, time.Now()
	t.told = t.begun
	var out strings.Builder
	title := fmt.Sprintf("%s %s: %s against %s", run.Tool.Name, run.Tool.Version, plural.Of(checks, "check"), run.Target.Name)
	if run.Target.PartnerCode != "" {
		title += ", partner " + run.Target.PartnerCode
	}
	out.WriteString(digest.OneLine(title, 600) + "\n")
	fields := []field{}
	for _, service := range run.Services {
		fields = append(fields, field{service.Name, service.URL})
	}
	settings := fmt.Sprintf("allow %s; strict %s; seed %s", cmp.Or(digest.Allowed(run, ","), "nothing"), digest.Strictness(run.Policy),
		strconv.FormatInt(run.Seed, 10))
	if run.Shard != nil {
		settings += "; shard " + run.Shard.String()
	}
	fields = append(fields, field{"settings", settings},
		field{"faults", strings.Join(run.Target.Faults, ", ")}, field{"variants", strings.Join(run.Target.Variants, ", ")})
	t.form().fields(&out, fields)
	t.write(out.String())
}

// Result reports that a check has ended.
func (t *Terminal) Result(result *reports.Result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.counts.Add(result.Verdict)
	switch {
	case t.options.Live:
		t.progress(result)
	case t.options.Verbose && result.Verdict != reports.Passed && result.Verdict != reports.Skipped:
		t.write(fmt.Sprintf("%s  %s  %s\n", t.verdict(result.Verdict, len(reports.Inconclusive)),
			visible.Escape(result.ID), visible.Escape(result.Requirement)))
	case time.Since(t.told) >= progressEvery:
		t.told = time.Now()
		t.write(t.soFar() + "\n")
	}
}

// Working reports what happens within a check that takes long. Without a live line it does so every half
// minute.
func (t *Terminal) Working(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.options.Live:
		t.line(t.soFar() + "  " + visible.Escape(text))
	case time.Since(t.told) >= progressEvery:
		t.told = time.Now()
		t.write(t.soFar() + ", " + visible.Escape(text) + "\n")
	}
}

// Note writes one line between the results, for example that an interrupted run is still undoing its
// effects.
func (t *Terminal) Note(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
	t.write(visible.Escape(text) + "\n")
}

// End says how the run ended, in words and numbers, and names the report files. It returns the first
// write error, including earlier ones.
func (t *Terminal) End(run *reports.Run, files []string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clear()
	if t.options.Verbose {
		t.write(t.everything(run))
	}
	t.write(t.summary(run, files))
	return t.err
}

// soFar counts the checks that have ended. Findings are not counted: at the end, most of them turn out to be habits.
func (t *Terminal) soFar() string {
	parts := []string{fmt.Sprintf("%d of %s", t.counts.Total(), plural.Of(t.checks, "check"))}
	for _, verdict := range []reports.Verdict{reports.Failed, reports.Inconclusive} {
		if n := t.counts[verdict]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, verdict))
		}
	}
	if left := timeLeft(time.Since(t.begun), t.counts.Total(), t.checks); left > 0 {
		parts = append(parts, "about "+left.String()+" left")
	}
	return strings.Join(parts, ", ")
}

// timeLeft estimates how much longer a run of more than a minute takes if its other checks take as long
// as those that have ended; 0 if it is shorter or too young to tell.
func timeLeft(elapsed time.Duration, done, checks int) time.Duration {
	if elapsed < 5*time.Second || done == 0 || done > checks {
		return 0
	}
	whole := time.Duration(float64(elapsed) / float64(done) * float64(checks))
	if whole < time.Minute {
		return 0
	}
	return (whole - elapsed).Round(5 * time.Second)
}

// progress rewrites the progress line after a check.
func (t *Terminal) progress(result *reports.Result) {
	t.line(t.soFar() + "  " + visible.Escape(result.ID))
}

// line rewrites the progress line, which is kept shorter than the screen is wide.
func (t *Terminal) line(line string) {
	if width := cmp.Or(t.options.Width, 80) - 1; utf8.RuneCountInString(line) > width {
		line = string([]rune(line)[:width])
	}
	t.write("\r\x1b[K" + line)
	t.live = true
}

func (t *Terminal) clear() {
	if t.live {
		t.write("\r\x1b[K")
		t.live = false
	}
}

func (t *Terminal) write(text string) {
	if t.err == nil {
		_, t.err = io.WriteString(t.out, inert(text))
	}
}

// form is how results are shown in full: enough to act on.
func (t *Terminal) form() textForm {
	return textForm{indent: "  ", width: t.options.Width, deviations: 3, text: 600, body: 1000, curl: 3000}
}

// verdict returns v in its colour, padded to width columns.
func (t *Terminal) verdict(v reports.Verdict, width int) string {
	return t.color(v, fmt.Sprintf("%-*s", width, v))
}

// color returns text in the colour of v, if colours are enabled.
func (t *Terminal) color(v reports.Verdict, text string) string {
	code := map[reports.Verdict]string{
		reports.Passed: "32", reports.Failed: "31", reports.Finding: "33", reports.Inconclusive: "35", reports.Waived: "36", reports.Skipped: "2",
	}[v]
	if !t.options.Color || code == "" {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
