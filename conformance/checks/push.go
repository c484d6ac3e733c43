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

// pushChecks are about the push that tells the partner of a finished top-up: the
// target is the client, and the run the server. Where it does not matter how the
// order was paid, it is one that the partner was paid for already: no money flows,
// and one request is enough.
var pushChecks = slices.Concat(sentPushChecks, pushFormChecks, pushHeaderChecks, pushSignatureChecks, pushBodyChecks, pushRetryChecks)

// pushing are the operations of a check that awaits the push of an order by
// third-party payment.
func pushing(others ...string) []string {
	return append([]string{"rechargeSuccess", "synOrderInfo"}, others...)
}

// toppedUp orders a top-up that is paid for already.
func toppedUp(ctx context.Context, s *session.Session) session.Purchase {
	p := s.NewPurchase()
	s.ThirdPartyOrder(ctx, p)
	return p
}

// sentPushChecks are about which orders are told of.
var sentPushChecks = []Check{{
	ID: "NTF-001", Clause: "push/sent-after-recharge", Does: reports.Purchase, Operations: pushing(),
	Requirement: "a push is sent for an order by third-party payment",
	Run: func(ctx context.Context, s *session.Session) {
		p := toppedUp(ctx, s)
		s.AwaitPush(p)
		Expect(s.Pushes(p)).NotTo(BeEmpty(), "the pushes about the order")
	},
}, {
	ID: "NTF-002", Clause: "push/sent-after-recharge", Does: reports.Purchase, Operations: []string{"rechargeSuccess", "singleOrder", "stripeSubDirectly", "queryAutoRenewalRecord"},
	Requirement: "a push is sent for an order that is paid by a subscription",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.Subscription(ctx)
		s.AwaitPush(p)
		Expect(s.Pushes(p)).NotTo(BeEmpty(), "the pushes about the order")
	},
}, {
	ID: "NTF-004", Clause: "push/only-after-recharge", Does: reports.Purchase, Operations: pushing("singleOrder"),
	Requirement: "no push is sent for an order that nobody paid, while a later one is told of",
	Run: func(ctx context.Context, s *session.Session) {
		unpaid := s.Order(ctx)
		s.AwaitPush(toppedUp(ctx, s))
		Expect(bodiesOf(s.Pushes(unpaid))).To(BeEmpty(), "the pushes about the order that nobody paid")
	},
}, {
	ID: "NTF-005", Clause: "push/only-after-recharge", Does: reports.Purchase, Operations: pushing("singleOrder", "stripeSingleAuthorization"),
	Requirement: "no push is sent for an order whose payment was authorized and not made, while a later one is told of",
	Run: func(ctx context.Context, s *session.Session) {
		unpaid := s.Order(ctx)
		s.RequireAccepted(s.Send(ctx, s.NewStripeSingleAuthorization(unpaid, "")))
		s.AwaitPush(toppedUp(ctx, s))
		Expect(bodiesOf(s.Pushes(unpaid))).To(BeEmpty(), "the pushes about the order that nobody paid")
	},
}, {
	ID: "NTF-006", Clause: "push/only-after-recharge", Does: reports.Purchase, Operations: pushing(),
	Requirement: "no push is sent for an order that was refused, while a later one is told of",
	Run: func(ctx context.Context, s *session.Session) {
		p := s.NewPurchase()
		p.SIM = s.UnknownSIM()
		answer := s.Send(ctx, s.NewSynOrderInfo(p))
		if answer.Accepted() {
			s.Violates("orders/unknown-sim-refused", answer.Exchange, "an order for a SIM card that does not exist was accepted", "a refusal", answer.String())
		}
		s.AwaitPush(toppedUp(ctx, s))
		Expect(bodiesOf(s.Pushes(p))).To(BeEmpty(), "the pushes about the order that was refused")
	},
}, {
	ID: "NTF-007", Clause: "push/to-the-partner-of-the-order", Does: reports.Purchase, Operations: pushing(),
	Requirement: "no push is sent to a partner for an order of another one, while a later one of its own is told of",
	Run:         tellsNoOtherPartner,
}}

