package sandboxed_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mallcheck/mallcheck/client"
	"github.com/mallcheck/mallcheck/client/internal/clienttest"
	"github.com/mallcheck/mallcheck/sandbox"
)

// troubled serves a sandbox, and breaks the connection of the first orders before or after the
// sandbox has taken them.
func troubled(t *testing.T, broken int64, taken bool, orders *atomic.Int64) (*client.Client, sandbox.Fixtures) {
	t.Helper()
	box, err := sandbox.New(sandbox.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(box.Close)
	mall := clienttest.Connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/singleOrder") && orders.Add(1) <= broken {
			if taken {
				box.ServeHTTP(discarded{http.Header{}}, r)
			}
			panic(http.ErrAbortHandler)
		}
		box.ServeHTTP(w, r)
	}), nil)
	return mall, box.Fixtures()
}

// discarded is an answer that nobody gets.
type discarded struct{ header http.Header }

func (d discarded) Header() http.Header          { return d.header }
func (discarded) Write(text []byte) (int, error) { return len(text), nil }
func (discarded) WriteHeader(int)                {}

func TestOrderWhoseAnswerIsLostIsFound(t *testing.T) {
	var orders atomic.Int64
	mall, fixtures := troubled(t, 1, true, &orders)
	placed, err := mall.Order(clienttest.Within(t), order(t, mall, fixtures.SIMs[0], "1"))
	if err != nil || !placed.Existed || orders.Load() != 1 {
		t.Errorf("%+v after %d orders, error %v", placed, orders.Load(), err)
	}
}

func TestOrderThatNeverArrivedIsSentAgain(t *testing.T) {
	var orders atomic.Int64
	mall, fixtures := troubled(t, 2, false, &orders)
	placed, err := mall.Order(clienttest.Within(t), order(t, mall, fixtures.SIMs[0], "1"))
	if err != nil || placed.Existed || orders.Load() != 3 {
		t.Errorf("%+v after %d orders, error %v", placed, orders.Load(), err)
	}
}

func TestOrderStaysUncertainWhenItCannotBeSent(t *testing.T) {
	var orders atomic.Int64
	mall, fixtures := troubled(t, 99, false, &orders)
	_, err := mall.Order(clienttest.Within(t), order(t, mall, fixtures.SIMs[0], "1"))
	uncertain := new(client.Uncertain)
	if !errors.As(err, &uncertain) || uncertain.OrderNo != "1" || orders.Load() != 3 {
		t.Errorf("%d orders, error %v", orders.Load(), err)
	}
}

func TestOrderStaysUncertainWhenItCannotBeLookedUp(t *testing.T) {
	var calls atomic.Int64
	mall := clienttest.Connect(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/singleOrder") {
			calls.Add(1)
		}
		w.WriteHeader(http.StatusBadGateway)
	}), nil)
	_, err := mall.Order(clienttest.Within(t), client.OrderRequest{OrderNo: "1", SIM: "2", PackageCode: "3", Amount: clienttest.Amount(t, "1"), Currency: "EUR"})
	if !errors.As(err, new(*client.Uncertain)) || calls.Load() != 1 {
		t.Errorf("%d orders, error %v", calls.Load(), err)
	}
}

func TestOrderIsSafeToRepeat(t *testing.T) {
	for _, mayExist := range []bool{false, true} {
		var orders atomic.Int64
		mall, fixtures := troubled(t, 0, false, &orders)
		request := order(t, mall, fixtures.SIMs[0], "1")
		request.MayExist = mayExist
		if placed, err := mall.Order(clienttest.Within(t), request); err != nil || placed.Existed {
			t.Fatalf("%+v, %v", placed, err)
		}
		placed, err := mall.Order(clienttest.Within(t), request)
		if err != nil || !placed.Existed {
			t.Errorf("the second time: %+v, %v", placed, err)
		}
		if want := int64(2); !mayExist && orders.Load() != want || mayExist && orders.Load() != 1 {
			t.Errorf("MayExist %t: %d orders were sent", mayExist, orders.Load())
		}
		request.SIM = fixtures.SIMs[1]
		if _, err := mall.Order(clienttest.Within(t), request); !errors.Is(err, client.ErrOtherOrder) {
			t.Errorf("another order under the same number: %v", err)
		}
	}
}

func TestRefusedOrderIsARefusal(t *testing.T) {
	var orders atomic.Int64
	mall, fixtures := troubled(t, 0, false, &orders)
	request := order(t, mall, fixtures.SIMs[0], "1")
	request.PackageCode = "none"
	if _, err := mall.Order(clienttest.Within(t), request); !errors.As(err, new(*client.Refused)) || orders.Load() != 1 {
		t.Errorf("%d orders, error %v", orders.Load(), err)
	}
}
