package gen_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"

	. "github.com/mallcheck/mallcheck/gen/mall"
	server "github.com/mallcheck/mallcheck/gen/server/topup"
	"github.com/mallcheck/mallcheck/gen/topup"
)

// Whoever imports a client must not inherit the tools that judge it.
func TestGeneratedCodeNeedsNoJudge(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	list, err := exec.CommandContext(ctx, "go", "list", "-deps", "./...").Output()
	if err != nil {
		t.Fatalf("listing what the generated code imports: %v", err)
	}
	if !strings.Contains(string(list), "github.com/mallcheck/mallcheck/gen/topup\n") {
		t.Fatalf("the clients are not in the list:\n%s", list)
	}
	for imported := range strings.FieldsSeq(string(list)) {
		for _, judge := range []string{"kin-openapi", "onsi/", "pgregory.net", "yaml"} {
			if strings.Contains(imported, judge) {
				t.Errorf("the generated code imports %s", imported)
			}
		}
		if ours, is := strings.CutPrefix(imported, "github.com/mallcheck/mallcheck/"); is && !strings.HasPrefix(ours, "gen") {
			t.Errorf("the generated code imports %s", imported)
		}
	}
}

// groups implements the two operations that a client needs to add SIM cards.
type groups struct{ server.StrictServerInterface }

func (groups) AddSIMs(_ context.Context, request server.AddSIMsRequestObject) (server.AddSIMsResponseObject, error) {
	if request.GroupID != "G 1/2" || request.Body.SIMIDs[0] != "89852202306250040073" {
		return server.AddSIMsdefaultJSONResponse{Body: Refusal{OperateCode: "F", Message: "no such group"}, StatusCode: 404}, nil
	}
	id := "RQ-1"
	return server.AddSIMs200JSONResponse{
		Body:    AddSIMsResponse{OperateCode: "S", Message: "success"},
		Headers: server.AddSIMs200ResponseHeaders{RequestID: &id},
	}, nil
}

func (groups) AsyncResult(_ context.Context, request server.AsyncResultRequestObject) (server.AsyncResultResponseObject, error) {
	if request.Params.PartnerCode != "P012345" || request.Params.Version != "3.0" || request.Params.Sign == "" {
		return server.AsyncResult200JSONResponse{OperateCode: "F", Message: "no such partner"}, nil
	}
	return server.AsyncResult200JSONResponse{OperateCode: "S", Message: "success", Data: &AsyncResult{
		RequestID: request.RequestID, ActionCode: "70", Status: "completed",
		Details: []AsyncResultDetail{{SIMID: "89852202306250040073", Result: "10", Message: "success"}},
	}}, nil
}

func serve(t *testing.T) *topup.ClientWithResponses {
	t.Helper()
	handler := server.HandlerWithOptions(server.NewStrictHandler(groups{}, nil), server.StdHTTPServerOptions{BaseURL: "/topup"})
	listening := httptest.NewServer(handler)
	t.Cleanup(listening.Close)
	client, err := topup.NewClientWithResponses(listening.URL+"/topup", topup.WithHTTPClient(&http.Client{Timeout: 10 * time.Second}))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestClientAndServerAgree(t *testing.T) {
	client := serve(t)
	added, err := client.AddSIMsWithResponse(t.Context(), "G 1/2", &AddSIMsParams{},
		AddSIMsRequest{Version: "3.0", PartnerCode: "P012345", Sign: "0", SIMIDs: []string{"89852202306250040073"}})
	if err != nil {
		t.Fatal(err)
	}
	if added.StatusCode() != 200 || added.JSON200.OperateCode != "S" || *added.Headers200.RequestID != "RQ-1" {
		t.Fatalf("addSims: %s %s", added.Status(), added.Body)
	}
	result, err := client.AsyncResultWithResponse(t.Context(), *added.Headers200.RequestID,
		&AsyncResultParams{Version: "3.0", PartnerCode: "P012345", Sign: "0"})
	if err != nil {
		t.Fatal(err)
	}
	data := result.JSON200.Data
	if data == nil || data.RequestID != "RQ-1" || data.ActionCode != "70" || len(data.Details) != 1 || data.Details[0].Result != "10" {
		t.Errorf("asyncResult: %s %s", result.Status(), result.Body)
	}
}

func TestRefusalsAreDecoded(t *testing.T) {
	client := serve(t)
	refused, err := client.AddSIMsWithResponse(t.Context(), "another", &AddSIMsParams{}, AddSIMsRequest{SIMIDs: []string{"0"}})
	if err != nil {
		t.Fatal(err)
	}
	if refused.StatusCode() != 404 || refused.JSONDefault == nil || refused.JSONDefault.OperateCode != "F" || refused.JSON200 != nil {
		t.Errorf("addSims: %s %s", refused.Status(), refused.Body)
	}
	sameStatus, err := client.AsyncResultWithResponse(t.Context(), "RQ-1", &AsyncResultParams{PartnerCode: "P0"})
	if err != nil {
		t.Fatal(err)
	}
	if sameStatus.JSON200 == nil || sameStatus.JSON200.OperateCode != "F" || sameStatus.JSON200.Data != nil {
		t.Errorf("asyncResult: %s %s", sameStatus.Status(), sameStatus.Body)
	}
}

// The sign depends on what is written: no member of a request may appear, vanish or change its form.
func TestRequestsAreWrittenWithTheirPrintedNames(t *testing.T) {
	url := "https://dist.linksfield.net/login"
	text, err := json.Marshal(SingleVerifyRequest{
		Version: "3.0", PartnerCode: "P000270", Sign: "ea7a3bba7e345e0b8ca7f7e3b43d6e72", DeviceCode: "89852420180910340793",
		LanguageCode: "1", Mark: "0", Terminal: "1", TradeTime: "1645683857572", TradeType: "singleVerify", URL: &url,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"deviceCode":"89852420180910340793","languageCode":"1","mark":"0","partnerCode":"P000270",` +
		`"sign":"ea7a3bba7e345e0b8ca7f7e3b43d6e72","terminal":"1","tradeTime":"1645683857572","tradeType":"singleVerify",` +
		`"url":"https://dist.linksfield.net/login","version":"3.0"}`
	if string(text) != want {
		t.Errorf("written as\n%s\nwant\n%s", text, want)
	}
}
