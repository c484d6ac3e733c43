package baseline

import (
	"context"
	"slices"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// mostCards bounds the SIM cards of each setting that are asked for.
const mostCards = 40

// Cards asks singleVerify for each SIM card of the settings. The run leaves out those that seem to be
// something else; Cards returns a sentence for each. An existing card as --unknown-sim would look like a
// violation of the provider, and so would a card of --sim that does not exist.
//
// That singleVerify refuses unknown cards is derived. Cards therefore concludes nothing unless the target
// accepts a card of --sim and refuses one that is made up after it. A card of --sim is left out only if it
// is refused twice, and like the made-up one. A quick run does not ask for the cards of --sim.
func Cards(ctx context.Context, connection *session.Connection, t *target.Target, services []reports.Service) (leftOut []string) {
	reached := func(s reports.Service) bool { return s.Name == "vshop" && s.Reached }
	if !t.Allow.Read || !slices.ContainsFunc(services, reached) {
		return nil
	}
	s := connection.Session(ctx)
	verify := func(sim string) *wire.Answer {
		answer, err := s.Attempt(s.NewSingleVerify(sim))
		if err != nil {
			return nil
		}
		return answer
	}
	refusal, discriminates := refusedMadeUp(verify, t)
	if !discriminates {
		return nil
	}
	var out []string
	for _, sim := range t.UnknownSIMs[:min(len(t.UnknownSIMs), mostCards)] {
		if answer := verify(sim); answer != nil && answer.Accepted() {
			out = append(out, sim)
			leftOut = append(leftOut, "SIM card "+sim+" (--unknown-sim), because singleVerify accepts it and refuses a made-up card")
		}
	}
	if t.Depth != "quick" {
		for _, sim := range t.SIMs[:min(len(t.SIMs), mostCards)] {
			missing := func() bool {
				answer := verify(sim)
				return answer != nil && answer.Refused() && kindOf(answer) == refusal
			}
			if once := missing(); once && missing() {
				out = append(out, sim)
				leftOut = append(leftOut, "SIM card "+sim+" (--sim), because singleVerify refuses it like a made-up card")
			}
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	connection.LeaveOut(out)
	return leftOut
}

// refusedMadeUp returns the kind of refusal of a made-up SIM card, and whether the target refuses that card
// but accepts one of --sim.
func refusedMadeUp(verify func(sim string) *wire.Answer, t *target.Target) (refusal string, discriminates bool) {
	first := t.SIMs[:min(len(t.SIMs), 3)]
	known := slices.IndexFunc(first, func(sim string) bool {
		answer := verify(sim)
		return answer != nil && answer.Accepted()
	})
	if known < 0 || first[known] == "" {
		return "", false
	}
	answer := verify(madeUp(first[known]))
	if answer == nil || !answer.Refused() {
		return "", false
	}
	return kindOf(answer), true
}

// madeUp returns the number of another SIM card of the same operator, with the right check digit.
func madeUp(sim string) string {
	digits := []byte(sim)
	for at := len(digits) / 2; at < len(digits); at++ { // the first half names the country and the operator
		digits[at] = '9' - (digits[at] - '0')
	}
	last := len(digits) - 1
	digits[last] = '0'
	digits[last] += byte((10 - luhnSum(digits)%10) % 10)
	return string(digits)
}

// luhnSum returns the sum of ISO/IEC 7812-1 that is a multiple of 10 for a number with the right check digit.
func luhnSum(digits []byte) (sum int) {
	for i := range digits {
		digit := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			digit = digit*2%10 + digit*2/10
		}
		sum += digit
	}
	return sum
}
