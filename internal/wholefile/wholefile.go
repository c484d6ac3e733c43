// Package wholefile writes files that are there as a whole or not at all, and reads those that editors marked.
package wholefile

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Put is Replace for a path that a user names: a link or a device is written to.
func Put(path string, mode os.FileMode, text []byte) error {
	if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return Reason(os.WriteFile(path, text, mode))
	}
	return Replace(path, mode, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// Replace has write fill a new file beside path, which then takes its place with the
// given mode, also that of a link. When anything fails, the file that was there stays as
// it was. The error names no temporary file.
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

// fill has write fill a file and closes it.
func fill(file *os.File, write func(io.Writer) error) error {
	buffered := bufio.NewWriterSize(file, 64<<10)
	return errors.Join(write(buffered), buffered.Flush(), file.Close())
}

// Reason leaves away the paths that errors of package os name; nil for nil.
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

// WithoutMark returns a reader that leaves out the UTF-8 byte-order mark with which some editors and shells begin a file.
func WithoutMark(r io.Reader) *bufio.Reader {
	buffered := bufio.NewReader(r)
	if head, _ := buffered.Peek(len(byteOrderMark)); string(head) == byteOrderMark { // what cannot be read is told by the next read
		_, _ = buffered.Discard(len(byteOrderMark)) // it is in the buffer
	}
	return buffered
}

const byteOrderMark = "\xef\xbb\xbf"
