package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports/render"
)

// The embedded documents are printed as they are.
func TestContract(t *testing.T) {
	for _, test := range []struct {
		arguments []string
		document  func() (*openapi.Contract, error)
	}{
		{[]string{"contract"}, openapi.Mall},
		{[]string{"contract", "--push"}, openapi.Push},
	} {
		want, err := test.document()
		if err != nil {
			t.Fatal(err)
		}
		got := process{arguments: test.arguments}.run(t)
		if got.code != 0 || got.out != string(want.Bytes()) || got.err != "" {
			t.Errorf("mallcheck %q: exit code %d, %d bytes, error %q", test.arguments, got.code, len(got.out), got.err)
		}
	}
}

// TestCall drives mallcheck call against a served sandbox.
func TestCall(t *testing.T) {
	s := serve(t, "--quiet", "--task-delay=2ms")
	for _, test := range []struct {
		name      string
		arguments []string
		code      int
		out, err  string // parts of
	}{
		{"a body with the usual members", []string{"call", "singleVerify"}, 0, `"operateCode":"S"`, "HTTP 200 OK\n"},
		{"a member that is set", []string{"call", "singleVerify", "--set=deviceCode=89852202306250040074"}, 1, `"operateCode":"F"`, "HTTP 200 OK\n"},
		{"a list, a path and a header", []string{"call", "addSims", `--set=sim_ids:=["89852202306250040074"]`}, 0, `"operateCode":"S"`, "HTTP 200 OK, request_id: RQ-"},
		{"a path that is set", []string{"call", "listGroupSims", "--set=group_id=G20230002"}, 0, `"group_id":"G20230002"`, "HTTP 200 OK\n"},
		{"a query", []string{"call", "queryOrder", "--set=order_id=none"}, 1, `order_id`, "HTTP 200 OK\n"},
		{"a path that no page tells", []string{"call", "confirmPaymentResult", "--set=payId=none"}, 1, `payId`, "HTTP 200 OK\n"},
		{"another kind of value", []string{"call", "singleVerify", "--set=mark:=0"}, 1, `mark`, "HTTP 200 OK\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := process{arguments: test.arguments, environ: s.env}.run(t)
			if got.code != test.code || !strings.Contains(got.out, test.out) || !strings.HasPrefix(got.err, test.err) {
				t.Errorf("exit code %d, output %s error %s; want %d, %s and %s", got.code, got.out, got.err, test.code, test.out, test.err)
			}
		})
	}
	got := process{arguments: []string{"call", "listBundles", "--explain"}, environ: s.env}.run(t)
	content := `{"partnerCode":"P000270","version":"3.0"}`
	if lines := strings.Split(got.out, "\n"); got.code != 0 || lines[0] != content || lines[1] != md5Hex(content) || !strings.HasPrefix(lines[2], "{") {
		t.Errorf("explained: exit code %d\n%s%s", got.code, got.out, got.err)
	}
}

