package folderlock_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mallcheck/mallcheck/internal/folderlock"
)

func TestTake(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		release, err := folderlock.Take(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := folderlock.Take(dir); !errors.Is(err, folderlock.ErrTaken) {
			t.Errorf("a folder was taken twice: %v", err)
		}
		if other, err := folderlock.Take(t.TempDir()); err != nil {
			t.Errorf("another folder: %v", err)
		} else {
			other()
		}
		release()
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// A file that a killed process left locks nobody out.
func TestTakeWhatIsLeft(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, folderlock.File), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	release, err := folderlock.Take(dir)
	if err != nil {
		t.Fatal(err)
	}
	release()
}

func TestTakeRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, folderlock.File), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{dir, filepath.Join(dir, "missing")} {
		if _, err := folderlock.Take(folder); err == nil || errors.Is(err, folderlock.ErrTaken) {
			t.Errorf("%s: %v", folder, err)
		}
	}
}

// However often it is taken and given back, one has it at a time.
func TestTakeAtOnce(t *testing.T) {
	dir := t.TempDir()
	var owners, taken atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 200 {
				release, err := folderlock.Take(dir)
				if errors.Is(err, folderlock.ErrTaken) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if owners.Add(1) > 1 {
					t.Error("two have the folder")
				}
				taken.Add(1)
				owners.Add(-1)
				release()
			}
		})
	}
	group.Wait()
	if taken.Load() == 0 {
		t.Error("nobody had it")
	}
}
