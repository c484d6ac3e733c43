package reports_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
	"github.com/mallcheck/mallcheck/reports/redact"
)

func TestBodyRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := struct {
			Body reports.Body `json:"body,omitzero"`
		}{fixture.AnyBody(t)}
		data, err := json.Marshal(before)
		if err != nil {
			t.Fatal(err)
		}
		after := before
		after.Body = reports.Body("left over")
		if before.Body == nil {
			after.Body = nil // a member that is left out changes nothing
		}
		if err := json.Unmarshal(data, &after); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(before, after) {
			t.Fatalf("%q came back as %q by way of %s", before.Body, after.Body, data)
		}
	})
}

func TestBodyForms(t *testing.T) {
	for _, test := range []struct {
		body reports.Body
		want string
	}{
		{reports.Body(`{"a":"<&>"}`), `"{\"a\":\"<&>\"}"`},
		{reports.Body("欧洲\u2028"), `"欧洲\u2028"`},
		{reports.Body{}, `""`},
		{reports.Body("\xff\x00"), `{"base64":"/wA="}`},
	} {
		got, err := test.body.MarshalJSON()
		if err != nil || string(got) != test.want {
			t.Errorf("%q: got %s, %v, want %s", test.body, got, err, test.want)
		}
	}
	for _, bad := range []string{`7`, `[]`, `{}`, `{"base64":null}`, `{"base64":"?"}`, `{"base64":"","more":1}`, `true`} {
		var body reports.Body
		if err := json.Unmarshal([]byte(bad), &body); err == nil {
			t.Errorf("%s was read as the body %q", bad, body)
		}
	}
	body := reports.Body("left over")
	if err := json.Unmarshal([]byte("null"), &body); err != nil || body != nil {
		t.Errorf("null gives %q, %v, want no body", body, err)
	}
}

func TestJSONGolden(t *testing.T) {
	fixture.Golden(t, "run.json", fixture.JSON(t, redact.Run(fixture.Run(), secrets)))
}

func TestJSONRoundTripAndSchema(t *testing.T) {
	schema := compileSchema(t)
	rapid.Check(t, func(t *rapid.T) {
		before := fixture.AnyRun().Draw(t, "run")
		data := fixture.JSON(t, before)
		after, err := reports.ReadJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(before, after) {
			t.Fatalf("want %#v\ngot  %#v", before, after)
		}
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(document); err != nil {
			t.Fatal(err)
		}
	})
}

func TestWriteJSONLeavesRunAlone(t *testing.T) {
	run := fixture.Run()
	run.Results[0].Operations = nil
	run.Services, run.Target.Allow = nil, nil
	if data := fixture.JSON(t, run); bytes.Contains(data, []byte("null")) {
		t.Errorf("a list that must be there is null:\n%s", data)
	}
	if run.Schema != "" || run.Results[0].Operations != nil {
		t.Error("WriteJSON changed the run that it was handed")
	}
}

// The schema rejects invalid runs.
func TestSchemaRejects(t *testing.T) {
	schema := compileSchema(t)
	for _, change := range [][2]string{
		{`"schema": "1"`, `"schema": "2"`},
		{`"verdict":"waived"`, `"verdict":"flaky"`},
		{`"strict": "documented"`, `"strict": "rumoured"`},
		{`"seed": 42`, `"seed": "42"`},
		{`"started": "2026`, `"started": "in 2026`},
		{`"level":"MUST"`, `"level":"MAY"`},
		{`"requirement":`, `"requirements":`},
		{`"exchange":1`, `"exchange":-2`},
		{`"services": [`, `"services": null, "was": [`},
	} {
		data := string(fixture.JSON(t, fixture.Run()))
		broken := strings.Replace(data, change[0], change[1], 1)
		if broken == data {
			t.Fatalf("%s is not in the run", change[0])
		}
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(broken))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(document) == nil {
			t.Errorf("the schema allows %s", change[1])
		}
	}
}

// The schema and the Go types have the same definitions with the same members, required if they
// are always written.
func TestSchemaNamesEveryMember(t *testing.T) {
	var schema struct {
		Defs map[string]struct {
			Properties map[string]json.RawMessage `json:"properties"`
			Required   []string                   `json:"required"`
		} `json:"$defs"`
	}
	if err := json.Unmarshal(runSchema(t), &schema); err != nil {
		t.Fatal(err)
	}
	types := map[string]reflect.Type{}
	collectStructs(reflect.TypeFor[reports.Run](), types)
	for name, typ := range types {
		var all, required []string
		for field := range typ.Fields() {
			member, options, _ := strings.Cut(field.Tag.Get("json"), ",")
			all = append(all, member)
			if !strings.Contains(options, "omit") {
				required = append(required, member)
			}
		}
		slices.Sort(all)
		slices.Sort(required)
		def := schema.Defs[name]
		if got := slices.Sorted(maps.Keys(def.Properties)); !slices.Equal(got, all) {
			t.Errorf("%s has the members %v, in the schema %v", name, all, got)
		}
		slices.Sort(def.Required)
		if !slices.Equal(def.Required, required) {
			t.Errorf("%s always has %v, in the schema %v", name, required, def.Required)
		}
	}
	for name, def := range schema.Defs {
		if _, ok := types[name]; !ok && def.Properties != nil {
			t.Errorf("the schema defines %s, which no type is", name)
		}
	}
}

