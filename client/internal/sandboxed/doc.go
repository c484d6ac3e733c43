// Package sandboxed tests package client against the sandbox. It has no code: it
// is apart so that projects that import the client do not inherit what the
// sandbox depends on.
package sandboxed
