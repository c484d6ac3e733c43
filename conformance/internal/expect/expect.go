// Package expect has the assertions of checks: Gomega's matchers with failures that are data. A failure
// has a sentence about what happened and both values as JSON, so that no report has to parse or show
// Gomega's text.
//
// It knows neither target nor contract. Whoever runs the check knows which clause a failure is about.
package expect

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"github.com/onsi/gomega/types"
)

// Failure is a failed assertion. To and NotTo panic with it; whoever runs the check recovers it.
type Failure struct {
	// Summary says what happened, in one sentence.
	Summary string
	// Expected and Actual are the values, as JSON or in a few words.
	Expected, Actual string
	// Exchange is the index of the exchange that shows it, -1 if unknown.
	Exchange int
	// Clause is the violated clause if it is not the check's own; otherwise empty.
	Clause string
}

// Error implements error, for a failure that escapes.
func (f Failure) Error() string {
	return fmt.Sprintf("%s: expected %s, got %s", f.Summary, f.Expected, f.Actual)
}

// Teller is a matcher that describes its own failures.
type Teller interface {
	// Tell returns the failure of a value that did not match. what is the description given to To, or
	// "".
	Tell(actual any, what string) Failure
}

// Assertion is a value to be compared.
type Assertion struct{ actual any }

// Expect starts an assertion about a value.
func Expect(actual any) Assertion { return Assertion{actual} }

// To requires that the value matches. The description says what happened if it does not: a sentence, or
// a format with its arguments.
func (a Assertion) To(matcher types.GomegaMatcher, description ...any) {
	a.require(matcher, true, description)
}

// NotTo requires that the value does not match.
func (a Assertion) NotTo(matcher types.GomegaMatcher, description ...any) {
	a.require(matcher, false, description)
}

func (a Assertion) require(matcher types.GomegaMatcher, wanted bool, description []any) {
	matched, err := matcher.Match(a.actual)
	if err == nil && matched == wanted {
		return
	}
	what := sentence(description)
	if teller, tells := matcher.(Teller); tells && wanted && err == nil {
		panic(teller.Tell(a.actual, what))
	}
	what = cmp.Or(what, "the response does not have the required value")
	panic(Failure{Summary: what, Expected: expectation(matcher, wanted), Actual: Show(a.actual), Exchange: -1})
}

func sentence(description []any) string {
	if len(description) == 0 {
		return ""
	}
	format, isText := description[0].(string)
	if !isText {
		return fmt.Sprint(description...)
	}
	if len(description) == 1 {
		return format
	}
	return fmt.Sprintf(format, description[1:]...)
}

// momentForm is the format of times: UTC, to the millisecond.
const momentForm = "2006-01-02T15:04:05.000Z07:00"

// Show formats a value for people: an error as its message, a Stringer as its string, anything else as
// JSON.
func Show(value any) string {
	switch value := value.(type) {
	case nil:
		return "null"
	case error:
		return value.Error()
	case time.Time:
		return value.UTC().Format(momentForm)
	case fmt.Stringer:
		return value.String()
	case json.RawMessage:
		return string(value)
	case []byte:
		return string(value)
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Sprintf("a value of type %T", value)
	}
	return string(bytes.TrimRight(text.Bytes(), "\n"))
}