// A call that cannot be made is reported in one line.
func TestCallMisuse(t *testing.T) {
	closed, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	target := []string{"--vshop-url=http://" + closed.Addr().String(), "--payment-url=http://" + closed.Addr().String(), "--partner-code=P1"}
	for i, test := range []struct {
		name      string
		arguments []string
		code      int
		want      string
	}{
		{"no address", []string{"singleVerify"}, 2, "mallcheck: --vshop-url is missing: the target has no address for singleVerify"},
		{"an unknown operation", append([]string{"singleVerfy"}, target...), 2, `mallcheck: "singleVerfy" is not an operation; did you mean singleVerify?`},
		{"an operation of the mall", append([]string{"rechargeSuccess"}, target...), 2, "mallcheck: rechargeSuccess is sent by the mall; partners do not call it"},
		{"an unknown path", append([]string{"confirmPaymentResult"}, target...), 2, "mallcheck: the path of confirmPaymentResult is undocumented; set it with --path confirmPaymentResult=/…"},
		{"no member", append([]string{"singleVerify", "--set=deviceCode"}, target...), 2, `mallcheck: --set: "deviceCode" names no member; write name=text or name:=JSON`},
		{"a production address", []string{"singleVerify", "--vshop-url=https://wx.linksfield.net/vshop", "--partner-code=P1"}, 2, `mallcheck: --vshop-url: "https://wx.linksfield.net/vshop" is a production address`},
		{"a path parameter that climbs", []string{"listGroupSims", "--topup-url=http://" + closed.Addr().String(), "--partner-code=P1", "--set=group_id=.."}, 2, "mallcheck: group_id of listGroupSims is a path segment and must not be empty, . or ..; set it with --set group_id=VALUE"},
		{"a path parameter that is missing", []string{"asyncResult", "--topup-url=http://" + closed.Addr().String(), "--partner-code=P1"}, 2, "mallcheck: request_id of asyncResult is a path segment and must not be empty, . or .."},
		{"a group that climbs", []string{"listGroupSims", "--topup-url=http://" + closed.Addr().String(), "--partner-code=P1", "--group=.."}, 2, `mallcheck: --group: ".." would change the path that is called; write the id of a group`},
		{"nobody answers", append([]string{"singleVerify", "--set=deviceCode=89852202306250040073"}, target...), 3, "mallcheck: singleVerify: no answer: "},
	} {
		if i%testlevel.Pick(10, 1, 1) != 0 {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			got := process{arguments: append([]string{"call"}, test.arguments...)}.run(t)
			if got.code != test.code || !strings.HasPrefix(got.err, test.want) || strings.Count(got.err, "\n") != 1 || got.out != "" {
				t.Errorf("exit code %d, output %s error %s; want %d and %s", got.code, got.out, got.err, test.code, test.want)
			}
		})
	}
}

// A call only ends with 0 when the answer is a success as the contract has it.
func TestCallSuccess(t *testing.T) {
	for _, test := range []struct {
		name, body string
		status     int
		code       int
		err        string // last line of standard error
	}{
		{"a success", `{"operateCode":"S","message":"success","data":[]}`, 200, 0, "HTTP 200 OK"},
		{"white space behind it", `{"operateCode":"S","message":"success","data":[]}` + " \n", 200, 0, "HTTP 200 OK"},
		{"a refusal", `{"operateCode":"F","message":"no","data":null}`, 200, 1, "HTTP 200 OK"},
		{"a server error that claims success", `{"operateCode":"S","message":"success","data":[]}`, 500, 1, "mallcheck: HTTP 500 is not a success, whatever the body says"},
		{"something behind it", `{"operateCode":"S","message":"success","data":[]}{}`, 200, 1, "mallcheck: something follows the JSON object in the body"},
		{"another letter case", `{"OPERATECODE":"S","message":"success","data":[]}`, 200, 1, "mallcheck: the body has no member operateCode, spelled so, with the text S"},
		{"no envelope", `[]`, 200, 1, "mallcheck: the target did not accept the call"},
	} {
		t.Run(test.name, func(t *testing.T) {
			mall := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(test.status)
				_, _ = w.Write([]byte(test.body))
			}))
			defer mall.Close()
			got := process{arguments: []string{"call", "listBundles", "--topup-url=" + mall.URL, "--partner-code=P1"}}.run(t)
			lines := strings.Split(strings.TrimSpace(got.err), "\n")
			if got.code != test.code || lines[len(lines)-1] != test.err {
				t.Errorf("exit code %d, want %d; standard error\n%s want at its end\n%s", got.code, test.code, got.err, test.err)
			}
		})
	}
}

