package cases

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"sync"
)

// sample is a text with the name of the edge case or breach that it is.
type sample struct{ name, text string }

// compiled returns the regular expression of a pattern, nil if there is none. Tests of the contract
// ensure that every pattern compiles.
func compiled(pattern string) *regexp.Regexp {
	if known, found := expressions.Load(pattern); found {
		return known.(*regexp.Regexp)
	}
	expression, err := regexp.Compile(pattern)
	if pattern == "" || err != nil {
		expression = nil
	}
	expressions.Store(pattern, expression)
	return expression
}

var expressions sync.Map // of *regexp.Regexp, by pattern

// edges are texts that barely match a pattern: the shortest with the first allowed characters, and the
// longest with the last ones. If the pattern sets no upper limit, the longest has three repetitions more
// than needed.
func edges(pattern string) []sample {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	found := []sample{{"shortest", written(parsed, false, false)}, {"longest", written(parsed, true, true)}}
	expression := compiled(pattern)
	return distinct(found, func(text string) bool { return expression != nil && expression.MatchString(text) })
}

// chooser makes the choices that a regular expression leaves open.
type chooser struct {
	// class returns one character of a class, given as pairs of bounds.
	class func(bounds []rune) rune
	// times returns a number of repetitions; most is negative if there is no limit.
	times func(least, most int) int
	// branch returns one of n alternatives.
	branch func(n int) int
}

// matching returns a text that matches an expression.
func (c chooser) matching(e *syntax.Regexp) string {
	repeated := func(least, most int) string {
		var text strings.Builder
		for range c.times(least, most) {
			text.WriteString(c.matching(e.Sub[0]))
		}
		return text.String()
	}
	switch e.Op {
	case syntax.OpLiteral:
		return string(e.Rune)
	case syntax.OpCharClass:
		return string(c.class(e.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return "x"
	case syntax.OpStar:
		return repeated(0, -1)
	case syntax.OpPlus:
		return repeated(1, -1)
	case syntax.OpQuest:
		return repeated(0, 1)
	case syntax.OpRepeat:
		return repeated(e.Min, e.Max)
	case syntax.OpAlternate:
		return c.matching(e.Sub[c.branch(len(e.Sub))])
	}
	var whole strings.Builder
	for _, part := range e.Sub { // of a group or a sequence
		whole.WriteString(c.matching(part))
	}
	return whole.String()
}

// written returns the shortest or a long text that matches an expression, with the first alternatives
// and characters or the last.
func written(e *syntax.Regexp, long, last bool) string {
	return chooser{
		class: func(bounds []rune) rune {
			if end := bounds[len(bounds)-1]; last && end < 0x7f {
				return end
			}
			return bounds[0]
		},
		times: func(least, most int) int {
			switch {
			case long && most < 0:
				return least + 3
			case long:
				return most
			}
			return least
		},
		branch: func(n int) int {
			if last {
				return n - 1
			}
			return 0
		},
	}.matching(e)
}

// mostBreaches is the largest number of ways in which a pattern is broken.
const mostBreaches = 5

// breaches are texts that do not match a pattern, most of them one step away from one that does.
func breaches(pattern string) []sample {
	expression := compiled(pattern)
	near := edges(pattern)
	if expression == nil || len(near) == 0 {
		return nil
	}
	longest := near[len(near)-1].text
	short := near[slices.IndexFunc(near, func(s sample) bool { return s.text != "" })].text
	end := short[len(short)-1:]
	found := []sample{
		{"too-short", short[:len(short)-1]},
		{"too-long", longest + end},
		{"letter-at-end", short[:len(short)-1] + "z"},
		{"digit-at-end", short[:len(short)-1] + "7"},
		{"line-feed", short + "\n"},
		{"full-width", strings.Map(fullWidth, short)},
		{"minus", "-" + short},
		{"decimal-point", short + ".5"},
		{"hexadecimal", "0x" + short},
		{"slash", short + "/"},
	}
	kept := distinct(found, func(text string) bool { return text != "" && !expression.MatchString(text) })
	return kept[:min(len(kept), mostBreaches)]
}

// fullWidth turns a printable ASCII character into its full-width form.
func fullWidth(r rune) rune {
	if '!' <= r && r <= '~' {
		return r + 0xfee0
	}
	return r
}

// distinct keeps the first of each text that keep selects.
func distinct(all []sample, keep func(text string) bool) []sample {
	var kept []sample
	for _, one := range all {
		known := slices.ContainsFunc(kept, func(other sample) bool { return other.text == one.text })
		if !known && keep(one.text) {
			kept = append(kept, one)
		}
	}
	return kept
}