// tellsNoOtherPartner orders a top-up as the second partner, and one as the first.
func tellsNoOtherPartner(ctx context.Context, s *session.Session) {
	foreign := s.NewPurchase()
	s.RequireAccepted(s.Send(ctx, s.NewSynOrderInfo(foreign).As(s.SecondPartner())))
	s.AwaitPush(toppedUp(ctx, s))
	Expect(bodiesOf(s.Pushes(foreign))).To(BeEmpty(), "the pushes about the order of the second partner")
}

// bodiesOf returns the bodies of pushes, for assertions.
func bodiesOf(pushes []*session.Push) []string {
	bodies := make([]string, len(pushes))
	for i, push := range pushes {
		bodies[i] = string(push.Body)
	}
	return bodies
}

// pushFormChecks are about the request as a whole.
var pushFormChecks = []Check{{
	ID: "NTF-010", Clause: "push/method-and-media-type", Does: reports.Purchase, Operations: pushing(),
	Requirement: "a push is a POST with a body of the media type application/json",
	Run: func(ctx context.Context, s *session.Session) {
		push := s.AwaitPush(toppedUp(ctx, s))
		Expect(push.Method).To(Equal("POST"), "the method of the push")
		media, _, _ := mime.ParseMediaType(push.Header.Get("Content-Type"))
		Expect(media).To(Equal("application/json"), "the media type in the Content-Type of the push")
	},
}, {
	ID: "NTF-011", Clause: "push/body-is-one-json-object", Does: reports.Purchase, Operations: pushing(),
	Requirement: "the body of a push is exactly one JSON object in valid UTF-8, with no member name twice",
	Run: func(ctx context.Context, s *session.Session) {
		push := s.AwaitPush(toppedUp(ctx, s))
		_, err := signing.ParseMembers(push.Body)
		Expect(err).To(Succeed(), "reading the body of the push")
	},
}}

// pushHeaderChecks are about the headers: each is required, and has its form.
var pushHeaderChecks = slices.Concat(casesOf(Check{
	ID: "NTF-012", Clause: "push/headers-present", Does: reports.Purchase, Operations: pushing(),
	Requirement: "a push carries the header {case} once, and not empty",
}, []named[string]{
	{"version", signing.HeaderPushVersion, signing.HeaderPushVersion},
	{"algorithm", signing.HeaderPushAlgorithm, signing.HeaderPushAlgorithm},
	{"signature", signing.HeaderPushSignature, signing.HeaderPushSignature},
	{"timestamp", signing.HeaderPushTimestamp, signing.HeaderPushTimestamp},
}, func(ctx context.Context, s *session.Session, name string) {
	values := s.AwaitPush(toppedUp(ctx, s)).Header.Values(name)
	Expect(values).To(HaveLen(1), "the values of "+name)
	Expect(values[0]).NotTo(BeEmpty(), "the value of "+name)
}), []Check{{
	ID: "NTF-013", Clause: "push/version", Does: reports.Purchase, Operations: pushing(),
	Requirement: "x-lf-notification-version of a push is 1.0",
	Run: func(ctx context.Context, s *session.Session) {
		push := s.AwaitPush(toppedUp(ctx, s))
		Expect(push.Header.Get(signing.HeaderPushVersion)).To(Equal(signing.PushVersion), signing.HeaderPushVersion)
	},
}, {
	ID: "NTF-014", Clause: "push/algorithm", Does: reports.Purchase, Operations: pushing(),
	Requirement: "x-lf-algo of a push is HMAC-SHA1, the default",
	Run: func(ctx context.Context, s *session.Session) {
		push := s.AwaitPush(toppedUp(ctx, s))
		Expect(push.Header.Get(signing.HeaderPushAlgorithm)).To(Equal(signing.PushAlgorithm), signing.HeaderPushAlgorithm)
	},
}, {
	ID: "NTF-015", Clause: "push/signature-form", Does: reports.Purchase, Operations: pushing(),
	Requirement: "x-lf-signature of a push is the id of a key, a slash and the signature",
	Run: func(ctx context.Context, s *session.Session) {
		push := s.AwaitPush(toppedUp(ctx, s))
		Expect(push.Header.Get(signing.HeaderPushSignature)).To(MatchRegexp(`^[^/]+/.+$`), signing.HeaderPushSignature)
	},
}, {
	ID: "NTF-020", Clause: "push/timestamp-in-milliseconds", Does: reports.Purchase, Operations: pushing(),
	Requirement: "x-lf-timestamp of a push is a number of milliseconds since 1970, not of seconds or microseconds",
	Run: func(ctx context.Context, s *session.Session) {
		push := s.AwaitPush(toppedUp(ctx, s))
		// Thirteen digits are the milliseconds from 2001 to 2286.
		Expect(push.Header.Get(signing.HeaderPushTimestamp)).To(MatchRegexp(`^[0-9]{13}$`), signing.HeaderPushTimestamp)
	},
}, {
	ID: "NTF-021", Clause: "push/timestamp-is-current", Does: reports.Purchase, Operations: pushing(),
	Requirement: "x-lf-timestamp of a push that is sent for the first time is the time of the sending, give or take five minutes",
	Run: func(ctx context.Context, s *session.Session) {
		push := s.AwaitPush(toppedUp(ctx, s))
		sent, err := strconv.ParseInt(push.Header.Get(signing.HeaderPushTimestamp), 10, 64)
		Expect(err).To(Succeed(), "reading "+signing.HeaderPushTimestamp)
		Expect(time.UnixMilli(sent)).To(BeTemporally("~", push.Arrived, signing.PushTolerance), signing.HeaderPushTimestamp+", compared with the arrival")
	},
}})

