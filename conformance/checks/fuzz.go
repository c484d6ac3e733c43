package checks

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"

	"github.com/mallcheck/mallcheck/conformance/internal/cases"
	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// maxShrinking limits the requests that are sent to shrink a failure.
const maxShrinking = 300

// Fuzz returns two checks for each operation, sorted by id: n random valid requests are accepted, and n
// random requests with one violation are refused. The same seed sends the same requests. Fuzz returns no
// checks if n is 0 or less.
func Fuzz(n int) []Check {
	if n <= 0 {
		return nil
	}
	var all []Check
	for _, o := range operations() {
		for _, property := range []struct{ name, clause, requirement string }{
			{"random-valid", "requests/valid-accepted", "%s accepts %d random valid requests"},
			{"random-violation", o.Pointer, "%s refuses %d random requests that each break one constraint"},
		} {
			id := "GEN/" + o.id + "/request/" + property.name
			all = append(all, Check{
				ID: id, Level: reports.Must, Clause: property.clause, Does: o.does, Operations: append([]string{o.id}, o.takes...),
				Requirement: fmt.Sprintf(property.requirement, o.id, n),
				Run: func(ctx context.Context, s *session.Session) {
					fuzz(ctx, s, o.id, id, n, property.name == "random-violation")
				},
			})
		}
	}
	return all
}

// fuzz sends random requests of an operation. It shrinks the first request with a wrong outcome to the
// smallest one that fails.
func fuzz(ctx context.Context, s *session.Session, operation, id string, n int, violate bool) {
	made, err := cases.RandomOf(operation)
	if err != nil {
		s.Skip(err.Error())
	}
	expect, mutation := cases.Accepted, "random-valid"
	if violate {
		expect, mutation = cases.Refused, "random-violation"
	}
	one := &cases.Case{Operation: operation, In: cases.InRequest, Mutation: mutation, Expect: expect}
	for i := range n {
		source := sha256.Sum256(fmt.Appendf(nil, "%s %d %d", id, s.Target().Seed, i))
		random := rand.New(rand.NewChaCha8(source))
		request := made.Valid(random)
		if violate {
			request = made.Violation(random)
		}
		failed, deviates := try(ctx, s, one, request)
		if !deviates {
			continue
		}
		request, failed = smallest(ctx, s, one, request, failed)
		clause := cmp.Or(request.Clause, "requests/valid-accepted")
		s.Violates(clause, failed.Exchange,
			fmt.Sprintf("%s %s a request that must be %s; shrunk from seed %d: %s", operation,
				outcomeWord(failed), expect, s.Target().Seed, request),
			expectedWords[expect], failed.String())
	}
}

// try sends a request and reports whether its outcome is wrong.
func try(ctx context.Context, s *session.Session, one *cases.Case, request cases.Request) (*wire.Answer, bool) {
	tried := *one
	tried.Changes = request.Changes()
	answer := sendChanges(ctx, s, &tried)
	_, deviates := judged(s, &tried, answer)
	return answer, deviates
}

// smallest shrinks a request as long as it still fails.
func smallest(
	ctx context.Context, s *session.Session, one *cases.Case, request cases.Request, failed *wire.Answer,
) (cases.Request, *wire.Answer) {
	tries := 0
	for found := true; found; {
		found = false
		for _, smaller := range request.Smaller() {
			if tries++; tries > maxShrinking {
				return request, failed
			}
			if answer, deviates := try(ctx, s, one, smaller); deviates {
				request, failed, found = smaller, answer, true
				break
			}
		}
	}
	return request, failed
}
