package target

import (
	"cmp"
	"math"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// malformed is the error of a parser: what is wrong with a value, and what to write instead.
type malformed struct{ problem, instead string }

// unshown is malformed for a value that may contain a secret, so that it is not shown.
type unshown struct{ malformed }

// Error returns both in one string.
func (m malformed) Error() string { return m.problem + "; " + m.instead }

var (
	amountForm   = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)
	iccidForm    = regexp.MustCompile(`^[0-9]{18,22}$`)
	currencyForm = regexp.MustCompile(`^[A-Za-z]{3}$`)
)

func amount(text string) (string, error) {
	if !amountForm.MatchString(text) {
		return "", malformed{problem: "is not a valid amount", instead: "write a decimal number, such as 4.99"}
	}
	return text, nil
}

// segment parses a value that is used as a segment of a path.
func segment(text string) (string, error) {
	if text == "." || text == ".." {
		return "", malformed{problem: "would change the path that is called", instead: "write the id of a group"}
	}
	return text, nil
}

func currency(text string) (string, error) {
	if !currencyForm.MatchString(text) {
		return "", malformed{problem: "is not a valid currency", instead: "write its three letters, such as USD"}
	}
	return text, nil
}

func baseAddress(text string) (string, error) {
	parsed, err := url.Parse(text)
	switch {
	case err != nil || parsed.Hostname() == "" || parsed.Scheme != "http" && parsed.Scheme != "https":
		return "", malformed{problem: "is not a valid address", instead: "write it as https://host/path"}
	case strings.ContainsFunc(parsed.Hostname(), func(c rune) bool { return c >= utf8.RuneSelf }):
		// For DNS such a name may be that of another host, as ﬁ is fi.
		return "", malformed{problem: "has a host name that is not ASCII", instead: "write the name that DNS has, such as xn--…"}
	case !ValidPort(parsed):
		return "", malformed{problem: "has an invalid port", instead: "use 1 to 65535, or leave the port out"}
	case parsed.RawQuery != "" || parsed.Fragment != "":
		// A query may contain a token, so the value is not shown.
		return "", unshown{malformed{"has a query or a fragment", "write the base address alone, such as https://host/path"}}
	}
	return strings.TrimRight(text, "/"), nil
}

// ValidPort reports whether an address has a port that a connection can be made to, or none.
func ValidPort(address *url.URL) bool {
	number, err := strconv.ParseUint(address.Port(), 10, 16)
	return address.Port() == "" || err == nil && number > 0
}

// listenAddress parses a TCP address; without a host it is loopback.
func listenAddress(text string) (string, error) {
	host, port, err := net.SplitHostPort(text)
	number, notNumber := strconv.ParseUint(port, 10, 16)
	if err != nil || notNumber != nil {
		return "", malformed{problem: "is not a valid address to listen on", instead: "write it as host:port, such as 127.0.0.1:8643"}
	}
	host = cmp.Or(host, "127.0.0.1")
	return net.JoinHostPort(host, strconv.FormatUint(number, 10)), nil
}

func headerName(text string) (string, error) {
	valid := func(c rune) bool {
		return c > ' ' && c < 0x7f && !strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c)
	}
	for _, c := range text {
		if !valid(c) {
			return "", malformed{problem: "is not a valid header name", instead: "write letters, digits, - and _"}
		}
	}
	return text, nil
}

func positiveDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, malformed{problem: "is not a valid duration", instead: "write a positive duration with its unit, such as 500ms, 10s or 5m"}
	}
	return d, nil
}

// mostFuzz bounds the random requests of a run, because their exchanges are kept until its end.
const mostFuzz = 10_000

func requests(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > mostFuzz {
		return 0, malformed{problem: "is not a valid number of requests", instead: "write 0 to " + strconv.Itoa(mostFuzz)}
	}
	return n, nil
}

func perSecond(text string) (float64, error) {
	n, err := strconv.ParseFloat(strings.TrimSuffix(text, "/s"), 64)
	if err != nil || n <= 0 || math.IsInf(n, 0) || math.IsNaN(n) {
		return 0, malformed{problem: "is not a valid rate", instead: "write calls per second, such as 5/s or 0.5/s"}
	}
	return n, nil
}

func oneOf(words ...string) func(string) (string, error) {
	return func(text string) (string, error) {
		if slices.Contains(words, text) {
			return text, nil
		}
		return "", malformed{problem: "is not known here", instead: DidYouMean(text, words, "write "+strings.Join(words, " or "))}
	}
}

// truth parses a setting that is true or unset.
func truth(text string) (bool, error) {
	if text != "true" && text != "false" {
		return false, malformed{problem: "is neither true nor false", instead: "write true, or leave it out"}
	}
	return text == "true", nil
}
