package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
)

// inFolder writes files into a folder of the test and returns it.
func inFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// withTargets writes a file of targets into a folder of the test and returns the folder.
func withTargets(t *testing.T, text string) string {
	t.Helper()
	return inFolder(t, map[string]string{target.FileName: text})
}

// uat is a file of one target, with more settings behind its address and partner in lines 4 and 5.
func uat(more ...string) string {
	return "default: uat\ntargets:\n  uat:\n    topup-url: http://127.0.0.1:1/topup\n    partner-code: P1\n    " + strings.Join(more, "\n    ") + "\n"
}

// Every mistake in a settings file is one line that names the file, the line, the key and the
// correction, with exit code 2.
func TestFileMisuse(t *testing.T) {
	const at = "mallcheck: mallcheck.yaml:"
	for i, test := range []struct{ name, file, want string }{
		{"empty", "", "mallcheck: mallcheck.yaml is empty; mallcheck init writes a file to start from"},
		{"comments alone", "# nothing\n", "mallcheck: mallcheck.yaml is empty; "},
		{"no mapping", "- uat\n", at + "1: the file is a list, not a mapping; write KEY: VALUE lines"},
		{"no YAML", "targets:\n\tuat: {}\n", at + "2: not valid YAML: "},
		{"not UTF-8", "targets:\n  uat: {group: \"\xff\"}\n", "mallcheck: mallcheck.yaml: not valid YAML: "},
		{"two documents", "targets: {}\n---\ntargets: {}\n", at + "2: a second document begins here; keep one"},
		{"no targets", "default: uat\n", at + "1: the file has no targets; write targets:"},
		{"an unknown key of the file", "target:\n  uat: {}\n", at + `1: unknown key "target" in the file; `},
		{"a setting beside the targets", "strict: assumed\ntargets: {}\n", at + `1: unknown key "strict" in the file; write it below a target: targets: NAME: strict`},
		{"targets that are no mapping", "targets: [uat]\n", at + "1: targets is a list, not a mapping; write KEY: VALUE lines"},
		{"a target that is no mapping", "targets:\n  uat:\n", at + "2: target uat is empty, not a mapping; write KEY: VALUE lines"},
		{"a name of a target", "targets:\n  my uat: {}\n", at + `2: "my uat" is not a valid target name; write letters, digits, dots, - and _, at most 64`},
		{"the name of the sandbox", "targets:\n  sandbox: {}\n", at + `2: the name "sandbox" is that of the embedded sandbox; give the target another name`},
		{"a default that is not there", "default: uta\ntargets:\n  uat: {}\n", at + `1: default: "uta" is none of the targets; did you mean uat?`},
		{"a target twice", "targets:\n  uat: {}\n  uat: {}\n", at + `3: "uat" is already in line 2; keep one of the two`},
		{"a key twice", uat("group: G1", "group: G2"), at + `7: "group" is already in line 6; keep one of the two`},
		{"an unknown key", uat("partnercode: P1"), at + `6: unknown key "partnercode" in target uat; did you mean partner-code?`},
		{"a key that is near to none", uat("bogus: 1"), at + `6: unknown key "bogus" in target uat; mallcheck help run lists the settings of a target`},
		{"a flag alone", uat("yes-production: true"), at + `6: unknown key "yes-production" in target uat; it can be given as a flag only: --yes-production`},
		{"a fault", uat("fault: sign-wrong-accepted"), at + `6: unknown key "fault" in target uat; it can be given as a flag only: --fault`},
		{"a key that is no word", uat("[a]: b"), at + "6: the key is not a word; write KEY: VALUE lines"},
		{"a key without a value", uat("group:"), at + "6: group has no value; write one, or leave the key out"},
		{"a list for one value", uat("group: [G1]"), at + "6: group is a list, not one value; write group: VALUE"},
		{"an empty text", uat("overlay: ''"), at + "6: overlay has no value; write one, or leave the key out"},
		{"a mapping for a list", uat("sim: {a: b}"), at + "6: sim is a mapping, not a list of values; write sim: VALUE"},
		{"a list in a list", uat("sim: [[a]]"), at + "6: sim has a list inside its list; write one list: sim: [VALUE, VALUE]"},
		{"one value for a mapping", uat("header: X-A"), at + "6: header is one value, not a mapping; write a line NAME: VALUE for each, indented below it"},
		{"a malformed value", uat("strict: asumed"), at + `6: strict: "asumed" is not known here; did you mean assumed?`},
		{"a malformed value of a list", uat("allow:", "  - read", "  - everything"), at + `8: allow: "everything" is not a permission; write read, write, purchase`},
		{"a malformed time", uat("timeout: 10"), at + `6: timeout: "10" is not a valid duration; write a positive duration with its unit, such as 500ms, 10s or 5m`},
		{"a malformed version of HTTP", uat("http2: on"), at + `6: http2: "on" is not known here; write auto or off or only`},
		{"a malformed environment", uat("environment: staging"), at + `6: environment: "staging" is not known here; write test or production`},
		{"neither true nor false", uat("production: yes"), at + `6: production: "yes" is neither true nor false; write true, or leave the key out`},
		{"an unknown operation of a path", uat("path: {confirmPayment: /x}"), at + `6: path: "confirmPayment=/x" is not an operation with an undocumented path; known are stripeSingleAuthorization, stripeSubscriptionAuthorization, confirmPaymentResult`},
		{"an unknown operation of an expectation", uat("expectations:", "  - operation: addSim", "    expect: either"), at + `7: operation: "addSim" is not known here; did you mean addSims?`},
		{"a glob that names no operation", uat("expectations: [{operation: 'add?', expect: either}]"), at + `6: operation: "add?" is not known here`},
		{"an expectation of something else", uat("expectations:", "  - operation: addSims", "    expect: acept"), at + `8: expect: "acept" is not known here; did you mean accept?`},
		{"an expectation of nothing", uat("expectations: [{operation: addSims}]"), at + `6: this one of the expectations expects nothing; write expect: accept, reject or either`},
		{"an unknown mutation of an expectation", uat("expectations:", "  - {operation: addSims, mutation: mising, expect: either}"), at + `7: expectations: "addSims mising" names no generated case; did you mean missing?`},
		{"a variable that is not set", uat("group: ${NO_SUCH}"), at + `6: group: "${NO_SUCH}" is not set; set the variable NO_SUCH before you start mallcheck`},
		{"a variable without an end", uat("group: ${NO"), at + `6: group: "${NO" names no variable; write ${NAME}, or $${ for the characters ${`},
		{"no default", "targets:\n  uat: {}\n  sit: {}\n", "mallcheck: mallcheck.yaml names no default target; choose with --target one of uat, sit, sandbox; or write default: NAME into the file"},
		{"no address", "default: uat\ntargets:\n  uat: {partner-code: P1}\n", at + "3: target uat has no address; write environment: test, or vshop-url, payment-url or topup-url"},
		{"no partner", "default: uat\ntargets:\n  uat: {topup-url: 'http://127.0.0.1:1'}\n", at + "3: target uat has no partner-code; write the one to call it with: partner-code: CODE"},
		{"a proxy", uat("proxy: proxy:3128"), at + "6: proxy is not a valid proxy address; write it as http://host:port, or none"},
		{"a header of the request", uat("header: {host: x}"), at + "6: header sets Host, which every request has by itself; leave it out"},
		{"a header without a value", uat(`header: {"X A": x}`), at + `6: header is not a header; write it as NAME: VALUE, such as "X-Gateway: uat"`},
		{"a CA file that is not there", uat("tls-ca-file: ca.pem"), at + `6: tls-ca-file: "ca.pem" is not there; name a file in PEM`},
		{"a CA file without a certificate", uat("tls-ca-file: mallcheck.yaml"), at + `6: tls-ca-file: "mallcheck.yaml" holds no certificate; name a file in PEM, with lines that say BEGIN CERTIFICATE`},
		{"a certificate without a key", uat("tls-client-cert: a.pem"), at + `6: tls-client-cert: "a.pem" has no key; give tls-client-key as well`},
		{"a key without a certificate", uat("tls-client-key: a.pem"), at + `6: tls-client-key: "a.pem" has no certificate; give tls-client-cert as well`},
		{"a certificate that is none", uat("tls-client-cert: mallcheck.yaml", "tls-client-key: mallcheck.yaml"), at + `6: tls-client-cert: "mallcheck.yaml" and its key cannot be used: `},
	} {
		if i%testlevel.Pick(10, 1, 1) != 0 {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			got := process{arguments: []string{"run"}, dir: withTargets(t, test.file)}.run(t)
			if got.code != 2 || !strings.HasPrefix(got.err, test.want) || strings.Count(got.err, "\n") != 1 || got.out != "" {
				t.Errorf("exit code %d, standard output %q, standard error\n%s want one line that begins with\n%s", got.code, got.out, got.err, test.want)
			}
		})
	}
}

