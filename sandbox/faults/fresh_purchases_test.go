package faults

import (
	"fmt"
	"net/http"

	"github.com/mallcheck/mallcheck/sandbox"
)

// purchases makes an order that is paid once, one that is declined and one that is
// subscribed to, and looks at each of them more than once.
func (v *visitor) purchases() {
	for i, method := range []string{sandbox.MethodPays, sandbox.MethodFails, ""} {
		ids := fmt.Sprintf(`"orderNo":"N%d","payId":"P%d"`, i, i)
		money := fmt.Sprintf(`"payId":"P%d","payAmount":"4.99","payCurrency":"USD"`, i)
		buyer := `,"email":"buyer@example.com","tradeTime":"1645683857572","tradeType":"x"`
		payment := fmt.Sprintf(`"payId":"P%d","tradeTime":"1645683857572","tradeType":"x"`, i)
		sim := shopMembers(fixtures().SIMs[i])
		v.signed(http.MethodPost, "/vshop/singleOrder", fmt.Sprintf(
			`%s,%s,"packageCode":%q,"payAmount":"4.99","payCurrency":"USD","orderPeriod":"1","autoRenewal":"0","requestOrderId":"R"`, sim, ids, fixtures().Packages[0]))
		if method == "" {
			v.signed(http.MethodPost, "/payment/stripeSubDirectly", money+buyer+`,"plan_id":"SP20180428000007","pm_id":"pm_card_visa"`)
		} else {
			v.signed(http.MethodPost, "/payment/stripeSingleAuthorization", money+buyer+fmt.Sprintf(`,"pm_id":%q`, method))
		}
		for range 3 {
			v.signed(http.MethodPost, "/payment/resultQuery", payment)
		}
		for range 2 {
			v.signed(http.MethodPost, "/payment/confirmPaymentResult", payment)
			v.signed(http.MethodPost, "/vshop/singleQueryOrder", sim)
			v.signed(http.MethodPost, "/vshop/queryAutoRenewalRecord", sim)
			v.signed(http.MethodPost, "/payment/resultQuery", payment)
		}
		v.signed(http.MethodPost, "/vshop/cancelAutoRenewalRecord", sim+","+ids)
	}
}
