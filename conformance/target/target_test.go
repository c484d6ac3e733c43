package target

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/signing"
)

func environ(t *testing.T, entries ...string) Layer {
	t.Helper()
	layer, err := Environment(entries)
	if err != nil {
		t.Fatal(err)
	}
	return layer
}

func TestDefaults(t *testing.T) {
	resolved, err := Resolve()
	if err != nil {
		t.Fatal(err)
	}
	if resolved.Name != "sandbox" || resolved.Strict != "documented" || resolved.Allow != (Permissions{Read: true}) ||
		resolved.Timeout != 10*time.Minute || resolved.CallTimeout != 10*time.Second || resolved.TaskTimeout != time.Minute ||
		resolved.RequestIDHeader != "request_id" || resolved.Sign != signing.Default() || resolved.Rate != 0 ||
		strings.Join(resolved.Formats, ",") != "junit,json,html" || strings.Join(resolved.TerminalStatus, ",") != "completed" {
		t.Errorf("defaults: %+v", resolved)
	}
}

func TestPrecedence(t *testing.T) {
	flags := Flags(Settings{Strict: "assumed"})
	environment := environ(t, "MALLCHECK_STRICT=derived", "MALLCHECK_SEED=7", "MALLCHECK_SIM=89852000000000000001, 89852000000000000002,,", "MALLCHECK_GROUP=", "PATH=/bin")
	sandbox, err := Sandbox(map[string]string{"strict": "documented", "seed": "8", "group": "G1", "topup-url": "http://127.0.0.1:1/topup"})
	if err != nil {
		t.Fatal(err)
	}
	resolved, err := Resolve(flags, environment, sandbox)
	if err != nil {
		t.Fatal(err)
	}
	if resolved.Strict != "assumed" || resolved.Seed != 7 || resolved.Group != "G1" || strings.Join(resolved.SIMs, "|") != "89852000000000000001|89852000000000000002" {
		t.Errorf("merged: %+v", resolved)
	}
	if !resolved.Sandbox || resolved.Name != "sandbox" {
		t.Errorf("an address of the sandbox makes the target %q, sandbox %t", resolved.Name, resolved.Sandbox)
	}
}

