package reports

import "reflect"

// The sizes of the values of a run, without what they point to.
var (
	sizeResult, sizeDeviation = sizeOf[Result](), sizeOf[Deviation]()
	sizeExchange, sizeSigned  = sizeOf[Exchange](), sizeOf[Signed]()
	sizeResponse, sizeHeader  = sizeOf[Response](), sizeOf[Header]()
)

func sizeOf[T any]() int { return int(reflect.TypeFor[T]().Size()) }

// size is the approximate memory of a result in bytes.
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

// size is the approximate memory of what an exchange points to.
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