// A file or target that does not exist is reported in one line.
func TestChoosingMisuse(t *testing.T) {
	dir := withTargets(t, uat())
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	asFolder := t.TempDir()
	if err := os.Mkdir(filepath.Join(asFolder, target.FileName), 0o700); err != nil {
		t.Fatal(err)
	}
	for i, test := range []struct {
		name string
		process
		want string
	}{
		{"no file", process{arguments: []string{"run", "--target=uat"}}, `mallcheck: --target: "uat" is named, but there is no mallcheck.yaml here; mallcheck init writes one; or name a file with --config FILE`},
		{"no file to list", process{arguments: []string{"targets"}}, `mallcheck: there is no mallcheck.yaml here; mallcheck init writes one, or name a file with --config FILE`},
		{"no such target", process{arguments: []string{"run", "--target=uta"}, dir: dir}, `mallcheck: --target: "uta" is not a target of mallcheck.yaml; did you mean uat?`},
		{"no such target by a variable", process{arguments: []string{"run"}, environ: []string{"MALLCHECK_TARGET=uta"}, dir: dir}, `mallcheck: MALLCHECK_TARGET: "uta" is not a target of mallcheck.yaml; did you mean uat?`},
		{"no such file", process{arguments: []string{"run", "--config=no.yaml"}, dir: dir}, `mallcheck: --config: no.yaml is not there; name a file of targets; mallcheck init writes one`},
		{"a folder", process{arguments: []string{"run", "--config=folder"}, dir: dir}, `mallcheck: --config: folder is a folder; name a file of targets`},
		{"a folder by a variable", process{arguments: []string{"run"}, environ: []string{"MALLCHECK_CONFIG=folder"}, dir: dir}, `mallcheck: MALLCHECK_CONFIG: folder is a folder; `},
		{"a folder of that name", process{arguments: []string{"run"}, dir: asFolder}, `mallcheck: mallcheck.yaml is a folder; `},
		{"no file at all", process{arguments: []string{"run", "--config=/dev/zero"}}, `mallcheck: --config: /dev/zero is not a regular file; `},
		{"a flag as a variable", process{arguments: []string{"run"}, environ: []string{"MALLCHECK_YES_PRODUCTION=true"}}, `mallcheck: MALLCHECK_YES_PRODUCTION is not a setting; give it each time, as a flag on the command line`},
		{"production as a variable", process{arguments: []string{"run"}, environ: []string{"MALLCHECK_PRODUCTION=true"}}, `mallcheck: MALLCHECK_PRODUCTION is not a setting`},
		{"init into a file that is there", process{arguments: []string{"init"}, dir: dir}, `mallcheck: mallcheck.yaml already exists; choose another file, or delete it first`},
		{"init into no folder", process{arguments: []string{"init", "nowhere/a.yaml"}}, `mallcheck: nowhere/a.yaml cannot be written: no such file or directory; name a file in a folder that exists and that you may write to`},
		{"two forms", process{arguments: []string{"config", "--json", "--schema"}}, `mallcheck: --json and --schema can't be used together`},
	} {
		if i%testlevel.Pick(10, 1, 1) != 0 {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			got := test.run(t)
			if got.code != 2 || !strings.HasPrefix(got.err, test.want) || strings.Count(got.err, "\n") != 1 || got.out != "" {
				t.Errorf("exit code %d, standard output %q, standard error\n%s want one line that begins with\n%s", got.code, got.out, got.err, test.want)
			}
		})
	}
}

