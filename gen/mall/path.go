package mall

import "fmt"

// PathParameterError says why no request was built: the value of a path parameter is
// "", "." or "..", and clients and servers resolve such segments, so that another path
// would be called.
type PathParameterError struct{ Parameter, Value string }

// Error names the parameter and its value.
func (e *PathParameterError) Error() string {
	return fmt.Sprintf("path parameter %s is %q, which would call another path", e.Parameter, e.Value)
}

// CheckPathParameter returns a *PathParameterError for a value that would change which
// path is called. The generated clients call it before they build a request.
func CheckPathParameter(parameter, value string) error {
	if value == "" || value == "." || value == ".." {
		return &PathParameterError{parameter, value}
	}
	return nil
}
