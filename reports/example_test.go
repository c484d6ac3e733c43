package reports_test

import (
	"fmt"
	"log"
	"strings"

	"github.com/mallcheck/mallcheck/reports"
)

func ExampleReadJSON() {
	run, err := reports.ReadJSON(strings.NewReader(`{
	  "schema": "1",
	  "tool": {"name": "mallcheck", "version": "v0.1.0", "contract": ""},
	  "target": {"name": "sandbox", "partnerCode": "P012345", "allow": ["read", "write"]},
	  "policy": {"strict": "assumed", "failOnFinding": false},
	  "seed": 7, "started": "2026-03-04T05:06:07Z", "ended": "2026-03-04T05:06:09Z",
	  "services": [],
	  "results": [{
	    "id": "RID-001", "area": "RID", "requirement": "a request_id returned by addSims finds its own result",
	    "level": "MUST", "clause": "asyncResult/found-by-its-own-request-id", "grade": "documented", "source": "api-477974989",
	    "does": "write", "operations": ["addSims", "asyncResult"], "verdict": "passed",
	    "started": "2026-03-04T05:06:07Z", "duration": 1500000
	  }]
	}`))
	if err != nil {
		log.Fatal(err)
	}
	for _, result := range run.Results {
		fmt.Println(result.ID, result.Verdict, result.Duration)
	}
	fmt.Println(reports.Summarize(run).Total[reports.Passed], "passed")
	// Output:
	// RID-001 passed 1.5ms
	// 1 passed
}
