package diagnose

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose/internal/mistakes"
	"github.com/mallcheck/mallcheck/signing/internal/signtest"
)

// drawReceived draws a request with parameters in any of its parts, and rules.
func drawReceived(t *rapid.T) (Request, signing.Rules) {
	body := signtest.DrawBody(t).Noisy(t)
	members, err := signing.ParseMembers([]byte(body))
	if err != nil {
		t.Fatalf("reading %s: %v", body, err)
	}
	names := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"version", "partnerCode", "tradeTime", "sim_id", "payId"}), 0, 4, rapid.ID[string]).Draw(t, "parameters")
	var more []signing.Member
	for _, name := range names {
		if !slices.ContainsFunc(members, func(m signing.Member) bool { return m.Name == name }) {
			more = append(more, signing.StringMember(name, rapid.SampledFrom([]string{"3.0", "P1", "1645683857572", "a b/欧", ""}).Draw(t, "value")))
		}
	}
	cut := rapid.IntRange(0, len(more)).Draw(t, "cut")
	rules := signing.Rules{
		Parts:  rapid.SampledFrom([]signing.Parts{signing.AllParts, signing.AllParts, signing.Body, signing.Query | signing.Body}).Draw(t, "parts"),
		Empty:  rapid.SampledFrom([]signing.Empty{signing.EmptyStringOrNull, signing.EmptyStringOrNull, signing.EmptyStringOnly, signing.EmptyContainersToo, signing.EmptyNothing}).Draw(t, "empty"),
		Hex:    rapid.SampledFrom([]signing.HexCase{signing.LowerHex, signing.LowerHex, signing.UpperHex}).Draw(t, "hex"),
		Nested: rapid.SampledFrom([]signing.Nested{signing.NestedAsSent, signing.NestedAsSent, signing.NestedSorted}).Draw(t, "nested"),
	}
	return Request{Query: more[:cut], Path: more[cut:], Body: members, RawBody: []byte(body)}, rules
}

// searchIn is the search for an unknown sign, with all mistakes that the request allows.
func searchIn(t rapid.TB, got Request, rules signing.Rules) *search {
	t.Helper()
	members, err := got.Members(rules.Parts)
	if err != nil {
		t.Fatal(err)
	}
	expected, err := signing.Content(members, rules)
	if err != nil {
		t.Fatal(err)
	}
	s := newSearch(got, &Diagnosis{Sign: strings.Repeat("0", mistakes.SignLength), Expected: expected}, rules, Quick)
	s.singles()
	return s
}

// The writer that mistakes are made in is not the one of Content. Without a mistake both write the same.
func TestSignWritesTheContent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		got, rules := drawReceived(t)
		s := searchIn(t, got, rules)
		s.forget()
		if text := s.render(s.start(), nil); !bytes.Equal(text, s.found.Expected) {
			t.Fatalf("written\n%s\nbut the content is\n%s", text, s.found.Expected)
		}
	})
}

// Whatever mistake is possible in a request is found, and explained by its text.
func TestSignFindsWhatWasDone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		got, rules := drawReceived(t)
		s := searchIn(t, got, rules)
		if s.cut || len(s.variants) == 0 {
			t.Skip("too large")
		}
		v := s.variants[rapid.IntRange(0, len(s.variants)-1).Draw(t, "mistake")]
		text, c := s.found.Expected, s.start()
		if v.Of.Stage.Early() {
			s.forget()
			text = bytes.Clone(s.render(c, []*mistakes.Variant{v}))
		} else {
			c.Apply([]*mistakes.Variant{v})
			text = s.finish(c, text)
		}
		if v.Odd || text == nil || v.Of.Stage < mistakes.StageDigest && bytes.Equal(text, s.found.Expected) {
			t.Skip("the mistake makes no difference, or another look of the sign")
		}
		sign := mistakes.InCase(fmt.Sprintf("%x", c.Sum(nil, text)), rules.Hex)
		d := Sign(got, sign, rules, Quick)
		checkDiagnosis(t, d, rules)
		if d.Right && bytes.Equal(text, d.Expected) {
			return
		}
		if len(d.Causes) == 0 || !bytes.Equal(d.Causes[0].Text, text) || len(d.Causes[0].Mistakes) != 1 {
			t.Fatalf("%s %s: signed\n%s\nfound\n%s", v.Of.ID, v.Detail, text, d)
		}
		if again := Sign(got, sign, rules, Quick); !reflect.DeepEqual(d, again) {
			t.Fatalf("two diagnoses of the same sign:\n%s\n%s", d, again)
		}
	})
}