func collectStructs(typ reflect.Type, into map[string]reflect.Type) {
	switch {
	case typ.Kind() == reflect.Slice, typ.Kind() == reflect.Pointer:
		collectStructs(typ.Elem(), into)
	case typ.Kind() == reflect.Struct && typ != reflect.TypeFor[time.Time]():
		into[typ.Name()] = typ
		for field := range typ.Fields() {
			collectStructs(field.Type, into)
		}
	}
}

func TestReadJSONRefuses(t *testing.T) {
	good := string(fixture.JSON(t, fixture.Run()))
	for _, test := range []struct{ name, data, want string }{
		{"nothing", "", "EOF"},
		{"no JSON", "<html>", "invalid character"},
		{"another version", strings.Replace(good, `"schema": "1"`, `"schema": "2"`, 1), `schema is "2"`},
		{"no version", `{}`, `schema is ""`},
		{"unknown verdict", strings.Replace(good, `"verdict":"waived"`, `"verdict":"flaky"`, 1), `"ASY-002": unknown verdict "flaky"`},
		{"unknown verdict of a deviation", strings.Replace(good, `"verdict":"finding"`, `"verdict":""`, 1), `unknown verdict ""`},
		{"unknown grade", strings.Replace(good, `"grade":"documented"`, `"grade":"<b>"`, 1), `unknown level, grade or permission: "MUST", "<b>"`},
		{"unknown level of a deviation", strings.Replace(good, `"level":"MUST","file"`, `"level":"::error::","file"`, 1), `unknown level or grade: "::error::"`},
		{"unknown permission", strings.Replace(good, `"write"`, `"everything"`, 1), `unknown permission "everything"`},
		{"unknown strictness", strings.Replace(good, `"strict": "documented"`, `"strict": "x"`, 1), `unknown strictness or stop reason: "x"`},
		{"exchange that is not there", strings.Replace(good, `"exchange":1`, `"exchange":2`, 1), "no exchange 2"},
		{"exchange before the first", strings.Replace(good, `"exchange":1`, `"exchange":-2`, 1), "no exchange -2"},
		{"an amount of many digits", strings.Replace(good, `"9.98"`, `"`+strings.Repeat("9", 1<<20)+`"`, 1), "not a decimal number"},
		{"an amount with an exponent", strings.Replace(good, `"9.98"`, `"1e999999"`, 1), "not a decimal number"},
		{"trailing data", good + "{}", "text after"},
		{"cut short", good[:len(good)/2], "unexpected EOF"},
	} {
		run, err := reports.ReadJSON(strings.NewReader(test.data))
		if err == nil || !strings.Contains(err.Error(), test.want) || run != nil {
			t.Errorf("%s: got %v, want an error with %q", test.name, err, test.want)
		}
	}
	if _, err := reports.ReadJSON(strings.NewReader(strings.Replace(good, `"seed"`, `"added later": [1], "seed"`, 1))); err != nil {
		t.Errorf("a member that a later build added: %v", err)
	}
}

func FuzzReadJSON(f *testing.F) {
	f.Add(fixture.JSON(f, fixture.Run()))
	f.Add([]byte(`{"schema":"1","results":[{"verdict":"failed","deviations":[{"exchange":-1,"verdict":"failed"}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		run, err := reports.ReadJSON(bytes.NewReader(data))
		if err != nil {
			return
		}
		again, err := reports.ReadJSON(bytes.NewReader(fixture.JSON(t, run)))
		if err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		if !bytes.Equal(fixture.JSON(t, run), fixture.JSON(t, again)) {
			t.Fatal("the second reading differs from the first")
		}
	})
}

func BenchmarkWriteJSON(b *testing.B) {
	run := fixture.Large()
	b.ReportAllocs()
	for b.Loop() {
		if err := reports.WriteJSON(io.Discard, run); err != nil {
			b.Fatal(err)
		}
	}
}

// secrets is what fixture.Run must not tell.
var secrets = redact.Secrets{Values: []string{fixture.PushKey}, MaskSIMs: true}
