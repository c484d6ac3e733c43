// Package render writes a run for people and for other tools: JUnit, HTML, Markdown, SARIF, HAR, code
// quality, GitHub annotations and text for a terminal. It redacts nothing: pass the result of
// redact.Run. Text from a target has no effect wherever it is shown.
package render

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/mallcheck/mallcheck/internal/folderlock"
	"github.com/mallcheck/mallcheck/internal/wholefile"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/codequality"
	"github.com/mallcheck/mallcheck/reports/internal/har"
	"github.com/mallcheck/mallcheck/reports/internal/parallel"
	"github.com/mallcheck/mallcheck/reports/render/internal/html"
)

// github is the format that goes to standard output instead of a file.
const github = "github"

// writers are the formats, each with its file and its writer.
var writers = []struct {
	format, file string
	write        func(io.Writer, *reports.Run) error
}{
	{"junit", "junit.xml", WriteJUnit},
	{"junit:jenkins", "junit-jenkins.xml", WriteJUnitJenkins},
	{"json", "run.json", reports.WriteJSON},
	{"html", "report.html", WriteHTML},
	{"markdown", "report.md", WriteMarkdown},
	{"sarif", "report.sarif", WriteSARIF},
	{"har", "report.har", WriteHAR},
	{"codequality", "gl-code-quality-report.json", codequality.Write},
	{github, "", nil},
}

// WriteHAR writes the exchanges of run to w as an HTTP Archive, version 1.2. Nothing is redacted: pass
// the result of redact.Run.
func WriteHAR(w io.Writer, run *reports.Run) error { return har.Write(w, run) }

// Formats returns the names of the formats. WriteFiles writes all of them except "github", which
// WriteGitHub writes to standard output.
func Formats() []string {
	var names []string
	for _, w := range writers {
		names = append(names, w.format)
	}
	return names
}

// CheckFormats returns an error for the first name that is not one of Formats; the error names the known
// formats.
func CheckFormats(names []string) error {
	for _, name := range names {
		if _, err := formatIndex(name); err != nil {
			return err
		}
	}
	return nil
}

// Files returns the paths of the files that WriteFiles writes for formats in folder dir; "github" and
// unknown names have none.
func Files(dir string, formats []string) []string {
	var files []string
	for _, name := range formats {
		if i, err := formatIndex(name); err == nil && writers[i].file != "" {
			files = append(files, filepath.Join(dir, writers[i].file))
		}
	}
	return files
}

// WriteFiles writes run to folder dir in each of formats (see Formats); Files returns the file names.
// "github" has no file. Each file appears complete or not at all, and replaces an older one. If a format
// fails, the others are still written; the error joins all failures. Nothing is redacted: pass the
// result of redact.Run.
func WriteFiles(dir string, formats []string, run *reports.Run) error {
	if err := CheckFormats(formats); err != nil {
		return err
	}
	failed := make([]error, len(formats))
	parallel.Each(len(formats), true, func(n int) { failed[n] = writeFile(dir, formats[n], run) })
	return errors.Join(failed...)
}

// writeFile writes run in one format, if it has a file.
func writeFile(dir, format string, run *reports.Run) error {
	i, err := formatIndex(format)
	if err != nil || writers[i].write == nil {
		return err
	}
	path := filepath.Join(dir, writers[i].file)
	if err := wholefile.Replace(path, 0o644, func(w io.Writer) error { return writers[i].write(w, run) }); err != nil {
		return fmt.Errorf("writing report %s: %w", path, wholefile.Reason(err))
	}
	return nil
}

// Claim creates folder dir if it does not exist, proves that reports can be written to it, so that a run
// does not find out at its end, and keeps other processes from using it until release is called. It
// leaves no file behind. The error begins with origin, where the folder was named, and gives the reason.
func Claim(origin, dir string) (release func(), err error) {
	if err := checkFolder(dir); err != nil {
		return nil, fmt.Errorf("%s: %w", origin, err)
	}
	release, err = folderlock.Take(dir)
	switch {
	case errors.Is(err, folderlock.ErrTaken):
		return nil, fmt.Errorf("%s: another mallcheck uses the report folder %q; wait until it ends, or name another folder with --report-dir", origin, dir)
	case err != nil:
		return nil, fmt.Errorf("%s: report folder %q cannot be locked: %w", origin, dir, wholefile.Reason(err))
	}
	return release, nil
}

func checkFolder(dir string) error {
	err := func() error {
		if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // a CI system may read it as another user
			return err
		}
		for _, w := range writers {
			if info, err := os.Stat(filepath.Join(dir, w.file)); w.file != "" && err == nil && info.IsDir() {
				return fmt.Errorf("%s in it is a folder", w.file)
			}
		}
		probe, err := os.CreateTemp(dir, ".mallcheck-*")
		if err != nil {
			return err
		}
		_, err = probe.WriteString("probe")
		return errors.Join(err, probe.Close(), os.Remove(probe.Name()))
	}()
	if err != nil {
		return fmt.Errorf("report folder %q cannot be written: %w", dir, wholefile.Reason(err))
	}
	return nil
}

func formatIndex(name string) (int, error) {
	for i, w := range writers {
		if w.format == name {
			return i, nil
		}
	}
	return 0, fmt.Errorf("unknown report format %q: known are %s", name, strings.Join(Formats(), ", "))
}

// WriteHTML writes run to w as one self-contained page: it needs no network, no other file and no
// JavaScript, which only adds a filter and keyboard shortcuts. Nothing is redacted: pass the result of
// redact.Run.
func WriteHTML(w io.Writer, run *reports.Run) error { return html.Write(w, run) }
