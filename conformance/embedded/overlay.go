package embedded

import (
	"maps"

	"github.com/mallcheck/mallcheck/conformance/embedded/internal/mimic"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/sandbox"
)

// AddOverlay configures the sandbox to answer as the target of an overlay does, and adds the settings that a run
// needs with it.
func AddOverlay(path string, config *sandbox.Config, settings map[string]string) error {
	overlay, err := target.ReadOverlay(path)
	if err != nil {
		return err
	}
	fitting, err := mimic.Apply(overlay.Learned, config)
	maps.Copy(settings, fitting)
	return err
}
