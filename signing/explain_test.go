package signing

import (
	"net/http"
	"net/url"
	"testing"
)

func TestExplainRequest(t *testing.T) {
	const content = `{"group_id":"G1","sim_ids":["1"],"version":"3.0"}`
	templates := []string{"/mall/bundle-groups/{group_id}/sims"}
	for _, c := range []struct {
		name, sign, sent string
	}{
		{"a sign", `,"sign":"abc"`, "abc"},
		{"an escaped sign", `,"sign":"\u0061bc"`, "abc"},
		{"no string", `,"sign":12`, "12"},
		{"no sign", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := []byte(`{"version":"3.0", "sim_ids": ["1"]` + c.sign + `}`)
			got, err := ExplainRequest(http.MethodPost, &url.URL{Path: "/topup/mall/bundle-groups/G1/sims"}, body, templates, Default())
			if err != nil {
				t.Fatal(err)
			}
			sign, err := SignBody([]byte(content), Default())
			if err != nil {
				t.Fatal(err)
			}
			if string(got.Content) != content || got.Sign != sign || got.Sent != c.sent {
				t.Errorf("got %q, %q, %q", got.Content, got.Sign, got.Sent)
			}
			if want := content + "\n" + sign + "\n"; got.String() != want {
				t.Errorf("printed %q, want %q", got.String(), want)
			}
		})
	}
	if _, err := ExplainRequest(http.MethodGet, &url.URL{RawQuery: "a=1&a=2"}, nil, nil, Default()); err == nil {
		t.Error("a repeated parameter is explained")
	}
}
