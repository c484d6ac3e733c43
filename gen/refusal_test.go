package gen_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	. "github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/topup"
)

// envelopes are the types of the answers of all operations.
var envelopes = []any{
	new(AddSIMsResponse), new(AsyncResultResponse), new(BundlesResponse), new(CancelAutoRenewalRecordResponse),
	new(ConfirmPaymentResultResponse), new(GroupSIMsResponse), new(QueryAutoRenewalRecordResponse), new(QueryOrderResponse),
	new(RemoveSIMsResponse), new(ResultQueryResponse), new(SingleOrderResponse), new(SingleQueryOrderResponse),
	new(SingleServicePlanPageResponse), new(SingleVerifyResponse), new(StripeSingleAuthorizationResponse),
	new(StripeSubDirectlyResponse), new(StripeSubscriptionAuthorizationResponse), new(SynOrderInfoResponse),
}

// The contract allows any data in a refusal: it must not cost the code and the message.
func TestARefusalMayHaveAnyData(t *testing.T) {
	for _, envelope := range envelopes {
		for _, data := range []string{`""`, `[]`, `"no such group"`, `{}`, `null`, `7`, `true`, `[{"sim_ids":7}]`, `{"sim_ids":7,"group_id":"G1"}`} {
			t.Run(reflect.TypeOf(envelope).Elem().Name()+"/"+data, func(t *testing.T) {
				answer := reflect.New(reflect.TypeOf(envelope).Elem())
				// Data comes first, so that nothing depends on the order of the members.
				text := `{"data":` + data + `,"operateCode":"E7","message":"why"}`
				if err := json.Unmarshal([]byte(text), answer.Interface()); err != nil {
					t.Fatal(err)
				}
				if code, message := answer.Elem().FieldByName("OperateCode"), answer.Elem().FieldByName("Message"); code.String() != "E7" || message.String() != "why" {
					t.Errorf("code %q, message %q", code, message)
				}
			})
		}
	}
}

// In a success, data of another form is still an error.
func TestASuccessHasDataOfItsType(t *testing.T) {
	for text, data := range map[string]bool{
		`{"operateCode":"S","message":"success","data":{"group_id":"G1","sim_ids":["1"]}}`: true,
		`{"operateCode":"S","message":"success"}`:                                          false,
		`{"operateCode":"S","message":"success","data":null}`:                              false,
	} {
		var answer GroupSIMsResponse
		if err := json.Unmarshal([]byte(text), &answer); err != nil || (answer.Data != nil) != data {
			t.Errorf("%s: %+v, %v", text, answer, err)
		}
	}
	for _, data := range []string{`""`, `[]`, `7`, `{"sim_ids":7}`} {
		var answer GroupSIMsResponse
		err := json.Unmarshal([]byte(`{"operateCode":"S","message":"success","data":`+data+`}`), &answer)
		if err == nil || !strings.HasPrefix(err.Error(), "reading data: ") || answer.Data != nil {
			t.Errorf("data %s: %+v, %v", data, answer, err)
		}
	}
}

// What is decoded can be written again with the same members.
func TestEnvelopesAreWrittenAsTheyAreRead(t *testing.T) {
	const text = `{"data":{"group_id":"G1","sim_count":"1","sim_ids":["1"]},"message":"success","operateCode":"S"}`
	var answer GroupSIMsResponse
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatal(err)
	}
	if again, err := json.Marshal(answer); err != nil || string(again) != text {
		t.Errorf("written as %s, error %v, want %s", again, err, text)
	}
}

func TestAGeneratedClientKeepsARefusal(t *testing.T) {
	for _, data := range []string{`""`, `[]`, `"no such group"`} {
		address, caller := listen(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprintf(w, `{"operateCode":"F","message":"no such group","data":%s}`, data)
		}))
		client, err := topup.NewClientWithResponses(address, topup.WithHTTPClient(caller))
		if err != nil {
			t.Fatal(err)
		}
		refused, err := client.ListGroupSIMsWithResponse(t.Context(), "G1", &ListGroupSIMsParams{})
		if err != nil {
			t.Fatalf("data %s: %v", data, err)
		}
		if refused.JSON200.OperateCode != "F" || refused.JSON200.Message != "no such group" || refused.JSON200.Data != nil {
			t.Errorf("data %s: %+v", data, refused.JSON200)
		}
		if !strings.Contains(string(refused.Body), `"data":`+data) {
			t.Errorf("data %s is not in the body %s", data, refused.Body)
		}
	}
}

// A segment that clients and servers resolve would call another path.
func TestAPathParameterCannotChangeThePath(t *testing.T) {
	var asked atomic.Int64
	listening := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	t.Cleanup(listening.Close)
	client, err := topup.NewClientWithResponses(listening.URL + "/topup")
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []string{"", ".", ".."} {
		for name, call := range map[string]func() error{
			"addSims": func() error {
				_, err := client.AddSIMs(t.Context(), value, nil, AddSIMsRequest{})
				return err
			},
			"removeSims": func() error {
				_, err := client.RemoveSIMs(t.Context(), value, nil, RemoveSIMsRequest{})
				return err
			},
			"listGroupSims": func() error {
				_, err := client.ListGroupSIMsWithResponse(t.Context(), value, &ListGroupSIMsParams{})
				return err
			},
			"asyncResult": func() error {
				_, err := client.AsyncResultWithResponse(t.Context(), value, &AsyncResultParams{})
				return err
			},
		} {
			leaves := new(PathParameterError)
			if err := call(); !errors.As(err, &leaves) || leaves.Value != value {
				t.Errorf("%s with %q: error %v", name, value, err)
			}
		}
	}
	if asked.Load() != 0 {
		t.Errorf("%d requests were sent", asked.Load())
	}
	for _, value := range []string{"...", "a/../b", "%2e%2e", "..;", "a b", "/", "?x", "#"} {
		request, err := topup.NewListGroupSIMsRequest("http://host/topup/", value, nil)
		if err != nil {
			t.Fatal(err)
		}
		if want := "/topup/mall/bundle-groups/" + url.PathEscape(value) + "/sims"; request.URL.EscapedPath() != want {
			t.Errorf("%q calls %s, want %s", value, request.URL.EscapedPath(), want)
		}
	}
}

// A refusal keeps its code and message whatever its data.
func FuzzRefusal(f *testing.F) {
	f.Add(`""`, "F", "why")
	f.Add(`{"sim_ids":[1]}`, "E7", "")
	f.Add(`[[[]]]`, "s", "\u2028")
	f.Fuzz(func(t *testing.T, data, code, message string) {
		if !json.Valid([]byte(data)) || !utf8.ValidString(code) || !utf8.ValidString(message) || code == "S" {
			return
		}
		text, err := json.Marshal(map[string]any{"operateCode": code, "message": message, "data": json.RawMessage(data)})
		if err != nil {
			t.Fatal(err)
		}
		var answer GroupSIMsResponse
		if err := json.Unmarshal(text, &answer); err != nil || answer.OperateCode != code || answer.Message != message {
			t.Errorf("%s: %+v, error %v", text, answer, err)
		}
	})
}
