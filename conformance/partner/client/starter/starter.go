// Package starter has sample tests, one for each of several languages, that run a partner's client and
// fail if it breaks the contract.
package starter

import (
	"embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed *.txt
var files embed.FS

// Sample is a sample test.
type Sample struct {
	// Language is its name on the command line.
	Language string
	// File is the file name of the test; Run says how to run it.
	File, Run string
}

var samples = []Sample{
	{"python", "test_mall.py", "python3 test_mall.py"},
	{"node", "mall.test.mjs", "node --test mall.test.mjs"},
	{"java", "MallTest.java", "java MallTest.java"},
	{"php", "MallTest.php", "php MallTest.php"},
	{"go", "mall_test.go", "go test -count=1 -run TestMall . (first put the command of your client into it)"},
}

// All returns all samples.
func All() []Sample { return slices.Clone(samples) }

// Languages returns the names of the languages.
func Languages() []string {
	names := make([]string, len(samples))
	for i, s := range samples {
		names[i] = s.Language
	}
	return names
}

// Of returns the sample of a language.
func Of(language string) (Sample, error) {
	at := slices.IndexFunc(samples, func(s Sample) bool { return s.Language == language })
	if at < 0 {
		return Sample{}, fmt.Errorf("there is no sample for %q; write %s", language, strings.Join(Languages(), ", "))
	}
	return samples[at], nil
}

// Source returns the text of the test.
func (s Sample) Source() ([]byte, error) { return files.ReadFile(s.File + ".txt") }
