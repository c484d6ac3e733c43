// Package man writes the manual page from the help of the commands.
package man

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/mallcheck/mallcheck/conformance"
)

// Write writes the manual page of an application.
func Write(out io.Writer, app *kong.Application) error {
	page := &manual{}
	page.write(app)
	_, err := io.WriteString(out, page.text.String())
	return err
}

// manual is a page in roff's man macros.
type manual struct{ text strings.Builder }

// write writes the page. Its date is the date of the commit, so that builds are reproducible.
func (m *manual) write(app *kong.Application) {
	build := conformance.Built()
	date := ""
	if !build.CommitTime.IsZero() {
		date = build.CommitTime.UTC().Format("2006-01-02")
	}
	m.line(fmt.Sprintf(".TH %s 1 %q %q %q", strings.ToUpper(app.Name), date, app.Name+" "+build.Version, "User Commands"))
	m.macro("SH", "NAME")
	m.line(app.Name + ` \- contract tests for the mall API of a SIM provider`)
	m.macro("SH", "SYNOPSIS")
	m.line(`\fB` + escape(app.Name) + `\fR \fIcommand\fR [\fIflags\fR]`)
	m.macro("SH", "DESCRIPTION")
	m.line(escape(app.Help))
	m.detail(app.Detail)
	m.macro("SH", "COMMANDS")
	groups := map[string]bool{}
	var settings []*kong.Flag
	for _, command := range app.Children {
		if command.Hidden {
			continue
		}
		for _, flag := range m.command(command) {
			if !groups[flag.Name] {
				groups[flag.Name] = true
				settings = append(settings, flag)
			}
		}
	}
	m.settings(settings)
	m.macro("SH", "EXIT STATUS")
	for _, code := range exitCodes {
		m.macro("TP")
		m.line(`\fB` + code[0] + `\fR`)
		m.line(escape(code[1]))
	}
	m.macro("SH", "ENVIRONMENT")
	m.line(escape("Every setting is a variable as well: --partner-code is MALLCHECK_PARTNER_CODE. Flags take precedence. An empty variable counts as unset; a blank or unknown one is an error."))
}

// exitCodes are the exit codes of a run and what they mean.
var exitCodes = [][2]string{
	{"0", "no violation"},
	{"1", "a violation, or a finding with --fail-on"},
	{"2", "wrong usage or configuration, nothing could be run, or a report could not be written"},
	{"3", "the target was not reached, or the run is incomplete"},
	{"130", "interrupted"},
}

// command writes the purpose of a command and its own flags, and returns the flags that are
// settings, which several commands share.
func (m *manual) command(command *kong.Node) (settings []*kong.Flag) {
	m.macro("SS", "mallcheck "+command.Summary())
	m.line(escape(command.Help))
	m.detail(command.Detail)
	for _, argument := range command.Positional {
		m.term(argument.Summary(), argument.Help)
	}
	for _, flag := range command.Flags {
		if flag.Group != nil {
			settings = append(settings, flag)
			continue
		}
		if !flag.Hidden {
			m.term(flag.Summary(), flag.Help)
		}
	}
	if len(settings) > 0 {
		m.macro("PP")
		m.line("It takes the settings below as well.")
	}
	return settings
}

// settings writes the flags that commands share, group by group.
func (m *manual) settings(flags []*kong.Flag) {
	m.macro("SH", "SETTINGS")
	group := ""
	for _, flag := range flags {
		if flag.Group.Title != group {
			group = flag.Group.Title
			m.macro("SS", strings.TrimSuffix(group, ":"))
		}
		m.term(flag.Summary(), flag.Help)
	}
}

// term writes a flag or an argument with its explanation.
func (m *manual) term(name, help string) {
	m.macro("TP")
	m.line(`\fB` + escape(name) + `\fR`)
	m.line(escape(help))
}

// detail writes a help text. It keeps indented lines unchanged.
func (m *manual) detail(text string) {
	verbatim := false
	paragraph := true
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		indented := strings.HasPrefix(line, "  ")
		if indented != verbatim {
			if indented {
				m.macro("PP")
				m.line(".nf")
			} else {
				m.line(".fi")
				paragraph = true
			}
			verbatim = indented
		}
		switch {
		case line == "":
			paragraph = true
			continue
		case paragraph && !verbatim:
			m.macro("PP")
		}
		paragraph = false
		m.line(escape(line))
	}
	if verbatim {
		m.line(".fi")
	}
}

// macro writes a request with its arguments, each quoted.
func (m *manual) macro(name string, arguments ...string) {
	m.text.WriteString("." + name)
	for _, argument := range arguments {
		fmt.Fprintf(&m.text, " \"%s\"", strings.ReplaceAll(escape(argument), `"`, `\(dq`))
	}
	m.text.WriteString("\n")
}

func (m *manual) line(text string) { m.text.WriteString(text + "\n") }

// escape quotes text for roff: backslashes, hyphens that may be pasted into a shell, and a full
// stop or apostrophe at the beginning of a line.
func escape(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`, "…", "...").Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	return text
}
