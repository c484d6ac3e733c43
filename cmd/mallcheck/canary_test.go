package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"html"
	"io/fs"
	"maps"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports/render"
)

// canary is a secret or a personal datum that must not be told.
type canary struct {
	name, value string
	// member is the name of a member under which a target tells it, "" for a secret of
	// the settings.
	member string
	// inJournal says that a sweep needs it.
	inJournal bool
	// unsent says that no target learns of it.
	unsent bool
}

const (
	canaryEmail = "jane.canary+7@mail.example.org"
	canaryPay   = "P000270CANARY00000000007"
)

// canaries are planted as every secret and personal datum.
func canaries(sim, clientKey string) []canary {
	return []canary{
		{name: "push key", value: "c0ffee5ec2e7c0ffee5ec2e7c0ffee5e"},
		{name: "password of the proxy", value: "proxy~pass&word/7"},
		{name: "password of an address", value: "address+pass=word/7"},
		{name: "secret header", value: `token "ca/na+ry" <7>`},
		{name: "header out of a variable", value: "variable?ca&nary/7"},
		{name: "credentials", value: "basic=ca+nary:7"},
		{name: "client key", value: clientKey, unsent: true},
		{name: "payment id", value: canaryPay, member: "payId", inJournal: true},
		{name: "account", value: "canary-account-0007", member: "payAccount"},
		{name: "payment method", value: "pm_card_visa", member: "pm_id"},
		{name: "failing payment method", value: "pm_card_chargeDeclined", member: "payment_method_id"},
		{name: "e-mail address", value: canaryEmail, member: "email"},
		{name: "client secret", value: "pi_3CanaryCanary0007_secret_Canary0007", member: "client_secret"},
		{name: "customer", value: "cus_Canary00000007", member: "customer"}, // a member that no page names
		{name: "SIM number", value: sim, member: "sim_id", inJournal: true},
	}
}

// written returns text in every way in which an output may hold it, as name and form.
func written(text string) map[string]string {
	each := func(format string, which func(c byte) bool) string {
		var out strings.Builder
		for i := range len(text) {
			if which(text[i]) {
				fmt.Fprintf(&out, format, text[i])
			} else {
				out.WriteByte(text[i])
			}
		}
		return out.String()
	}
	all := func(byte) bool { return true }
	special := func(c byte) bool { return strings.IndexByte(`"<>&'+/=?@:~ `, c) >= 0 }
	quoted, _ := json.Marshal(text)
	inner := string(quoted[1 : len(quoted)-1])
	forms := map[string]string{
		"as it is": text, "HTML": html.EscapeString(text), "HTML, by numbers": each("&#%d;", special),
		"JSON": inner, `JSON with \/`: strings.ReplaceAll(inner, "/", `\/`),
		`JSON with \u00xx`: each(`\u%04x`, special), `JSON with \u00XX`: each(`\u%04X`, special),
		"URL, a query": url.QueryEscape(text), "URL, a path": url.PathEscape(text),
		"URL with %XX": each("%%%02X", special), "URL with %xx": each("%%%02x", special),
		"hexadecimal": hex.EncodeToString([]byte(text)), "HEXADECIMAL": each("%02X", all),
	}
	for before := range 3 {
		for name, encoding := range map[string]*base64.Encoding{"base64": base64.StdEncoding, "base64url": base64.URLEncoding} {
			padded := encoding.EncodeToString([]byte("~~~"[:before] + text + "~~"))
			// What the neighbours have a part in tells nothing.
			first, last := []int{0, 2, 3}[before], (before+len(text))*8/6
			forms[fmt.Sprintf("%s behind %d", name, before)] = padded[first:last]
		}
	}
	return forms
}

// leaks returns which canaries stand in a text, and in which form.
func leaks(text string, planted []canary) []string {
	var found []string
	for _, c := range planted {
		for name, form := range written(c.value) {
			if at := strings.Index(text, form); at >= 0 {
				found = append(found, fmt.Sprintf("%s (%s): …%s…", c.name, name, text[max(0, at-100):min(len(text), at+len(form)+40)]))
			}
		}
	}
	for _, c := range planted {
		for n := min(7, len(c.value)-1); n < len(c.value); n++ {
			if cut := c.value[:n] + "…"; strings.Contains(text, cut) {
				found = append(found, fmt.Sprintf("%s (cut off): …%s", c.name, cut))
			}
		}
	}
	slices.Sort(found)
	return found
}

// canaryRun is what the commands of the test have in common.
type canaryRun struct {
	t        *testing.T
	dir      string
	environ  []string
	planted  []canary
	settings map[string]bool // files of ours in dir
}

// run runs the tool and scans what it prints for canaries, but for those that are excepted.
func (c *canaryRun) run(input string, arguments ...string) outcome {
	c.t.Helper()
	got := process{arguments: arguments, environ: c.environ, dir: c.dir, input: input}.run(c.t)
	if strings.Contains(got.err, "unknown flag") || strings.Contains(got.err, "unexpected argument") || strings.Contains(got.err, "panic") {
		c.t.Errorf("mallcheck %q: %s", arguments, got.err)
	}
	for _, leak := range leaks(got.out, c.planted) {
		c.t.Errorf("mallcheck %q prints the %s", arguments, leak)
	}
	for _, leak := range leaks(got.err, c.planted) {
		c.t.Errorf("mallcheck %q prints on standard error the %s", arguments, leak)
	}
	return got
}

