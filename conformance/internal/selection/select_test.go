package selection

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/checks"
	"github.com/mallcheck/mallcheck/conformance/target"
)

func someChecks() []checks.Check {
	return []checks.Check{
		{ID: "SIG-001", Operations: []string{"singleVerify"}},
		{ID: "SIG-004/addSims", Operations: []string{"addSims"}},
		{ID: "SIG-004/listBundles", Operations: []string{"listBundles"}},
		{ID: "RID-001", Operations: []string{"addSims"}},
	}
}

func TestSelect(t *testing.T) {
	for _, test := range []struct {
		name       string
		only, skip []string
		want       string
	}{
		{"everything", nil, nil, "SIG-001 SIG-004/addSims SIG-004/listBundles RID-001"},
		{"an id", []string{"RID-001"}, nil, "RID-001"},
		{"an id takes its cases along", []string{"SIG-004"}, nil, "SIG-004/addSims SIG-004/listBundles"},
		{"one case", []string{"SIG-004/addSims"}, nil, "SIG-004/addSims"},
		{"a star crosses a slash", []string{"SIG*"}, nil, "SIG-001 SIG-004/addSims SIG-004/listBundles"},
		{"an area", []string{"area:RID"}, nil, "RID-001"},
		{"an operation", []string{"op:addSims"}, nil, "SIG-004/addSims RID-001"},
		{"several", []string{"RID-001", "SIG-001"}, nil, "SIG-001 RID-001"},
		{"skip", nil, []string{"area:SIG"}, "RID-001"},
		{"both", []string{"op:addSims"}, []string{"SIG-004"}, "RID-001"},
	} {
		t.Run(test.name, func(t *testing.T) {
			selected, err := Select(someChecks(), test.only, test.skip)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, check := range selected {
				ids = append(ids, check.ID)
			}
			if got := strings.Join(ids, " "); got != test.want {
				t.Errorf("selected %s, want %s", got, test.want)
			}
		})
	}
}

func TestSelectRefuses(t *testing.T) {
	for _, test := range []struct {
		name       string
		only, skip []string
		want       string
	}{
		{"an unknown id, with the nearest", []string{"RID-0O1"}, nil, `--only: "RID-0O1" matches no check; did you mean RID-001?`},
		{"an area without its prefix", []string{"SIG"}, nil, `--only: "SIG" matches no check; did you mean area:SIG?`},
		{"an area in lower case", []string{"rid"}, nil, `--only: "rid" matches no check; did you mean area:RID?`},
		{"an unknown area", nil, []string{"area:RIX"}, `--skip: "area:RIX" matches no check; did you mean area:RID?`},
		{"a broken glob", []string{"SIG-["}, nil, `--only: "SIG-[" is not a valid pattern; write an id, a glob, area:RID or op:addSims`},
		{"nothing left", []string{"RID-001"}, []string{"area:RID"}, "--only and --skip together select no check; leave one of them out"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Select(someChecks(), test.only, test.skip)
			var told *target.Error
			if !errors.As(err, &told) || err.Error() != test.want {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
}

func TestSelectKeepsOrder(t *testing.T) {
	selected, err := Select(checks.All(), []string{"*"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(selected, func(a, b checks.Check) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("the checks are not in the order of their ids")
	}
}
