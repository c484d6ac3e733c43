// Package curl writes a recorded exchange as a curl command.
package curl

import (
	"fmt"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mallcheck/mallcheck/reports"
)

// longestArgument is the largest body, in bytes, that is passed in curl's arguments; Linux allows at
// most 128 KiB per argument.
const longestArgument = 100_000

// Command returns one line for a POSIX shell that sends the request of e again with curl and prints the
// answer with its headers. Everything is quoted, so the line can be pasted. curl sets Content-Length and
// Accept-Encoding itself. If the body was shortened, the line sends what is left and says so.
func Command(e reports.Exchange) string {
	request := &e.Request
	args := []string{"curl", "-sS", "-i"}
	if strings.ContainsAny(request.URL, "[]{}") {
		args = append(args, "--globoff")
	}
	if strings.Contains(request.URL, "/.") {
		args = append(args, "--path-as-is")
	}
	args = append(args, curlMethod(request)...)
	args = append(args, "--url", shellQuote(request.URL))
	args = append(args, curlHeaders(request)...)

	body := string(request.Body)
	piped := len(body) > longestArgument || !printableLine(body)
	switch {
	case body == "":
	case piped:
		args = append(args, "--data-binary", "@-")
	default:
		args = append(args, "--data-raw", shellQuote(body))
	}
	line := strings.Join(args, " ")
	if piped && body != "" {
		line = "printf " + shellQuote(printfFormat(body)) + " | " + line
	}
	if request.Cut > 0 {
		line += fmt.Sprintf(" # the last %d bytes of the body are left out", request.Cut)
	}
	return line
}

func curlMethod(request *reports.Request) []string {
	switch {
	case request.Method == http.MethodHead:
		return []string{"--head"}
	case request.Method == http.MethodGet && len(request.Body) == 0:
		return nil
	}
	return []string{"-X", shellQuote(request.Method)}
}

func curlHeaders(request *reports.Request) []string {
	var args []string
	typed := false
	for _, header := range request.Header {
		switch strings.ToLower(header.Name) {
		case "content-length", "accept-encoding":
			continue
		case "content-type":
			typed = true
		}
		// curl reads "Name:" as leaving the header out, and "Name;" as an empty header.
		field := header.Name + ": " + header.Value
		if header.Value == "" {
			field = header.Name + ";"
		}
		args = append(args, "-H", shellQuote(field))
	}
	if !typed && len(request.Body) > 0 {
		// Otherwise curl sends the Content-Type of a form.
		args = append(args, "-H", "'Content-Type:'")
	}
	return args
}

// shellQuote quotes text for a POSIX shell, where only a single quote ends a text in single quotes.
func shellQuote(text string) string {
	plain := func(r rune) bool {
		return r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_')
	}
	if text != "" && !strings.ContainsFunc(text, func(r rune) bool { return !plain(r) }) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// printableLine reports whether text can be pasted into a terminal as one line.
func printableLine(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

// printfFormat returns a format that makes the POSIX printf print exactly the bytes of text; its bytes
// need no care except quoting.
func printfFormat(text string) string {
	var out strings.Builder
	for i := range len(text) {
		c := text[i]
		switch {
		case c == '\\' || c == '%':
			out.Write([]byte{c, c})
		case c < ' ' || c > '~' || i == 0 && c == '-': // at the beginning it would be an option
			fmt.Fprintf(&out, `\%03o`, c)
		default:
			out.WriteByte(c)
		}
	}
	return out.String()
}
