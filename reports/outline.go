package reports

import (
	"encoding/json"
	"io"
	"maps"
	"time"
)

// Outline is the part of a run that is needed for a comparison: the run without its exchanges, and a
// summary of what these show.
type Outline struct {
	run       *Run
	shapes    map[shapeKey]map[string]bool
	durations map[string][]time.Duration
}

// NewOutline returns the outline of a run.
func NewOutline(run *Run) *Outline {
	outline := &Outline{run: run}
	for i := range run.Results {
		outline.add(&run.Results[i])
	}
	return outline
}

// ReadOutline reads the outline of a run that WriteJSON wrote, without loading the run into memory.
// Errors are those of ReadJSON.
func ReadOutline(r io.Reader) (*Outline, error) {
	outline := &Outline{}
	run, err := ReadResults(r, func(result *Result) error {
		outline.add(result)
		result.Exchanges = nil
		return nil
	})
	outline.run = run
	return outline, err
}

// add records what the exchanges of a result show.
func (o *Outline) add(result *Result) {
	o.time(result)
	for i := range result.Exchanges {
		exchange := &result.Exchanges[i]
		if exchange.Response == nil || exchange.Response.Cut > 0 {
			continue
		}
		var value any
		if json.Unmarshal(exchange.Response.Body, &value) != nil {
			continue
		}
		key := shapeKey{exchange.Operation, answerKind(value)}
		if o.shapes == nil {
			o.shapes = map[shapeKey]map[string]bool{}
		}
		if o.shapes[key] == nil {
			o.shapes[key] = map[string]bool{}
		}
		addShape(o.shapes[key], "", value)
	}
}

// time records how long the answers took. Incomplete answers are left out.
func (o *Outline) time(result *Result) {
	if o.durations == nil {
		o.durations = map[string][]time.Duration{}
	}
	for i := range result.Exchanges {
		if exchange := &result.Exchanges[i]; exchange.Response != nil && exchange.Problem == "" {
			o.durations[exchange.Operation] = append(o.durations[exchange.Operation], exchange.Duration)
		}
	}
}

// answered returns the shapes of the target's answers, without requests that it sends itself.
func (o *Outline) answered() map[shapeKey]map[string]bool {
	ofTarget := o.run.Answered()
	maps.DeleteFunc(o.shapes, func(key shapeKey, _ map[string]bool) bool { return !ofTarget(key.operation) })
	return o.shapes
}

// latencies returns the latency of each operation that the target answered.
func (o *Outline) latencies() []Latency {
	ofTarget := o.run.Answered()
	maps.DeleteFunc(o.durations, func(operation string, _ []time.Duration) bool { return !ofTarget(operation) })
	return latenciesOf(o.durations)
}
