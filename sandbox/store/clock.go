package store

import (
	"sync/atomic"
	"time"
)

// Clock is the clock of the mall: Config.Now plus the advance set through the control path.
type Clock struct {
	Base  func() time.Time
	Ahead atomic.Int64
}

// Now returns the time of the mall.
func (c *Clock) Now() time.Time { return c.Base().Add(time.Duration(c.Ahead.Load())) }
