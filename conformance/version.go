package conformance

import (
	"runtime"
	"runtime/debug"
	"time"

	"github.com/mallcheck/mallcheck/internal/installed"
)

// modulePath names this module among those that a program was built of.
const modulePath = "github.com/mallcheck/mallcheck"

// What the linker sets where go build cannot see the version control: make dist and
// the Dockerfile pass -X for them. The Dockerfile alone sets the way of installation.
var version, commit, installedBy string

// InstalledBy returns how this program was installed: "Python wheel", "npm package",
// "Debian package", "container image", "release archive", "go install", "built from
// source" or "unknown". Unlike [Built] it depends on the machine.
func InstalledBy() string { return installed.By(installedBy, version) }

// Build says what a program with this suite in it was built from.
type Build struct {
	// Version is the version set at build time, or else that of the module;
	// "devel" for an unknown working tree.
	Version string
	// Commit is the revision, in hex, and CommitTime its time; empty and zero
	// where neither the linker nor go build knew them.
	Commit     string
	CommitTime time.Time
	// Modified reports that the working tree differed from the commit.
	Modified bool
	// Go is the version of Go, as in "go1.26.8"; Platform is "linux/amd64" and the like.
	Go, Platform string
}

// Version returns the version of the suite: that of [Built].
func Version() string { return Built().Version }

// Built returns what this program was built from. It depends on the build alone,
// never on the time or the machine, so that a build can be repeated byte for byte.
func Built() Build {
	build := Build{Version: version, Commit: commit, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		build.read(info)
	}
	if build.Version == "" {
		build.Version = "devel"
	}
	return build
}

// read adds what go build wrote into the program; values set by the linker stay.
// In a program of another module the settings tell of that module's commit.
func (b *Build) read(info *debug.BuildInfo) {
	module := info.Main
	for _, dependency := range info.Deps {
		if dependency.Path == modulePath {
			module = *dependency
		}
	}
	if b.Version == "" && module.Path == modulePath && module.Version != "(devel)" {
		b.Version = module.Version
	}
	if info.Main.Path != modulePath {
		return
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			if b.Commit == "" {
				b.Commit = setting.Value
			}
		case "vcs.time":
			b.CommitTime, _ = time.Parse(time.RFC3339, setting.Value) // go build wrote it
		case "vcs.modified":
			b.Modified = setting.Value == "true"
		}
	}
}
