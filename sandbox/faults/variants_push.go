package faults

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

func pushVariants() []Variant {
	return []Variant{
		{"pushes-laid-out", "sends pushes indented, with reversed members and a charset", nil,
			onPush(func(r *http.Request) {
				changePush(r, laidOut)
				r.Header.Set("Content-Type", "application/json; charset=utf-8")
			})},
		{"pushes-spelt-otherwise", "writes push amounts with three decimals and currencies in lower case, and omits requestOrderId", nil,
			onNotification(func(n *sandbox.Notification) {
				if strings.Contains(n.Body.PayAmount, ".") {
					n.Body.PayAmount += "0"
				}
				n.Body.PayCurrency, n.Body.RequestOrderID = strings.ToLower(n.Body.PayCurrency), nil
			})},
		{"pushes-retried-unchanged", "repeats a push with its original timestamp and signature", nil, retriedUnchanged},
		{"late-pushes", "delays pushes by 10 ms", nil, onPush(func(*http.Request) { time.Sleep(10 * time.Millisecond) })},
	}
}

// laidOut writes a JSON object over several lines with its members reversed. The signed text stays the
// same.
func laidOut(body string) string {
	members, err := signing.ParseMembers([]byte(body))
	if err != nil {
		return body
	}
	lines := make([]string, len(members))
	for i, m := range members {
		name, err := json.Marshal(m.Name)
		if err != nil {
			return body
		}
		lines[len(members)-1-i] = "  " + string(name) + ": " + string(m.Value)
	}
	return "{\n" + strings.Join(lines, ",\n") + "\n}\n"
}

func retriedUnchanged() sandbox.Interceptor {
	var first sync.Map // the headers, by partner and payId
	return sandbox.Interceptor{Attempt: func(a *sandbox.Attempt) {
		sent, again := first.LoadOrStore(a.Notification.Order.Partner+" "+a.Notification.Order.PayID, a.Request.Header.Clone())
		if header, is := sent.(http.Header); again && is {
			a.Request.Header = header.Clone()
		}
	}}
}
