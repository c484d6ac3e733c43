// Package folderlock lets only one process at a time use a folder of reports, because
// another would replace its files.
package folderlock

import (
	"errors"
	"path/filepath"
)

// File is the name of the lock file in a folder. A killed process leaves the file behind,
// but no lock.
const File = ".mallcheck.lock"

// ErrTaken means that another process uses the folder.
var ErrTaken = errors.New("another mallcheck uses it")

// Take locks an existing folder until release is called or the process ends. On a file
// system without locks it always succeeds.
func Take(dir string) (release func(), err error) { return take(filepath.Join(dir, File)) }
