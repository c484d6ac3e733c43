package journal

import "testing"

// A partner code that is no text names no partner: the request counts for that of the run.
func TestNamedPartner(t *testing.T) {
	for body, want := range map[string]string{
		`{"partnerCode":"P2","deviceCode":"1"}`: "P2", `{"partnerCode":[]}`: "P1", `{"partnerCode":{}}`: "P1",
		`{"partnerCode":""}`: "P1", `{}`: "P1", `[]`: "P1", `{"partnerCode":7}`: "7",
	} {
		if got := New().Named("singleOrder", "P1", "", "", []byte(body)).Partner; got != want {
			t.Errorf("%s names partner %q, want %q", body, got, want)
		}
	}
}
