package session

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
)

// A request of which nobody knows whether it
// was carried out is not the one that the next is made from: its order might be there.
func TestTemplateIsNotUsedAgain(t *testing.T) {
	var mu sync.Mutex
	var orders []string
	s := connected(t, func(w http.ResponseWriter, r *http.Request) {
		var sent struct {
			OrderNo string `json:"orderNo"`
		}
		body, _ := io.ReadAll(r.Body)
		_ = json.Unmarshal(body, &sent)
		mu.Lock()
		defer mu.Unlock()
		orders = append(orders, sent.OrderNo)
		switch len(orders) {
		case 1:
			panic(http.ErrAbortHandler)
		case 2:
			fmt.Fprint(w, `{"data":`)
		default:
			fmt.Fprint(w, `{"operateCode":"F","message":"m"}`)
		}
	})
	s.Target().Package = "PACKAGE1"
	for range 2 {
		_ = attempt(func() { s.SendChanged(t.Context(), "singleOrder", func(*Draft) {}) })
	}
	_ = attempt(func() { s.SendChanged(t.Context(), "singleOrder", func(*Draft) {}) })
	mu.Lock()
	defer mu.Unlock()
	if len(orders) != 4 || orders[0] == orders[1] || orders[1] == orders[2] || orders[2] != orders[3] {
		t.Errorf("the orders are %q; the first two must be used once, the third also as it is", orders)
	}
}
