package gen_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/topup"
)

// A client of the topup service. The server here stands for the provider, and
// the sign is a stand-in: package signing fills in the real one.
func Example() {
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("request_id", "RQ-20231001123456")
		_, _ = fmt.Fprint(w, `{"operateCode": "S", "message": "success"}`)
	}))
	defer provider.Close()

	client, err := topup.NewClientWithResponses(provider.URL, topup.WithHTTPClient(&http.Client{Timeout: 10 * time.Second}))
	if err != nil {
		log.Fatal(err)
	}
	added, err := client.AddSIMsWithResponse(context.Background(), "G0001", &mall.AddSIMsParams{}, mall.AddSIMsRequest{
		Version: "3.0", PartnerCode: "P012345", Sign: "922062eecdf3b8f93b26fc525d5ebbbb",
		SIMIDs: []string{"89852202306250040073", "89852202306250040074"},
	})
	if err != nil {
		log.Fatal(err)
	}
	if added.JSON200 == nil || added.JSON200.OperateCode != "S" {
		log.Fatalf("refused: %s", added.Body)
	}
	fmt.Println(*added.Headers200.RequestID)
	// Output: RQ-20231001123456
}
