package checks

import (
	"context"
	"slices"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// task is a task for one unknown SIM, which changes nothing.
type task struct {
	sim string
	// started is the answer that accepted it, id its request id.
	started *wire.Answer
	id      string
	// first is the answer to the first query for its result, looks are all results that were returned,
	// and ended is the last of them.
	first *wire.Answer
	looks []wire.Result
	ended wire.Result
	// over is set once the task has been followed to its end.
	over bool
}

// begunTask returns a task that the target accepted, with or without a request id. A quick run follows
// it to its end, once for all checks.
func begunTask(ctx context.Context, s *session.Session, do action) task {
	if !s.Quick() {
		return submit(ctx, s, do)
	}
	return session.Share(s, do.operation+" task of an unknown SIM", func(s *session.Session) task {
		one := submit(ctx, s, do)
		s.Try(func() { one.follow(ctx, s) })
		return one
	})
}

// endedTask returns a task that has ended, for checks that only read its result. If the shared task did
// not end, it starts another one, which ends the check if it does not end either.
func endedTask(ctx context.Context, s *session.Session, do action) task {
	one := begunTask(ctx, s, do)
	if !one.over {
		if s.Quick() {
			one = submit(ctx, s, do)
		}
		one.follow(ctx, s)
	}
	return one
}

// submit starts a task.
func submit(ctx context.Context, s *session.Session, do action) task {
	one := task{sim: s.UnknownSIM()}
	one.started = s.Send(ctx, do.draft(s, s.Group(), one.sim))
	s.RequireAccepted(one.started)
	if s.Quick() {
		s.Proves(one.started)
	}
	return one
}

// follow queries the task until it ends.
func (t *task) follow(ctx context.Context, s *session.Session) {
	t.id = s.Identified(t.started).RequestID
	asked := len(s.Exchanges())
	defer func() {
		if all := s.Exchanges(); len(all) > asked && all[asked].Response != nil {
			t.first = wire.ReadAnswer(asked, all[asked])
		}
	}()
	t.ended = s.WatchResult(ctx, t.id, func(result wire.Result) { t.looks = append(t.looks, result) })
	if s.Quick() {
		s.Proves(t.ended.Answer)
	}
	t.over = true
}

// tour is what the target returned while SIMs were added to the group and removed again. A check whose
// requirement it meets needs no requests of its own. Any other check makes its own requests, because
// something unrelated may have gone wrong here.
type tour struct {
	// The first request names once one time, twice two times and thrice three times; unknown is an
	// unknown SIM.
	once, twice, thrice, unknown string
	addition, removal            leg
	// before lists the group before the addition, added and again list it afterwards.
	before, added, again wire.Listing
	// bundles is the answer of listBundles between added and again. read is the result of the addition,
	// read again; readLater is that result at the end.
	bundles         []wire.Bundle
	read, readLater wire.Result
	// partly lists the group after the removal of once, thrice and thrice; restored lists it after the
	// removal of the rest.
	partly, restored wire.Listing
	// ended is set if nothing went wrong.
	ended bool
}

// leg is one task of a tour, with its result and all results returned before.
type leg struct {
	id        string
	submitted []string
	ended     wire.Result
	shown     []wire.Result
}

// toured reports whether the tour of a quick run meets a requirement. Other runs make no tour.
func toured(ctx context.Context, s *session.Session, meets func(t *tour) bool) bool {
	if !s.Quick() || !s.Reaches("listBundles") || len(distinct(s.Target().SIMs)) < 3 || len(s.Target().UnknownSIMs) == 0 || s.Target().Group == "" {
		return false
	}
	t := session.Share(s, "tour of the group", func(s *session.Session) *tour {
		t := new(tour)
		s.Try(func() { t.take(ctx, s) })
		return t
	})
	return t.ended && meets(t)
}

// take makes the tour.
func (t *tour) take(ctx context.Context, s *session.Session) {
	sims := s.DistinctSIMs(3)
	t.once, t.twice, t.thrice, t.unknown = sims[0], sims[1], sims[2], s.UnknownSIM()
	list := func() wire.Listing { return listGroupSims(ctx, s, s.Group()) }
	t.before = listingIn(s, s.SendValid(ctx, "listGroupSims")) // if the group has changed since, the checks make their own requests
	t.addition = t.leg(ctx, s, adding, false, t.unknown, t.once, t.twice, t.twice, t.thrice, t.thrice, t.thrice, t.unknown)
	t.added, t.bundles, t.read, t.again = list(), listBundles(ctx, s), s.ReadResult(ctx, t.addition.id), list()
	t.removal = t.leg(ctx, s, removing, true, t.unknown, t.thrice, t.thrice, t.once, t.unknown)
	t.partly = list()
	removing.carryOut(ctx, s, t.twice, t.twice, t.thrice)
	t.restored, t.readLater = list(), s.ReadResult(ctx, t.addition.id)
	t.ended = true
}

// leg carries out one task of the tour. early says whether to query it before its end.
func (*tour) leg(ctx context.Context, s *session.Session, do action, early bool, sims ...string) leg {
	one := leg{submitted: sims, id: do.start(ctx, s, sims...).RequestID}
	if early {
		if first := s.Send(ctx, s.NewAsyncResult(one.id)); first.Accepted() {
			one.shown = append(one.shown, wire.ResultOf(first))
		}
	}
	one.ended = s.AwaitResult(ctx, one.id)
	one.shown = append(one.shown, one.ended)
	return one
}

// of returns the task of an operation.
func (t *tour) of(do action) *leg {
	if do == removing {
		return &t.removal
	}
	return &t.addition
}

// have reports whether each result that shows an action code, or is final, has the given code.
func have(s *session.Session, results []wire.Result, code string) bool {
	return !slices.ContainsFunc(results, func(result wire.Result) bool {
		return result.ActionCode != code && (result.ActionCode != "" || s.Terminal(result))
	})
}

// complete reports whether the result has one detail with the right code for each submitted SIM.
func (l *leg) complete(unknown string) bool {
	expected := make([]string, len(l.submitted))
	for i, sim := range l.submitted {
		if expected[i] = outcome(sim, succeeded); sim == unknown {
			expected[i] = outcome(sim, noSuchCard)
		}
	}
	return difference(expected, outcomes(l.ended)) == ""
}

// sameEntries reports whether two listings have the same entries, in any order.
func sameEntries(first, second wire.Listing) bool { return difference(first.SIMs, second.SIMs) == "" }

// grew returns how many more entries of a SIM the second listing has.
func grew(sim string, first, second wire.Listing) int { return second.Times(sim) - first.Times(sim) }
