package render

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/reports/internal/fixture"
)

// Both forms of a matrix match their golden files.
func TestWriteMatrix(t *testing.T) {
	files, err := WriteMatrix(t.TempDir(), fixture.Matrix())
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		fixture.Golden(t, filepath.Base(path), data)
	}
	if _, err := WriteMatrix(filepath.Join(t.TempDir(), "none"), fixture.Matrix()); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a folder that is not there: %v", err)
	}
}
