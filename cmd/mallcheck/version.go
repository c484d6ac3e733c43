package main

import (
	"fmt"
	"time"

	"github.com/mallcheck/mallcheck/cmd/mallcheck/internal/console"
	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/openapi"
)

// versionCommand prints the version and build information.
type versionCommand struct {
	JSON bool `name:"json" help:"Print JSON, with commit, Go version, platform and way of installation."`
}

// Help gives examples, below the usage.
func (versionCommand) Help() string {
	return `Examples:
  mallcheck version
  mallcheck version --json | jq -r .contracts.mall

A digest is the SHA-256 of what mallcheck contract prints. Runs with equal digests used the same contract.`
}

// builtVersion is a build as it is printed.
type builtVersion struct {
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Commit     string     `json:"commit,omitempty"`
	CommitTime *time.Time `json:"commitTime,omitempty"`
	Modified   bool       `json:"modified"`
	Go         string     `json:"go"`
	Platform   string     `json:"platform"`
	Installed  string     `json:"installed"`
	Contracts  digests    `json:"contracts"`
}

// digests are the SHA-256 of the documents, in hex.
type digests struct {
	Mall string `json:"mall"`
	Push string `json:"push"`
}

// Run implements the command.
func (c *versionCommand) Run(std *console.Streams) error {
	mall, err := openapi.Mall()
	if err != nil {
		return err
	}
	push, err := openapi.Push()
	if err != nil {
		return err
	}
	build := conformance.Built()
	if !c.JSON {
		_, err = fmt.Fprintf(std.Out, "mallcheck %s\ncontract sha256:%s\npush sha256:%s\ninstalled: %s\n",
			build.Version, mall.Digest(), push.Digest(), conformance.InstalledBy())
		return err
	}
	told := builtVersion{
		Name: "mallcheck", Version: build.Version, Commit: build.Commit, Modified: build.Modified,
		Go: build.Go, Platform: build.Platform, Installed: conformance.InstalledBy(), Contracts: digests{mall.Digest(), push.Digest()},
	}
	if !build.CommitTime.IsZero() {
		told.CommitTime = &build.CommitTime
	}
	return std.WriteJSON(told)
}
