package faults

import (
	"fmt"
	"net/http"
	"net/url"
)

// orders looks orders up before there are any, creates one of each kind and looks up those, by a purchase id, by the
// beginning of one and without a key.
func (v *visitor) orders() {
	keys := []url.Values{{"purchase_order_id": {"PO-2"}}, {"purchase_order_id": {"PO-"}}, {}}
	v.lookUp(keys...)
	v.signed(http.MethodPost, "/vshop/singleOrder", purchase("1", "requestOrderId"))
	v.signed(http.MethodPost, "/vshop/synPartner/SynOrderInfo", purchase("2", "orgOrderId")+
		`,"payAccount":"1","payResultDate":"2022-06-07 15:10:35","payRst":"SUCCESS","payStatus":"1","payType":"3"`)
	for range 2 {
		v.lookUp(keys...)
	}
}

// purchase returns the members of an order whose ids end in a number, its purchase id under the given name.
func purchase(number, purchaseID string) string {
	return fmt.Sprintf(`"deviceCode":%q,"languageCode":"1","mark":"0","terminal":"0","tradeTime":"1645683857572","tradeType":"x",`+
		`"orderNo":"NO-%[2]s","payId":"PAY-%[2]s","packageCode":%q,"payAmount":"4.99","payCurrency":"USD","orderPeriod":"1","autoRenewal":"0",%[4]q:"PO-%[2]s"`,
		fixtures().SIMs[0], number, fixtures().Packages[0], purchaseID)
}

// lookUp looks orders up by keys.
func (v *visitor) lookUp(keys ...url.Values) {
	v.Helper()
	for _, query := range keys {
		path := "/topup/mall/order?" + query.Encode()
		v.send(http.MethodGet, v.address+path+"&partnerCode=P000270&version=3.0&sign="+v.sign(path, ""), "")
	}
}
