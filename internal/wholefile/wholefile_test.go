package wholefile_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/internal/wholefile"
)

// A file is replaced as a whole, not written over: a full disk must not cut an overlay in two.
func TestPut(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "uat.overlay.yaml")
	var files []os.FileInfo
	for _, text := range []string{"a longer text", "text"} {
		if err := wholefile.Put(path, 0o600, []byte(text)); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if written, readErr := os.ReadFile(path); err != nil || readErr != nil || string(written) != text {
			t.Fatalf("%q, %v, %v", written, err, readErr)
		}
		files = append(files, info)
	}
	if os.SameFile(files[0], files[1]) {
		t.Error("the file was written over")
	}
	if err := wholefile.Put(dir, 0o600, nil); err == nil {
		t.Error("a folder was written")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// A byte-order mark is left out at the beginning, and nowhere else.
func TestWithoutMark(t *testing.T) {
	const mark = "\xef\xbb\xbf"
	for text, want := range map[string]string{
		"": "", "{}": "{}", "a": "a", mark: "", mark + "{}": "{}", mark + mark + "{}": mark + "{}", "{}" + mark: "{}" + mark, mark[:2]: mark[:2],
	} {
		got, err := io.ReadAll(wholefile.WithoutMark(strings.NewReader(text)))
		if err != nil || string(got) != want {
			t.Errorf("%q is read as %q, %v", text, got, err)
		}
	}
}
