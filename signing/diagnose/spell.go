package diagnose

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
)

const signLength = 2 * md5.Size

// usual reports whether a sign looks like a right one.
func usual(sign string, rules signing.Rules) bool {
	return len(sign) == signLength && isHex(sign) && sign == inCase(sign, rules.Hex)
}

func isHex(text string) bool {
	return text != "" && strings.Trim(text, "0123456789abcdefABCDEF") == ""
}

func inCase(digits string, letters signing.HexCase) string {
	if letters == signing.UpperHex {
		return strings.ToUpper(digits)
	}
	return strings.ToLower(digits)
}

// coreOf takes off what stands around the digits: white space, and whatever stands around exactly
// 32 hexadecimal digits unless it is the sign of a negative number.
func coreOf(sign string) string {
	if negative, ok := strings.CutPrefix(strings.TrimSpace(sign), "-"); ok && isHex(negative) {
		return strings.TrimSpace(sign)
	}
	notHex := func(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", r) }
	var runs []string
	for _, run := range strings.FieldsFunc(sign, notHex) {
		if len(run) == signLength {
			runs = append(runs, run)
		}
	}
	if len(runs) == 1 {
		return runs[0]
	}
	return strings.TrimSpace(sign)
}

// surrounded adds what stands around the core of the sign, if it is white space or if it is not.
func (s *search) surrounded(white bool) []variant {
	before, after, _ := strings.Cut(s.found.Sign, s.core)
	if before+after == "" || white != (strings.TrimSpace(before+after) == "") {
		return nil
	}
	v := variant{odd: true, how: "* with white space around it", apply: func(c *candidate) { c.around = [2]string{before, after} }}
	if !white {
		v.how = "* with more around it"
		v.detail = fmt.Sprintf("%s before, %s after", shortSign(before), shortSign(after))
	}
	return []variant{v}
}

func signSpaced(s *search) []variant    { return s.surrounded(true) }
func signDecorated(s *search) []variant { return s.surrounded(false) }

// spelt is a way to write the sum that cannot be told from the sign's length.
func spelt(detail, how string, write func(sum []byte) string) variant {
	return variant{detail: detail, how: how, odd: true, apply: func(c *candidate) { c.write = write }}
}

func signCase(s *search) []variant {
	if !isHex(s.core) || s.core == inCase(s.core, s.rules.Hex) {
		return nil
	}
	detail := "mixed case"
	switch s.core {
	case strings.ToUpper(s.core):
		detail = "upper case"
	case strings.ToLower(s.core):
		detail = "lower case"
	}
	return []variant{spelt(detail, "* in "+detail, func(sum []byte) string {
		if digits := hex.EncodeToString(sum); !strings.EqualFold(digits, s.core) {
			return digits
		}
		return s.core
	})}
}

func signShortened(s *search) []variant {
	if len(s.core) != signLength/2 || !isHex(s.core) {
		return nil
	}
	cut := func(detail string, from int) variant {
		return spelt(detail, detail+" of *", func(sum []byte) string {
			return inCase(hex.EncodeToString(sum), s.rules.Hex)[from : from+signLength/2]
		})
	}
	return []variant{cut("the 16 digits in the middle", 8), cut("the first 16 digits", 0), cut("the last 16 digits", 16)}
}

// bytewise is a way that writes each byte of the sum alone.
func bytewise(detail string, write func(c byte) string) variant {
	return spelt(detail, "* with "+detail, func(sum []byte) string {
		var b strings.Builder
		for _, c := range sum {
			b.WriteString(write(c))
		}
		return b.String()
	})
}

func signZerosLost(s *search) []variant {
	if !isHex(s.core) || len(s.core) < md5.Size || len(s.core) >= signLength {
		return nil
	}
	return []variant{
		spelt("zeros at the beginning lost", "* with zeros at the beginning lost", func(sum []byte) string {
			return inCase(strings.TrimLeft(hex.EncodeToString(sum), "0"), s.rules.Hex)
		}),
		bytewise("the first digit of each byte lost if it is zero", func(c byte) string { return strconv.FormatUint(uint64(c), 16) }),
	}
}

func signExtended(s *search) []variant {
	if len(s.core) <= signLength || !strings.Contains(s.core, "ffffff") {
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
	return []variant{
		bytewise("ffffff before each byte from 80 on", negative("%02x")),
		bytewise("ffffff before each byte from 80 on and zeros lost", negative("%x")),
	}
}

func signNegative(s *search) []variant {
	if !strings.HasPrefix(s.core, "-") {
		return nil
	}
	return []variant{spelt("", "* as a negative number", func(sum []byte) string {
		n := new(big.Int).SetBytes(sum)
		return n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(sum)))).Text(16)
	})}
}

