package signing_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/mallcheck/mallcheck/signing"
)

// The documentation prints this request, and its sign, on page api-42599728.
func ExampleSign() {
	sign, err := signing.Sign([]signing.Member{
		signing.StringMember("url", "https://dist.linksfield.net/login"),
		signing.StringMember("deviceCode", "89852420180910340793"),
		signing.StringMember("languageCode", "1"),
		signing.StringMember("mark", "0"),
		signing.StringMember("partnerCode", "P000270"),
		signing.StringMember("terminal", "1"),
		signing.StringMember("tradeTime", "1645683857572"),
		signing.StringMember("tradeType", "singleVerify"),
		signing.StringMember("version", "3.0"),
	}, signing.Default())
	fmt.Println(sign, err)
	// Output: ea7a3bba7e345e0b8ca7f7e3b43d6e72 <nil>
}

// The content of the request on page api-42599729: sorted, without white space, text as it stands.
func ExampleContentOfBody() {
	body := `{
		"deviceCode": "89852420180910340793", "area": "\u6b27\u6d32", "languageCode": "1", "mark": "0",
		"partnerCode": "P000270", "sign": "", "terminal": "0", "tradeTime": "1645782486394",
		"tradeType": "singleServicePlanPage", "version": "3.0"
	}`
	content, err := signing.ContentOfBody([]byte(body), signing.Default())
	if err != nil {
		fmt.Println(err)
	}
	sign, err := signing.SignBody([]byte(body), signing.Default())
	fmt.Printf("%s\n%s %v\n", content, sign, err)
	// Output:
	// {"area":"欧洲","deviceCode":"89852420180910340793","languageCode":"1","mark":"0","partnerCode":"P000270","terminal":"0","tradeTime":"1645782486394","tradeType":"singleServicePlanPage","version":"3.0"}
	// 3fdb15332726c77cd792ea2328f98a80 <nil>
}

func ExampleVerifyBody() {
	body := `{"partnerCode":"P000270","version":"3.0","sign":"ea7a3bba7e345e0b8ca7f7e3b43d6e72"}`
	fmt.Println(signing.VerifyBody([]byte(body), signing.Default()))
	// Output: verifying the sign: it does not match the content
}

// A Signer as the transport of an http.Client signs whatever is sent through it. The
// server of the example verifies what arrives.
func ExampleSigner() {
	templates := []string{"/async-result/{request_id}"}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		members, err := signing.MembersOf(r.Method, r.URL, body, templates, signing.AllParts)
		if err != nil {
			fmt.Fprint(w, err)
			return
		}
		sign, err := signing.SignOf(members)
		if err == nil {
			err = signing.Verify(members, sign, signing.Default())
		}
		fmt.Fprintf(w, "%s: %v", r.URL.RawQuery, err)
	}))
	defer server.Close()

	signer := &signing.Signer{PartnerCode: "P000270", Templates: templates}
	client := &http.Client{Transport: signer.Transport(nil), Timeout: 10 * time.Second}
	resp, err := client.Get(server.URL + "/async-result/RQ-20231001123456")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	fmt.Println(string(text), err)
	// Output: version=3.0&partnerCode=P000270&sign=da75d0f94d81f00ec4ca4423d086b32f: <nil> <nil>
}

// Sign is of the type that generated clients take as request editor.
func ExampleSigner_Sign() {
	signer := &signing.Signer{PartnerCode: "P000270"}
	req := httptest.NewRequest(http.MethodPost, "https://wx.example/vshop_uat/singleVerify", strings.NewReader(`{"deviceCode":"89852420180910340793"}`))
	if err := signer.Sign(req.Context(), req); err != nil {
		fmt.Println(err)
		return
	}
	body, err := io.ReadAll(req.Body)
	fmt.Println(string(body), err)
	// Output: {"deviceCode":"89852420180910340793","version":"3.0","partnerCode":"P000270","sign":"4f3e1489a683ed5447bf93de7ae48a0e"} <nil>
}

// A receiver of pushes reads the body and verifies it with the headers, before it believes a word of it.
func ExamplePushVerifier() {
	keyID, key, err := signing.ParsePushKey("2024a:00112233445566778899aabbccddeeff")
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier := &signing.PushVerifier{Keys: map[string][]byte{keyID: key}, Tolerance: time.Minute}
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err == nil {
			err = verifier.Verify(r.Header, body)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
		}
	}))
	defer receiver.Close()

	client := &http.Client{Timeout: 10 * time.Second}
	for _, signer := range []*signing.PushSigner{{KeyID: keyID, Key: key}, {KeyID: keyID, Key: []byte("a guess")}} {
		req, err := http.NewRequest(http.MethodPost, receiver.URL, strings.NewReader(`{"orderNo":"2020061214140465562"}`))
		if err == nil {
			err = signer.Sign(req.Context(), req)
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		resp, err := client.Do(req)
		if err != nil {
			fmt.Println(err)
			return
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		fmt.Println(resp.StatusCode, strings.TrimSpace(string(text)), err)
	}
	// Output:
	// 200  <nil>
	// 401 verifying a push: the signature of key "2024a": it does not match the content <nil>
}
