package target

import (
	"strconv"
	"strings"

	"github.com/mallcheck/mallcheck/reports"
)

// mostShards bounds the number of shards.
const mostShards = 1000

func shard(text string) (reports.Shard, error) {
	index, count, _ := strings.Cut(text, "/")
	i, errIndex := strconv.Atoi(index)
	n, errCount := strconv.Atoi(count)
	if errIndex != nil || errCount != nil || i < 1 || i > n || n > mostShards {
		return reports.Shard{}, malformed{problem: "is not a valid shard", instead: "write which one of how many, such as 2/4"}
	}
	return reports.Shard{Index: i, Count: n}, nil
}

// mostConcurrency bounds the number of checks at once.
const mostConcurrency = 64

func concurrency(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > mostConcurrency {
		return 0, malformed{"is not a valid number of checks", "write a whole number from 1 to 64"}
	}
	return n, nil
}

// sameSeed requires a seed with shards, because otherwise each shard would choose its own.
func (r *resolver) sameSeed(t *Target) {
	if t.Shard.Count > 0 && r.text("seed") == "" && r.problem == nil {
		r.problem = &Error{Origin: "--seed", Problem: "is missing", Instead: "the shards of one run have the same: give each --seed N, any number"}
	}
}
