package render_test

import (
	"fmt"
	"log"
	"os"
	"time"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/redact"
	"github.com/mallcheck/mallcheck/reports/render"
)

func ExampleWriteJUnit() {
	started := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	run := &reports.Run{
		Tool:   reports.Tool{Name: "mallcheck", Version: "v0.1.0"},
		Target: reports.Target{Name: "uat", PartnerCode: "P012345", Allow: []reports.Does{reports.Read}},
		Policy: reports.Policy{Strict: reports.Documented}, Seed: 42,
		Started: started, Ended: started.Add(2 * time.Second),
		Results: []reports.Result{{
			ID: "GRP-001", Area: "GRP", Requirement: "an unknown group is refused", Level: reports.Must,
			Clause: "listGroupSims/unknown-group", Grade: reports.Assumed, Does: reports.Read,
			Operations: []string{"listGroupSims"}, Verdict: reports.Skipped, Reason: "the target has no service topup",
			Started: started,
		}},
	}
	if err := render.WriteJUnit(os.Stdout, redact.Run(run, redact.Secrets{})); err != nil {
		log.Fatal(err)
	}
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <testsuites name="mallcheck" tests="1" failures="0" errors="0" time="2.000">
	//   <testsuite name="Bundle groups (GRP)" tests="1" failures="0" errors="0" skipped="1" time="0.000" timestamp="2026-03-04T05:06:07Z">
	//     <properties>
	//       <property name="tool" value="mallcheck v0.1.0"></property>
	//       <property name="contract" value=""></property>
	//       <property name="target" value="uat"></property>
	//       <property name="partnerCode" value="P012345"></property>
	//       <property name="allow" value="read"></property>
	//       <property name="strict" value="documented"></property>
	//       <property name="failOnFinding" value="false"></property>
	//       <property name="seed" value="42"></property>
	//     </properties>
	//     <testcase name="GRP-001 an unknown group is refused" classname="Bundle groups (GRP)" time="0.000">
	//       <properties>
	//         <property name="level" value="MUST"></property>
	//         <property name="grade" value="assumed"></property>
	//         <property name="source" value=""></property>
	//         <property name="clause" value="listGroupSims/unknown-group"></property>
	//         <property name="operation" value="listGroupSims"></property>
	//         <property name="does" value="read"></property>
	//         <property name="verdict" value="skipped"></property>
	//       </properties>
	//       <skipped message="the target has no service topup" type="skipped"></skipped>
	//     </testcase>
	//   </testsuite>
	// </testsuites>
}

func ExampleCurl() {
	fmt.Println(render.Curl(reports.Exchange{Request: reports.Request{
		Method: "DELETE", URL: "http://127.0.0.1:8642/topup/mall/bundle-groups/G1/sims",
		Header: []reports.Header{{Name: "Content-Type", Value: "application/json"}},
		Body:   reports.Body(`{"note":"it's quoted"}`),
	}}))
	// Output:
	// curl -sS -i -X DELETE --url 'http://127.0.0.1:8642/topup/mall/bundle-groups/G1/sims' -H 'Content-Type: application/json' --data-raw '{"note":"it'\''s quoted"}'
}
