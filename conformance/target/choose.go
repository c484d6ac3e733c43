package target

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Layers returns the layers of settings in order of precedence: the flags, the environment
// (in the form of os.Environ) and one target of a file. The file is the one that flags or
// environment name, otherwise FileName in dir, if it exists. Without a named target and
// without an address, the target is the file's default. A file without a default is then an
// error, because a run of the sandbox could be mistaken for a run of the target. Errors
// have type *Error.
func Layers(flags Settings, environ []string, dir string) ([]Layer, error) {
	environment, err := Environment(environ)
	if err != nil {
		return nil, err
	}
	layers := []Layer{Flags(flags), environment}
	r := &resolver{layers: layers}
	name := r.text("target")
	if name == SandboxName || name == "" && HasAddress(layers...) {
		return layers, nil
	}
	file, err := r.file(dir)
	if err != nil || file == nil && name == "" {
		return layers, err
	}
	if file == nil {
		return nil, &Error{Origin: r.originOf("target", name), Value: name, Problem: "is named, but there is no " + FileName + " here", Instead: "mallcheck init writes one; or name a file with --config FILE"}
	}
	if name != "" && !slices.Contains(file.Names(), name) {
		return nil, &Error{Origin: r.originOf("target", name), Value: name, Problem: "is not a target of " + file.Path(),
			Instead: suggestion(name, append(file.Names(), SandboxName))}
	}
	if name = cmp.Or(name, file.Default()); name == "" {
		return nil, &Error{Origin: file.Path(), Problem: NoDefault, Instead: "choose with --target one of " +
			strings.Join(append(file.Names(), SandboxName), ", ") + "; or write default: NAME into the file"}
	}
	if name == SandboxName {
		return layers, nil
	}
	chosen, err := file.Layer(name, environ)
	chosen.Settings.Target = name // where neither flag nor variable names it, the file does
	return append(layers, chosen), err
}

// Chosen returns the name of the target that layers choose, "" for none.
func Chosen(layers ...Layer) string { return (&resolver{layers: layers}).text("target") }

// NoDefault is the problem of a file without a default if no target is chosen.
const NoDefault = "names no default target"

// FindFile returns the file of targets that flags and environment name, or FileName
// in dir; nil if neither exists.
func FindFile(flags Settings, environ []string, dir string) (*File, error) {
	environment, err := Environment(environ)
	if err != nil {
		return nil, err
	}
	r := &resolver{layers: []Layer{Flags(flags), environment}}
	return r.file(dir)
}

// file reads the file of targets; nil if none is named and none exists.
func (r *resolver) file(dir string) (*File, error) {
	named := r.text("config")
	path := cmp.Or(named, filepath.Join(dir, FileName))
	if _, err := os.Lstat(path); named == "" && errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	file, err := ReadFile(path)
	var told *Error
	if named != "" && errors.As(err, &told) && told.Origin == path {
		told.Origin = r.originOf("config", named) + ": " + path
	}
	return file, err
}
