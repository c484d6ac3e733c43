package reports

import (
	"bytes"
	"fmt"
	"io"
)

const (
	// shardBodies is how many bytes of bodies of all shards are kept completely, and shardBody how many
	// bytes of each body beyond that: what a run keeps by default.
	shardBodies, shardBody = 64 << 20, 1 << 10
	// shardMemory is the most memory that the shards of a run may take together, in bytes.
	shardMemory = 160 << 20
)

// ShardReader reads the shards of a run for Merge. Together they take no more memory than one run:
// bodies beyond 64 MiB in total are cut to their beginning.
type ShardReader struct{ bodies, memory int }

// Read is ReadJSON for the next shard.
func (s *ShardReader) Read(r io.Reader) (*Run, error) {
	return ReadResults(r, func(result *Result) error {
		for i := range result.Exchanges {
			s.cut(&result.Exchanges[i])
		}
		if s.memory += result.size(); s.memory > shardMemory {
			return fmt.Errorf("the shards take more than %d MiB of memory", shardMemory>>20)
		}
		return nil
	})
}

// cut cuts the bodies of an exchange if earlier ones have used up shardBodies.
func (s *ShardReader) cut(e *Exchange) {
	bodies := []*Body{&e.Request.Body}
	cuts := []*int64{&e.Request.Cut}
	if e.Response != nil {
		bodies, cuts = append(bodies, &e.Response.Body), append(cuts, &e.Response.Cut)
	}
	for i, body := range bodies {
		if s.bodies+len(*body) > shardBodies {
			head, cut := cutBody(*body, *cuts[i], shardBody)
			*body, *cuts[i] = bytes.Clone(head), cut
		}
		s.bodies += len(*body)
	}
}
