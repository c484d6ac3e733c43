//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package folderlock

import (
	"errors"
	"os"
	"syscall"
)

// attempts bounds how often a file is opened again because its last owner removed it.
const attempts = 10

func take(path string) (release func(), err error) {
	for range attempts {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600) //nolint:gosec // the user names the folder
		if err != nil {
			return nil, err
		}
		err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.Join(ErrTaken, file.Close())
		}
		mine, statErr := file.Stat()
		if there, err := os.Stat(path); err == nil && statErr == nil && os.SameFile(mine, there) {
			return func() {
				_ = os.Remove(path) // while it is locked, so that nobody else's is removed
				_ = file.Close()
			}, nil
		}
		_ = file.Close()
	}
	return nil, ErrTaken
}
