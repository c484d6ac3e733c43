package installed

import (
	"testing"
	"testing/fstest"
)

func TestBy(t *testing.T) {
	file := &fstest.MapFile{}
	for name, test := range map[string]struct {
		files  fstest.MapFS
		path   string
		linked string
		module string
		want   string
	}{
		"pip in a virtual environment": {
			files: fstest.MapFS{"home/me/venv/lib/python3.11/site-packages/mallcheck-1.2.3.dist-info/RECORD": file},
			path:  "home/me/venv/bin/mallcheck", linked: "v1.2.3", want: Pip,
		},
		"pip for the system": {
			files: fstest.MapFS{"usr/local/lib/python3.11/dist-packages/mallcheck-1.2.3.dist-info/RECORD": file},
			path:  "usr/local/bin/mallcheck", linked: "v1.2.3", want: Pip,
		},
		"pip on Windows": {
			files: fstest.MapFS{"venv/Lib/site-packages/mallcheck-1.2.3.dist-info/RECORD": file},
			path:  "venv/Scripts/mallcheck.exe", linked: "v1.2.3", want: Pip,
		},
		"npm": {
			path: "srv/app/node_modules/@mallcheck/linux-x64/bin/mallcheck", linked: "v1.2.3", want: NPM,
		},
		"dpkg": {
			files: fstest.MapFS{"var/lib/dpkg/info/mallcheck.list": {Data: []byte("/.\n/usr/bin\n/usr/bin/mallcheck\n")}},
			path:  "usr/bin/mallcheck", linked: "v1.2.3", want: Debian,
		},
		"an archive beside a Debian package": {
			files: fstest.MapFS{"var/lib/dpkg/info/mallcheck.list": {Data: []byte("/usr/bin/mallcheck\n")}},
			path:  "usr/local/bin/mallcheck", linked: "v1.2.3", want: Archive,
		},
		"go install":      {path: "home/me/go/bin/mallcheck", module: "v1.2.3", want: GoInstall},
		"a working tree":  {path: "home/me/mallcheck/bin/mallcheck", module: "(devel)", want: Source},
		"at the top":      {path: "mallcheck", want: Source},
		"another package": {files: fstest.MapFS{"venv/lib/python3.11/site-packages/other-1.dist-info/RECORD": file}, path: "venv/bin/mallcheck", want: Source},
	} {
		t.Run(name, func(t *testing.T) {
			if got := by(test.files, test.path, test.linked, test.module); got != test.want {
				t.Errorf("by(%s) = %q, want %q", test.path, got, test.want)
			}
		})
	}
}

func TestByOfALinkedWay(t *testing.T) {
	if got := By(Container, "v1.2.3"); got != Container {
		t.Errorf("By = %q, want the linked %q", got, Container)
	}
}

func TestByOfThisTest(t *testing.T) {
	if got := By("", ""); got != Source {
		t.Errorf("By = %q in a test binary, want %q", got, Source)
	}
}
