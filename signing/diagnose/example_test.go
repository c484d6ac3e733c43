package diagnose_test

import (
	"fmt"
	"net/url"

	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose"
)

// A test server reports to a partner what is wrong with a sign.
func ExampleSign() {
	// The partner signed what json.dumps of Python writes by default.
	body := []byte(`{"partnerCode":"P012345","area":"欧洲","version":"3.0","sign":"d958eb91a9100c20ff25400ab643668a"}`)
	received, err := diagnose.RequestOf("POST", &url.URL{Path: "/vshop/singleServicePlanPage"}, body, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	sign, err := signing.SignOf(received.Body)
	if err != nil {
		fmt.Println(err)
		return
	}
	diagnosis := diagnose.Sign(received, sign, signing.Default(), diagnose.Quick)
	fmt.Println(diagnosis.Line())
	fmt.Println()
	fmt.Print(diagnosis.String())
	// Output:
	// the sign is wrong: the signed text is written with Python's json.dumps, which adds spaces and escapes non-ASCII characters by default
	//
	// The sign is wrong.
	//   sent   "d958eb91a9100c20ff25400ab643668a"
	//   right  f012b6da7eae431fb5cbad3e0c16d655
	// The signed text is written with Python's json.dumps, which adds spaces and escapes non-ASCII characters by default.
	// The sign sent is MD5(text); the signed text first differs from the right one at byte 8:
	//   right  {"area":"欧洲","partnerCode":"P012345","version":"3.0"}
	//   signed {"area": "\u6b27\u6d32", "partnerCode": "P012345", "version": "3.0"}
	//                  ^

}
