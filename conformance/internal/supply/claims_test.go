package supply

import "testing"

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