func TestSignOfAnySign(t *testing.T) {
	signs := rapid.OneOf(
		rapid.String(),
		rapid.StringMatching(`[0-9a-f]{32}`),
		rapid.StringMatching(` ?[0-9A-F]{12,66}`),
		rapid.StringMatching(`-?[0-9a-f]{14,34}`),
		rapid.StringMatching(`(ffffff[0-9a-f]{2}){5,16}`),
		rapid.StringMatching(`([0-9A-F]{2}[-: ]){15}[0-9A-F]{2}`),
		rapid.StringMatching(`[A-Za-z0-9+/]{22}==`),
	)
	rapid.Check(t, func(t *rapid.T) {
		got, rules := drawReceived(t)
		checkDiagnosis(t, Sign(got, signs.Draw(t, "sign"), rules, Quick), rules)
	})
}

func FuzzSign(f *testing.F) {
	f.Add([]byte(signtest.SingleVerifyBody), "ea7a3bba7e345e0b8ca7f7e3b43d6e72", "", uint8(0))
	f.Add([]byte(signtest.PlansBody), "EA7A3BBA7E345E0B8CA7F7E3B43D6E72 ", "a=b&sign=", uint8(0x2f))
	f.Add([]byte(mixed), "1B2M2Y8AsgTpgAmY7PhCfg==", "%", uint8(0x99))
	f.Add([]byte(`{"a":[[{"b":{}}]],"sign":1}`), "-1", "&", uint8(3))
	f.Fuzz(func(t *testing.T, body []byte, sign, rawQuery string, settings uint8) {
		rules := signing.Rules{Parts: signing.AllParts, Empty: signing.Empty(settings & 3), Hex: signing.HexCase(settings >> 2 & 1), Nested: signing.Nested(settings >> 3 & 1)}
		got := Request{RawBody: body, RawQuery: rawQuery}
		if members, err := signing.ParseMembers(body); err == nil {
			cut := min(len(members), int(settings>>4))
			got.Path, got.Body = members[:cut], members[cut:]
		} else {
			got.Body = []signing.Member{{Name: "a", Value: body}}
		}
		checkDiagnosis(t, Sign(got, sign, rules, Quick), rules)
	})
}

// checkDiagnosis checks what must be true of every diagnosis, above all that what it
// names as signed has the sign that was sent.
func checkDiagnosis(t rapid.TB, d Diagnosis, rules signing.Rules) {
	t.Helper()
	if strings.ContainsAny(d.Line(), "\r\n") || !strings.HasSuffix(d.String(), "\n") || !utf8.ValidString(d.Line()+d.String()) {
		t.Fatalf("Line or String is malformed:\n%q\n%q", d.Line(), d.String())
	}
	if d.Right != (d.Problem == nil && d.Sign == d.Want) || (d.Right || d.Problem != nil) && len(d.Causes)+len(d.Seen) > 0 {
		t.Fatalf("it contradicts itself: %+v", d)
	}
	if len(d.Causes) > 0 && len(d.Seen) > 0 {
		t.Fatalf("seen and caused: %+v", d)
	}
	for i, cause := range d.Causes {
		if n := len(cause.Mistakes); n < 1 || n > maxMistakes || cause.How == "" {
			t.Fatalf("a cause of %d mistakes: %+v", n, cause)
		}
		if err := follows(d.Sign, cause, rules); err != nil {
			t.Fatalf("%v\n%s", err, d)
		}
		same := bytes.Equal(cause.Text, d.Expected)
		if same != (cause.At == -1) || !same && !bytes.Equal(cause.Text[:cause.At], d.Expected[:cause.At]) {
			t.Fatalf("the texts differ, but not at %d:\n%s\n%s", cause.At, cause.Text, d.Expected)
		}
		for _, other := range d.Causes[:i] {
			if bytes.Equal(other.Text, cause.Text) {
				t.Fatalf("two causes with the text %s", cause.Text)
			}
		}
	}
}

var sums = map[string]func(text string) []byte{
	"SHA-1":   func(text string) []byte { sum := sha1.Sum([]byte(text)); return sum[:] },
	"SHA-256": func(text string) []byte { sum := sha256.Sum256([]byte(text)); return sum[:] },
	"SHA-512": func(text string) []byte { sum := sha512.Sum512([]byte(text)); return sum[:] },
}

