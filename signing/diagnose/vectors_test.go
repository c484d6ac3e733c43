package diagnose_test

import (
	"encoding/hex"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose"
	"github.com/mallcheck/mallcheck/signing/vectors"
)

// undiagnosed are mistakes of vectors that no diagnosis names: another request was signed, or
// the mistake is too rare.
var undiagnosed = []string{"other-content", "parameter-added"}

// The wrong signs of the vectors were not made with this package's tables.
func TestVectorsAreDiagnosed(t *testing.T) {
	all, err := vectors.Request()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		if v.Verifies || slices.Contains(undiagnosed, v.Mistake) {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			request, rules, signed := wrongVector(t, v)
			d := diagnose.Sign(request, v.Sign, rules, diagnose.Quick)
			named := slices.Clone(d.Seen)
			for _, cause := range d.Causes {
				named = append(append(named, cause.Mistakes...), cause.Or...)
				if signed != nil && *signed != string(cause.Text) {
					t.Errorf("%v signs\n%q\nnot\n%q", cause.Mistakes, cause.Text, *signed)
				}
			}
			if !slices.ContainsFunc(named, func(m diagnose.Mistake) bool { return m.ID == v.Mistake }) {
				t.Errorf("%s is not among the mistakes named: %v", v.Mistake, named)
			}
		})
	}
}

// wrongVector is what a server knows of the vector's request, the rules it applies, and the text that
// was signed by mistake, if the vector gives it.
func wrongVector(t *testing.T, v vectors.RequestVector) (diagnose.Request, signing.Rules, *string) {
	t.Helper()
	rules := signing.Default()
	parts, err := signing.ParseParts(strings.Join(v.Parts, ","))
	if err != nil {
		t.Fatal(err)
	}
	rules.Parts = parts
	raw, err := v.RawBody()
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse("http://127.0.0.1/base" + v.Path + "?" + v.Query)
	if err != nil {
		t.Fatal(err)
	}
	var templates []string
	if v.Template != "" {
		templates = append(templates, v.Template)
	}
	request, err := diagnose.RequestOf(v.Method, u, raw, templates)
	if err != nil {
		t.Fatal(err)
	}
	if v.WrongContentHex == "" {
		return request, rules, v.WrongContent
	}
	signed, err := hex.DecodeString(v.WrongContentHex)
	if err != nil {
		t.Fatal(err)
	}
	text := string(signed)
	return request, rules, &text
}
