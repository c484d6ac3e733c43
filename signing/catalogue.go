package signing

import "slices"

// Values returns the names that the Parse function of a rule accepts, in the order of the help texts. setting
// is the name of the rule's setting, such as "sign-parts"; an unknown one has none.
func Values(setting string) []string {
	switch setting {
	case "sign-parts":
		return slices.Clone(partNames)
	case "sign-empty":
		return slices.Clone(emptyNames)
	case "sign-hex":
		return slices.Clone(hexNames)
	case "sign-nested":
		return slices.Clone(nestedNames)
	case "push-join":
		return slices.Clone(joinNames)
	case "push-encoding":
		return slices.Clone(encodingNames)
	}
	return nil
}
