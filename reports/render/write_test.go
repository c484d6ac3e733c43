package render

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
	"github.com/mallcheck/mallcheck/reports/redact"
)

func TestWriteFiles(t *testing.T) {
	dir := t.TempDir()
	stale := filepath.Join(dir, "junit.xml")
	if err := os.WriteFile(stale, []byte("of an older run"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := fixture.Run()
	if err := WriteFiles(dir, Formats(), run); err != nil {
		t.Fatal(err)
	}
	files := Files(dir, Formats())
	for i, want := range [][]byte{writeJUnit(t, run), jenkinsOf(t, run), fixture.JSON(t, run), writeHTML(t, run)} {
		got, err := os.ReadFile(files[i])
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v, %d bytes, want %d", files[i], err, len(got), len(want))
		}
		if info, err := os.Stat(files[i]); err != nil || info.Mode().Perm() != 0o644 {
			t.Errorf("%s: %v, a CI system must be able to read it", files[i], err)
		}
	}
	if names := entries(t, dir); strings.Join(names, " ") != "gl-code-quality-report.json junit-jenkins.xml junit.xml report.har report.html report.md report.sarif run.json" {
		t.Errorf("the folder has %v", names)
	}
}

func TestWriteFilesOnlyWhatIsAskedFor(t *testing.T) {
	dir := t.TempDir()
	if err := WriteFiles(dir, []string{"json"}, fixture.Run()); err != nil {
		t.Fatal(err)
	}
	if names := entries(t, dir); len(names) != 1 || names[0] != "run.json" {
		t.Errorf("the folder has %v", names)
	}
}

// A failing format does not prevent the others from being written, and leaves no partial file.
func TestWriteFilesFails(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "junit.xml", "in the way"), 0o755); err != nil {
		t.Fatal(err)
	}
	err := WriteFiles(dir, Formats(), fixture.Run())
	if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "junit.xml")) || strings.Contains(err.Error(), "junit.xml-") {
		t.Errorf("got %v, want an error that names the report and no temporary file", err)
	}
	if names := entries(t, dir); strings.Join(names, " ") != "gl-code-quality-report.json junit-jenkins.xml junit.xml report.har report.html report.md report.sarif run.json" {
		t.Errorf("the folder has %v", names)
	}
	if err := WriteFiles(filepath.Join(dir, "missing"), Formats(), fixture.Run()); err == nil ||
		!strings.Contains(err.Error(), "no such file") {
		t.Errorf("a folder that is not there: got %v", err)
	}
}

func TestCheckFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "below")
	for range 2 {
		if err := checkFolder(dir); err != nil {
			t.Fatal(err)
		}
		if names := entries(t, dir); len(names) != 0 {
			t.Errorf("left behind: %v", names)
		}
	}
}

// Two runs at once must not write the reports of one another.
func TestClaim(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "reports")
	for range 2 {
		release, err := Claim("--report-dir", dir)
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("MALLCHECK_REPORT_DIR: another mallcheck uses the report folder %q; wait until it ends, or name another folder with --report-dir", dir)
		if _, err := Claim("MALLCHECK_REPORT_DIR", dir); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
		release()
		if names := entries(t, dir); len(names) != 0 {
			t.Errorf("left behind: %v", names)
		}
	}
}

func TestCheckFolderRefuses(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	occupied := filepath.Join(dir, "occupied")
	if err := os.MkdirAll(filepath.Join(occupied, "run.json"), 0o755); err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		file:                        "not a directory",
		filepath.Join(file, "in"):   "not a directory",
		occupied:                    "run.json in it is a folder",
		"":                          "no such file",
		filepath.Join(dir, "a\x00"): "invalid argument",
	}
	if os.Geteuid() != 0 {
		closed := filepath.Join(dir, "closed")
		if err := os.Mkdir(closed, 0o555); err != nil {
			t.Fatal(err)
		}
		tests[closed] = "permission denied"
	}
	for folder, reason := range tests {
		err := checkFolder(folder)
		if err == nil || !strings.Contains(err.Error(), reason) || strings.Count(err.Error(), "mallcheck-") > 0 {
			t.Errorf("%q: got %v, want %q", folder, err, reason)
		}
	}
}

func TestCheckFormats(t *testing.T) {
	if err := CheckFormats(append(Formats(), Formats()...)); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"junti", "JSON", "xml", ""} {
		err := CheckFormats([]string{"junit", name})
		if err == nil || !strings.HasSuffix(err.Error(), ": known are "+strings.Join(Formats(), ", ")) {
			t.Errorf("%q: got %v", name, err)
		}
		if err := WriteFiles(t.TempDir(), []string{name}, fixture.Run()); err == nil {
			t.Errorf("%q was written", name)
		}
	}
	if files := Files("r", []string{"json", "nonsense"}); len(files) != 1 || files[0] != filepath.Join("r", "run.json") {
		t.Errorf("got %v", files)
	}
}

func entries(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range list {
		names = append(names, entry.Name())
	}
	return names
}

// FuzzWriters writes whatever ReadJSON takes.
func FuzzWriters(f *testing.F) {
	f.Add(fixture.JSON(f, fixture.Run()))
	f.Add([]byte(`{"schema":"1","results":[{"verdict":"failed","deviations":[{"exchange":-1,"verdict":"failed"}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		run, err := reports.ReadJSON(bytes.NewReader(data))
		if err != nil {
			return
		}
		checkJUnit(t, run)
		if err := NewTerminal(&bytes.Buffer{}, TerminalOptions{Width: 80}).End(run, nil); err != nil {
			t.Fatal(err)
		}
	})
}

// secrets is what fixture.Run must not tell.
var secrets = redact.Secrets{Values: []string{fixture.PushKey}, MaskSIMs: true}
