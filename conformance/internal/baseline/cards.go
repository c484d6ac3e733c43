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

// Cards asks singleVerify for each SIM card of the settings, takes those that are not what the settings
// say out of use, and returns a sentence for each: an existing card as --unknown-sim would look like
// violations of the provider, and so would a card of --sim that does not exist.
//
// It concludes nothing unless the target accepts some card of --sim and refuses one that is made up. A card
// of --sim counts as missing if it is refused twice like the one that is made up. A quick run does not ask
// for the cards of --sim.
func Cards(ctx context.Context, connection *session.Connection, t *target.Target) (leftOut []string) {
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
			leftOut = append(leftOut, "SIM card "+sim+" (--unknown-sim), because singleVerify accepts it, so it exists on the target")
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
				leftOut = append(leftOut, "SIM card "+sim+" (--sim), because singleVerify refuses it like a card that does not exist")
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
	if len(t.SIMs) == 0 || !slices.ContainsFunc(t.SIMs[:min(len(t.SIMs), 3)], func(sim string) bool {
		answer := verify(sim)
		return answer != nil && answer.Accepted()
	}) {
		return "", false
	}
	answer := verify(madeUp(t))
	if answer == nil || !answer.Refused() {
		return "", false
	}
	return kindOf(answer), true
}

// madeUp returns the number of a SIM card like the first of --sim that no setting names, with the check
// digit of a real card.
func madeUp(t *target.Target) string {
	digits := []byte(t.SIMs[0])
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

// AsksForCards reports whether a run may ask singleVerify for the SIM cards of its settings.
func AsksForCards(t *target.Target, services []reports.Service) bool {
	return t.Allow.Read && slices.ContainsFunc(services, func(s reports.Service) bool { return s.Name == "vshop" && s.Reached })
}
