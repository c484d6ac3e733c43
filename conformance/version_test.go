package conformance

import (
	"runtime/debug"
	"testing"
	"time"
)

// The version comes from the linker or this module, never from a program that imports it.
func TestBuildIsRead(t *testing.T) {
	settings := []debug.BuildSetting{
		{Key: "vcs.revision", Value: "abc"}, {Key: "vcs.time", Value: "2026-11-23T07:00:00Z"}, {Key: "vcs.modified", Value: "true"},
	}
	at := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	ours := debug.Module{Path: modulePath, Version: "v1.2.3"}
	other := debug.Module{Path: "example.com/partner", Version: "v9.0.0"}
	for _, test := range []struct {
		name   string
		before Build
		info   debug.BuildInfo
		want   Build
	}{
		{"a tagged module", Build{}, debug.BuildInfo{Main: ours, Settings: settings}, Build{Version: "v1.2.3", Commit: "abc", CommitTime: at, Modified: true}},
		{"a working tree", Build{}, debug.BuildInfo{Main: debug.Module{Path: modulePath, Version: "(devel)"}}, Build{}},
		{"a version that was told", Build{Version: "v2.0.0", Commit: "def"}, debug.BuildInfo{Main: ours, Settings: settings}, Build{Version: "v2.0.0", Commit: "def", CommitTime: at, Modified: true}},
		{"another program", Build{}, debug.BuildInfo{Main: other, Deps: []*debug.Module{&ours}, Settings: settings}, Build{Version: "v1.2.3"}},
		{"a program without the module", Build{}, debug.BuildInfo{Main: other, Settings: settings}, Build{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := test.before
			if got.read(&test.info); got != test.want {
				t.Errorf("%+v, want %+v", got, test.want)
			}
		})
	}
}
