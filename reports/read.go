package reports

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/internal/wholefile"
)

// MaxJSON is how many bytes of a run are read, and how many bytes of memory what is kept of it
// may take: a file from elsewhere must not fill the memory. By default a run keeps 64 MiB of bodies.
const MaxJSON = 256 << 20

// maxValues is how many JSON values one result of a run may have, and all that is beside the
// results: a short one becomes a large value. The checks of this build record a hundredth of it.
const maxValues = 300_000

// ReadJSON reads one Run that WriteJSON wrote. Unknown members are ignored, as
// a later build may add some; another SchemaVersion, an unknown verdict, level, grade or
// permission, two results of one check, a shard that cannot be, a deviation that points at
// no exchange of its result, more than MaxJSON bytes, and anything after the document are
// errors.
func ReadJSON(r io.Reader) (*Run, error) { return ReadResults(r, func(*Result) error { return nil }) }

// ReadResults is ReadJSON for a run that need not be in memory as a whole: it calls each
// with every result as soon as it is read and checked. What each removes from a result,
// such as its exchanges, the run that is returned does not have. Members of the run that
// stand behind the results are not known while each is called.
func ReadResults(r io.Reader, each func(*Result) error) (*Run, error) {
	run, err := newReader(r, each).read()
	if err != nil {
		return nil, fmt.Errorf("reading a run: %w", err)
	}
	return run, nil
}

// reader reads a run result by result, and a result exchange by exchange.
type reader struct {
	source  *countingReader
	decoder *json.Decoder
	each    func(*Result) error
	seen    map[string]bool
	texts   map[string]string // those of header fields, each once
	kept    int               // bytes of memory
}

func newReader(r io.Reader, each func(*Result) error) *reader {
	source := &countingReader{from: wholefile.WithoutMark(r)}
	return &reader{source: source, decoder: json.NewDecoder(source), each: each, seen: map[string]bool{}, texts: map[string]string{}}
}

func (r *reader) read() (*Run, error) {
	run, err := r.run()
	var other *json.UnmarshalTypeError
	switch {
	case r.source.stopped != nil:
		return nil, r.source.stopped
	case errors.As(err, &other): // its own text has the value, however long it is
		return nil, fmt.Errorf("%s has another type, before byte %d", cmp.Or(other.Field, "it"), r.source.read)
	case errors.Is(err, io.EOF):
		return nil, io.ErrUnexpectedEOF
	case err != nil:
		return nil, err
	}
	if _, err := r.decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the JSON document")
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

// result reads a result, checks it and hands it over.
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
		err = errors.New("it is there twice")
	}
	if err != nil {
		return nil, fmt.Errorf("result %q: %w", result.ID, err)
	}
	r.seen[result.ID] = true
	r.source.values = 0
	if err := r.each(&result); err != nil {
		return nil, err
	}
	if r.kept += result.size(); r.kept > MaxJSON {
		return nil, fmt.Errorf("it takes more than %d MiB of memory", MaxJSON>>20)
	}
	return &result, nil
}

// mostShared is how many texts of header fields are kept to be shared, and longestShared how
// long each may be: most fields of a run are alike.
const mostShared, longestShared = 10_000, 100

// share has the fields of a header share their texts with those before.
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

// object reads an object into a value, but for the elements of one of its lists, of which
// element reads one each time.
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
		name, _ := token.(string) // a token in this place is a name
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

// elements calls element for each element of the list that follows; null is none.
func (r *reader) elements(element func() error) error {
	token, err := r.decoder.Token()
	if err != nil || token == nil {
		return err
	}
	if token != json.Delim('[') {
		return fmt.Errorf("there is %.40q where a list belongs", fmt.Sprint(token))
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
		err = fmt.Errorf("there is %.40q where %q belongs, before byte %d", fmt.Sprint(token), want.String(), r.source.read)
	}
	return err
}

// countingReader stops at MaxJSON bytes, and at maxValues values since values was reset.
type countingReader struct {
	from    io.Reader
	read    int
	values  int
	inText  bool
	escaped bool
	spaced  bool
	stopped error
}

// Read implements io.Reader. It reads little at a time, so that what is counted is not far
// ahead of what is decoded, and leaves out all but the first of several spaces, which take
// the decoder a time that grows with their square.
func (c *countingReader) Read(into []byte) (int, error) {
	for c.stopped == nil {
		n, err := c.from.Read(into[:min(len(into), 16<<10)])
		kept := c.count(into[:n])
		if c.read += n; c.read > MaxJSON {
			c.stopped = fmt.Errorf("it has more than %d MiB", MaxJSON>>20)
		} else if c.values > maxValues {
			c.stopped = fmt.Errorf("one of its results has more than %d values, before byte %d", maxValues, c.read)
		} else if kept > 0 || err != nil {
			return kept, err
		}
	}
	return 0, c.stopped
}

// count counts the values that begin in some bytes and returns how many of the bytes are kept.
func (c *countingReader) count(bytes []byte) int {
	kept := 0
	for _, b := range bytes {
		space := !c.inText && (b == ' ' || b == '\n' || b == '\r' || b == '\t')
		switch {
		case c.escaped:
			c.escaped = false
		case b == '"':
			c.inText = !c.inText
		case c.inText:
			c.escaped = b == '\\'
		case b == '{' || b == '[' || b == ',':
			c.values++
		}
		if space && c.spaced {
			continue
		}
		c.spaced = space
		bytes[kept] = b
		kept++
	}
	return kept
}

