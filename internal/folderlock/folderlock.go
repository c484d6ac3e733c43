// Package folderlock lets one process at a time use a folder of reports, whose files
// another would replace.
package folderlock

import (
	"errors"
	"path/filepath"
)

// File is the name of the file in a folder that is there while somebody uses it. A
// killed process leaves it behind without locking anybody out.
const File = ".mallcheck.lock"

// ErrTaken is the error of a folder that somebody uses.
var ErrTaken = errors.New("another mallcheck uses it")

// Take takes a folder that is there until release is called or the process ends. Where
// the file system knows no locks, everybody gets it.
func Take(dir string) (release func(), err error) { return take(filepath.Join(dir, File)) }
