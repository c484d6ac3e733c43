package main

import (
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/internal/testlevel"
)

const (
	simsBody = `{"version":"3.0","partnerCode":"P012345","sim_ids":["89852420180910340793"]}`
	simsURL  = "http://127.0.0.1:8080/topup/mall/bundle-groups/G20230001/sims"
)

// Path parameters are signed, and cannot be seen in the body.
func TestSignPathParameters(t *testing.T) {
	right := md5Hex(`{"group_id":"G20230001","partnerCode":"P012345","sim_ids":["89852420180910340793"],"version":"3.0"}`)
	for _, test := range []struct {
		name      string
		arguments []string
		input     string
		code      int
		want      string // part of standard output
	}{
		{"by name", []string{"--path=group_id=G20230001"}, simsBody, 0, right + "\n"},
		{"from the URL", []string{"--url=" + simsURL}, simsBody, 0, right + "\n"},
		{"from the URL of the operation", []string{"--operation=addSims", "--url=" + simsURL, "--check=" + right}, simsBody, 0, "the sign is right\n"},
		{"of a GET", []string{"--url=" + simsURL + "?version=3.0&partnerCode=P1&sign=x", "--explain"}, "", 0,
			`{"group_id":"G20230001","partnerCode":"P1","version":"3.0"}`},
		{"left out", []string{"--check=" + right}, simsBody, 1, "--path group_id=VALUE  addSims, removeSims, listGroupSims\n"},
		{"not signed by the client", []string{"--path=group_id=G20230001", "--check=" + md5Hex(`{"partnerCode":"P012345","sim_ids":["89852420180910340793"],"version":"3.0"}`)},
			simsBody, 1, "(path)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := process{arguments: append([]string{"sign"}, test.arguments...), input: test.input}.run(t)
			if got.code != test.code || !strings.Contains(got.out, test.want) || got.err != "" {
				t.Errorf("exit code %d, output %q, error %q; want %d and %q", got.code, got.out, got.err, test.code, test.want)
			}
		})
	}
}

// Three mistakes at once are the most usual first attempt in Python: unsorted, default separators,
// an empty value kept.
func TestSignExplainsThreeMistakes(t *testing.T) {
	const body = `{"version":"3.0","partnerCode":"P012345","deviceCode":"89852420180910340793","mark":""}`
	signed := strings.NewReplacer(`":`, `": `, `",`, `", `).Replace(body)
	got := process{arguments: []string{"sign", "--check", md5Hex(signed)}, input: body}.run(t)
	for _, words := range []string{"empty values", "in the order they were sent", "spaces after colons"} {
		if !strings.Contains(strings.ToLower(got.out), words) {
			t.Errorf("%q is not in\n%s", words, got.out)
		}
	}
}

func TestSignRefuses(t *testing.T) {
	for i, test := range []struct {
		name      string
		arguments []string
		want      string
	}{
		{"an empty sign", []string{"--check="}, "mallcheck: --check is empty; give the sign that was sent\n"},
		{"an empty sign, apart", []string{"--check", ""}, "mallcheck: --check is empty; give the sign that was sent\n"},
		{"an empty operation", []string{"--operation="}, `mallcheck: "" is not an operation; `},
		{"an unknown operation", []string{"--operation=addSim"}, `mallcheck: "addSim" is not an operation; did you mean addSims?`},
		{"a missing path parameter", []string{"--operation=addSims"}, "mallcheck: addSims signs the path parameter group_id; add --path group_id=VALUE\n"},
		{"a path parameter without a name", []string{"--path==x"}, `mallcheck: --path "=x" is not NAME=VALUE`},
		{"an empty path parameter", []string{"--path=group_id="}, `mallcheck: --path "group_id=" is not NAME=VALUE`},
		{"an empty URL", []string{"--url="}, `mallcheck: --url "" is not the URL of a request`},
		{"another URL", []string{"--operation=addSims", "--url=http://127.0.0.1/x"}, `mallcheck: --url "http://127.0.0.1/x" does not end in the path of addSims`},
		{"two values", []string{"--path=group_id=G1", "--url=" + simsURL}, `mallcheck: --path "group_id=G1": parameter "group_id" has different values in two parts of the request`},
	} {
		if i%testlevel.Pick(10, 1, 1) != 0 {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			got := process{arguments: append([]string{"sign"}, test.arguments...), input: simsBody}.run(t)
			if got.code != 2 || !strings.HasPrefix(got.err, test.want) || strings.Count(got.err, "\n") != 1 || got.out != "" {
				t.Errorf("exit code %d, output %q, error %q; want 2 and %q", got.code, got.out, got.err, test.want)
			}
		})
	}
}
