// Package installed finds out how a program was installed, from the path of its binary and
// from its build information.
package installed

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
)

// The ways of installation. Container is what a container image links in.
const (
	Pip       = "Python wheel"
	NPM       = "npm package"
	Debian    = "Debian package"
	Container = "container image"
	Archive   = "release archive"
	GoInstall = "go install"
	Source    = "built from source"
	Unknown   = "unknown"
)

// By returns how the running program was installed. linked and version are what the linker
// set, empty for nothing. The result is [Unknown] if the path of the program cannot be
// found.
func By(linked, version string) string {
	if linked != "" {
		return linked
	}
	path, err := os.Executable()
	if err != nil { // Linux without /proc
		if path, err = exec.LookPath(os.Args[0]); err != nil {
			return Unknown
		}
		if path, err = filepath.Abs(path); err != nil {
			return Unknown
		}
	}
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		path = resolved
	}
	module := ""
	if info, ok := debug.ReadBuildInfo(); ok {
		module = info.Main.Version
		for _, setting := range info.Settings {
			if setting.Key == "vcs" { // go install of a module version has no repository around it
				module = ""
			}
		}
	}
	root := filepath.VolumeName(path) + string(filepath.Separator)
	rel, err := filepath.Rel(root, path)
	if err != nil {
		return Unknown
	}
	return by(os.DirFS(root), filepath.ToSlash(rel), version, module)
}

// by decides for a program at path below the root of a file system. Module is the
// version of its main module if go install built it.
func by(root fs.FS, path, version, module string) string {
	switch {
	case strings.Contains(path, "node_modules/"):
		return NPM
	case wheel(root, path):
		return Pip
	case debian(root, path):
		return Debian
	case version != "":
		return Archive
	case module != "" && module != "(devel)":
		return GoInstall
	default:
		return Source
	}
}

// wheel reports whether pip installed the program at path: the environment around its
// folder of programs has a package with a record of its files.
func wheel(root fs.FS, path string) bool {
	environment := ancestor(path, 2)
	for _, packages := range []string{"lib/python3*/site-packages", "lib/python3*/dist-packages", "lib/python3/dist-packages", "Lib/site-packages"} {
		found, err := fs.Glob(root, join(environment, packages, "mallcheck-*.dist-info"))
		if err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}

// debian reports whether dpkg lists the program at path among mallcheck's files.
func debian(root fs.FS, path string) bool {
	list, err := fs.ReadFile(root, "var/lib/dpkg/info/mallcheck.list")
	if err != nil {
		return false
	}
	for file := range strings.Lines(string(list)) {
		if strings.TrimSpace(file) == "/"+path {
			return true
		}
	}
	return false
}

// ancestor returns path without its last n elements.
func ancestor(path string, n int) string {
	elements := strings.Split(path, "/")
	return strings.Join(elements[:max(0, len(elements)-n)], "/")
}

// join joins elements as [fs.FS] wants them, the empty ones left out.
func join(elements ...string) string {
	return strings.TrimPrefix(strings.Join(elements, "/"), "/")
}
