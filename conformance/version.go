package conformance

import (
	"cmp"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/mallcheck/mallcheck/internal/installed"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
)

// modulePath identifies this module among the modules of a program.
const modulePath = "github.com/mallcheck/mallcheck"

// The linker sets these where go build cannot see the version control: make dist and the
// Dockerfile pass -X. Only the Dockerfile sets the way of installation.
var version, commit, installedBy string

// InstalledBy returns how this program was installed: "Python wheel", "npm package",
// "Debian package", "container image", "release archive", "go install", "built from
// source" or "unknown". Unlike [Built] it depends on the machine.
func InstalledBy() string { return installed.By(installedBy, version) }

// Build says from what a program with this suite was built.
type Build struct {
	// Version is the version set at build time, or else the version of the module, or
	// "devel" for an unknown working tree.
	Version string
	// Commit is the revision, in hex, and CommitTime its time. Both are zero if neither
	// the linker nor go build knew them.
	Commit     string
	CommitTime time.Time
	// Modified reports that the working tree differed from the commit.
	Modified bool
	// Go is the version of Go, such as "go1.26.8", and Platform the platform, such as
	// "linux/amd64".
	Go, Platform string
}

// Version returns the version of the suite, as [Built] does.
func Version() string { return Built().Version }

// toolOf identifies this build and the contract that it holds a target to.
func toolOf(contract *openapi.Contract) reports.Tool {
	return reports.Tool{Name: "mallcheck", Version: Version(), Contract: contract.Digest()}
}

// Built returns from what this program was built. It depends only on the build, not on
// the time or the machine, so that builds are reproducible.
func Built() Build {
	build := Build{Version: version, Commit: commit, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		build.read(info)
	}
	build.Version = cmp.Or(build.Version, "devel")
	return build
}

// read adds what go build wrote into the program. Values set by the linker stay. In a
// program of another module the settings describe the commit of that module.
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
			b.Commit = cmp.Or(b.Commit, setting.Value)
		case "vcs.time":
			b.CommitTime, _ = time.Parse(time.RFC3339, setting.Value) // go build wrote it
		case "vcs.modified":
			b.Modified = setting.Value == "true"
		}
	}
}
