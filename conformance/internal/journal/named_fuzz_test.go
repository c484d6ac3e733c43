package journal

import (
	"strings"
	"testing"
)

// Whatever is in a request, what it names can be written and read again, as lines of its own, and it
// costs no less than the package.
func FuzzNamed(f *testing.F) {
	for _, body := range []string{
		`{"sim_ids":["1",2,null,{}],"partnerCode":7}`, `{"sim_ids":"1","partnerCode":["P"]}`, `{"payId":"\ud800\n","payAmount":1e99}`,
		`{"deviceCode":1,"orderNo":true,"payId":{},"payAmount":"99999999999999999999.99"}`, `[`, "\xff",
	} {
		f.Add(uint8(len(body)), "/t/mall/bundle-groups/G1/sims", []byte(body))
	}
	operations := []string{AddSIMs, RemoveSIMs, Subscribe, CancelRenewal, "singleOrder", "synOrderInfo"}
	price := CostOf(nil, "4.99")
	f.Fuzz(func(t *testing.T, which uint8, path string, body []byte) {
		j := New()
		named := j.Named(operations[int(which)%len(operations)], "P1", "/mall/bundle-groups/{group_id}/sims", path, body)
		if strings.Contains(named.Group, "/") {
			t.Errorf("group %q", named.Group)
		}
		if cost := CostOf(body, "4.99"); cost.Cmp(price) < 0 || len(decimal(cost)) > 50 {
			t.Errorf("the cost is %s", decimal(cost))
		}
		if _, err := j.Enter(named); err != nil {
			t.Errorf("it cannot be entered: %v", err)
		}
		_ = j.OrdersOf(named.Payment)
		_, _, _ = j.Renewable(named.SIMs)
	})
}
