package store

import (
	"net/http"

	"github.com/mallcheck/mallcheck/signing"
)

// Chain combines interceptors into one that has every field set. At each point they run in the given order, each on the result of
// the previous one. The first Incoming that answers, and the first Wire that writes, ends the chain.
func Chain(interceptors ...Interceptor) Interceptor {
	all := passive()
	for _, next := range interceptors {
		all = Interceptor{
			Rules:      convertInTurn(all.Rules, next.Rules),
			Incoming:   firstAnswer(all.Incoming, next.Incoming),
			Constraint: judgeInTurn(all.Constraint, next.Constraint),
			Signature:  judgeInTurn(all.Signature, next.Signature),
			Lookup:     inTurn3(all.Lookup, next.Lookup),
			Conflict:   decideInTurn(all.Conflict, next.Conflict),
			RequestID:  decideInTurn(all.RequestID, next.RequestID),
			Accept:     inTurn3(all.Accept, next.Accept),
			Finish:     inTurn2(all.Finish, next.Finish),
			Result:     inTurn3(all.Result, next.Result),
			Listing:    inTurn3(all.Listing, next.Listing),
			Order:      inTurn3(all.Order, next.Order),
			Decide:     inTurn3(all.Decide, next.Decide),
			Renew:      renewInTurn(all.Renew, next.Renew),
			Show:       inTurn3(all.Show, next.Show),
			OrderList:  inTurn3(all.OrderList, next.OrderList),
			Notify:     inTurn2(all.Notify, next.Notify),
			Attempt:    inTurn1(all.Attempt, next.Attempt),
			Answer:     inTurn2(all.Answer, next.Answer),
			Wire:       firstWriter(all.Wire, next.Wire),
		}
	}
	return all
}

// passive has every field set and changes nothing.
func passive() Interceptor {
	keep := func(_ *Call, r *Refusal) *Refusal { return r }
	return Interceptor{
		Rules:      func(r signing.Rules) signing.Rules { return r },
		Incoming:   func(*http.Request) *Answer { return nil },
		Constraint: keep,
		Signature:  keep,
		Lookup:     func(*State, *Call, *Lookup) {},
		Conflict:   func(_ *State, _ *Call, r *Refusal) *Refusal { return r },
		RequestID:  func(_ *State, _ *Call, id string) string { return id },
		Accept:     func(*State, *Call, *Task) {},
		Finish:     func(*State, *Task) {},
		Result:     func(*State, *Call, *Result) {},
		Listing:    func(*State, *Call, *Listing) {},
		Order:      func(*State, *Call, *Order) {},
		Decide:     func(*State, *Call, *Decision) {},
		Renew:      func(_ *State, _ *Call, _ *Order, active bool) bool { return active },
		Show:       func(*State, *Call, *Order) {},
		OrderList:  func(*State, *Call, *OrderList) {},
		Notify:     func(*State, *Notification) {},
		Attempt:    func(*Attempt) {},
		Answer:     func(*Call, *Answer) {},
		Wire:       func(*Call, *Answer, http.ResponseWriter) bool { return false },
	}
}

// The functions below combine two hooks of the same type. g may be nil.

func inTurn1[A any](f, g func(A)) func(A) {
	if g == nil {
		return f
	}
	return func(a A) { f(a); g(a) }
}

func inTurn2[A, B any](f, g func(A, B)) func(A, B) {
	if g == nil {
		return f
	}
	return func(a A, b B) { f(a, b); g(a, b) }
}

func inTurn3[A, B, C any](f, g func(A, B, C)) func(A, B, C) {
	if g == nil {
		return f
	}
	return func(a A, b B, c C) { f(a, b, c); g(a, b, c) }
}

func convertInTurn[T any](f, g func(T) T) func(T) T {
	if g == nil {
		return f
	}
	return func(value T) T { return g(f(value)) }
}

func judgeInTurn[A, T any](f, g func(A, T) T) func(A, T) T {
	if g == nil {
		return f
	}
	return func(a A, value T) T { return g(a, f(a, value)) }
}

func decideInTurn[A, B, T any](f, g func(A, B, T) T) func(A, B, T) T {
	if g == nil {
		return f
	}
	return func(a A, b B, value T) T { return g(a, b, f(a, b, value)) }
}

func renewInTurn[A, B, C any](f, g func(A, B, C, bool) bool) func(A, B, C, bool) bool {
	if g == nil {
		return f
	}
	return func(a A, b B, c C, active bool) bool { return g(a, b, c, f(a, b, c, active)) }
}

func firstAnswer(f, g func(*http.Request) *Answer) func(*http.Request) *Answer {
	if g == nil {
		return f
	}
	return func(r *http.Request) *Answer {
		if a := f(r); a != nil {
			return a
		}
		return g(r)
	}
}

func firstWriter[A, B, C any](f, g func(A, B, C) bool) func(A, B, C) bool {
	if g == nil {
		return f
	}
	return func(a A, b B, c C) bool { return f(a, b, c) || g(a, b, c) }
}
