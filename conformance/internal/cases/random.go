package cases

import (
	"fmt"
	"math/rand/v2"
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Random makes random requests of one operation. It is safe for concurrent use.
type Random struct {
	fields     []field // that may have any valid value
	violations []Case  // that break a constraint and can be signed
}

// RandomOf returns a generator of random requests of an operation of the mall's contract. An error means
// that the contract cannot be read or has no such operation.
func RandomOf(operation string) (*Random, error) {
	walked, err := all()
	if err != nil {
		return nil, err
	}
	for _, d := range walked {
		if d.operation.ID == operation {
			return &Random{fields: d.free(), violations: d.breaking()}, nil
		}
	}
	return nil, fmt.Errorf("there is no operation %q", operation)
}

// free returns the fields that a random valid request may change.
func (d *deriver) free() []field {
	return slices.DeleteFunc(slices.Clone(d.fields), func(f field) bool {
		return f.in != InBody && f.in != InQuery || f.name == signMember || f.refers || len(f.path) > 0 ||
			!f.schema.Type.Is(openapi3.TypeString)
	})
}

// breaking returns the cases of single values that must be refused and can be signed.
func (d *deriver) breaking() []Case {
	return slices.DeleteFunc(slices.Clone(d.cases), func(c Case) bool {
		return c.Expect != Refused || c.In != InBody && c.In != InQuery || len(c.Changes) != 1 || c.Changes[0].Late
	})
}

// Request is a random request: changes to a valid one.
type Request struct {
	// Clause is the clause that it breaks; "" for a valid request.
	Clause  string
	choices []choice
}

// choice is one change, with its text if that is random.
type choice struct {
	field    field
	text     string
	isString bool
	change   Change
	violates bool // this change breaks the constraint
}

// Changes returns the changes of a request.
func (r Request) Changes() []Change {
	changes := make([]Change, 0, len(r.choices))
	for _, c := range r.choices {
		changes = append(changes, c.change)
	}
	return changes
}

// String describes the changes, in the order of the contract.
func (r Request) String() string {
	if len(r.choices) == 0 {
		return "the unchanged valid request"
	}
	words := make([]string, 0, len(r.choices))
	for _, c := range r.choices {
		name := strings.Join(append([]string{c.change.Name}, c.change.Path...), ".")
		switch c.change.Kind {
		case Drop:
			words = append(words, "no "+name)
		case Set:
			words = append(words, name+" = "+c.change.Value)
		case Wrap:
			words = append(words, fmt.Sprintf("%s with %+q before and %+q after it", name, c.change.Before, c.change.After))
		default:
			words = append(words, fmt.Sprintf("%s with the change %s", name, c.change.Kind))
		}
	}
	return strings.Join(words, ", ")
}

// Valid returns a random request that meets every constraint. The same random source gives the same
// request.
func (r *Random) Valid(random *rand.Rand) Request {
	var request Request
	for _, f := range r.fields {
		switch random.IntN(3) {
		case 0:
			continue // unchanged
		case 1:
			if !f.required {
				request.choices = append(request.choices, choice{field: f, change: f.change(Drop, "")})
				continue
			}
		}
		if text, fits := f.random(random); fits {
			request.choices = append(request.choices, f.choose(text))
		}
	}
	return request
}

// Violation returns a random request that breaks one constraint and meets all others.
func (r *Random) Violation(random *rand.Rand) Request {
	request := r.Valid(random)
	one := r.violations[random.IntN(len(r.violations))]
	breach := choice{change: one.Changes[0], violates: true}
	request.Clause = one.Clause
	at := random.IntN(len(r.fields) + 1)
	if at < len(r.fields) {
		f, text := r.fields[at], randomText(random)
		if o := f.judge(text); o.expect == Refused {
			breach, request.Clause = f.choose(text), o.clause
			breach.violates = true
		}
	}
	request.choices = slices.DeleteFunc(request.choices, func(c choice) bool { return c.change.Name == breach.change.Name })
	request.choices = append(request.choices, breach)
	return request
}

func (f field) choose(text string) choice {
	return choice{field: f, text: text, isString: true, change: f.set(text)}
}

// Smaller returns requests that are one step smaller: with one change less, or with a shorter text. They
// meet and break the same constraints.
func (r Request) Smaller() []Request {
	var smaller []Request
	for i, c := range r.choices {
		if !c.violates {
			smaller = append(smaller, Request{r.Clause, slices.Delete(slices.Clone(r.choices), i, i+1)})
		}
	}
	for i, c := range r.choices {
		if !c.isString {
			continue
		}
		was := c.field.judge(c.text)
		for _, text := range shorter(c.text) {
			if c.field.judge(text) != was {
				continue
			}
			choices := slices.Clone(r.choices)
			choices[i] = c.field.choose(text)
			choices[i].violates = c.violates
			smaller = append(smaller, Request{r.Clause, choices})
		}
	}
	return smaller
}

// shorter returns texts that are shorter, or equally long and simpler.
func shorter(text string) []string {
	runes := []rune(text)
	n := len(runes)
	if n == 0 {
		return nil
	}
	found := []string{"", string(runes[:n/2]), string(runes[n/2:]), string(runes[:n-1]), string(runes[1:])}
	for i, r := range runes {
		if r > 0x7e {
			found = append(found, string(runes[:i])+"a"+string(runes[i+1:]))
		}
	}
	return slices.DeleteFunc(found, func(one string) bool { return one == text })
}

// random returns a random valid text for a field, and whether one was found.
func (f field) random(random *rand.Rand) (text string, fits bool) {
	if len(f.known) > 0 {
		return f.known[random.IntN(len(f.known))], true
	}
	for range 10 {
		if f.schema.Pattern == "" {
			text = printable(random)
		} else if parsed, err := syntax.Parse(f.schema.Pattern, syntax.Perl); err == nil {
			text = matching(parsed, random)
		}
		if f.judge(text).expect == Accepted {
			return text, true
		}
	}
	return "", false
}

// printable returns up to 20 letters, digits and punctuation marks of several languages.
func printable(random *rand.Rand) string {
	const letters = "abcXYZ0189 -_./:@+&?=%\"\\'<>{}éß欧洲я"
	return strings.TrimSpace(drawn(random, []rune(letters), 20))
}

// randomText returns up to 30 characters of all kinds.
func randomText(random *rand.Rand) string {
	return drawn(random, []rune("0123456789012345678901234567890123456789.-+ eExa٣０\u00a0\n"), 30)
}

func drawn(random *rand.Rand, from []rune, most int) string {
	text := make([]rune, random.IntN(most+1))
	for i := range text {
		text[i] = from[random.IntN(len(from))]
	}
	return string(text)
}

// matching returns a random text that matches an expression.
func matching(e *syntax.Regexp, random *rand.Rand) string {
	return chooser{
		class: func(bounds []rune) rune {
			at := 2 * random.IntN(len(bounds)/2)
			low, high := bounds[at], min(bounds[at+1], bounds[at]+100)
			return low + random.Int32N(high-low+1)
		},
		times: func(least, most int) int {
			if most < 0 {
				most = least + 12
			}
			return least + random.IntN(most-least+1)
		},
		branch: random.IntN,
	}.matching(e)
}
