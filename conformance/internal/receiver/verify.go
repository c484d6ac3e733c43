package receiver

import (
	"errors"
	"fmt"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose"
)

// Verify checks the signature of a push under the target's key, whatever its timestamp. The
// error names the combination of rules that fits, if one is known to.
func (p *Push) Verify(t *target.Target) error {
	keys := map[string][]byte{t.PushKeyID: t.PushKey}
	verifier := signing.PushVerifier{Keys: keys, Tolerance: -1, Join: t.PushJoin, Encoding: t.PushEncoding}
	err := verifier.Verify(p.Header, p.Body)
	if !errors.Is(err, signing.ErrMismatch) {
		return err
	}
	rules := diagnose.PushRules{Keys: keys, Join: t.PushJoin, Encoding: t.PushEncoding}
	return fmt.Errorf("%w; %s", err, diagnose.Push(p.Header, p.Body, rules).Line())
}

// Content returns the text that the signature of a push must cover under the rules of the
// target, or why there is none.
func (p *Push) Content(t *target.Target) string {
	content, err := signing.PushContent(p.Body, p.Header.Get(signing.HeaderPushVersion),
		p.Header.Get(signing.HeaderPushAlgorithm), p.Header.Get(signing.HeaderPushTimestamp), t.PushJoin)
	if err != nil {
		return "(none: " + err.Error() + ")"
	}
	return string(content)
}
