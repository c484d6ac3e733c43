package trial

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/partner/client"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
)

// Check selects the scenarios that words name. If a setting is wrong, it returns an error that says what
// to write instead.
func (c *Config) Check(words []string) error {
	if c.MinPoll < 0 {
		return fmt.Errorf("--min-poll: %s is negative; write a duration such as 200ms", c.MinPoll)
	}
	ids, unknown := Select(words)
	if unknown != "" {
		return noSuch("--scenarios", unknown, Words(), "write all, habits, outages, faults or the id of a scenario, such as slow-answer; "+
			"mallcheck list --only area:CLI shows them")
	}
	c.Scenarios = ids
	for _, word := range words {
		if _, several := kinds[word]; !several {
			c.Named = append(c.Named, word)
		}
	}
	if len(c.Command) == 0 && len(ids) > 0 {
		return errors.New("--scenarios runs the client again; name its command after --: mallcheck judge --scenarios all -- python3 client.py")
	}
	contract, err := openapi.Mall()
	if err != nil {
		return fmt.Errorf("reading the contract of the mall: %w", err)
	}
	known := requirable(contract)
	for _, name := range c.Require {
		if !slices.Contains(known, name) {
			return noSuch("--require", name, known, "write an operation, such as addSims, or one of flow:"+strings.Join(client.Flows(), ", flow:"))
		}
	}
	return checkEnv(c.Env)
}

// requirable returns what --require can name: operations and flows.
func requirable(contract *openapi.Contract) []string {
	var names []string
	for _, operation := range contract.Operations() {
		names = append(names, operation.ID)
	}
	for _, flow := range client.Flows() {
		names = append(names, "flow:"+flow)
	}
	return names
}

// variableName matches the name of an environment variable.
var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func checkEnv(env []string) error {
	var all []string
	for _, name := range Environment() {
		all = append(all, name+"=")
	}
	for _, pair := range env {
		name, _, given := strings.Cut(pair, "=")
		if !given || !variableName.MatchString(name) {
			return fmt.Errorf("--env: %q is not NAME=TEMPLATE; write, for example, BASE_URL={MALL_URL}", pair)
		}
	}
	if _, unknown := Expand(env, all); unknown != "" {
		return noSuch("--env", unknown, Environment(), "write one of "+strings.Join(Environment(), ", "))
	}
	return nil
}

// noSuch says that the value of a flag is unknown, and suggests a similar known value or what to write.
func noSuch(flag, value string, known []string, instead string) error {
	return &target.Error{Origin: flag, Value: value, Problem: "is not known", Instead: target.DidYouMean(value, known, instead)}
}
