package expect

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/onsi/gomega/matchers"
	"github.com/onsi/gomega/types"
)

// expectation describes what a matcher expects.
func expectation(matcher types.GomegaMatcher, wanted bool) string {
	if _, empty := matcher.(*matchers.BeEmptyMatcher); empty && !wanted {
		return "a value that is not empty"
	}
	if !wanted {
		return "anything but " + wordsOf(matcher)
	}
	return wordsOf(matcher)
}

// wordsOf describes what a matcher accepts.
func wordsOf(matcher types.GomegaMatcher) string {
	switch m := matcher.(type) {
	case *matchers.EqualMatcher:
		return Show(m.Expected)
	case *matchers.BeEmptyMatcher:
		return "nothing"
	case *matchers.BeZeroMatcher:
		return "0"
	case *matchers.HaveLenMatcher:
		return fmt.Sprintf("%d in number", m.Count)
	case *matchers.BeNumericallyMatcher:
		return m.Comparator + " " + list(m.CompareTo)
	case *matchers.BeTemporallyMatcher:
		return moment(m)
	case *matchers.BeElementOfMatcher:
		return "one of " + list(m.Elements)
	case *matchers.ConsistOfMatcher:
		return "in any order " + list(m.Elements)
	case *matchers.ContainElementMatcher:
		return "a list that contains " + nested(m.Element)
	case *matchers.HaveEachMatcher:
		return "only " + nested(m.Element)
	case *matchers.MatchRegexpMatcher:
		return "text of the form " + m.Regexp
	case *matchers.MatchJSONMatcher:
		return Show(m.JSONToMatch)
	case *matchers.AssignableToTypeOfMatcher:
		return "a value of the JSON type " + jsonType(m.Expected)
	case *matchers.SucceedMatcher, *matchers.HaveOccurredMatcher:
		return "an error"
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", matcher), "*")
}

// moment describes the time that a matcher accepts.
func moment(m *matchers.BeTemporallyMatcher) string {
	if m.Comparator == "~" {
		return Show(m.CompareTo) + " or at most " + join(m.Threshold) + " from it"
	}
	return m.Comparator + " " + Show(m.CompareTo)
}

// list formats the arguments of a matcher, which may be a single list.
func list(elements []any) string {
	if len(elements) == 1 {
		return Show(elements[0])
	}
	return Show(elements)
}

// join shows the arguments of a matcher that are durations.
func join(durations any) string {
	return strings.Trim(fmt.Sprint(durations), "[]")
}

// nested formats an element, which may itself be a matcher.
func nested(element any) string {
	if matcher, isMatcher := element.(types.GomegaMatcher); isMatcher {
		return wordsOf(matcher)
	}
	return Show(element)
}

// jsonType names the JSON type of a Go value.
func jsonType(value any) string {
	switch reflect.ValueOf(value).Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Slice, reflect.Array:
		return "array"
	case reflect.Map, reflect.Struct:
		return "object"
	}
	return "number"
}
