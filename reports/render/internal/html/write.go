// Package html writes a run as one HTML page.
package html

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"github.com/mallcheck/mallcheck/internal/plural"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/visible"
	"github.com/mallcheck/mallcheck/reports/render/internal/digest"
)

//go:embed page.tmpl sections.tmpl check.tmpl style.css script.js
var files embed.FS

// pageTemplate is parsed on first use, because most commands write no page.
var pageTemplate = sync.OnceValues(func() (*template.Template, error) {
	// Style and script are inserted before parsing, so that the escaper sees the complete page.
	var text strings.Builder
	for _, name := range []string{"sections.tmpl", "check.tmpl", "page.tmpl"} {
		part, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		text.Write(part)
	}
	page := text.String()
	for _, name := range []string{"style.css", "script.js"} {
		part, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		page = strings.Replace(page, "{{/* "+name+" */}}", string(part), 1)
	}
	return template.New("report").Funcs(template.FuncMap{
		"curl": curlText, "visible": visible.Escape, "took": digest.Took, "statusText": digest.StatusText, "headerText": headerText, "bodyText": bodyOf,
		"pageURL": pageURL, "plural": plural.Of, "flaky": digest.FlakyText, "inc": func(i int) int { return min(i+1, taskPalette) },
	}).Parse(page)
})

// Write writes run to w as one self-contained page: it needs no network, no other file and no
// JavaScript, which only adds a filter and keyboard shortcuts.
//
// Checks that passed have a line each. For the others the page has the deviations and exchanges, as many
// as fit into a few megabytes, first those that show a clause violated for the first time. The page says
// what it leaves out; WriteJSON has everything. Nothing is redacted: pass the result of redact.Run.
func Write(w io.Writer, run *reports.Run) error {
	page, err := pageTemplate()
	if err != nil {
		return fmt.Errorf("parsing the HTML report's template: %w", err)
	}
	if err := page.Execute(visible.NewWriter(w), newPage(run)); err != nil {
		return fmt.Errorf("writing the run as HTML: %w", err)
	}
	return nil
}