// The sizes of the values of a run, without what they point at.
var (
	sizeResult, sizeDeviation = sizeOf[Result](), sizeOf[Deviation]()
	sizeExchange, sizeSigned  = sizeOf[Exchange](), sizeOf[Signed]()
	sizeResponse, sizeHeader  = sizeOf[Response](), sizeOf[Header]()
)

func sizeOf[T any]() int { return int(reflect.TypeFor[T]().Size()) }

// size is about how many bytes of memory a result takes.
func (r *Result) size() int {
	size := sizeResult + len(r.ID) + len(r.Requirement) + len(r.Clause) + len(r.Source) + len(r.Reason) + len(r.Cause)
	size += sizeDeviation * cap(r.Deviations)
	for i := range r.Deviations {
		d := &r.Deviations[i]
		size += len(d.Clause) + len(d.Source) + len(d.Pointer) + len(d.Summary) + len(d.Expected) + len(d.Actual)
	}
	size += sizeExchange * cap(r.Exchanges)
	for i := range r.Exchanges {
		size += r.Exchanges[i].size()
	}
	return size
}

// size is that of what an exchange points at.
func (e *Exchange) size() int {
	size := len(e.Request.URL) + len(e.Request.Body) + headerSize(e.Request.Header) + len(e.Problem)
	if signed := e.Request.Signed; signed != nil {
		size += sizeSigned + len(signed.Content)
	}
	if response := e.Response; response != nil {
		size += sizeResponse + len(response.Body) + len(response.Tail) + headerSize(response.Header)
	}
	return size
}

func headerSize(header []Header) int {
	size := sizeHeader * cap(header)
	for _, field := range header {
		size += len(field.Name) + len(field.Value)
	}
	return size
}

// check finds what would make the writers say something untrue. An enumeration may be
// empty, and is no other text: writers print it as it is.
func (r *Result) check() error {
	if !r.Verdict.Valid() {
		return fmt.Errorf("unknown verdict %q", r.Verdict)
	}
	if !oneOf(r.Level, Must, Should) || !known(r.Grade) || !oneOf(r.Does, Read, Write, Purchase) {
		return fmt.Errorf("unknown level, grade or permission: %q, %q, %q", r.Level, r.Grade, r.Does)
	}
	for i, d := range r.Deviations {
		if !d.Verdict.Valid() {
			return fmt.Errorf("deviation %d: unknown verdict %q", i, d.Verdict)
		}
		if !oneOf(d.Level, Must, Should) || !known(d.Grade) {
			return fmt.Errorf("deviation %d: unknown level or grade: %q, %q", i, d.Level, d.Grade)
		}
		if d.Exchange < -1 || d.Exchange >= len(r.Exchanges) {
			return fmt.Errorf("deviation %d: there is no exchange %d", i, d.Exchange)
		}
	}
	return nil
}

// check is that of the members of a run beside its results.
func (r *Run) check() error {
	for _, does := range r.Target.Allow {
		if !oneOf(does, Read, Write, Purchase) {
			return fmt.Errorf("unknown permission %q", does)
		}
	}
	if r.Shard != nil && (r.Shard.Index < 1 || r.Shard.Index > r.Shard.Count) {
		return fmt.Errorf("there is no shard %s", r.Shard)
	}
	for _, c := range r.Causes {
		if !c.Verdict.Valid() || !known(c.Grade) {
			return fmt.Errorf("cause %q: unknown verdict or grade: %q, %q", c.Name, c.Verdict, c.Grade)
		}
	}
	for _, h := range r.Habits {
		if !known(h.Grade) {
			return fmt.Errorf("habit %q: unknown grade %q", h.Name, h.Grade)
		}
	}
	if !known(r.Policy.Strict) || !oneOf(r.Stopped, Interrupted, TimedOut, OverBudget, FirstFailure) {
		return fmt.Errorf("unknown strictness or reason of the end: %q, %q", r.Policy.Strict, r.Stopped)
	}
	return nil
}

// oneOf reports whether a value is empty or one of the known ones.
func oneOf[T ~string](value T, known ...T) bool { return value == "" || slices.Contains(known, value) }

// known reports whether a grade is empty or one of the known ones, Rule included.
func known(grade Grade) bool { return grade == "" || grade.Valid() }

const (
	// shardBodies is how many bytes of the bodies of all shards are kept whole, and
	// shardBody how many of each beyond: what a run keeps by default.
	shardBodies, shardBody = 64 << 20, 1 << 10
	// shardMemory is how many bytes of memory the shards of a run may take together.
	shardMemory = 160 << 20
)

// ShardReader reads the shards of a run for Merge. They take no more memory together than one
// run: bodies beyond 64 MiB in all are cut to their beginning.
type ShardReader struct{ bodies, memory int }

// Read is ReadJSON for the next shard.
func (s *ShardReader) Read(r io.Reader) (*Run, error) {
	return ReadResults(r, func(result *Result) error {
		for i := range result.Exchanges {
			s.cut(&result.Exchanges[i])
		}
		if s.memory += result.size(); s.memory > shardMemory {
			return fmt.Errorf("the shards take more than %d MiB of memory", shardMemory>>20)
		}
		return nil
	})
}

// cut cuts the bodies of an exchange where those before it have used up shardBodies.
func (s *ShardReader) cut(e *Exchange) {
	bodies := []*Body{&e.Request.Body}
	cuts := []*int64{&e.Request.Cut}
	if e.Response != nil {
		bodies, cuts = append(bodies, &e.Response.Body), append(cuts, &e.Response.Cut)
	}
	for i, body := range bodies {
		if s.bodies+len(*body) > shardBodies {
			head, cut := cutBody(*body, *cuts[i], shardBody)
			*body, *cuts[i] = bytes.Clone(head), cut
		}
		s.bodies += len(*body)
	}
}
