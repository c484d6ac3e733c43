package reports

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// verify checks what was written to path in a format against the schema that is
// published for it, so that no reader is the first to find a mistake of ours. A
// format without a schema has nothing to check. It returns what is wrong in words.
func verify(format, path string, run *Run) error {
	var check func(written io.Reader, run *Run) error
	switch format {
	case "junit":
		check = verifyJUnit
	case "json":
		check = verifyJSON
	default:
		return nil
	}
	file, err := os.Open(path) //nolint:gosec // it was written a moment ago
	if err != nil {
		return fmt.Errorf("reading report %s again: %w", path, reason(err))
	}
	defer func() { _ = file.Close() }() // it was only read
	if err := check(bufio.NewReaderSize(file, 64<<10), run); err != nil {
		return fmt.Errorf("report %s does not keep its own schema: %w; please report this as a bug of %s %s", path, err,
			run.Tool.Name, run.Tool.Version)
	}
	return nil
}

// runSchema is the schema of run.json, compiled when the first run is written.
var runSchema = sync.OnceValues(func() (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(RunSchema()))
	if err != nil {
		return nil, err
	}
	const name = "urn:mallcheck:run:1"
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	compiler.AssertContent()
	if err := compiler.AddResource(name, document); err != nil {
		return nil, err
	}
	return compiler.Compile(name)
})

// sampled is how many results are held to the schema by the validator, which
// takes longer than the run took to be written: of each area and verdict the first.
const sampled = 60

// longestLine bounds a line of run.json, which is one result, in bytes.
const longestLine = 1 << 30

// checkText checks that what was written is one JSON text with a line for each
// result. It looks at one line after the other, so that the text, which is larger
// than the run, need not be held beside it.
func checkText(written io.Reader, run *Run) error {
	lines := bufio.NewScanner(written)
	lines.Buffer(make([]byte, 64<<10), longestLine)
	var around []byte // the text with null in place of each result
	results := 0
	for lines.Scan() {
		line := lines.Bytes()
		// Only a result has a member on the line of its brace: the rest is indented.
		if bytes.HasPrefix(line, []byte(`    {"`)) {
			results++
			result := bytes.TrimSuffix(line, []byte(","))
			if !json.Valid(result) {
				return fmt.Errorf("result %d of it is no JSON text", results)
			}
			around = append(around, "null"...)
			line = line[len(result):]
		}
		around = append(append(around, line...), '\n')
	}
	switch {
	case lines.Err() != nil:
		return fmt.Errorf("reading it again: %w", lines.Err())
	case !json.Valid(around):
		return errors.New("it is no JSON text")
	case results != len(run.Results):
		return fmt.Errorf("it has %d results of %d", results, len(run.Results))
	}
	return nil
}

// verifyJSON checks that what was written is one JSON text, that every result keeps
// the rules of the schema for its values, and that a sample keeps the schema as a whole.
func verifyJSON(written io.Reader, run *Run) error {
	if err := checkText(written, run); err != nil {
		return err
	}
	if err := checkValues(run); err != nil {
		return err
	}
	schema, err := runSchema()
	if err != nil {
		return fmt.Errorf("compiling the schema: %w", err)
	}
	var sample bytes.Buffer
	if err := WriteJSON(&sample, sampleOf(run)); err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(&sample)
	if err != nil {
		return fmt.Errorf("reading a sample of it: %w", err)
	}
	if err := schema.Validate(value); err != nil {
		var invalid *jsonschema.ValidationError
		if errors.As(err, &invalid) {
			for len(invalid.Causes) > 0 {
				invalid = invalid.Causes[0]
			}
			return fmt.Errorf("at /%s: %s", joinPath(invalid.InstanceLocation), oneLine(invalid.Error(), 300))
		}
		return err
	}
	return nil
}

func joinPath(tokens []string) string {
	var out bytes.Buffer
	for i, token := range tokens {
		if i > 0 {
			out.WriteByte('/')
		}
		out.WriteString(token)
	}
	return out.String()
}

// sampleOf returns run with the first result of each area and verdict.
func sampleOf(run *Run) *Run {
	out := *run
	out.Results = nil
	type kind struct {
		area    string
		verdict Verdict
	}
	seen := map[kind]bool{}
	for i := range run.Results {
		result := &run.Results[i]
		if key := (kind{result.Area, result.Verdict}); !seen[key] && len(out.Results) < sampled {
			seen[key] = true
			out.Results = append(out.Results, *result)
		}
	}
	return &out
}

// checkValues holds every result to what the schema says of values: names of
// verdicts, grades, levels and permissions, places of exchanges, lengths of bodies.
func checkValues(run *Run) error {
	ids := map[string]bool{}
	for i := range run.Results {
		result := &run.Results[i]
		if ids[result.ID] {
			return fmt.Errorf("two results are called %q", result.ID)
		}
		ids[result.ID] = true
		err := result.check()
		switch {
		case err != nil:
		case !result.Level.valid() || !result.Grade.Valid() || !result.Does.valid():
			err = fmt.Errorf("level %q, grade %q, does %q", result.Level, result.Grade, result.Does)
		default:
			err = errors.Join(checkDeviations(result), checkExchanges(result))
		}
		if err != nil {
			return fmt.Errorf("result %q: %w", result.ID, err)
		}
	}
	return nil
}

func checkDeviations(result *Result) error {
	for i := range result.Deviations {
		if d := &result.Deviations[i]; !d.Level.valid() || !d.Grade.Valid() || d.Line < 0 {
			return fmt.Errorf("deviation %d: level %q, grade %q, line %d", i, d.Level, d.Grade, d.Line)
		}
	}
	return nil
}

func checkExchanges(result *Result) error {
	for i := range result.Exchanges {
		exchange := &result.Exchanges[i]
		if exchange.Request.Cut < 0 || exchange.Response != nil && (exchange.Response.Cut < 0 || exchange.Response.Announced < -1) {
			return fmt.Errorf("exchange %d: a length is negative", i)
		}
	}
	return nil
}

func (l Level) valid() bool { return l == Must || l == Should }

func (d Does) valid() bool { return slices.Contains([]Does{Read, Write, Purchase}, d) }
