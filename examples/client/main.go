// Client adds SIM cards to a bundle group and prints what became of each, buys a
// data plan for one, or receives pushes, as a partner's own service does it with
// package client.
//
//	mallcheck serve        # in another shell
//	go run . add 89852420180910340793 89852202306250040074
//	go run . buy 89852420180910340793
//	MALL_PUSH_KEY=key-1:00112233 go run . receive 127.0.0.1:8643
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/mallcheck/mallcheck/client"
)

func main() {
	base := flag.String("base", "http://127.0.0.1:8642", "address below which the services are")
	partner := flag.String("partner-code", "P000270", "partner code")
	group := flag.String("group", "G20230001", "bundle group to add to")
	header := flag.String("request-id-header", "request_id", "response header with the id of a task")
	pushes := flag.String("push-listen", "", "address at which buy waits for the push of its order, as HOST:PORT; its key is in MALL_PUSH_KEY")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := run(ctx, *base, *partner, *group, *header, *pushes, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "client:", err)
		os.Exit(1)
	}
}

// run does what the arguments say.
func run(ctx context.Context, base, partner, group, header, pushes string, arguments []string) error {
	mall, err := client.New(client.Config{
		PartnerCode: partner, RequestIDHeader: header,
		Addresses: client.Addresses{Vshop: base + "/vshop", Payment: base + "/payment", Topup: base + "/topup"},
	})
	if err != nil {
		return err
	}
	switch {
	case len(arguments) == 2 && arguments[0] == "receive":
		return receive(arguments[1])
	case len(arguments) > 1 && arguments[0] == "add":
		return add(ctx, mall, group, arguments[1:])
	case len(arguments) == 2 && arguments[0] == "buy":
		return buy(ctx, mall, arguments[1], pushes)
	}
	return errors.New("write add ICCID..., buy ICCID, or receive HOST:PORT")
}

// add adds SIM cards to a group and prints the outcome for each. It is an error if one of them failed.
func add(ctx context.Context, mall *client.Client, group string, sims []string) error {
	task, err := mall.AddSIMs(ctx, group, sims...)
	if err != nil {
		return err
	}
	// A service stores the request_id here: mall.Task resumes it after a restart.
	fmt.Println("request_id", task.RequestID())
	result, err := task.Wait(ctx)
	failed := new(client.FailedSIMs)
	if err != nil && !errors.As(err, &failed) {
		return err
	}
	for _, sim := range result.SIMs {
		fmt.Printf("%s %s %s\n", sim.SIM, sim.Result, sim.Message)
	}
	return err
}
