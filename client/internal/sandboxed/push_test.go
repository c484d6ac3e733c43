package sandboxed_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/client"
	"github.com/mallcheck/mallcheck/client/internal/clienttest"
	"github.com/mallcheck/mallcheck/sandbox"
)

func TestPushHandlerTakesThePushesOfASandbox(t *testing.T) {
	fixtures := sandbox.NewFixtures()
	pushes := make(chan client.Push, 9)
	var failed atomic.Bool
	receiver := httptest.NewServer(client.PushHandler(map[string][]byte{fixtures.PushKeyID: fixtures.PushKey},
		func(_ context.Context, push client.Push) error {
			if !failed.Swap(true) {
				return errors.New("not this time")
			}
			pushes <- push
			return nil
		}))
	t.Cleanup(receiver.Close)
	mall, _ := open(t, sandbox.Config{Push: sandbox.Push{To: receiver.URL, Backoff: 10 * time.Millisecond}})
	request := order(t, mall, fixtures.SIMs[0], "77")
	if _, err := mall.ReportPaidOrder(clienttest.Within(t), client.PaidOrder{OrderRequest: request, PaidAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
	select {
	case push := <-pushes:
		if push.OrderNo != "77" || push.Amount.Cmp(request.Amount) != 0 || push.PurchaseOrderID != "own-77" {
			t.Errorf("push %+v", push)
		}
	case <-time.After(clienttest.Limit):
		t.Error("no push arrived")
	}
}
