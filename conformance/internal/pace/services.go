package pace

import (
	"fmt"
	"sync"
	"time"
)

// maxTimeouts is how many calls of a service may time out in a row before the rest of its checks become
// inconclusive at once.
const maxTimeouts = 3

// Services remembers which services no longer answer. It is safe for concurrent use.
type Services struct {
	limit time.Duration // of a call

	mu       sync.Mutex
	timeouts map[string]int  // in a row, by service
	large    map[string]bool // services that sent an answer above the size limit
}

// NewServices returns the services of a target whose calls time out after limit.
func NewServices(limit time.Duration) *Services {
	return &Services{limit: limit, timeouts: map[string]int{}, large: map[string]bool{}}
}

// Unanswered counts a call that timed out or, if large is set, one whose answer was above the size
// limit.
func (s *Services) Unanswered(service string, large bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if large {
		s.large[service] = true
	}
	s.timeouts[service]++
}

// Answered resets the count of a service.
func (s *Services) Answered(service string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timeouts[service] = 0
}

// ForgetLarge resumes calls of services that were given up because of answers above the size limit,
// because such an answer is a deviation that a check can report.
func (s *Services) ForgetLarge() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for service := range s.large {
		delete(s.timeouts, service)
	}
	clear(s.large)
}

// GivenUp says why a service is no longer called; "" if it is.
func (s *Services) GivenUp(service string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timeouts[service] < maxTimeouts {
		return ""
	}
	return fmt.Sprintf("%d calls of the %s service in a row timed out after %s or never ended; the run no longer calls it",
		maxTimeouts, service, s.limit)
}
