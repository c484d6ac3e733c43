package receiver

import (
	"errors"
	"fmt"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose"
)

// Verify checks the signature of a push with the target's key, whatever its timestamp. The error names
// the combination of rules that matches, if one is known.
func (p *Push) Verify(t *target.Target) error {
	keys := map[string][]byte{t.PushKeyID: t.PushKey}
	verifier := signing.PushVerifier{Keys: keys, Tolerance: -1, Join: t.PushJoin, Encoding: t.PushEncoding}
	err := verifier.Verify(p.Header, p.Body)
	if !errors.Is(err, signing.ErrMismatch) {
		return err
	}
	return fmt.Errorf("%w; %s", err, p.diagnosis(t).Line())
}

// Mistake names the other rules that the signature of a push matches; "" if none is known.
func (p *Push) Mistake(t *target.Target) string {
	if d := p.diagnosis(t); d.Found && !d.Right {
		return d.Line()
	}
	return ""
}

func (p *Push) diagnosis(t *target.Target) diagnose.PushDiagnosis {
	rules := diagnose.PushRules{Keys: map[string][]byte{t.PushKeyID: t.PushKey}, Join: t.PushJoin, Encoding: t.PushEncoding}
	return diagnose.Push(p.Header, p.Body, rules)
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
