package bill_test

import (
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/conformance/internal/bill"
	"github.com/mallcheck/mallcheck/reports"
)

func TestCost(t *testing.T) {
	b := bill.New("4.99", "USD")
	call := func(operation, request, response string, took time.Duration) {
		b.Call(&reports.Exchange{
			Operation: operation, Duration: took,
			Request: reports.Request{Body: reports.Body(request)}, Response: &reports.Response{Body: reports.Body(response), Cut: 10},
		})
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() { call("singleOrder", "12345", "123", 100*time.Millisecond) })
	}
	group.Wait()
	b.Call(&reports.Exchange{Operation: "addSims", Duration: time.Second})
	b.Accepted("singleOrder", []byte(`{"payAmount":"4.99"}`))
	b.Accepted("synOrderInfo", []byte(`{"payAmount":"10"}`))
	b.Accepted("stripeSubDirectly", nil)
	b.Accepted("addSims", nil)
	b.Waited(2 * time.Second)
	b.Waited(time.Second)
	want := &reports.Cost{
		Calls: 5, Orders: 2, Payments: 1, Amount: "14.99", Currency: "USD", Sent: 20, Received: 52,
		Working: 1400 * time.Millisecond, Waiting: 3 * time.Second,
		Operations: []reports.OperationCost{
			{Operation: "addSims", Calls: 1, Working: time.Second},
			{Operation: "singleOrder", Calls: 4, Sent: 20, Received: 52, Working: 400 * time.Millisecond},
		},
	}
	if got := b.Cost(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if empty := bill.New("4.99", "USD").Cost(); !reflect.DeepEqual(empty, &reports.Cost{}) {
		t.Errorf("an empty bill comes to %+v", empty)
	}
}
