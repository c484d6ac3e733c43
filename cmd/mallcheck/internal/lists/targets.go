package lists

import (
	"strings"

	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/reports"
)

// Target is a target as it is listed.
type Target struct {
	Name       string            `json:"name"`
	Default    bool              `json:"default"`
	Production bool              `json:"production"`
	Addresses  map[string]string `json:"addresses"` // by service
	Allow      []reports.Does    `json:"allow"`
	allows     string            // Allow, as --allow takes it
	Problem    string            `json:"problem,omitempty"` // why it cannot be used as it is
}

// Targets lists the targets of a file.
func Targets(file *target.File, environ []string) []Target {
	listed := make([]Target, 0, len(file.Names()))
	for _, name := range file.Names() {
		listed = append(listed, targetOf(file, name, environ))
	}
	return listed
}

// targetOf describes one target by its file alone, whatever flags and variables a run may add.
func targetOf(file *target.File, name string, environ []string) Target {
	listed := Target{Name: name, Default: name == file.Default(), Addresses: map[string]string{}, Allow: []reports.Does{}}
	layer, err := file.Layer(name, environ)
	if err == nil {
		var t *target.Target
		if t, err = target.Resolve(layer, target.Flags(target.Settings{YesProduction: true})); err == nil {
			listed.Addresses, listed.Production = t.URLs, t.Production
			listed.Allow, listed.allows = t.Allow.List(), t.Allow.String()
		}
	}
	if err != nil {
		listed.Problem = strings.Join(strings.Fields(err.Error()), " ")
	}
	return listed
}

// Row returns the cells of a target, separated by tabs.
func (t *Target) Row() string {
	name := t.Name
	if t.Default {
		name += " (default)"
	}
	if t.Problem != "" {
		return name + "\t\t" + t.Problem
	}
	var addresses []string
	for _, service := range target.Services {
		if address := t.Addresses[service]; address != "" {
			addresses = append(addresses, service+" "+address)
		}
	}
	allows := t.allows
	if t.Production {
		allows += " (production)"
	}
	return name + "\t" + allows + "\t" + strings.Join(addresses, ", ")
}
