package signing

import (
	"bytes"
	"crypto/md5"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/signing/internal/signtest"
)

// referenceContent is the content of a request body.
func referenceContent(body signtest.Node, rules Rules) string {
	empty := map[Empty][]string{
		EmptyStringOrNull: {`""`, "null"}, EmptyStringOnly: {`""`}, EmptyContainersToo: {`""`, "null", "[]", "{}"},
	}[rules.Empty]
	values := map[string]string{}
	for i, name := range body.Names {
		if text := body.Children[i].Reference(rules.Nested == NestedSorted); name != "sign" && !slices.Contains(empty, text) {
			values[name] = text
		}
	}
	var items []string
	for name, text := range values {
		items = append(items, name+"\x00"+signtest.ReferenceString(name)+":"+text)
	}
	slices.SortFunc(items, func(a, b string) int {
		return strings.Compare(a[:strings.LastIndexByte(a, 0)], b[:strings.LastIndexByte(b, 0)])
	})
	for i, item := range items {
		items[i] = item[strings.LastIndexByte(item, 0)+1:]
	}
	return "{" + strings.Join(items, ",") + "}"
}

func drawRules(t *rapid.T) Rules {
	return Rules{
		Parts:  AllParts,
		Empty:  rapid.SampledFrom([]Empty{EmptyStringOrNull, EmptyStringOnly, EmptyContainersToo, EmptyNothing}).Draw(t, "empty"),
		Hex:    rapid.SampledFrom([]HexCase{LowerHex, UpperHex}).Draw(t, "hex"),
		Nested: rapid.SampledFrom([]Nested{NestedAsSent, NestedSorted}).Draw(t, "nested"),
	}
}

// However a body is spelt, its content is what an implementation with encoding/json makes of it,
// and its sign is the MD5 of that, from the body and from its members alike.
func TestContentEqualsReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body, rules := signtest.DrawBody(t), drawRules(t)
		raw := []byte(body.Noisy(t))
		want := referenceContent(body, rules)
		content, err := ContentOfBody(raw, rules)
		if err != nil || string(content) != want {
			t.Fatalf("ContentOfBody(%s): %s, error %v, want %s", raw, content, err, want)
		}
		wantSign := fmt.Sprintf("%x", md5.Sum([]byte(want)))
		if rules.Hex == UpperHex {
			wantSign = strings.ToUpper(wantSign)
		}
		if sign, err := SignBody(raw, rules); err != nil || sign != wantSign {
			t.Fatalf("SignBody(%s): %s, error %v, want %s", raw, sign, err, wantSign)
		}
		members, err := ParseMembers(raw)
		if err != nil {
			t.Fatal(err)
		}
		members = rapid.Permutation(members).Draw(t, "order")
		if content, err := Content(members, rules); err != nil || string(content) != want {
			t.Fatalf("Content: %s, error %v, want %s", content, err, want)
		}
		if err := Verify(members, wantSign, rules); err != nil {
			t.Fatalf("Verify: %v", err)
		}
	})
}

// Content is in canonical form: what it makes of itself is itself, under any order of members on the way.
func TestContentIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body, rules := signtest.DrawBody(t), drawRules(t)
		once, err := ContentOfBody([]byte(body.Noisy(t)), rules)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid(once) {
			t.Fatalf("%s is not valid JSON", once)
		}
		twice, err := ContentOfBody(once, rules)
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("once %s, twice %s, error %v", once, twice, err)
		}
	})
}

// A sign fits no other parameters.
func TestVerifyRefusesAnotherContent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rules := drawRules(t)
		first, second := []byte(signtest.DrawBody(t).Noisy(t)), []byte(signtest.DrawBody(t).Noisy(t))
		a, errA := ContentOfBody(first, rules)
		b, errB := ContentOfBody(second, rules)
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		sign, err := SignBody(first, rules)
		if err != nil {
			t.Fatal(err)
		}
		members, err := ParseMembers(second)
		if err != nil {
			t.Fatal(err)
		}
		if accepted := Verify(members, sign, rules) == nil; accepted != bytes.Equal(a, b) {
			t.Fatalf("the sign of %s is accepted for %s: %v", a, b, accepted)
		}
	})
}
