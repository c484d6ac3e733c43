package mistakes

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose/internal/excerpt"
)

// SignLength is the number of digits of a sign.
const SignLength = 2 * md5.Size

// Usual reports whether a sign has the form of a right one.
func Usual(sign string, rules signing.Rules) bool {
	return len(sign) == SignLength && isHex(sign) && sign == InCase(sign, rules.Hex)
}

func isHex(text string) bool {
	return text != "" && strings.Trim(text, "0123456789abcdefABCDEF") == ""
}

// InCase returns digits in the letter case of the rules.
func InCase(digits string, letters signing.HexCase) string {
	if letters == signing.UpperHex {
		return strings.ToUpper(digits)
	}
	return strings.ToLower(digits)
}

// CoreOf removes what surrounds the digits: white space, and anything around exactly 32 hexadecimal
// digits unless the sign is that of a negative number.
func CoreOf(sign string) string {
	if negative, ok := strings.CutPrefix(strings.TrimSpace(sign), "-"); ok && isHex(negative) {
		return strings.TrimSpace(sign)
	}
	notHex := func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) }
	var runs []string
	for _, run := range strings.FieldsFunc(sign, notHex) {
		if len(run) == SignLength {
			runs = append(runs, run)
		}
	}
	if len(runs) == 1 {
		return runs[0]
	}
	return strings.TrimSpace(sign)
}

// surrounded returns the ways that add what surrounds the core of the sign: white space if white is set,
// otherwise other text.
func (s *Subject) surrounded(white bool) []Variant {
	before, after, _ := strings.Cut(s.Sign, s.Core)
	if before+after == "" || white != (strings.TrimSpace(before+after) == "") {
		return nil
	}
	v := Variant{Odd: true, How: "* with white space around it", Apply: func(c *Candidate) { c.Around = [2]string{before, after} }}
	if !white {
		v.How = "* with other text around it"
		v.Detail = fmt.Sprintf("%s before, %s after", excerpt.ShortSign(before), excerpt.ShortSign(after))
	}
	return []Variant{v}
}

func signSpaced(s *Subject) []Variant    { return s.surrounded(true) }
func signDecorated(s *Subject) []Variant { return s.surrounded(false) }

// spelt returns a way to write the digest that the length of the sign does not reveal.
func spelt(detail, how string, write func(sum []byte) string) Variant {
	return Variant{Detail: detail, How: how, Odd: true, Apply: func(c *Candidate) { c.Write = write }}
}

func signCase(s *Subject) []Variant {
	if !isHex(s.Core) || s.Core == InCase(s.Core, s.Rules.Hex) {
		return nil
	}
	detail := "mixed case"
	switch s.Core {
	case strings.ToUpper(s.Core):
		detail = "upper case"
	case strings.ToLower(s.Core):
		detail = "lower case"
	}
	return []Variant{spelt(detail, "* in "+detail, func(sum []byte) string {
		if digits := hex.EncodeToString(sum); !strings.EqualFold(digits, s.Core) {
			return digits
		}
		return s.Core
	})}
}

func signShortened(s *Subject) []Variant {
	if len(s.Core) != SignLength/2 || !isHex(s.Core) {
		return nil
	}
	cut := func(detail string, from int) Variant {
		return spelt(detail, detail+" of *", func(sum []byte) string {
			return InCase(hex.EncodeToString(sum), s.Rules.Hex)[from : from+SignLength/2]
		})
	}
	return []Variant{cut("the 16 digits in the middle", 8), cut("the first 16 digits", 0), cut("the last 16 digits", 16)}
}

// bytewise returns a way that writes each byte of the digest separately.
func bytewise(detail string, write func(c byte) string) Variant {
	return spelt(detail, "* with "+detail, func(sum []byte) string {
		var b strings.Builder
		for _, c := range sum {
			b.WriteString(write(c))
		}
		return b.String()
	})
}

func signZerosLost(s *Subject) []Variant {
	if !isHex(s.Core) || len(s.Core) < md5.Size || len(s.Core) >= SignLength {
		return nil
	}
	return []Variant{
		spelt("leading zeros lost", "* with leading zeros lost", func(sum []byte) string {
			return InCase(strings.TrimLeft(hex.EncodeToString(sum), "0"), s.Rules.Hex)
		}),
		bytewise("the first digit of each byte lost if it is zero", func(c byte) string { return strconv.FormatUint(uint64(c), 16) }),
	}
}

func signExtended(s *Subject) []Variant {
	if len(s.Core) <= SignLength || !strings.Contains(s.Core, "ffffff") {
		return nil
	}
	negative := func(rest string) func(c byte) string {
		return func(c byte) string {
			if c >= 0x80 {
				return fmt.Sprintf("ffffff%02x", c)
			}
			return fmt.Sprintf(rest, c)
		}
	}
	return []Variant{
		bytewise("ffffff before each byte from 80 up", negative("%02x")),
		bytewise("ffffff before each byte from 80 up, with zeros lost", negative("%x")),
	}
}