// A settings file without read permission is reported.
func TestUnreadableFile(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read every file")
	}
	dir := withTargets(t, uat())
	if err := os.Chmod(filepath.Join(dir, target.FileName), 0); err != nil {
		t.Fatal(err)
	}
	got := process{arguments: []string{"run"}, dir: dir}.run(t)
	if want := "mallcheck: mallcheck.yaml cannot be read: permission denied"; got.code != 2 || !strings.HasPrefix(got.err, want) {
		t.Errorf("exit code %d, %s want %s", got.code, got.err, want)
	}
}

// In a folder without write permission, init says what to do.
func TestInitInReadOnlyFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		if dir = "/sys"; runtime.GOOS != "linux" {
			t.Skip("root may write everywhere")
		}
	}
	got := process{arguments: []string{"init"}, dir: dir}.run(t)
	const hint = "; name a file in a folder that exists and that you may write to\n"
	if got.code != 2 || !strings.HasPrefix(got.err, "mallcheck: mallcheck.yaml cannot be written: ") || !strings.HasSuffix(got.err, hint) {
		t.Errorf("exit code %d: %s", got.code, got.err)
	}
}

// A production target needs production: true before anything reaches it, and --yes-production before a
// run may write.
func TestProductionNeedsToBeSaid(t *testing.T) {
	const address = `mallcheck: mallcheck.yaml:3: vshop-url: "https://wx.linksfield.net/vshop" is a production address; a conformance run sends requests that a faulty target may execute: use the test address, or say production: true in a target of mallcheck.yaml`
	const twice = `is for a production target here; if you mean it, add --yes-production; otherwise allow read alone`
	for i, test := range []struct {
		name, settings string
		arguments      []string
		want           string // standard error, "" for exit code 0
	}{
		{"a production address", "vshop-url: https://wx.linksfield.net/vshop", nil, address},
		{"not a production target", "vshop-url: https://wx.linksfield.net/vshop, production: false", nil, address},
		{"the production environment", "environment: production", nil, `mallcheck: mallcheck.yaml:3: environment: "production" is a production address; `},
		{"the flag alone", "environment: production", []string{"--yes-production"}, `mallcheck: mallcheck.yaml:3: environment: "production" is a production address; `},
		{"the environment by a flag", "environment: test", []string{"--environment=production"}, `mallcheck: --environment: "production" is a production address; `},
		{"said so", "environment: production, production: true", nil, ""},
		{"writing", "environment: production, production: true, allow: [read, write]", nil, `mallcheck: mallcheck.yaml:3: allow: "write" ` + twice},
		{"buying by a flag", "environment: production, production: true", []string{"--allow=purchase"}, `mallcheck: --allow: "purchase" ` + twice},
		{"another address that is production", "topup-url: 'http://127.0.0.1:1', production: true, allow: write", nil, `mallcheck: mallcheck.yaml:3: allow: "write" ` + twice},
		{"said twice", "environment: production, production: true, allow: [read, write, purchase]", []string{"--yes-production"}, ""},
	} {
		if i%testlevel.Pick(10, 1, 1) != 0 {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			dir := withTargets(t, "default: p\ntargets:\n  p: {partner-code: P1, "+test.settings+"}\n")
			got := process{arguments: append([]string{"config"}, test.arguments...), dir: dir}.run(t)
			if test.want == "" && (got.code != 0 || got.err != "") || test.want != "" && (got.code != 2 || !strings.HasPrefix(got.err, test.want)) {
				t.Errorf("exit code %d, %s want %s", got.code, got.err, test.want)
			}
		})
	}
	dir := withTargets(t, "default: p\ntargets:\n  p: {partner-code: P1, topup-url: 'http://127.0.0.1:1', production: true}\n")
	got := process{arguments: []string{"call", "addSims", "--set=group_id=G1"}, dir: dir}.run(t)
	if want := "mallcheck: addSims does a write, and p is a production target; if you mean it, add --yes-production\n"; got.code != 2 || got.err != want {
		t.Errorf("exit code %d, %s want %s", got.code, got.err, want)
	}
}

