package learn

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/reports"
)

// repushed is the base run with its pushes changed.
func repushed(change func(*reports.Request)) *reports.Run {
	run := *base()
	run.Results = slices.Clone(run.Results)
	for i := range run.Results {
		result := &run.Results[i]
		result.Exchanges = slices.Clone(result.Exchanges)
		for j := range result.Exchanges {
			if request := &result.Exchanges[j].Request; result.Exchanges[j].Operation == "rechargeSuccess" {
				request.Header = slices.Clone(request.Header)
				change(request)
			}
		}
	}
	return &run
}

// field changes a header field of a push.
func field(name string, change func(string) string) func(*reports.Request) {
	return func(r *reports.Request) {
		for i := range r.Header {
			if strings.EqualFold(r.Header[i].Name, name) {
				r.Header[i].Value = change(r.Header[i].Value)
			}
		}
	}
}

func inBody(before, after string) func(*reports.Request) {
	return func(r *reports.Request) { r.Body = bytes.ReplaceAll(r.Body, []byte(before), []byte(after)) }
}

// The overlay describes the pushes without anything that identifies a key or an order.
func TestPushesAreLearnt(t *testing.T) {
	whole, _ := written(t, learnt(t, base()))
	for _, said := range []string{
		"Pushes have x-lf-algo: HMAC-SHA1.", "Pushes have x-lf-notification-version: 1.0.", "Pushes have x-lf-timestamp: digits, 13 characters.",
		"Pushes have x-lf-signature: key id, slash, 20 bytes in base64.", "Pushes have content-type: application/json.",
		"Pushes have member payAmount: always, string, two decimals.", "Pushes have member orderNo: always, string",
	} {
		if !bytes.Contains(bytes.ReplaceAll(whole, []byte("'"), nil), []byte(said)) {
			t.Errorf("the overlay does not say %q", said)
		}
	}
	if bytes.Contains(whole, []byte("sandbox/")) {
		t.Error("the overlay has the id of a key")
	}
}

// Each change of the pushes is reported by name, and nothing else is.
func TestChangesOfPushes(t *testing.T) {
	before := learnt(t, base())
	for _, test := range []struct {
		change   func(*reports.Request)
		told     string
		kind     string
		breaking bool
	}{
		{field("x-lf-algo", strings.ToLower), "Pushes have another x-lf-algo", "changed", true},
		{field("x-lf-signature", func(string) string { return "k/" + strings.Repeat("0a", 20) }), "Pushes have another x-lf-signature", "changed", true},
		{field("x-lf-signature", func(string) string { return "k/" + strings.Repeat("AB", 20) }), "Pushes have another x-lf-signature", "changed", true},
		{field("x-lf-timestamp", func(at string) string { return at[:10] }), "Pushes have another x-lf-timestamp", "changed", true},
		{func(r *reports.Request) {
			r.Header = append(r.Header, reports.Header{Name: "X-Lf-Trace", Value: "0a1b2c"})
		}, "Pushes have a new x-lf-trace", "new", false},
		{inBody(`"packageCode"`, `"package_code"`), "Pushes no longer have member packageCode", "gone", true},
		{inBody(`"payAmount":"4.99"`, `"payAmount":4.99`), "The member payAmount of pushes has changed", "changed", true},
		{inBody(`{`, `{"orderStatus":"0",`), "Pushes have a new member orderStatus", "new", false},
	} {
		found := Drift(before, learnt(t, repushed(test.change)))
		at := slices.IndexFunc(found, func(c Change) bool { return c.Summary == test.told })
		if at < 0 || found[at].Kind != test.kind || found[at].Breaking() != test.breaking || len(found) > 1 && test.kind != "gone" {
			t.Errorf("want %q: %s", test.told, summaries(found))
		}
	}
	if found := Drift(before, learnt(t, record(t, target.Settings{Seed: "1", Skip: []string{"area:NTF"}}))); len(found) > 0 {
		t.Errorf("a run without pushes differs: %s", summaries(found))
	}
}

// A sandbox that answers by the overlay sends pushes as the target does, correctly signed: their checks pass.
func TestPushesAreImitated(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*reports.Request)
	}{
		{"lower case, in hex", func(r *reports.Request) {
			field("x-lf-algo", strings.ToLower)(r)
			field("x-lf-signature", func(string) string { return "k/" + strings.Repeat("0a", 20) })(r)
			field("Content-Type", func(string) string { return "application/json; charset=utf-8" })(r)
		}},
		{"other members", func(r *reports.Request) {
			inBody(`"packageCode"`, `"package_code"`)(r)
			inBody(`{`, `{"status":"SUCCESS","attempt":1,`)(r)
			inBody(`"payCurrency":"USD"`, `"payCurrency":"usd"`)(r)
		}},
		{"another header", func(r *reports.Request) {
			r.Header = append(r.Header, reports.Header{Name: "X-Lf-Trace", Value: "0a1b2c3d"})
		}},
	}[:testlevel.Pick(1, 1, 3)] {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			learned := learnt(t, repushed(test.change))
			if len(Drift(learned, learnt(t, base()))) == 0 {
				t.Fatal("the plain sandbox cannot be told from the target")
			}
			if found := Drift(learned, learnt(t, imitation(t, learned))); len(found) > 0 {
				t.Errorf("the imitation differs: %s", summaries(found))
			}
		})
	}
}
