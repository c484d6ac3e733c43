package render

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/fixture"
)

func TestJUnitJenkinsGolden(t *testing.T) {
	fixture.Golden(t, "junit-jenkins.xml", writeJenkins(t))
}

// TestJUnitJenkinsFollowsForeignSchemas validates the report as Jenkins' xUnit
// plug-in and readers of Maven Surefire do. The latter know one testsuite in a
// file, without a timestamp.
func TestJUnitJenkinsFollowsForeignSchemas(t *testing.T) {
	written := writeJenkins(t)
	if err := validateXML(t, "junit-10.xsd", written); err != "" {
		t.Errorf("Jenkins xUnit: %s", err)
	}
	if err := validateXML(t, "junit-10.xsd", writeJUnit(t, coveredRun())); !strings.Contains(err, "properties") {
		t.Errorf("the schema of Jenkins takes properties in a testcase: %s", err)
	}
	suites := regexp.MustCompile(`(?s)<testsuite .*?</testsuite>`).FindAll(written, -1)
	if len(suites) < 3 {
		t.Fatalf("%d testsuites", len(suites))
	}
	for _, suite := range suites {
		suite = regexp.MustCompile(` timestamp="[^"]*"`).ReplaceAll(suite, nil)
		if err := validateXML(t, "surefire.xsd", suite); err != "" {
			t.Errorf("Maven Surefire: %s\n%s", err, suite)
		}
	}
}

// validateXML returns what xmllint has against a document, empty when it is valid.
func validateXML(t *testing.T, schema string, document []byte) string {
	t.Helper()
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("xmllint (package libxml2-utils) is not installed; TestJUnitJenkinsGolden has run without it")
	}
	file := filepath.Join(t.TempDir(), "junit.xml")
	if err := os.WriteFile(file, document, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), xmllint, "--nonet", "--noout", "--schema", filepath.Join("testdata", schema), file).CombinedOutput()
	if err != nil {
		return string(out)
	}
	return ""
}

func writeJenkins(t *testing.T) []byte { return jenkinsOf(t, coveredRun()) }

func jenkinsOf(t *testing.T, run *reports.Run) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := WriteJUnitJenkins(&out, run); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
