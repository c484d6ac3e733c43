package redact

import "sync"

// Limits of what is remembered of bodies: most are short and met many times, since checks
// share exchanges and a target refuses many requests in the same words.
const (
	longestBody = 4 << 10
	mostBodies  = 4 << 20 // bytes
)

// bodies remembers the redacted forms of bodies. It is safe for concurrent use.
type bodies struct {
	mu    sync.RWMutex
	known map[string][]byte
	size  int
}

// told returns the redacted form of a body that was noted.
func (b *bodies) told(raw []byte) (told []byte, known bool) {
	if len(raw) > longestBody {
		return nil, false
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	told, known = b.known[string(raw)]
	return told, known
}

// note remembers the redacted form of a body.
func (b *bodies) note(src string, told []byte) {
	if len(src) > longestBody {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.size += len(src); b.size > mostBodies {
		return
	}
	if b.known == nil {
		b.known = map[string][]byte{}
	}
	b.known[src] = told
}

// forget remembers nothing any more.
func (b *bodies) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.known, b.size = nil, 0
}
