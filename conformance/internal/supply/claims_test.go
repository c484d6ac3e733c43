package supply

import (
	"sync"
	"testing"
	"time"
)

// A SIM card has one holder. Who works for another shares its claims, and an occupied card
// has none.
func TestClaims(t *testing.T) {
	var claims Claims[string]
	if !claims.Claim("1", "check", nil) || claims.Claim("1", "other", nil) || claims.Claim("1", "other", func(string) bool { return false }) {
		t.Fatal("a claimed card is given away")
	}
	claims.WorkFor("maker", "check")
	if !claims.Has("1", "maker") || claims.Has("1", "other") || claims.Count("maker") != 1 || len(claims.Chain("maker")) != 2 {
		t.Error("a helper does not share the claims of its check")
	}
	claims.Rest("maker")
	if claims.Has("1", "maker") {
		t.Error("a helper at rest has the claims of a check")
	}
	if !claims.Claim("1", "other", func(holder string) bool { return holder == "check" }) || !claims.Has("1", "other") {
		t.Error("a card that is given up is not claimed")
	}
	claims.Occupy("1")
	if n, is := claims.Occupied("1"); n != 1 || !is || claims.Has("1", "other") || claims.Claim("1", "check", func(string) bool { return true }) {
		t.Error("an occupied card is claimed")
	}
	claims.Take("2", "check")
	claims.Free("check")
	if claims.Has("2", "check") || !claims.Claim("2", "other", nil) {
		t.Error("a freed card stays claimed")
	}
}

// Whoever is asked to give up a claim may have to wait for another who claims a card meanwhile.
func TestGivingUpMayWaitForAnotherClaim(t *testing.T) {
	var claims Claims[string]
	var desk sync.Mutex // both need it
	claims.Take("1", "idle")
	locked, asked, done := make(chan struct{}), make(chan struct{}), make(chan bool, 1)
	go func() {
		desk.Lock()
		defer desk.Unlock()
		close(locked)
		<-asked
		claims.Claim("2", "borrower", nil)
	}()
	go func() {
		<-locked
		done <- claims.Claim("1", "other", func(string) bool {
			close(asked)
			desk.Lock()
			defer desk.Unlock()
			return true
		})
	}()
	select {
	case claimed := <-done:
		if !claimed || !claims.Has("1", "other") || !claims.Has("2", "borrower") {
			t.Error("a card that was given up is not claimed")
		}
	case <-time.After(10 * time.Second):
		t.Fatal("both wait for each other")
	}
}

// A card that somebody takes while its holder is asked stays with that one.
func TestACardTakenMeanwhileIsNotClaimed(t *testing.T) {
	var claims Claims[string]
	claims.Take("1", "idle")
	if claims.Claim("1", "other", func(string) bool {
		claims.Take("1", "third")
		return true
	}) || !claims.Has("1", "third") {
		t.Error("two have claimed one card")
	}
}
