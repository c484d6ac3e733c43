package store

import (
	"container/heap"
	"slices"
	"time"
)

// taskBook stores the tasks: all by id, the unfinished ones by the time of their end, and those that may
// be evicted in order of eviction.
type taskBook struct {
	byID     map[string]*Task
	Pending  taskHeap
	idle     []*Task // finished, or never finishing
	accepted uint64
	count    int
	weight   int
}

func newTaskBook() taskBook { return taskBook{byID: map[string]*Task{}} }

// makeRoom evicts the oldest idle tasks until one more of this weight fits, and reports whether it fits.
func (b *taskBook) makeRoom(weight int, bounds Bounds) bool {
	forget := 0
	for b.count+1 > bounds.Tasks || b.weight+weight > bounds.TaskSIMs {
		if forget == len(b.idle) {
			break
		}
		t := b.idle[forget]
		forget++
		if b.byID[t.RequestID] == t { // an interceptor may have reused its id
			delete(b.byID, t.RequestID)
		}
		b.count--
		b.weight -= t.weight
	}
	b.idle = slices.Delete(b.idle, 0, forget)
	return b.count+1 <= bounds.Tasks && b.weight+weight <= bounds.TaskSIMs
}

// put stores an accepted task.
func (b *taskBook) put(t *Task) {
	b.accepted++
	t.number, t.weight = b.accepted, len(t.SIMs)
	b.count++
	b.weight += t.weight
	b.byID[t.RequestID] = t
	if t.Delay < 0 {
		b.idle = append(b.idle, t)
		return
	}
	heap.Push(&b.Pending, t)
}

// Release makes all held tasks end now and returns their number.
func (b *taskBook) Release(now time.Time) int {
	idle := b.idle
	b.idle = nil
	released := 0
	for _, t := range idle {
		if !t.held {
			b.idle = append(b.idle, t)
			continue
		}
		t.held, t.Delay, t.due = false, 0, now
		heap.Push(&b.Pending, t)
		released++
	}
	return released
}

// taskHeap orders unfinished tasks by their end, then by their acceptance.
type taskHeap []*Task

// Len is the number of tasks.
func (h taskHeap) Len() int { return len(h) }

// Less reports whether task i ends before task j.
func (h taskHeap) Less(i, j int) bool {
	if h[i].due.Equal(h[j].due) {
		return h[i].number < h[j].number
	}
	return h[i].due.Before(h[j].due)
}

// Swap exchanges two tasks.
func (h taskHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push appends a task.
func (h *taskHeap) Push(x any) { *h = append(*h, x.(*Task)) }

// Pop takes the last task.
func (h *taskHeap) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return t
}