// scanFiles scans all that was written.
func (c *canaryRun) scanFiles() {
	c.t.Helper()
	seen := 0
	err := filepath.WalkDir(c.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || c.settings[entry.Name()] {
			return err
		}
		data, err := os.ReadFile(path)
		planted := c.planted
		if entry.Name() == "journal.jsonl" {
			planted = slices.DeleteFunc(slices.Clone(planted), func(one canary) bool { return one.inJournal })
		}
		seen++
		for _, leak := range leaks(string(data), planted) {
			c.t.Errorf("%s tells the %s", strings.TrimPrefix(path, c.dir), leak)
		}
		return err
	})
	if err != nil || seen < len(render.Formats()) {
		c.t.Errorf("%d files were written: %v", seen, err)
	}
}

func (c *canaryRun) value(name string) string {
	at := slices.IndexFunc(c.planted, func(one canary) bool { return one.name == name })
	return c.planted[at].value
}

// Canaries stand for every secret and personal datum, and the target sends them all in every form.
// Nothing that a command prints or writes contains one.
func TestCanaries(t *testing.T) {
	testlevel.Long(t)
	model, err := kong.New(new(commands), helpDefaults())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, command := range model.Model.Leaves(false) {
		names = append(names, command.Path())
	}
	for _, name := range names {
		if name = strings.Fields(name)[0]; canaryCommands[name] == nil {
			t.Errorf("no line of canaryCommands drives mallcheck %s", name)
		}
	}
	mall := serve(t, "--quiet", "--task-delay=2ms")
	c := canaryTarget(t, mall)
	order := slices.Concat(canaryOrder, slices.DeleteFunc(slices.Sorted(maps.Keys(canaryCommands)), func(name string) bool { return slices.Contains(canaryOrder, name) }))
	for _, name := range order {
		t.Run(name, func(t *testing.T) {
			c.t = t
			canaryCommands[name](c)
		})
	}
	c.t = t
	c.scanFiles()
}

// canaryTarget writes a file of targets with canaries. The target is a mall behind a teller.
func canaryTarget(t *testing.T, mall *served) *canaryRun {
	t.Helper()
	certificate, key, _ := newAuthority(t).issue(t, "partner")
	block, _ := pem.Decode(key)
	// The first ones stand in the examples of the contract.
	sims := strings.Split(settingIn(mall.env, "SIM"), ",")[5:]
	planted := canaries(sims[0], base64.StdEncoding.EncodeToString(block.Bytes)[:64])
	c := &canaryRun{t: t, planted: planted, settings: map[string]bool{"mallcheck.yaml": true, "client.key": true, "client.pem": true}}
	base, _, _ := strings.Cut(settingIn(mall.env, "TOPUP_URL"), "/topup")
	teller := httptest.NewServer(newTeller(t, base, planted))
	t.Cleanup(teller.Close)
	address := func(service string) string {
		return "http://" + url.UserPassword("partner", c.value("password of an address")).String() + "@mall.test" + settingIn(mall.env, strings.ToUpper(service)+"_URL")[len(base):]
	}
	proxy := "http://" + url.UserPassword("proxy", c.value("password of the proxy")).String() + "@" + teller.Listener.Addr().String()
	list := func(name string) string { return strings.Split(settingIn(mall.env, name), ",")[0] }
	text := "default: uat\ntargets:\n  uat:\n    partner-code: ${PARTNER}\n    allow: [read, write, purchase]\n    mask: [sims]\n    timeout: 50s\n    task-timeout: 500ms\n    push-timeout: 100ms\n" +
		"    tls-client-cert: client.pem\n    tls-client-key: client.key\n    push-listen: 127.0.0.1:0\n"
	for key, value := range map[string]string{
		"vshop-url": address("vshop"), "payment-url": address("payment"), "topup-url": address("topup"), "proxy": proxy,
		"push-key": "k1:" + c.value("push key"), "pm-success": list("PM_SUCCESS"), "pm-failure": list("PM_FAILURE"), "pm-open": list("PM_OPEN"),
		"group": list("GROUP"), "package": list("PACKAGE"), "second-partner-code": list("SECOND_PARTNER_CODE"),
		"sim": strings.Join(sims, ","), "unknown-sim": list("UNKNOWN_SIM"),
	} {
		text += fmt.Sprintf("    %s: %q\n", key, value)
	}
	text += fmt.Sprintf("    header: {X-Gateway-Token: %q, X-Gateway: \"${GATEWAY}\", X-Auth: %q}\n", c.value("secret header"),
		"Basic "+base64.StdEncoding.EncodeToString([]byte("user:"+c.value("credentials"))))
	c.dir = inFolder(t, map[string]string{"mallcheck.yaml": text, "client.key": string(key), "client.pem": string(certificate)})
	c.environ = []string{"PARTNER=" + settingIn(mall.env, "PARTNER_CODE"), "GATEWAY=" + c.value("header out of a variable")}
	return c
}