// Values come from the layers in order of precedence, with their origin, and no secret is shown.
func TestConfig(t *testing.T) {
	const secret = "5ec2e7c0ffee5ec2e7c0ffee"
	dir := withTargets(t, uat("strict: assumed", "rate: 5/s", "group: ${GROUP}-1", "seed: 7", "sim:", "  - 0089000000000000001", "  - '8900000000000000001'",
		"push-key: k1:"+secret, "proxy: http://user:"+secret+"@127.0.0.1:9", "header: {x-api-key: "+secret+", X-Trace: on}")+"  other:\n    partner-code: P2\n")
	run := process{arguments: []string{"config", "--seed=9", "--json"}, environ: []string{"MALLCHECK_RATE=6/s", "MALLCHECK_SEED=8", "GROUP=G"}, dir: dir}
	got := run.run(t)
	var told struct {
		Target   string
		Settings []struct {
			Key    string
			Values []string
			From   string
		}
	}
	if err := json.Unmarshal([]byte(got.out), &told); err != nil || got.code != 0 || told.Target != "uat" {
		t.Fatalf("exit code %d, %v\n%s%s", got.code, err, got.out, got.err)
	}
	values := map[string]string{}
	for _, s := range told.Settings {
		values[s.Key] = strings.Join(s.Values, "|") + " from " + s.From
	}
	for key, want := range map[string]string{
		"target": "uat from mallcheck.yaml:1: default", "seed": "9 from --seed", "rate": "6/s from MALLCHECK_RATE", "strict": "assumed from mallcheck.yaml:6: strict", "timeout": "10m from default",
		"group": "G-1 from mallcheck.yaml:8: group", "sim": "0089000000000000001|8900000000000000001 from mallcheck.yaml:10: sim", "push-key": "k1:<hidden> from mallcheck.yaml:13: push-key",
		"proxy": "http://user:<hidden>@127.0.0.1:9 from mallcheck.yaml:14: proxy", "header": "X-Api-Key: <hidden>|X-Trace: on from mallcheck.yaml:15: header",
	} {
		if values[key] != want {
			t.Errorf("%s: %s, want %s", key, values[key], want)
		}
	}
	run.arguments = []string{"config"}
	if text := run.run(t); text.code != 0 || strings.Contains(text.out+got.out, secret) || !strings.Contains(text.out, "MALLCHECK_SEED") {
		t.Errorf("exit code %d\n%s%s", text.code, text.out, text.err)
	}
}

