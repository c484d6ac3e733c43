package redact_test

import (
	"fmt"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/redact"
)

func ExampleRun() {
	run := &reports.Run{Results: []reports.Result{{
		Reason: "payment P00081820200612 is open",
		Exchanges: []reports.Exchange{{Request: reports.Request{
			Body: reports.Body(`{"payId": "P00081820200612", "payAmount": "4.99", "key": "c2VjcmV0LWtleQ=="}`),
		}}},
	}}}
	result := redact.Run(run, redact.Secrets{Values: []string{"secret-key"}}).Results[0]
	fmt.Println(result.Reason)
	fmt.Println(string(result.Exchanges[0].Request.Body))
	// Output:
	// payment <redacted:payId> is open
	// {"payId": "<redacted:payId>", "payAmount": "4.99", "key": "<redacted:secret>"}
}
