package checks

import (
	"context"
	"mime"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	. "github.com/mallcheck/mallcheck/conformance/internal/expect"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// pushChecks are about the push that reports a finished top-up: the target is the client and the run is
// the server. If the kind of payment does not matter, the checks use a third-party order, because it
// moves no money and needs one request.
var pushChecks = slices.Concat(sentPushChecks, pushFormChecks, pushHeaderChecks, pushSignatureChecks, pushBodyChecks, pushRetryChecks)

// pushing are the operations of a check that awaits the push of a third-party order.
func pushing(others ...string) []string {
	return append([]string{"rechargeSuccess", "synOrderInfo"}, others...)
}

// toppedUp returns a third-party order.
func toppedUp(ctx context.Context, s *session.Session) session.Purchase {
	return topUp(ctx, s).Purchase
}

// sentPushChecks are about which orders cause a push.
var sentPushChecks = []Check{{
	ID: "NTF-001", Clause: "push/sent-after-recharge", Does: reports.Purchase, Operations: pushing(),
	Requirement: "the target pushes a third-party order",
	Run: func(ctx context.Context, s *session.Session) {
		p := toppedUp(ctx, s)
		awaitPush(ctx, s, p)
		Expect(s.Pushes(p)).NotTo(BeEmpty(), "no push arrived about a paid order")
	},
}, {
	ID: "NTF-002", Clause: "push/sent-after-recharge", Does: reports.Purchase,
	Operations:  []string{"rechargeSuccess", "singleOrder", "stripeSubDirectly", "queryAutoRenewalRecord"},
	Requirement: "the target pushes an order that is paid by a subscription",
	Run: func(ctx context.Context, s *session.Session) {
		p := active(ctx, s).Purchase
		awaitPush(ctx, s, p)
		Expect(s.Pushes(p)).NotTo(BeEmpty(), "no push arrived about a paid order")
	},
}, {
	ID: "NTF-004", Clause: "push/only-after-recharge", Does: reports.Purchase, Operations: pushing("singleOrder"),
	Requirement: "the target does not push an unpaid order, but pushes a later paid one",
	Run: func(ctx context.Context, s *session.Session) {
		order := unpaid(ctx, s)
		repeatedPush(ctx, s)
		Expect(bodiesOf(s.Pushes(order.Purchase))).To(BeEmpty(), "the target pushed an unpaid order")
	},
}, {
	ID: "NTF-005", Clause: "push/only-after-recharge", Does: reports.Purchase,
	Operations:  pushing("singleOrder", "stripeSingleAuthorization"),
	Requirement: "the target does not push an order whose payment was only authorized, but pushes a later paid one",
	Run: func(ctx context.Context, s *session.Session) {
		order := authorizedWith(ctx, s, false)
		repeatedPush(ctx, s)
		Expect(bodiesOf(s.Pushes(order.Purchase))).To(BeEmpty(), "the target pushed an order whose payment was only authorized")
	},
}, {
	ID: "NTF-006", Clause: "push/only-after-recharge", Does: reports.Purchase, Operations: pushing(),
	Requirement: "the target does not push a refused order, but pushes a later paid one",
	Run: func(ctx context.Context, s *session.Session) {
		p := unknownSIMOrder(ctx, s)
		if answer := s.Own(p.answer); answer.Accepted() {
			s.Prevents("orders/unknown-sim-refused", answer.Exchange, "precondition failed: synOrderInfo accepted an unknown SIM",
				"a refusal", answer.String())
		}
		repeatedPush(ctx, s)
		Expect(bodiesOf(s.Pushes(p.Purchase))).To(BeEmpty(), "the target pushed a refused order")
	},
}, {
	ID: "NTF-007", Clause: "push/to-the-partner-of-the-order", Does: reports.Purchase, Operations: pushing(),
	Requirement: "the target does not push another partner's order, but pushes a later order of the partner",
	Run:         tellsNoOtherPartner,
}}

// tellsNoOtherPartner asserts that a top-up of the second partner was not pushed when a later one of the
// first was.
func tellsNoOtherPartner(ctx context.Context, s *session.Session) {
	foreign := foreignOrder(ctx, s)
	repeatedPush(ctx, s)
	Expect(bodiesOf(s.Pushes(foreign))).To(BeEmpty(), "the target pushed the second partner's order to the first")
}

func bodiesOf(pushes []*session.Push) []string {
	bodies := make([]string, len(pushes))
	for i, push := range pushes {
		bodies[i] = string(push.Body)
	}
	return bodies
}

// pushFormChecks are about the push as an HTTP request.
var pushFormChecks = []Check{{
	ID: "NTF-010", Clause: "push/method-and-media-type", Does: reports.Purchase, Operations: pushing(),
	Requirement: "a push is a POST with the media type application/json",
	Run: func(ctx context.Context, s *session.Session) {
		push := awaitPush(ctx, s, toppedUp(ctx, s))
		Expect(push.Method).To(Equal("POST"), "the push has the wrong method")
		media, _, _ := mime.ParseMediaType(push.Header.Get("Content-Type"))
		Expect(media).To(Equal("application/json"), "the push has the wrong media type")
	},
}, {
	ID: "NTF-011", Clause: "push/body-is-one-json-object", Does: reports.Purchase, Operations: pushing(),
	Requirement: "the body of a push is exactly one JSON object in UTF-8, without duplicate members",
	Run: func(ctx context.Context, s *session.Session) {
		push := awaitPush(ctx, s, toppedUp(ctx, s))
		_, err := signing.ParseMembers(push.Body)
		Expect(err).To(Succeed(), "the body of the push is not one well-formed JSON object")
	},
}}

// pushHeaderChecks are about the headers: each is required and has a form.
var pushHeaderChecks = slices.Concat(casesOf(Check{
	ID: "NTF-012", Clause: "push/headers-present", Does: reports.Purchase, Operations: pushing(),
	Requirement: "a push has exactly one header {case}, not empty",
}, []named[string]{
	{"version", signing.HeaderPushVersion, signing.HeaderPushVersion},
	{"algorithm", signing.HeaderPushAlgorithm, signing.HeaderPushAlgorithm},
	{"signature", signing.HeaderPushSignature, signing.HeaderPushSignature},
	{"timestamp", signing.HeaderPushTimestamp, signing.HeaderPushTimestamp},
}, func(ctx context.Context, s *session.Session, name string) {
	values := awaitPush(ctx, s, toppedUp(ctx, s)).Header.Values(name)
	Expect(values).To(HaveLen(1), "the push does not have exactly one header "+name)
	Expect(values[0]).NotTo(BeEmpty(), "the push has an empty header "+name)
}), []Check{{
	ID: "NTF-013", Clause: "push/version", Does: reports.Purchase, Operations: pushing(),
	Requirement: "x-lf-notification-version of a push is 1.0",
	Run: func(ctx context.Context, s *session.Session) {
		push := awaitPush(ctx, s, toppedUp(ctx, s))
		Expect(push.Header.Get(signing.HeaderPushVersion)).To(Equal(signing.PushVersion), "the push has the wrong "+signing.HeaderPushVersion)
	},
}, {
	ID: "NTF-014", Clause: "push/algorithm", Does: reports.Purchase, Operations: pushing(),
	Requirement: "x-lf-algo of a push is HMAC-SHA1 in any letter case",
	Run: func(ctx context.Context, s *session.Session) {
		push := awaitPush(ctx, s, toppedUp(ctx, s))
		algorithm := push.Header.Get(signing.HeaderPushAlgorithm)
		if !strings.EqualFold(algorithm, signing.PushAlgorithm) { // the page spells it both ways
			Expect(algorithm).To(Equal(signing.PushAlgorithm), "the push names the wrong algorithm")
		}
	},
}, {
	ID: "NTF-015", Clause: "push/signature-form", Does: reports.Purchase, Operations: pushing(),
	Requirement: "x-lf-signature of a push consists of a key id, a slash and the signature",
	Run: func(ctx context.Context, s *session.Session) {
		push := awaitPush(ctx, s, toppedUp(ctx, s))
		Expect(push.Header.Get(signing.HeaderPushSignature)).To(MatchRegexp(`^[^/]+/.+$`),
			signing.HeaderPushSignature+" is not a key id, a slash and a signature")
	},
}, {
	ID: "NTF-020", Clause: "push/timestamp-in-milliseconds", Does: reports.Purchase, Operations: pushing(),
	Requirement: "x-lf-timestamp of a push is in milliseconds since 1970",
	Run: func(ctx context.Context, s *session.Session) {
		push := awaitPush(ctx, s, toppedUp(ctx, s))
		// Thirteen digits are the milliseconds from 2001 to 2286.
		Expect(push.Header.Get(signing.HeaderPushTimestamp)).To(MatchRegexp(`^[0-9]{13}$`),
			signing.HeaderPushTimestamp+" is not in milliseconds since 1970")
	},
}, {
	ID: "NTF-021", Clause: "push/timestamp-is-current", Does: reports.Purchase, Operations: pushing(),
	Requirement: "x-lf-timestamp of a first push is the time of sending, within five minutes",
	Run: func(ctx context.Context, s *session.Session) {
		push := awaitPush(ctx, s, toppedUp(ctx, s))
		sent, err := strconv.ParseInt(push.Header.Get(signing.HeaderPushTimestamp), 10, 64)
		Expect(err).To(Succeed(), signing.HeaderPushTimestamp+" is not a number")
		Expect(time.UnixMilli(sent)).To(BeTemporally("~", push.Arrived, signing.PushTolerance),
			signing.HeaderPushTimestamp+" is not the time of sending")
	},
}})

// keyIDForm matches the text before the first slash of a signature.
var keyIDForm = regexp.MustCompile(`^[^/]+`)

// pushSignatureChecks need the key shared by the partner and the target.
var pushSignatureChecks = []Check{{
	ID: "NTF-017", Clause: "push/signature-verifies", Does: reports.Purchase, Operations: pushing(),
	Requirement: "the signature of a push verifies with the partner's key over its body and headers",
	Run: func(ctx context.Context, s *session.Session) {
		s.PushKeyID() // skip before ordering anything without a key
		verifies(s, awaitPush(ctx, s, toppedUp(ctx, s)), "the signature of the push is wrong")
	},
}, {
	ID: "NTF-018", Clause: "push/signature-form", Does: reports.Purchase, Operations: pushing(),
	Requirement: "x-lf-signature of a push names the partner's key",
	Run: func(ctx context.Context, s *session.Session) {
		id := s.PushKeyID()
		push := awaitPush(ctx, s, toppedUp(ctx, s))
		Expect(keyIDForm.FindString(push.Header.Get(signing.HeaderPushSignature))).To(Equal(id), signing.HeaderPushSignature+" names the wrong key")
	},
}, {
	ID: "NTF-019", Clause: "push/signature-verifies", Does: reports.Purchase, Operations: pushing(),
	Requirement: "the signatures of concurrent pushes are not mixed up",
	Run: func(ctx context.Context, s *session.Session) {
		s.PushKeyID() // skip before ordering anything without a key
		pushes := severalPushes(ctx, s)
		for _, one := range pushes {
			verifies(s, one.push, "the signature of one of several concurrent pushes is wrong")
		}
	},
}}

// verifies asserts that the signature of a push is correct. A failure shows the text that must be signed
// and, if known, the rules by which the target signed.
func verifies(s *session.Session, push *session.Push, what string) {
	s.PushKeyID() // skip without a key
	err := push.Verify(s.Target())
	if err == nil {
		return
	}
	if mistake := push.Mistake(s.Target()); mistake != "" {
		what += ": " + mistake
	}
	panic(Failure{
		Summary: what, Exchange: -1, Expected: "the signature over the text " + push.Content(s.Target()),
		Actual: push.Header.Get(signing.HeaderPushSignature) + " (" + err.Error() + ")",
	})
}

// pushOf is a push and the purchase that it is about.
type pushOf struct {
	purchase session.Purchase
	push     *session.Push
}

// severalPushes returns the pushes of concurrent top-ups.
func severalPushes(ctx context.Context, s *session.Session) []pushOf {
	orders := topUps(ctx, s)
	several := make([]pushOf, len(orders))
	for i := range several {
		several[i] = pushOf{orders[i].Purchase, awaitPush(ctx, s, orders[i].Purchase)}
	}
	return several
}

// stringsOf returns the members of a push that are strings.
func stringsOf(push *session.Push) map[string]string {
	members := record{}
	_ = members.UnmarshalJSON(push.Body) // the form of the body is judged elsewhere
	return members
}

// sameCurrency returns a currency in the letter case used for comparisons.
func sameCurrency(text string) string { return strings.ToUpper(text) }
