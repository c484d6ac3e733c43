package session

import (
	"context"
	"sync"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// unknownPlan stands for the code and name of an unknown plan. The documentation prints
// "string".
const unknownPlan = "string"

// plans reads the plan code of the target's package once for a run.
type plans struct {
	once sync.Once
	code string
}

// planCode returns the code of the plan that singleServicePlanPage lists for the target's
// package. A subscription needs it, and no setting names it. The embedded sandbox
// accepts any code.
func (c *Connection) planCode() string {
	c.plans.once.Do(func() {
		c.plans.code = unknownPlan
		if c.target.Sandbox || c.target.URLs["vshop"] == "" || len(c.target.SIMs) == 0 {
			return
		}
		_ = attempt(func() { // the checks report a target that does not answer
			ctx := context.Background()
			s := c.Session(ctx)
			answer := s.Send(ctx, s.NewSingleServicePlanPage(c.target.SIMs[0]))
			if code := wire.PlanCodeOf(answer, c.target.Package); code != "" {
				c.plans.code = code
			}
		})
	})
	return c.plans.code
}
