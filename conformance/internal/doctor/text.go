package doctor

import (
	"fmt"
	"io"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/mallcheck/mallcheck/conformance/target"
)

// Lines returns the settings as lines for the target's entry in the settings file,
// with its indentation.
func (r *Report) Lines() string {
	var lines strings.Builder
	for _, setting := range r.Settings {
		values := make([]string, len(setting.Values))
		for i, value := range setting.Values {
			values[i] = written(strings.ReplaceAll(value, "${", "$${"))
		}
		text := strings.Join(values, ", ")
		if len(values) != 1 {
			text = "[" + text + "]"
		}
		fmt.Fprintf(&lines, "    %s: %s\n", setting.Key, text)
	}
	return lines.String()
}

// written formats a text as YAML, quoted if necessary.
func written(text string) string {
	encoded, err := yaml.Marshal(text)
	if err != nil || strings.Contains(text, ",") || strings.Count(string(encoded), "\n") != 1 {
		return fmt.Sprintf("%q", text)
	}
	return strings.TrimSuffix(string(encoded), "\n")
}

// Write writes the report as text.
func (r *Report) Write(out io.Writer) error {
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n", r.Target)
	for _, service := range r.Services {
		fmt.Fprintf(&text, "  %-8s %s\n           %s\n", service.Name, service.URL, service.describe(time.Now()))
	}
	for _, topic := range Topics {
		r.topic(&text, topic)
	}
	if len(r.Codes) > 0 {
		text.WriteString("\nSeen (operation, HTTP status, operateCode, times)\n")
	}
	for _, code := range r.Codes {
		fmt.Fprintf(&text, "  %-24s %d  %-6s %d\n", code.Operation, code.Status, code.OperateCode, code.Times)
	}
	for _, left := range r.Left {
		fmt.Fprintf(&text, "\nleft behind: %s\n", left)
	}
	switch lines := r.Lines(); {
	case lines != "":
		fmt.Fprintf(&text, "\nPut these lines into the target in %s, in place of its current values:\n%s", target.FileName, lines)
	case !r.Fits():
		text.WriteString("\nThe settings do not fit: see Settings above.\n")
	case r.Reached():
		text.WriteString("\nThe settings fit, as far as could be tested.\n")
	}
	_, err := io.WriteString(out, text.String())
	return err
}

// topic writes the questions of one topic, the answered ones first.
func (r *Report) topic(text *strings.Builder, topic string) {
	heading := "\n" + strings.ToUpper(topic[:1]) + topic[1:] + "\n"
	for _, answer := range r.Answers {
		if answer.Topic == topic && answer.Answer != "" {
			text.WriteString(heading)
			heading = ""
			fmt.Fprintf(text, "  %s: %s\n", answer.Question, answer.Answer)
		}
	}
	for _, answer := range r.Answers {
		if answer.Topic == topic && answer.Answer == "" {
			text.WriteString(heading)
			heading = ""
			fmt.Fprintf(text, "  unknown: %s: %s\n", answer.Question, answer.Open)
		}
	}
}

// describe describes the connection to a service in one line.
func (s *Service) describe(now time.Time) string {
	if s.Problem != "" {
		return "could not be tested: " + s.Problem
	}
	parts := []string{"reached", s.Protocol, "without TLS"}
	if s.TLS != "" {
		parts[2] = s.TLS
		parts = append(parts, fmt.Sprintf("certificate until %s (%d days)", s.Expires.Format(time.DateOnly), int(s.Expires.Sub(now).Hours()/24)))
	}
	if s.Calls > 0 {
		parts = append(parts, fmt.Sprintf("%s a call (median of %d)", s.Median.Round(100*time.Microsecond), s.Calls))
	}
	switch {
	case !s.ClockKnown:
		parts = append(parts, "its clock is unknown")
	case s.Clock > 0:
		parts = append(parts, fmt.Sprintf("its clock is %s ahead", s.Clock))
	case s.Clock < 0:
		parts = append(parts, fmt.Sprintf("its clock is %s behind", -s.Clock))
	default:
		parts = append(parts, "its clock is correct to the second")
	}
	return strings.Join(parts, ", ")
}
