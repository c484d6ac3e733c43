package target

import (
	"fmt"
	"maps"
	"slices"

	"github.com/mallcheck/mallcheck/conformance/internal/observe"
	"github.com/mallcheck/mallcheck/internal/overlay"
	"github.com/mallcheck/mallcheck/internal/wholefile"
	"github.com/mallcheck/mallcheck/openapi"
)

// Overlay is the contract with an overlay applied, and the claims of the overlay.
type Overlay struct {
	// Path is the path of its file.
	Path string
	// Learned are the claims.
	Learned *observe.Learned
	// Contract is the contract of the mall with the overlay applied.
	Contract *openapi.Contract
}

// ReadOverlay reads an overlay and applies it to the contract of the mall.
func ReadOverlay(path string) (*Overlay, error) {
	text, err := overlay.ReadFile(path)
	unreadable := func(err error) error { return fmt.Errorf("%s: %w; mallcheck learn writes an overlay", path, err) }
	if err != nil {
		return nil, unreadable(wholefile.Reason(err))
	}
	document, err := overlay.Parse(text)
	if err != nil {
		return nil, unreadable(err)
	}
	learned, err := observe.Read(document)
	if err != nil {
		return nil, unreadable(err)
	}
	mall, err := openapi.Mall()
	if err != nil {
		return nil, fmt.Errorf("reading the contract: %w", err)
	}
	applied, err := document.Apply(mall.Bytes())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	contract, err := openapi.Parse(applied)
	if err == nil {
		_, err = contract.SharedDocument()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: the contract cannot be read any more with the overlay applied: %w", path, err)
	}
	return &Overlay{Path: path, Learned: learned, Contract: contract}, nil
}

// layer returns the settings of the overlay, which have the lowest precedence.
func (o *Overlay) layer() Layer {
	layer := Layer{Origin: func(key string) string { return o.Path + ": " + key }}
	settings := o.Learned.Settings()
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		layer.Settings.set(key, settings[key])
	}
	return layer
}

// withOverlay reads the overlay that the settings name, and adds its settings.
func (r *resolver) withOverlay() *Overlay {
	path := r.text("overlay")
	if path == "" {
		return nil
	}
	read, err := ReadOverlay(path)
	if err != nil {
		r.fail("overlay", "", "cannot be used: "+err.Error(), "")
		return nil
	}
	r.layers = append(slices.Clone(r.layers), read.layer())
	return read
}

// Contract returns the contract for the target: the contract of the mall with the overlay
// of the target applied.
func (t *Target) Contract() (*openapi.Contract, error) {
	if t.Overlay != nil {
		return t.Overlay.Contract, nil
	}
	return openapi.Mall()
}

// overlaid returns the digest of the contract with the overlay applied, "" without one.
func (t *Target) overlaid() string {
	if t.Overlay == nil {
		return ""
	}
	return t.Overlay.Contract.Digest()
}
