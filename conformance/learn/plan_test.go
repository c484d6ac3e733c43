package learn

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/sandbox"
)

// With the overlay of a lenient target, a plan counts the orders that the target makes of invalid requests.
func TestAPlanWithAnOverlayCountsWhatTheTargetAccepts(t *testing.T) {
	const variant = "version-defaulted"
	interceptors, settings, err := embedded.Behaviour(nil, []string{variant})
	if err != nil {
		t.Fatal(err)
	}
	server, err := sandbox.Start(context.Background(), sandbox.Config{Seed: 1, TaskDelay: time.Millisecond, Interceptors: interceptors, Terse: true}, sandbox.DefaultListen)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Close(context.Background()) }()
	values := server.Settings()
	maps.Copy(values, settings)
	served, err := target.Sandbox(values)
	if err != nil {
		t.Fatal(err)
	}
	whole, _ := written(t, learnt(t, record(t, target.Settings{Seed: "1", Variant: []string{variant}})))
	file := filepath.Join(t.TempDir(), "lenient.overlay.yaml")
	if err := os.WriteFile(file, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	given := target.Settings{Seed: "1", Concurrency: "1", Only: []string{"GEN/singleOrder/body/*"}, Allow: strings.Split("read,write,purchase", ","), Strict: "documented"}
	plan := func(overlay string) *conformance.Plan {
		t.Helper()
		given.Overlay = overlay
		planned, err := embedded.Plan(t.Context(), target.Flags(given), served)
		if err != nil {
			t.Fatal(err)
		}
		return planned
	}
	under, err := target.Resolve(target.Flags(given), served)
	if err != nil {
		t.Fatal(err)
	}
	under.Sandbox, under.ReportDir = false, t.TempDir()
	run, err := conformance.Run(t.Context(), under, nil)
	if err != nil {
		t.Fatal(err)
	}
	without, with := plan(""), plan(file)
	if with.Orders != run.Cost.Orders || without.Orders >= with.Orders {
		t.Errorf("%d orders were made, %d planned with the overlay and %d without", run.Cost.Orders, with.Orders, without.Orders)
	}
}
