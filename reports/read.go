package reports

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/mallcheck/mallcheck/internal/wholefile"
	"github.com/mallcheck/mallcheck/reports/internal/bounded"
)

// MaxJSON is the size limit of a run that is read, in bytes, both of the text and of what is kept in
// memory: a foreign file must not exhaust the memory. By default a run keeps 64 MiB of bodies.
const MaxJSON = 256 << 20

// maxValues is the largest number of JSON values in one result of a run, and in everything outside the
// results, because short text can become large values in memory. The checks of this build record a
// hundredth of it.
const maxValues = 300_000

// ReadJSON reads one Run that WriteJSON wrote. Unknown members are ignored, because a later build may
// add some. Errors are: another SchemaVersion, an unknown verdict, level, grade or permission, two
// results of one check, an impossible shard, a deviation that points at a missing exchange, more than
// MaxJSON bytes, and text after the document.
func ReadJSON(r io.Reader) (*Run, error) { return ReadResults(r, func(*Result) error { return nil }) }

// ReadResults is ReadJSON for a run that need not fit into memory: it calls each with every result as
// soon as it is read and checked. Whatever each removes from a result, such as its exchanges, the
// returned run lacks too. Members that follow the results are unknown while each is called.
func ReadResults(r io.Reader, each func(*Result) error) (*Run, error) {
	run, err := newReader(r, each).read()
	if err != nil {
		return nil, fmt.Errorf("reading a run: %w", err)
	}
	return run, nil
}

// reader reads a run result by result, and a result exchange by exchange.
type reader struct {
	source  *bounded.Reader
	decoder *json.Decoder
	each    func(*Result) error
	seen    map[string]bool
	texts   map[string]string // shared texts of header fields
	kept    int               // memory in bytes
}

func newReader(r io.Reader, each func(*Result) error) *reader {
	source := &bounded.Reader{From: wholefile.WithoutMark(r), MaxBytes: MaxJSON, MaxValues: maxValues}
	return &reader{source: source, decoder: json.NewDecoder(source), each: each, seen: map[string]bool{}, texts: map[string]string{}}
}

func (r *reader) read() (*Run, error) {
	run, err := r.run()
	var other *json.UnmarshalTypeError
	switch {
	case r.source.Stopped() != nil:
		return nil, r.source.Stopped()
	case errors.As(err, &other): // its own message contains the value, however long
		return nil, fmt.Errorf("%s has the wrong type, before byte %d", cmp.Or(other.Field, "the run"), r.source.Offset())
	case errors.Is(err, io.EOF):
		return nil, io.ErrUnexpectedEOF
	case err != nil:
		return nil, err
	}
	if _, err := r.decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is text after the JSON document")
	}
	if run.Schema != SchemaVersion {
		return nil, fmt.Errorf("its schema is %q, this build reads %q", run.Schema, SchemaVersion)
	}
	return run, run.check()
}

func (r *reader) run() (*Run, error) {
	var run Run
	results := []Result{}
	err := r.object("results", &run, func() error {
		result, err := r.result()
		if err == nil {
			results = append(results, *result)
		}
		return err
	})
	run.Results = results
	return &run, err
}

// result reads a result, checks it and passes it on.
func (r *reader) result() (*Result, error) {
	var result Result
	var exchanges []Exchange
	err := r.object("exchanges", &result, func() error {
		var exchange Exchange
		err := r.decoder.Decode(&exchange)
		r.share(exchange.Request.Header)
		if exchange.Response != nil {
			r.share(exchange.Response.Header)
		}
		exchanges = append(exchanges, exchange)
		return err
	})
	if err != nil {
		return nil, err
	}
	result.Exchanges = exchanges
	if err = result.check(); err == nil && r.seen[result.ID] {
		err = errors.New("it occurs twice")
	}
	if err != nil {
		return nil, fmt.Errorf("result %q: %w", result.ID, err)
	}
	r.seen[result.ID] = true
	r.source.Next()
	if err := r.each(&result); err != nil {
		return nil, err
	}
	if r.kept += result.size(); r.kept > MaxJSON {
		return nil, fmt.Errorf("it takes more than %d MiB of memory", MaxJSON>>20)
	}
	return &result, nil
}

// mostShared is the number of header texts kept for sharing, longestShared the longest of them: most
// fields of a run are alike.
const mostShared, longestShared = 10_000, 100

// share makes the fields of a header share their texts with earlier ones.
func (r *reader) share(header []Header) {
	for i := range header {
		for _, text := range []*string{&header[i].Name, &header[i].Value} {
			known, has := r.texts[*text]
			switch {
			case has:
				*text = known
			case len(r.texts) < mostShared && len(*text) <= longestShared:
				r.texts[*text] = *text
			}
		}
	}
}

// object reads an object into a value, except for the elements of one of its lists, which element reads
// one at a time.
func (r *reader) object(list string, into any, element func() error) error {
	if err := r.delimiter('{'); err != nil {
		return err
	}
	rest, has := []byte{'{'}, false
	for r.decoder.More() {
		token, err := r.decoder.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string) // a token here is a name
		if strings.EqualFold(name, list) {
			if has {
				return fmt.Errorf("it has %q twice", list)
			}
			if err := r.elements(element); err != nil {
				return err
			}
			has = true
			continue
		}
		var value json.RawMessage
		if err := r.decoder.Decode(&value); err != nil {
			return err
		}
		quoted, err := json.Marshal(name)
		if err != nil {
			return err
		}
		rest = append(append(append(append(rest, quoted...), ':'), value...), ',')
	}
	if err := r.delimiter('}'); err != nil {
		return err
	}
	return json.Unmarshal(append(bytes.TrimSuffix(rest, []byte{','}), '}'), into)
}

// elements calls element for each element of the following list; null has none.
func (r *reader) elements(element func() error) error {
	token, err := r.decoder.Token()
	if err != nil || token == nil {
		return err
	}
	if token != json.Delim('[') {
		return fmt.Errorf("found %.40q instead of a list", fmt.Sprint(token))
	}
	for r.decoder.More() {
		if err := element(); err != nil {
			return err
		}
	}
	return r.delimiter(']')
}

func (r *reader) delimiter(want json.Delim) error {
	token, err := r.decoder.Token()
	if err == nil && token == nil {
		token = "null"
	}
	if err == nil && token != want {
		err = fmt.Errorf("found %.40q instead of %q, before byte %d", fmt.Sprint(token), want.String(), r.source.Offset())
	}
	return err
}
