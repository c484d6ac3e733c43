package signing

import "slices"

// Grades of evidence for a rule.
const (
	gradeDocumented = "documented"
	gradeAssumed    = "assumed"
)

// RuleInfo describes one configurable rule, for help texts and documentation.
type RuleInfo struct {
	// Name is the name of the setting, for example "sign-parts".
	Name string
	// About says in one or two sentences what the rule decides and how much of it is documented.
	About string
	// Values are the names that the rule's Parse function accepts.
	Values []string
	// Several means that a setting may list several values, separated by commas.
	Several bool
	// Default is the contract's value.
	Default string
	// Grade is the grade of evidence of the default, "documented" or "assumed". A default that
	// rests on several statements has the grade of the weakest.
	Grade string
	// Source is the page of the provider's documentation that states the default or
	// leaves the question open.
	Source string
}

// Catalogue returns every configurable rule of the request and push signatures, in the
// order of the help texts.
func Catalogue() []RuleInfo {
	return []RuleInfo{
		{
			Name: "sign-parts", Values: slices.Clone(partNames), Several: true,
			Default: AllParts.String(), Grade: gradeAssumed, Source: "doc-1486828",
			About: "Which parts of a request are signed. Query and body are documented; " +
				"the global specification names the path too, while the pages of the GET operations name only the query.",
		}, {
			Name: "sign-empty", Values: slices.Clone(emptyNames),
			Default: EmptyStringOrNull.String(), Grade: gradeAssumed, Source: "doc-1486828",
			About: "Which values count as empty and are left out of the sign. Leaving out \"\" is documented; leaving out null is assumed.",
		}, {
			Name: "sign-hex", Values: slices.Clone(hexNames),
			Default: LowerHex.String(), Grade: gradeDocumented, Source: "doc-1486828",
			About: "The letter case of the sign's hexadecimal digits.",
		}, {
			Name: "sign-nested", Values: slices.Clone(nestedNames),
			Default: NestedAsSent.String(), Grade: gradeAssumed, Source: "doc-1486828",
			About: "The order of members below the top level. No documented example has a nested object.",
		}, {
			Name: "push-join", Values: slices.Clone(joinNames),
			Default: JoinBodyColonHeaders.String(), Grade: gradeAssumed, Source: "doc-2518982",
			About: "How the sorted body of a push is joined with the text {version}:{algo}:{timestamp}. " +
				"The documentation says that they are joined, but not how.",
		}, {
			Name: "push-encoding", Values: slices.Clone(encodingNames),
			Default: EncodingBase64.String(), Grade: gradeAssumed, Source: "doc-2518982",
			About: "How the HMAC of a push is encoded in its header. The documentation shows no example.",
		},
	}
}
