package receiver

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/partner"
	"github.com/mallcheck/mallcheck/signing"
)

// trust is the receiver's reaction to a valid push.
type trust struct {
	// reason says why the receiver's responses prove nothing; "" if it accepts a valid push.
	reason string
	// refused is set if the receiver refused the push, as it does if the settings do not fit.
	refused bool
}

// distrust explains why a refusal proves nothing because the receiver does not accept a valid push; ""
// if it accepts one.
func (s *sender) distrust(ctx context.Context) string {
	s.once.Do(func() {
		e := s.send(ctx, s.valid())
		switch {
		case accepted(e):
		case e.Response == nil || e.Response.Status >= http.StatusInternalServerError:
			s.trusted.reason = "the receiver does not accept a valid push (" + told(e) + "), so a refusal proves nothing; see RCV-001"
		default:
			s.trusted.reason = "the receiver refuses a valid push (" + told(e) + "), so no other check proves anything; " + s.likelySetting(ctx, e.Response.Status)
			s.trusted.refused = true
		}
	})
	return s.trusted.reason
}

// likelySetting names the settings to change: another signature rule that the receiver accepts, or those
// that may be wrong.
func (s *sender) likelySetting(ctx context.Context, status int) string {
	if status == http.StatusNotFound || status == http.StatusMethodNotAllowed || status/100 == 3 {
		return "is the address right?"
	}
	for join := signing.JoinBodyColonHeaders; join <= signing.JoinHeadersNewlineBody; join++ {
		for encoding := signing.EncodingBase64; encoding <= signing.EncodingHexUpper; encoding++ {
			other := &sender{Config: s.Config, client: s.client}
			other.Join, other.Encoding = join, encoding
			p := s.fresh()
			if accepted(s.send(ctx, other.sign(p))) {
				return fmt.Sprintf("it accepts --push-join %s --push-encoding %s", join, encoding)
			}
		}
	}
	return "compare --push-key, --push-join and --push-encoding with its settings"
}

// needTrust makes checks that need an accepted push inconclusive if the receiver refuses a valid one:
// that is due to a setting and says nothing about the receiver. A receiver that fails or does not
// respond is not excused.
func (s *sender) needTrust(all []partner.Check) []partner.Check {
	for i := range all {
		run := all[i].Run
		if all[i].ID == "RCV-001" || strings.HasPrefix(all[i].ID, "RCV-08") {
			continue // checks about that push, and about requests that are never valid
		}
		all[i].Run = func(ctx context.Context, r *partner.Record) {
			if strings.HasPrefix(all[i].ID, "RCV-070/") && s.Count == "" {
				run(ctx, r) // skipped
				return
			}
			if reason := s.distrust(ctx); s.trusted.refused {
				r.Inconclusive(reason)
				return
			}
			run(ctx, r)
		}
	}
	return all
}
