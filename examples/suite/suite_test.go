// Package suite shows how another module runs the checks in its own tests, beside
// Ginkgo specs of its own that use the suite's session.
package suite

import (
	"context"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/embedded"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
)

// TestMall runs the checks. Without an address they run against a sandbox.
func TestMall(t *testing.T) {
	mall, closing, err := embedded.Open(target.Flags(target.Settings{ReportDir: t.TempDir(), Only: []string{"ENV-001"}}))
	if err != nil {
		t.Fatal(err)
	}
	defer closing()
	conformance.Test(t, mall)
}

var _ = Describe("our own expectations", func() {
	It("adds a SIM card to the group", func(ctx SpecContext) {
		s := session(ctx)
		accepted := s.AddSIMs(ctx, s.Group(), s.ExistingSIM())
		Expect(s.AwaitResult(ctx, accepted.RequestID).Status).To(Equal("completed"))
	})
})

// TestOwnSpecs runs them.
func TestOwnSpecs(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "own")
}

// session returns a session with a sandbox of its own, which undoes what the spec did.
func session(ctx context.Context) *conformance.Session {
	mall, closing, err := embedded.Open(target.Flags(target.Settings{}))
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(closing)
	contract, err := openapi.Mall()
	Expect(err).NotTo(HaveOccurred())
	connection, err := conformance.Connect(mall, contract)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(connection.Close)
	s := connection.Session(ctx)
	DeferCleanup(func() { Expect(s.Close()).To(BeEmpty()) })
	return s
}
