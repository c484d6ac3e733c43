package signed

import (
	"bytes"
	"testing"

	"github.com/mallcheck/mallcheck/signing"
)

// Whatever stands in a body, a URL and a path parameter, it is read as parameters that can be
// signed, or refused.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"version":"3.0","sim_ids":["1"]}`), "http://127.0.0.1/topup/mall/bundle-groups/G1/sims?a=1", "group_id=G1", "addSims")
	f.Add([]byte(`{}`), "?version=3.0&partnerCode=P1", "", "")
	f.Add([]byte(``), "", "a=b", "listBundles")
	f.Fuzz(func(t *testing.T, body []byte, url, path, operation string) {
		var parts Parts
		if url != "" {
			parts.URL = &url
		}
		if operation != "" {
			parts.Operation = &operation
		}
		if path != "" {
			parts.Path = []string{path}
		}
		request, err := parts.Read(bytes.NewReader(body))
		if err != nil {
			return
		}
		members, err := request.Members(signing.Default().Parts)
		if err != nil {
			return
		}
		if _, err := signing.Explain(members, signing.Default()); err != nil {
			t.Errorf("what was read cannot be signed: %v", err)
		}
	})
}
