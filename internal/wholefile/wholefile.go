// Package wholefile writes files completely or not at all, and reads files with a byte-order mark.
package wholefile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Put is Replace for a path from a user: it writes to a link or device.
func Put(path string, mode os.FileMode, text []byte) error {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return Reason(os.WriteFile(path, text, mode))
	}
	return Replace(path, mode, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// Create writes a file that must not exist yet. The error names the file and what to do.
func Create(path string, text []byte, mode os.FileMode) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode) //nolint:gosec // the user's own file
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s already exists; choose another file, or delete it first", path)
	}
	if err == nil {
		_, err = file.Write(text)
		err = errors.Join(err, file.Close())
		if err != nil {
			_ = os.Remove(path) // otherwise the next try would refuse the incomplete file as existing
		}
	}
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w; name a file in a folder that exists and that you may write to", path, Reason(err))
	}
	return nil
}

// Replace lets write fill a new file beside path, gives it the mode, and renames it to path. It
// replaces a link itself. After an error the old file is unchanged. The error names no temporary
// file.
func Replace(path string, mode os.FileMode, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return Reason(err)
	}
	if err := errors.Join(file.Chmod(mode), fill(file, write)); err != nil {
		return errors.Join(Reason(err), Reason(os.Remove(file.Name())))
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return errors.Join(Reason(err), Reason(os.Remove(file.Name())))
	}
	return nil
}

// fill lets write fill a file and closes it.
func fill(file *os.File, write func(io.Writer) error) error {
	buffered := bufio.NewWriterSize(file, 64<<10)
	return errors.Join(write(buffered), buffered.Flush(), file.Close())
}

// Reason returns an error of package os without its path; nil for nil.
func Reason(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// WithoutMark returns a reader that skips the UTF-8 byte-order mark with which some editors and shells begin a file.
func WithoutMark(r io.Reader) *bufio.Reader {
	buffered := bufio.NewReader(r)
	if head, _ := buffered.Peek(len(byteOrderMark)); string(head) == byteOrderMark { // what cannot be read is told by the next read
		_, _ = buffered.Discard(len(byteOrderMark)) // it is in the buffer
	}
	return buffered
}

const byteOrderMark = "\xef\xbb\xbf"
