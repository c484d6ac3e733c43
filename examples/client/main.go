// Client adds SIM cards to a bundle group and prints what became of each, or
// buys a data plan for one: the generated clients and the signing package as a
// partner's own service uses them.
//
//	mallcheck serve        # in another shell
//	go run . add 89852420180910340793 89852202306250040074
//	go run . buy 89852420180910340793
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/mallcheck/mallcheck/gen/mall"
	"github.com/mallcheck/mallcheck/gen/topup"
	"github.com/mallcheck/mallcheck/signing"
)

func main() {
	base := flag.String("base", "http://127.0.0.1:8642", "address below which the services are")
	partner := flag.String("partner-code", "P000270", "partner code")
	group := flag.String("group", "G20230001", "bundle group to add to")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := run(ctx, *base, *partner, *group, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "client:", err)
		os.Exit(1)
	}
}

// run does what the arguments say.
func run(ctx context.Context, base, partner, group string, arguments []string) error {
	switch {
	case len(arguments) > 1 && arguments[0] == "add":
		return add(ctx, base+"/topup", partner, group, arguments[1:])
	case len(arguments) == 2 && arguments[0] == "buy":
		return buy(ctx, base, partner, arguments[1])
	}
	return errors.New("write add ICCID..., or buy ICCID")
}

// add adds SIM cards to a group and prints the outcome for each.
func add(ctx context.Context, url, partner, group string, sims []string) error {
	// The signer fills version, partnerCode and sign in each request.
	signer := signing.Signer{
		PartnerCode: partner,
		Rules:       signing.Default(),
		Templates:   []string{"/mall/bundle-groups/{group_id}/sims", "/async-result/{request_id}"},
	}
	client, err := topup.NewClientWithResponses(url,
		topup.WithHTTPClient(&http.Client{Timeout: 10 * time.Second}),
		topup.WithRequestEditorFn(signer.Sign))
	if err != nil {
		return fmt.Errorf("making the client: %w", err)
	}
	accepted, err := client.AddSimsWithResponse(ctx, group, nil, mall.AddSimsJSONRequestBody{SimIds: sims})
	if err != nil {
		return fmt.Errorf("adding: %w", err)
	}
	// A refusal has HTTP 200 as well: operateCode tells.
	if accepted.JSON200 == nil || accepted.JSON200.OperateCode != "S" {
		return fmt.Errorf("adding was refused: HTTP %d %s", accepted.StatusCode(), accepted.Body)
	}
	id := accepted.HTTPResponse.Header.Get("request_id")
	fmt.Println("request_id", id)
	result, err := await(ctx, client, id)
	if err != nil {
		return err
	}
	for _, detail := range result.Details {
		fmt.Printf("%s %s %s\n", detail.SimId, detail.Result, detail.Message)
	}
	return nil
}

// await asks for the result of a task until it is completed.
func await(ctx context.Context, client *topup.ClientWithResponses, id string) (*mall.AsyncResult, error) {
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		answer, err := client.AsyncResultWithResponse(ctx, id, &mall.AsyncResultParams{})
		if err != nil {
			return nil, fmt.Errorf("asking for the result: %w", err)
		}
		if answer.JSON200 == nil || answer.JSON200.OperateCode != "S" || answer.JSON200.Data == nil {
			return nil, fmt.Errorf("asking for the result was refused: HTTP %d %s", answer.StatusCode(), answer.Body)
		}
		if answer.JSON200.Data.Status == "completed" {
			return answer.JSON200.Data, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("the task %s is not completed: %w", id, ctx.Err())
		case <-time.After(pause):
		}
	}
}
