package embedded

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/wholefile"
)

// WriteEnvFile writes settings as environment variables, all at once by a rename.
func WriteEnvFile(path string, values map[string]string) error {
	var text strings.Builder
	for _, key := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&text, "%s=%s\n", target.EnvironmentName(key), values[key])
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder; name a file, such as %s", path, filepath.Join(path, "sandbox.env"))
	}
	if err := wholefile.Put(path, 0o600, []byte(text.String())); err != nil {
		return fmt.Errorf("%s cannot be written: %w; name a file in a folder that you may write to", path, err)
	}
	return nil
}
