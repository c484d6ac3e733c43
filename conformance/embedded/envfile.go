package embedded

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/target"
)

// WriteEnvFile writes settings as environment variables, all at once by a rename.
func WriteEnvFile(path string, values map[string]string) error {
	var text strings.Builder
	for _, key := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&text, "%s=%s\n", target.EnvironmentName(key), values[key])
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("writing %s: %w; name a file in a folder that you may write to", path, err)
	}
	defer os.Remove(file.Name()) // gone already when the rename succeeded
	_, err = file.WriteString(text.String())
	if closed := file.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