func signBase64(s *search) (ways []variant) {
	if isHex(s.core) || len(s.core) < md5.Size {
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
				return c.encoding.EncodeToString(hexOf(sum))
			}))
	}
	return ways
}

func signSeparated(s *search) (ways []variant) {
	if uuid := regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`); uuid.MatchString(s.core) {
		return []variant{spelt("written as a UUID", "* written as a UUID", func(sum []byte) string {
			digits := fmt.Sprintf("%x", sum)
			if s.core == strings.ToUpper(s.core) {
				digits = strings.ToUpper(digits)
			}
			return strings.Join([]string{digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]}, "-")
		})}
	}
	for _, separator := range []string{"-", ":", " "} {
		if !strings.Contains(s.core, separator) {
			continue
		}
		detail := strconv.Quote(separator) + " between the bytes"
		ways = append(ways, spelt(detail, "* with "+detail, func(sum []byte) string {
			text := strings.ReplaceAll(fmt.Sprintf("% x", sum), " ", separator)
			if s.core == strings.ToUpper(s.core) {
				return strings.ToUpper(text)
			}
			return text
		}))
	}
	return ways
}

// placeholders is how many of printedSigns are no sign of anything.
const placeholders = 2

// printedSigns are the signs that the documentation shows. A client that sends one has copied it.
var printedSigns = []struct{ sign, from string }{
	{"b2a9e697bdff66049803d62ffeffccaf", "it is printed on several pages and is a placeholder"},
	{"481e1335274f43b0070fcd94e0449fae", "it is printed on several pages and is a placeholder"},
	{"ea7a3bba7e345e0b8ca7f7e3b43d6e72", "it belongs to the example of singleVerify"},
	{"3fdb15332726c77cd792ea2328f98a80", "it belongs to the example of singleServicePlanPage"},
	{"01b9a6e419475d81e6a55d869c1506c3", "it belongs to the signContent of the global specification"},
}

// seen returns what can be told from a sign alone.
func seen(d Diagnosis, rules signing.Rules) (shown []Mistake) {
	look := look{sign: d.Sign, core: coreOf(d.Sign), want: d.Want, rules: rules}
	for i := range mistakes {
		m := &mistakes[i]
		if m.seen == nil {
			continue
		}
		if detail, ok := m.seen(look); ok {
			shown = append(shown, (&variant{of: m, detail: detail}).mistake())
		}
	}
	return shown
}

// look is how a sign looks, with and without what stands around it, and how it should.
type look struct {
	sign, core, want string
	rules            signing.Rules
}

func seesEmpty(l look) (string, bool) { return "", l.core == "" }

func seesPrinted(l look) (string, bool) {
	for _, printed := range printedSigns {
		if strings.EqualFold(printed.sign, l.core) {
			return printed.from, true
		}
	}
	return "", false
}

// seesMistyped sees the right sign with up to four digits changed, or with up to eight cut off.
func seesMistyped(l look) (string, bool) {
	digits := inCase(l.core, l.rules.Hex)
	if cut := len(l.want) - len(digits); cut > 0 && cut <= 8 && (strings.HasPrefix(l.want, digits) || strings.HasSuffix(l.want, digits)) {
		return fmt.Sprintf("%d missing", cut), true
	}
	if len(digits) != len(l.want) || digits == l.want {
		return "", false
	}
	changed := 0
	for i := range len(digits) {
		if digits[i] != l.want[i] {
			changed++
		}
	}
	return fmt.Sprintf("%d changed", changed), changed <= 4
}

// seesInvented sees signs of so few different digits as MD5 will not give.
func seesInvented(l look) (string, bool) {
	different := map[rune]bool{}
	for _, digit := range l.core {
		different[digit] = true
	}
	return "", len(l.core) == signLength && len(different) <= 3
}

func seesNotHex(l look) (string, bool) { return "", l.core != "" && !isHex(l.core) }

func seesLength(l look) (string, bool) {
	return fmt.Sprintf("%d instead of %d", len(l.core), signLength), isHex(l.core) && len(l.core) != signLength
}

func seesCase(l look) (string, bool) {
	return "", isHex(l.core) && l.core != inCase(l.core, l.rules.Hex)
}

func seesSpace(l look) (string, bool) {
	return "", l.core != "" && l.sign != strings.TrimSpace(l.sign)
}