// keyIDForm is what stands before the first slash of a signature.
var keyIDForm = regexp.MustCompile(`^[^/]+`)

// pushSignatureChecks need the key that the partner and the target have agreed on.
var pushSignatureChecks = []Check{{
	ID: "NTF-017", Clause: "push/signature-verifies", Does: reports.Purchase, Operations: pushing(),
	Requirement: "the signature of a push is that of its body and its headers, under the key of the partner",
	Run: func(ctx context.Context, s *session.Session) {
		s.PushKeyID() // without a key nothing is ordered
		Expect(s.VerifyPush(s.AwaitPush(toppedUp(ctx, s)))).To(Succeed(), "verifying the push")
	},
}, {
	ID: "NTF-018", Clause: "push/signature-form", Does: reports.Purchase, Operations: pushing(),
	Requirement: "the key that x-lf-signature of a push names is the one that was given to the partner",
	Run: func(ctx context.Context, s *session.Session) {
		id := s.PushKeyID()
		push := s.AwaitPush(toppedUp(ctx, s))
		Expect(keyIDForm.FindString(push.Header.Get(signing.HeaderPushSignature))).To(Equal(id), "what stands before the slash in "+signing.HeaderPushSignature)
	},
}, {
	ID: "NTF-019", Clause: "push/signature-verifies", Does: reports.Purchase, Operations: pushing(),
	Requirement: "the signatures of pushes that are sent at the same time each fit their own push",
	Run: func(ctx context.Context, s *session.Session) {
		s.PushKeyID() // without a key nothing is ordered
		pushes := severalPushes(ctx, s)
		for _, one := range pushes {
			Expect(s.VerifyPush(one.push)).To(Succeed(), "verifying the push about "+one.purchase.OrderNo)
		}
	},
}}

// pushOf is a push and the purchase that it is about.
type pushOf struct {
	purchase session.Purchase
	push     *session.Push
}

// severalPushes orders four top-ups at once and returns their pushes.
func severalPushes(ctx context.Context, s *session.Session) []pushOf {
	several := make([]pushOf, 4)
	s.Parallel(len(several), func(i int) { several[i].purchase = toppedUp(ctx, s) })
	for i := range several {
		several[i].push = s.AwaitPush(several[i].purchase)
	}
	return several
}

// textsOf returns the members of a push that are texts.
func textsOf(push *session.Push) map[string]string {
	texts := record{}
	_ = texts.UnmarshalJSON(push.Body) // another form is another clause's, and here has no texts
	return texts
}

// sameCurrency writes a currency in the letter case in which they are compared.
func sameCurrency(text string) string { return strings.ToUpper(text) }
