// Package selection says which checks a run runs: by patterns, by the switches of go test
// and Ginkgo, and as one of several shards.
package selection
