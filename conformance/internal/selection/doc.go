// Package selection decides which checks run: by patterns, by the flags of go test and Ginkgo, and as
// one of several shards.
package selection
