package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/help"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// Each word of a command line is completed from the right list.
func TestComplete(t *testing.T) {
	testlevel.Plain(t)
	dir := t.TempDir()
	if got := (process{arguments: []string{"init"}, dir: dir}).run(t); got.code != 0 {
		t.Fatal(got.err)
	}
	for _, test := range []struct {
		words string // the last is being written
		want  string // the candidates, or the first of them when it ends in " ..."
	}{
		{"se", "serve"},
		{"", "run serve call ..."},
		{"nonsense ", "run serve call ..."},
		{"run --stri", "--strict"},
		{"run --strict d", "documented derived"},
		{"run --strict=d", "--strict=documented --strict=derived"},
		{"run --strict documented --fail-on ", "critical finding habit drift"},
		{"run --only SIG-00", "SIG-001 SIG-002 SIG-003"},
		{"run --only=area:S", "--only=area:SIG"},
		{"run --only SIG-003/ad", "SIG-003/addSims"},
		{"run --only SIG-001,op:addS", "SIG-001,op:addSims"},
		{"run --skip=SIG-001,op:addS", "--skip=SIG-001,op:addSims"},
		{"run --fault sign-upper", "sign-upper-case-accepted"},
		{"explain SIG-003/ad", "SIG-003/addSims"},
		{"explain area:S", ""},
		{"list --only GE", "GEN"},
		{"list --only GEN/singleOrd", "GEN/singleOrder"},
		{"faults --only sign-wrong-accepted-on-r", "sign-wrong-accepted-on-remove"},
		{"run --format sar", "sarif"},
		{"run --fail-on=f", "--fail-on=finding"},
		{"run --target u", "uat"},
		{"run --allow read,w", "read,write"},
		{"serve --variant refusals-as-", "refusals-as-4xx"},
		{"serve --control --qu", "--quiet"},
		{"list --json --on", "--only"},
		{"call singleV", "singleVerify"},
		{"call singleVerify ", ""},
		{"call --set a singleV", "singleVerify"},
		{"completion f", "fish"},
		{"run --report-dir x", ""},
		{"run --nonsense=", ""},
		{"comple", "completion"},
	} {
		t.Run(test.words, func(t *testing.T) {
			got := process{arguments: append([]string{"complete", "--"}, strings.Split(test.words, " ")...), dir: dir}.run(t)
			if got.code != 0 || got.err != "" {
				t.Fatalf("exit code %d: %s", got.code, got.err)
			}
			var candidates []string
			for line := range strings.Lines(got.out) {
				text, help, found := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
				if !found || strings.Contains(help, "\t") {
					t.Errorf("the line %q is no candidate with its help", line)
				}
				candidates = append(candidates, text)
			}
			list := strings.Join(candidates, " ")
			if begin, more := strings.CutSuffix(test.want, " ..."); more && strings.HasPrefix(list, begin) {
				return
			}
			if list != test.want {
				t.Errorf("completes to %s, want %s", list, test.want)
			}
		})
	}
}

// There is a completion script for each shell, in its own syntax.
func TestCompletionScripts(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		got := process{arguments: []string{"completion", shell}}.run(t)
		if got.code != 0 || !strings.Contains(got.out, "mallcheck") {
			t.Errorf("%s: exit code %d\n%s%s", shell, got.code, got.out, got.err)
		}
		program, err := exec.LookPath(shell)
		if err != nil {
			t.Logf("%s is not installed: the syntax of its script was not tried", shell)
			continue
		}
		check := exec.CommandContext(t.Context(), program, "-n")
		check.Stdin = strings.NewReader(got.out)
		if told, err := check.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", shell, err, told)
		}
	}
}

// The help of every command fits a screen of 40 lines by 100 columns. It and the manual page have
// examples, and mallcheck help shows everything about a command.
func TestHelp(t *testing.T) {
	manual := process{arguments: []string{"man"}}.run(t)
	if manual.code != 0 || !strings.HasPrefix(manual.out, ".TH MALLCHECK 1 ") {
		t.Errorf("man: exit code %d\n%s%s", manual.code, manual.out, manual.err)
	}
	model, err := kong.New(new(commands), helpDefaults())
	if err != nil {
		t.Fatal(err)
	}
	completed := process{arguments: []string{"complete", "--", ""}}.run(t)
	for i, line := range strings.Split(strings.TrimSpace(completed.out), "\n") {
		if i%testlevel.Pick(10, 1, 1) != 0 {
			continue
		}
		command, sentence, _ := strings.Cut(strings.TrimSpace(line), "\t")
		got := process{arguments: []string{command, "--help"}, environ: []string{"COLUMNS=100"}}.run(t)
		if got.code != 0 || got.err != "" || !strings.Contains(got.out, "\n    mallcheck "+command) && command != "sign" {
			t.Errorf("%s --help: exit code %d, no example\n%s%s", command, got.code, got.out, got.err)
		}
		if lines := strings.Count(got.out, "\n"); lines > 40 {
			t.Errorf("%s --help has %d lines, which do not fit one screen", command, lines)
		}
		for text := range strings.Lines(got.out) {
			if len(text) > 101 {
				t.Errorf("%s --help has a line of more than 100 columns: %s", command, text)
			}
		}
		all := process{arguments: []string{"help", command}}.run(t)
		if all.code != 0 || !strings.HasPrefix(all.out, "Usage: mallcheck "+command) {
			t.Errorf("help %s: exit code %d\n%s%s", command, all.code, all.out, all.err)
		}
		node := model.Model.Children[slices.IndexFunc(model.Model.Children, func(n *kong.Node) bool { return n.Name == command })]
		for _, flag := range node.Flags {
			if !flag.Hidden && !strings.Contains(all.out, "--"+flag.Name) {
				t.Errorf("help %s does not show --%s", command, flag.Name)
			}
		}
		if !strings.HasSuffix(sentence, ".") {
			t.Errorf("%s: the help %q is no sentence", command, sentence)
		}
		if !strings.Contains(manual.out, `.SS "mallcheck `+command) {
			t.Errorf("the manual page lacks %s", command)
		}
	}
}

// Without a topic, help lists the commands as --help does.
func TestHelpWithoutTopic(t *testing.T) {
	want := process{arguments: []string{"--help"}}.run(t)
	for _, arguments := range [][]string{{"help"}, {"help", "commands"}} {
		if got := (process{arguments: arguments}).run(t); got.code != 0 || got.out != want.out || got.err != "" {
			t.Errorf("%v: exit code %d, %s, %s", arguments, got.code, got.out, got.err)
		}
	}
}

// Every setting is on the help page of its topic.
func TestHelpTopics(t *testing.T) {
	testlevel.Plain(t)
	var pages strings.Builder
	for _, topic := range help.Groups() {
		got := process{arguments: []string{"help", topic.Key}}.run(t)
		if got.code != 0 || got.err != "" {
			t.Errorf("help %s: exit code %d, %s", topic.Key, got.code, got.err)
		}
		pages.WriteString(got.out)
	}
	for _, key := range target.Keys() {
		if key != "production" && !strings.Contains(pages.String(), "--"+key) {
			t.Errorf("no topic shows --%s", key)
		}
	}
}
