package conformance

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/internal/folderlock"
	"github.com/mallcheck/mallcheck/openapi"
)

// Swept is what a sweep did.
type Swept = session.Swept

// Sweep undoes the changes that a killed run recorded in a journal. The settings are those of that run. An
// error says that nothing was undone, because there is no such journal, because it is of another target or
// because its run still goes on.
func Sweep(t *target.Target, journal string) (Swept, error) {
	release, err := folderlock.Take(filepath.Dir(journal))
	if errors.Is(err, folderlock.ErrTaken) {
		return Swept{}, fmt.Errorf("the run that writes %s still goes on; wait until it ends, or interrupt it: it then undoes what it did", journal)
	}
	if err == nil { // the reader of the journal reports other errors
		defer release()
	}
	contract, err := openapi.Mall()
	if err != nil {
		return Swept{}, err
	}
	quiet := *t
	quiet.PushListen = "" // a sweep waits for no push
	connection, err := Connect(&quiet, contract)
	if err != nil {
		return Swept{}, err
	}
	defer connection.Close()
	swept, err := connection.Sweep(journal)
	if errors.Is(err, fs.ErrNotExist) {
		return Swept{}, fmt.Errorf("there is no journal %s; name the folder of the run's reports with --report-dir, or the file with --journal", journal)
	}
	return swept, err
}
