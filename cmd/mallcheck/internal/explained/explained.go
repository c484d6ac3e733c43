// Package explained writes the explanation of a check as text.
package explained

import (
	"fmt"
	"io"
	"strings"

	"github.com/mallcheck/mallcheck/conformance"
)

// permissions describes what a check does with each permission.
var permissions = map[string]string{
	"read":     "reads only",
	"write":    "changes the target (or would if the target is faulty) and undoes it (--allow write)",
	"purchase": "orders or pays (or would if the target is faulty); cannot be undone (--allow purchase)",
}

// MaxLine is the width at which an explanation is wrapped.
const MaxLine = 100

// Write writes what a check requires, the evidence, and how to run it and see it fail.
func Write(out io.Writer, e *conformance.Explanation) error {
	title := e.ID
	if len(e.Cases) > 0 {
		title = fmt.Sprintf("%s has %d cases; this is the first, %s", e.ID, len(e.Cases), e.Cases[0])
	}
	var told strings.Builder
	fmt.Fprintf(&told, "%s: %s\n\n", title, e.Requirement)
	evidence := e.Grade
	if e.Source != "" {
		evidence += ", source page " + e.Source
	}
	labelled(&told, "level", e.Level)
	labelled(&told, "clause", e.Clause)
	labelled(&told, "says", e.Statement)
	if e.File != "" {
		labelled(&told, "location", fmt.Sprintf("%s, line %d", e.File, e.Line))
	}
	labelled(&told, "evidence", evidence)
	labelled(&told, "note", e.Note)
	labelled(&told, "operations", strings.Join(e.Operations, ", "))
	if !partnerSide(e.ID) {
		labelled(&told, "does", permissions[e.Does])
	}
	labelled(&told, "usual cause", e.Cause)
	if len(e.Cases) > 0 {
		labelled(&told, "cases", strings.Join(e.Cases, ", "))
	}
	labelled(&told, "run it alone", strings.Replace(commandOf(e.ID), " -- ", " --only "+e.ID+" -- ", 1)+onlyAtTheEnd(e.ID))
	if len(e.Faults) > 0 {
		labelled(&told, "see it fail", fmt.Sprintf("mallcheck run --only %s --fault %s", e.ID, e.Faults[0]))
	}
	if len(e.Faults) > 1 {
		labelled(&told, "catches", strings.Join(e.Faults, ", "))
	}
	_, err := io.WriteString(out, told.String())
	return err
}

// commandOf returns the command that runs a check.
func commandOf(id string) string {
	switch {
	case strings.HasPrefix(id, "CLI-"):
		return "mallcheck judge --scenarios all -- COMMAND"
	case strings.HasPrefix(id, "RCV-"):
		return "mallcheck receiver URL --push-key ID:HEX"
	case strings.HasPrefix(id, "SGN-01"):
		return "mallcheck signer --push --level full -- COMMAND"
	case strings.HasPrefix(id, "SGN-"):
		return "mallcheck signer --level full -- COMMAND"
	case strings.HasPrefix(id, "PRX-001"):
		return "mallcheck proxy"
	case strings.HasPrefix(id, "PRX-"):
		return "mallcheck proxy --keep-sign"
	}
	return "mallcheck run"
}

// onlyAtTheEnd returns the flag that selects a check, unless a client or signer command must follow it.
func onlyAtTheEnd(id string) string {
	if strings.Contains(commandOf(id), " -- ") {
		return ""
	}
	return " --only " + id
}

// partnerSide reports whether a check tests the partner's own side.
func partnerSide(id string) bool { return commandOf(id) != "mallcheck run" }

// labelled writes one labelled text, wrapped, and nothing for an empty one.
func labelled(out io.Writer, label, text string) {
	const column = 13
	if text == "" {
		return
	}
	line := fmt.Sprintf("%-*s", column, label)
	width := len(line)
	for word := range strings.FieldsSeq(text) {
		if width > column && width+1+len(word) > MaxLine {
			fmt.Fprintln(out, line)
			line, width = strings.Repeat(" ", column), column
		}
		if width > column {
			line, width = line+" ", width+1
		}
		line, width = line+word, width+len(word)
	}
	fmt.Fprintln(out, line)
}