// follows computes a sign from the words of How, and shares no code with what made them.
func follows(sign string, cause Cause, rules signing.Rules) error {
	sum, how, err := sumBy(cause.How, string(cause.Text))
	if err != nil {
		return err
	}
	digits := hex.EncodeToString(sum)
	if rules.Hex == signing.UpperHex {
		digits = strings.ToUpper(digits)
	}
	negative := new(big.Int).Sub(new(big.Int).SetBytes(sum), new(big.Int).Lsh(big.NewInt(1), uint(8*len(sum))))
	var zeros, extended, both string
	for _, c := range sum {
		zeros += fmt.Sprintf("%x", c)
		extended += strings.Repeat("ffffff", int(c>>7)) + fmt.Sprintf("%02x", c)
		both += strings.Repeat("ffffff", int(c>>7)) + fmt.Sprintf("%x", c)
	}
	how, white := strings.CutSuffix(how, " with white space around it")
	if white {
		sign = strings.TrimSpace(sign)
	}
	how, more := strings.CutSuffix(how, " with other text around it")
	if more {
		sign = regexp.MustCompile(`[0-9a-fA-F]{32}`).FindString(sign)
	}
	ok := false
	switch {
	case how == "*":
		ok = sign == digits
	case strings.HasSuffix(how, " case"):
		ok = strings.EqualFold(sign, digits) && sign != digits
	case strings.Contains(how, "16"):
		ok = len(sign) == 16 && strings.Contains(digits, sign)
	case strings.Contains(how, "leading zeros"):
		ok = strings.TrimLeft(digits, "0") == sign
	case strings.Contains(how, "with zeros lost"):
		ok = sign == both
	case strings.Contains(how, "ffffff"):
		ok = sign == extended
	case strings.Contains(how, "first digit"):
		ok = sign == zeros
	case strings.Contains(how, "negative"):
		ok = sign == negative.Text(16)
	case strings.Contains(how, "UUID"):
		ok = strings.EqualFold(strings.ReplaceAll(sign, "-", ""), digits)
	case strings.Contains(how, "between the bytes"):
		ok = strings.EqualFold(strings.NewReplacer("-", "", ":", "", " ", "").Replace(sign), digits)
	case strings.Contains(how, "Base64"):
		ok = isBase64Of(sign, sum)
	}
	if !ok {
		return fmt.Errorf("%q is not %s of %s", sign, cause.How, cause.Text)
	}
	return nil
}

// sumBy finds the digest that How names, and puts * in its place.
func sumBy(how, text string) (sum []byte, rest string, err error) {
	plain := md5.Sum([]byte(text))
	inner := hex.EncodeToString(plain[:])
	for name, input := range map[string]string{
		"MD5(MD5(text))": inner, "MD5(MD5(text) in upper case)": strings.ToUpper(inner), "MD5(bytes of MD5(text))": string(plain[:]),
		"MD5(Base64(text))": base64.StdEncoding.EncodeToString([]byte(text)), "MD5(hexadecimal digits of text)": hex.EncodeToString([]byte(text)),
		"MD5(SHA-1(text))": hex.EncodeToString(sums["SHA-1"](text)),
	} {
		if strings.Contains(how, name) {
			outer := md5.Sum([]byte(input))
			return outer[:], strings.Replace(how, name, "*", 1), nil
		}
	}
	for name, f := range sums {
		whole, sum := name+"(text)", f(text)
		first, last := "the first 32 digits of "+whole, "the last 32 digits of "+whole
		switch {
		case strings.Contains(how, first):
			return sum[:16], strings.Replace(how, first, "*", 1), nil
		case strings.Contains(how, last):
			return sum[len(sum)-16:], strings.Replace(how, last, "*", 1), nil
		case strings.Contains(how, whole):
			return sum, strings.Replace(how, whole, "*", 1), nil
		}
	}
	if _, key, keyed := strings.Cut(how, "HMAC-MD5(text) under the key "); keyed {
		quoted, err := strconv.QuotedPrefix(key)
		if err != nil {
			return nil, "", err
		}
		key, err := strconv.Unquote(quoted)
		h := hmac.New(md5.New, []byte(key))
		h.Write([]byte(text))
		return h.Sum(nil), strings.Replace(how, "HMAC-MD5(text) under the key "+quoted, "*", 1), err
	}
	for words, backwards := range map[string]func(){
		"the digits of MD5(text) backwards": func() {
			slices.Reverse(plain[:])
			for i, c := range plain {
				plain[i] = c%16*16 + c/16
			}
		},
		"the bytes of MD5(text) backwards": func() { slices.Reverse(plain[:]) },
		"the bytes in each word of MD5(text) backwards": func() {
			for i := 0; i < 16; i += 4 {
				slices.Reverse(plain[i : i+4])
			}
		},
	} {
		if strings.Contains(how, words) {
			backwards()
			return plain[:], strings.Replace(how, words, "*", 1), nil
		}
	}
	if !strings.Contains(how, "MD5(text)") {
		return nil, "", fmt.Errorf("no digest in %q", how)
	}
	return plain[:], strings.Replace(how, "MD5(text)", "*", 1), nil
}

func isBase64Of(sign string, sum []byte) bool {
	bare := strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(sign), "=")
	decoded, err := base64.RawStdEncoding.DecodeString(bare)
	return err == nil && (bytes.Equal(decoded, sum) || string(decoded) == hex.EncodeToString(sum))
}