// The push key appears in no output and no report, even if it is wrong or the target echoes it.
func TestPushKeyIsSecret(t *testing.T) {
	const key = "5ec2e7c0ffee5ec2e7c0ffee5ec2e7c0ffee"
	for _, wrong := range []string{"--push-key=" + key, "--push-key=k1:x" + key} {
		got := process{arguments: []string{"run", wrong}}.run(t)
		if got.code != 2 || !strings.HasPrefix(got.err, "mallcheck: --push-key is not a valid push key; ") || strings.Contains(got.err+got.out, key) {
			t.Errorf("exit code %d: %s%s", got.code, got.out, got.err)
		}
	}
	telling := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"data":"` + key + `","operateCode":"S","message":"` + key + `"}`))
	}))
	defer telling.Close()
	dir := t.TempDir()
	got := process{arguments: []string{"run", "--topup-url=" + telling.URL, "--partner-code=P1", "--group=G1", "--push-key=k1:" + key, "--only=op:listBundles",
		"--format=" + strings.Join(render.Formats(), ",")}, dir: dir}.run(t)
	for _, name := range []string{"junit.xml", "run.json", "report.html", "report.md", "report.sarif", "report.har", "gl-code-quality-report.json"} {
		report, err := os.ReadFile(filepath.Join(dir, "mallcheck-report", name))
		if err != nil {
			t.Fatal(err)
		}
		got.out += string(report)
	}
	if strings.Contains(got.out+got.err, key) {
		t.Error("the key is told")
	}
}

// Without a receiver, the push checks are skipped with the reason, and send no request.
func TestPushesNeedAReceiver(t *testing.T) {
	testlevel.Plain(t)
	s := serve(t, "--quiet", "--task-delay=2ms")
	var withoutReceiver []string
	for _, line := range s.env {
		if !strings.HasPrefix(line, "MALLCHECK_PUSH_LISTEN=") {
			withoutReceiver = append(withoutReceiver, line)
		}
	}
	got := process{arguments: []string{"run", "--only=area:NTF"}, environ: withoutReceiver}.run(t)
	if got.code != 2 || !strings.Contains(got.out, "nothing listens for the pushes of the target (--push-listen HOST:PORT)") {
		t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	var keyless []string
	for _, line := range s.env {
		if !strings.HasPrefix(line, "MALLCHECK_PUSH_KEY=") {
			keyless = append(keyless, line)
		}
	}
	got = process{arguments: []string{"run", "--only=NTF-001,NTF-017"}, environ: keyless}.run(t)
	if got.code != 0 || !strings.Contains(got.out, "the target has no push-key (--push-key or MALLCHECK_PUSH_KEY)") {
		t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
}

// A served sandbox pushes to the configured address and prints it.
func TestServePushes(t *testing.T) {
	testlevel.Plain(t)
	const key = "k1:00112233445566778899"
	s := serve(t, "--quiet", "--push-key="+key, "--push-backoff=5ms", "--control")
	env := strings.Join(s.env, "\n")
	if !strings.Contains(env, "MALLCHECK_PUSH_KEY="+key) || !strings.Contains(env, "MALLCHECK_PUSH_TIMEOUT=10s") || strings.Contains(s.printed, "00112233") {
		t.Errorf("environment:\n%s\nprinted:\n%s", env, s.printed)
	}
	if !strings.Contains(s.printed, "signed with the key k1\n") || !strings.Contains(s.printed, "/_sandbox/") {
		t.Errorf("printed:\n%s", s.printed)
	}
	got := process{arguments: []string{"run", "--only=area:NTF"}, environ: s.env}.run(t)
	if got.code != 0 || strings.Contains(got.out, "skipped") {
		t.Errorf("exit code %d:\n%s%s", got.code, got.out, got.err)
	}
	for _, test := range []struct{ argument, want string }{
		{"--push-to=http://example.com/push", "is not on loopback"},
		{"--push-to=ftp://127.0.0.1/push", "is not http"},
		{"--push-key=k1", "--push-key: "},
	} {
		got := process{arguments: []string{"serve", "--listen=127.0.0.1:0", test.argument}}.run(t)
		if got.code != 2 || !strings.Contains(got.err, test.want) {
			t.Errorf("%s: exit code %d, %s", test.argument, got.code, got.err)
		}
	}
}