func signNegative(s *Subject) []Variant {
	if !strings.HasPrefix(s.Core, "-") {
		return nil
	}
	return []Variant{spelt("", "* as a negative number", func(sum []byte) string {
		n := new(big.Int).SetBytes(sum)
		return n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(sum)))).Text(16)
	})}
}

func signBase64(s *Subject) (ways []Variant) {
	if isHex(s.Core) || len(s.Core) < md5.Size {
		return nil
	}
	for _, c := range []struct {
		name     string
		encoding *base64.Encoding
	}{{"Base64", base64.StdEncoding}, {"Base64 without padding", base64.RawStdEncoding},
		{"Base64 for URLs", base64.URLEncoding}, {"Base64 for URLs without padding", base64.RawURLEncoding}} {
		ways = append(ways,
			spelt("the bytes in "+c.name, c.name+" of the bytes of *", c.encoding.EncodeToString),
			spelt("the digits in "+c.name, c.name+" of the digits of *", func(sum []byte) string {
				return c.encoding.EncodeToString(HexOf(sum))
			}))
	}
	return ways
}

func signSeparated(s *Subject) (ways []Variant) {
	if uuid := regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`); uuid.MatchString(s.Core) {
		return []Variant{spelt("written as a UUID", "* written as a UUID", func(sum []byte) string {
			digits := fmt.Sprintf("%x", sum)
			if s.Core == strings.ToUpper(s.Core) {
				digits = strings.ToUpper(digits)
			}
			return strings.Join([]string{digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]}, "-")
		})}
	}
	for _, separator := range []string{"-", ":", " "} {
		if !strings.Contains(s.Core, separator) {
			continue
		}
		detail := strconv.Quote(separator) + " between the bytes"
		ways = append(ways, spelt(detail, "* with "+detail, func(sum []byte) string {
			text := strings.ReplaceAll(fmt.Sprintf("% x", sum), " ", separator)
			if s.Core == strings.ToUpper(s.Core) {
				return strings.ToUpper(text)
			}
			return text
		}))
	}
	return ways
}

// placeholders is how many of printedSigns, from the first, are signs of no request.
const placeholders = 2

// printedSigns are the signs printed in the documentation. A client that sends one has copied it.
var printedSigns = []struct{ sign, from string }{
	{"b2a9e697bdff66049803d62ffeffccaf", "it is printed on several pages and is a placeholder"},
	{"481e1335274f43b0070fcd94e0449fae", "it is printed on several pages and is a placeholder"},
	{"ea7a3bba7e345e0b8ca7f7e3b43d6e72", "it belongs to the example of singleVerify"},
	{"3fdb15332726c77cd792ea2328f98a80", "it belongs to the example of singleServicePlanPage"},
	{"01b9a6e419475d81e6a55d869c1506c3", "it belongs to the signContent of the global specification"},
}

// Look is the form of a sign, with and without surrounding text, and the right sign.
type Look struct {
	Sign, Core, Want string
	Rules            signing.Rules
}

func seesEmpty(l Look) (string, bool) { return "", l.Core == "" }

func seesPrinted(l Look) (string, bool) {
	for _, printed := range printedSigns {
		if strings.EqualFold(printed.sign, l.Core) {
			return printed.from, true
		}
	}
	return "", false
}

// seesMistyped recognizes the right sign with up to four digits changed or up to eight cut off.
func seesMistyped(l Look) (string, bool) {
	digits := InCase(l.Core, l.Rules.Hex)
	if cut := len(l.Want) - len(digits); cut > 0 && cut <= 8 && (strings.HasPrefix(l.Want, digits) || strings.HasSuffix(l.Want, digits)) {
		return fmt.Sprintf("%d missing", cut), true
	}
	if len(digits) != len(l.Want) || digits == l.Want {
		return "", false
	}
	changed := 0
	for i := range len(digits) {
		if digits[i] != l.Want[i] {
			changed++
		}
	}
	return fmt.Sprintf("%d changed", changed), changed <= 4
}

// seesInvented recognizes signs with fewer different digits than MD5 produces in practice.
func seesInvented(l Look) (string, bool) {
	different := map[rune]bool{}
	for _, digit := range l.Core {
		different[digit] = true
	}
	return "", len(l.Core) == SignLength && len(different) <= 3
}

func seesNotHex(l Look) (string, bool) { return "", l.Core != "" && !isHex(l.Core) }

func seesLength(l Look) (string, bool) {
	return fmt.Sprintf("%d instead of %d", len(l.Core), SignLength), isHex(l.Core) && len(l.Core) != SignLength
}

func seesCase(l Look) (string, bool) {
	return "", isHex(l.Core) && l.Core != InCase(l.Core, l.Rules.Hex)
}

func seesSpace(l Look) (string, bool) {
	return "", l.Core != "" && l.Sign != strings.TrimSpace(l.Sign)
}
