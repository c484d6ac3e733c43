// Package table writes tables that fit a terminal: long cells are wrapped in their column.
package table

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// gap separates columns.
const gap = 2

// Least is the smallest width of a table.
const Least = 80

// Write writes rows in columns of the given widths. A column of width 0 gets what remains of width, at
// least Least. Cells wrap after spaces, commas and slashes. A first cell that is wider than its column
// gets a line of its own.
func Write(out io.Writer, width int, columns []int, rows [][]string) error {
	columns = fitted(max(width, Least), columns)
	text := bufio.NewWriterSize(out, 64<<10)
	for _, row := range rows {
		if len(row) > 0 && utf8.RuneCountInString(row[0]) > columns[0] {
			fmt.Fprintln(text, row[0])
			row = append([]string{""}, row[1:]...)
		}
		cells := make([][]string, len(columns))
		lines := 0
		for i := range min(len(row), len(columns)) {
			cells[i] = wrap(row[i], columns[i])
			lines = max(lines, len(cells[i]))
		}
		for n := range lines {
			var line strings.Builder
			for i, cell := range cells {
				part := ""
				if n < len(cell) {
					part = cell[n]
				}
				fmt.Fprintf(&line, "%-*s%*s", columns[i], part, gap, "")
			}
			fmt.Fprintln(text, strings.TrimRight(line.String(), " "))
		}
	}
	return text.Flush()
}

// fitted shares the remaining width equally among the columns of width 0.
func fitted(width int, columns []int) []int {
	rest, open := width+gap, 0
	for _, column := range columns {
		rest -= column + gap
		if column == 0 {
			open++
		}
	}
	all := make([]int, len(columns))
	for i, column := range columns {
		if all[i] = column; column == 0 {
			all[i] = max(rest/open, 1)
		}
	}
	return all
}

// wrap wraps a text after spaces, commas and slashes. It does not split longer words.
func wrap(text string, width int) (lines []string) {
	line, length := "", 0
	for _, word := range words(text) {
		size := utf8.RuneCountInString(word)
		if length > 0 && length+utf8.RuneCountInString(strings.TrimRight(word, " ")) > width {
			lines = append(lines, strings.TrimRight(line, " "))
			line, length = "", 0
		}
		line, length = line+word, length+size
	}
	return append(lines, strings.TrimRight(line, " "))
}

// words splits a text after each space, comma and slash.
func words(text string) (all []string) {
	start := 0
	for i := range len(text) {
		if inner := i+1 < len(text) && text[i+1] != ' '; text[i] == ' ' || inner && (text[i] == ',' || text[i] == '/') {
			all = append(all, text[start:i+1])
			start = i + 1
		}
	}
	return append(all, text[start:])
}