// The targets of a file are listed, unusable ones with the reason.
func TestTargets(t *testing.T) {
	dir := withTargets(t, uat("allow: [read, write]")+"  p:\n    environment: production\n    production: true\n    allow: write\n    partner-code: P1\n  later:\n    group: ${NO}\n")
	text := process{arguments: []string{"targets"}, dir: dir}.run(t)
	for _, want := range []string{"uat (default)  read,write", "write (production)", "vshop https://wx.linksfield.net/vshop,", `mallcheck.yaml:13: group: "${NO}" is not set`} {
		if text.code != 0 || !strings.Contains(text.out, want) {
			t.Errorf("exit code %d, no %q in\n%s%s", text.code, want, text.out, text.err)
		}
	}
	data := process{arguments: []string{"targets", "--json"}, dir: dir}.run(t)
	if n := objects(t, data.out); n != 3 {
		t.Errorf("%d targets in\n%s", n, data.out)
	}
}

// The initial file is usable once the partner code is filled in, and sends nothing before.
func TestInit(t *testing.T) {
	dir := t.TempDir()
	if got := (process{arguments: []string{"init"}, dir: dir}).run(t); got.code != 0 || !strings.Contains(got.out, "mallcheck doctor") {
		t.Fatalf("exit code %d\n%s%s", got.code, got.out, got.err)
	}
	if got := (process{arguments: []string{"run"}, dir: dir}).run(t); got.code != 2 || !strings.Contains(got.err, "set the variable MALL_PARTNER_CODE") {
		t.Errorf("without a partner: exit code %d\n%s%s", got.code, got.out, got.err)
	}
	got := process{arguments: []string{"config"}, environ: []string{"MALL_PARTNER_CODE=P7"}, dir: dir}.run(t)
	if got.code != 0 || !strings.Contains(got.out, "https://wx.linksfield.net/topup_test") || !strings.Contains(got.out, "P7") {
		t.Errorf("exit code %d\n%s%s", got.code, got.out, got.err)
	}
	schema := process{arguments: []string{"config", "--schema"}, dir: dir}.run(t)
	if published, err := os.ReadFile("../../conformance/target/schema/mallcheck.schema.json"); err != nil || schema.out != string(published) {
		t.Errorf("the schema is not the published one (%v)", err)
	}
}

// The default target of the file is used unless an address or the sandbox is given.
func TestChosenTarget(t *testing.T) {
	dir := withTargets(t, uat())
	for _, test := range []struct {
		arguments []string
		want      string
	}{
		{nil, "uat mallcheck.yaml:1: default"},
		{[]string{"--target=uat", "--topup-url=http://127.0.0.1:2"}, "uat --target"},
		{[]string{"--topup-url=http://127.0.0.1:2", "--partner-code=P2"}, "127.0.0.1:2"},
		{[]string{"--target=sandbox"}, "sandbox --target"},
	} {
		got := process{arguments: append([]string{"config"}, test.arguments...), dir: dir}.run(t)
		if first, _, _ := strings.Cut(got.out, "\n"); got.code != 0 || strings.Join(strings.Fields(first), " ") != "target "+test.want {
			t.Errorf("%q: exit code %d, %s, want %s\n%s", test.arguments, got.code, first, test.want, got.err)
		}
	}
}
