package sandbox

import (
	"sync/atomic"
	"time"
)

// clock is the clock of the mall: Config.Now plus the advance set through the control path.
type clock struct {
	base  func() time.Time
	ahead atomic.Int64
}

// Now returns the time of the mall.
func (c *clock) Now() time.Time { return c.base().Add(time.Duration(c.ahead.Load())) }