// An environment gives the addresses of all services or of none.
func TestEnvironmentOrAddresses(t *testing.T) {
	const own = "https://uat.example.com/topup_test"
	file := func(environment, topup string) Layer {
		return Layer{Settings: Settings{Environment: environment, TopupURL: topup, PartnerCode: "P1"}, Origin: EnvironmentName}
	}
	for _, test := range []struct {
		name   string
		layers []Layer
		want   string // topup, vshop; or the error
	}{
		{"an environment", []Layer{file("test", "")}, "https://wx.linksfield.net/topup_test https://wx.linksfield.net/vshop_uat"},
		{"one address", []Layer{file("", own)}, own + " "},
		{"both in one place", []Layer{file("test", own)}, "MALLCHECK_ENVIRONMENT does not go with an address of its own; leave environment out, and write the addresses of the other services too: without one a service is skipped"},
		{"an address before an environment", []Layer{Flags(Settings{TopupURL: own}), file("test", "")}, own + " "},
		{"an environment before an address", []Layer{Flags(Settings{Environment: "test"}), file("", own)}, "https://wx.linksfield.net/topup_test https://wx.linksfield.net/vshop_uat"},
	} {
		t.Run(test.name, func(t *testing.T) {
			resolved, err := Resolve(test.layers...)
			got := fmt.Sprint(err)
			if err == nil {
				got = resolved.URLs["topup"] + " " + resolved.URLs["vshop"]
			}
			if got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

func TestAddress(t *testing.T) {
	layer := environ(t, "MALLCHECK_TOPUP_URL=https://uat.example.com/topup_test/", "MALLCHECK_PARTNER_CODE=P1")
	if !HasAddress(layer) || HasAddress(Flags(Settings{PartnerCode: "P1"})) {
		t.Error("HasAddress does not tell whether an address is given")
	}
	resolved, err := Resolve(layer)
	if err != nil {
		t.Fatal(err)
	}
	if resolved.URLs["topup"] != "https://uat.example.com/topup_test" || resolved.Name != "uat.example.com" || resolved.Sandbox {
		t.Errorf("resolved: %+v", resolved)
	}
	if got := strings.Join(resolved.Services(), ","); got != "topup" {
		t.Errorf("services %s", got)
	}
}

func TestRefused(t *testing.T) {
	const address, partner = "MALLCHECK_TOPUP_URL=https://h.example.com", "MALLCHECK_PARTNER_CODE=P1"
	for _, test := range []struct {
		entries []string
		want    string
	}{
		{[]string{"MALLCHECK_PARTNERCODE=P1"}, "MALLCHECK_PARTNERCODE is not a setting; did you mean MALLCHECK_PARTNER_CODE?"},
		{[]string{"MALLCHECK_STRICT=asumed"}, `MALLCHECK_STRICT: "asumed" is not known here; did you mean assumed?`},
		{[]string{"MALLCHECK_FAIL_ON=x"}, `MALLCHECK_FAIL_ON: "x" is not known here; write critical or finding or habit or drift`},
		{[]string{"MALLCHECK_ALLOW=read,everything"}, `MALLCHECK_ALLOW: "everything" is not a permission; write read, write, purchase or several of them, separated by commas`},
		{[]string{"MALLCHECK_SEED=-1"}, `MALLCHECK_SEED: "-1" is not a valid seed; write a whole number from 0 to 9223372036854775807`},
		{[]string{"MALLCHECK_TIMEOUT=10"}, `MALLCHECK_TIMEOUT: "10" is not a valid duration; write a positive duration with its unit, such as 500ms, 10s or 5m`},
		{[]string{"MALLCHECK_CALL_TIMEOUT=0s"}, `MALLCHECK_CALL_TIMEOUT: "0s" is not a valid duration; write a positive duration with its unit, such as 500ms, 10s or 5m`},
		{[]string{"MALLCHECK_RATE=fast"}, `MALLCHECK_RATE: "fast" is not a valid rate; write calls per second, such as 5/s or 0.5/s`},
		{[]string{"MALLCHECK_RATE=0/s"}, `MALLCHECK_RATE: "0/s" is not a valid rate; write calls per second, such as 5/s or 0.5/s`},
		{[]string{"MALLCHECK_REQUEST_ID_HEADER=a b"}, `MALLCHECK_REQUEST_ID_HEADER: "a b" is not a valid header name; write letters, digits, - and _`},
		{[]string{"MALLCHECK_TOPUP_URL=h.example.com", partner}, `MALLCHECK_TOPUP_URL: "h.example.com" is not a valid address; write it as https://host/path`},
		{[]string{"MALLCHECK_TOPUP_URL=ftp://h.example.com", partner}, `MALLCHECK_TOPUP_URL: "ftp://h.example.com" is not a valid address; write it as https://host/path`},
		{[]string{"MALLCHECK_TOPUP_URL=https://h.example.com?a=b", partner}, `MALLCHECK_TOPUP_URL has a query or a fragment; write the base address alone, such as https://host/path`},
		{[]string{"MALLCHECK_TOPUP_URL=http://h:99999", partner}, `MALLCHECK_TOPUP_URL: "http://h:99999" has an invalid port; use 1 to 65535, or leave the port out`},
		{[]string{"MALLCHECK_TOPUP_URL=http://h:0/topup", partner}, `MALLCHECK_TOPUP_URL: "http://h:0/topup" has an invalid port; use 1 to 65535, or leave the port out`},
		{[]string{"MALLCHECK_TOPUP_URL=http://:80", partner}, `MALLCHECK_TOPUP_URL: "http://:80" is not a valid address; write it as https://host/path`},
		{[]string{"MALLCHECK_TOPUP_URL=http://u:hu\x01sh@h", partner}, `MALLCHECK_TOPUP_URL has a control character; write printable characters only`},
		{[]string{"MALLCHECK_TOPUP_URL=http://u:hu/sh@h", partner}, `MALLCHECK_TOPUP_URL is not a valid address; write it as https://host/path`},
		{[]string{"MALLCHECK_TOPUP_URL=hu sh:@h", partner}, `MALLCHECK_TOPUP_URL is not a valid address; write it as https://host/path`},
		{[]string{"MALLCHECK_PROXY=http://u:hush@h:65536"}, `MALLCHECK_PROXY is not a valid proxy address; write it as http://host:port, or none`},
		{[]string{"MALLCHECK_PARTNER_CODE=P\x1b[31m1"}, `MALLCHECK_PARTNER_CODE: "P\x1b[31m1" has a control character; write printable characters only`},
		{[]string{"MALLCHECK_GROUP=G\u009b1"}, `MALLCHECK_GROUP: "G\u009b1" has a control character; write printable characters only`},
		{[]string{"MALLCHECK_PM_SUCCESS=hush\x00"}, `MALLCHECK_PM_SUCCESS has a control character; write printable characters only`},
		{[]string{"MALLCHECK_PARTNER_CODE=P\xff"}, `MALLCHECK_PARTNER_CODE: "P\xff" is not UTF-8; write it in UTF-8`},
		{[]string{address}, "--partner-code is missing; give the partner code to call this address with: --partner-code CODE or MALLCHECK_PARTNER_CODE"},
		{[]string{"MALLCHECK_TOPUP_URL=https://b\u00fccher.example", partner},
			"MALLCHECK_TOPUP_URL: \"https://b\u00fccher.example\" has a host name that is not ASCII; write the name that DNS has, such as xn--…"},
		{[]string{address, partner, "MALLCHECK_TARGET= "}, `MALLCHECK_TARGET is blank; give it a value, or unset it`},
		{[]string{address, partner, "MALLCHECK_SIM=\t\u00a0"}, `MALLCHECK_SIM is blank; give it a value, or unset it`},
		{[]string{address, partner, "MALLCHECK_FAULT=x"}, `MALLCHECK_FAULT: "x" is for the embedded sandbox only; leave it out, or leave out the addresses`},
	} {
		t.Run(test.want, func(t *testing.T) {
			layer, err := Environment(test.entries)
			if err == nil {
				_, err = Resolve(layer)
			}
			var told *Error
			if !errors.As(err, &told) || err.Error() != test.want {
				t.Errorf("error: %v\n want: %s", err, test.want)
			}
		})
	}
}

func TestProductionIsRefused(t *testing.T) {
	for address, refused := range map[string]bool{
		"https://wx.linksfield.net/topup":             true,
		"https://wx.linksfield.net/topup/":            true,
		"http://WX.linksfield.net./topup/v2":          true,
		"https://wx.linksfield.net/x/../topup":        true,
		"https://wx.linksfield.net/%74opup":           true,
		"https://wx.linksfield.net:443/topup":         true,
		"https://wx.linksfield.net/TopUp":             true,
		"https://wx.linksfield.net/;v=1/topup;x/a":    true,
		"https://wx.linksfield.net/x/..%5Ctopup":      true,
		"https://wx.links\ufb01eld.net/topup":         true,
		"https://wx.links%EF%AC%81eld.net/topup":      true,
		"https://wx\u3002linksfield.net/topup":        true,
		"https://\uff57x.linksfield.net/topup":        true,
		"https://wx.linksfield.net/topup_test":        false,
		"https://wx.linksfield.net.example.com/topup": false,
	} {
		t.Run(address, func(t *testing.T) {
			_, err := Resolve(Flags(Settings{TopupURL: address, PartnerCode: "P1"}))
			if (err != nil) != refused {
				t.Errorf("error %v, want refused %t", err, refused)
			}
		})
	}
}

func TestSignatureRules(t *testing.T) {
	resolved, err := Resolve(Flags(Settings{SignParts: []string{"query", "body"}, SignHex: "upper", SignNested: "sorted", SignEmpty: "nothing"}))
	if err != nil {
		t.Fatal(err)
	}
	want := signing.Rules{Parts: signing.Query | signing.Body, Empty: signing.EmptyNothing, Hex: signing.UpperHex, Nested: signing.NestedSorted}
	if resolved.Sign != want {
		t.Errorf("rules %+v, want %+v", resolved.Sign, want)
	}
	if _, err := Resolve(Flags(Settings{SignHex: "camel"})); err == nil || !strings.HasPrefix(err.Error(), "--sign-hex: ") {
		t.Errorf("error %v, want one that names --sign-hex", err)
	}
}

func TestPushSettings(t *testing.T) {
	resolved, err := Resolve(environ(t, "MALLCHECK_PUSH_LISTEN=:8643", "MALLCHECK_PUSH_KEY=k1:00ff", "MALLCHECK_PUSH_JOIN=headers-body", "MALLCHECK_PUSH_ENCODING=hex", "MALLCHECK_PUSH_TIMEOUT=3s"))
	if err != nil {
		t.Fatal(err)
	}
	if resolved.PushListen != "127.0.0.1:8643" || resolved.PushKeyID != "k1" || string(resolved.PushKey) != "\x00\xff" ||
		resolved.PushJoin != signing.JoinHeadersBody || resolved.PushEncoding != signing.EncodingHex || resolved.PushTimeout != 3*time.Second {
		t.Errorf("resolved: %+v", resolved)
	}
	if secrets := resolved.Secrets().Values; len(secrets) != 1 || secrets[0] != "00ff" {
		t.Errorf("secrets %q", secrets)
	}
	for _, test := range []struct{ entry, want string }{
		{"MALLCHECK_PUSH_LISTEN=8643", `MALLCHECK_PUSH_LISTEN: "8643" is not a valid address to listen on; write it as host:port, such as 127.0.0.1:8643`},
		{"MALLCHECK_PUSH_LISTEN=h:99999", `MALLCHECK_PUSH_LISTEN: "h:99999" is not a valid address to listen on; write it as host:port, such as 127.0.0.1:8643`},
		{"MALLCHECK_PUSH_KEY=secret", `MALLCHECK_PUSH_KEY is not a valid push key; reading a push key: it is not written as keyid:hex; write its id, a colon and the key in hexadecimal`},
	} {
		if _, err := Resolve(environ(t, test.entry)); err == nil || err.Error() != test.want {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
}

func TestNearest(t *testing.T) {
	for word, want := range map[string]string{"sed": "seed", "SEED": "seed", "grup": "group", "xylophone": ""} {
		if got := nearest(word, []string{"seed", "group", "package"}); got != want {
			t.Errorf("nearest(%q) = %q, want %q", word, got, want)
		}
	}
}

// No setting makes Resolve panic, and an error names the variable.
func FuzzResolve(f *testing.F) {
	f.Add(uint8(0), "https://a/b")
	f.Add(uint8(9), "read,write")
	f.Add(uint8(20), "1e9h")
	keys := keysFrom(fromEnvironment)
	f.Fuzz(func(t *testing.T, which uint8, text string) {
		name := EnvironmentName(keys[int(which)%len(keys)])
		layer, err := Environment([]string{name + "=" + text})
		if blank := text != "" && strings.TrimSpace(text) == ""; blank != (err != nil) {
			t.Fatalf("%s is a setting: %v", name, err)
		} else if blank {
			return
		}
		if _, err := Resolve(layer); err != nil && !strings.Contains(err.Error(), name) && !strings.Contains(err.Error(), "--partner-code") {
			t.Errorf("the error does not name %s: %v", name, err)
		}
	})
}

// No settings file makes reading panic, and every error names the file.
func FuzzFile(f *testing.F) {
	f.Add(string(starter))
	f.Add("targets: {a: &x {sim: [1, *x]}}")
	f.Add("default: a\ntargets:\n  a: {topup-url: 'http://h', partner-code: P1, allow: [read], rate: 5/s}\n")
	f.Add("? [a]\n: b\n---\n")
	f.Add("targets:\n  uat:\n    header: {X: \"${A}$${\"}\n    topup-url: http://h\n    partner-code: 1\n")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := parseFile(FileName, []byte(text))
		if err != nil {
			if !strings.HasPrefix(err.Error(), FileName) || strings.ContainsAny(err.Error(), "\n") && !strings.Contains(text, "\n") {
				t.Errorf("error %v", err)
			}
			return
		}
		for _, name := range file.Names() {
			layer, err := file.Layer(name, []string{"A=b"})
			if err == nil {
				_ = AllInForce(layer)
				_, err = Resolve(layer)
			}
			if err != nil && !strings.HasPrefix(err.Error(), FileName) {
				t.Errorf("error %v", err)
			}
		}
	})
}
