package main

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/mallcheck/mallcheck/conformance"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/signing"
)

// callCommand makes one signed call.
type callCommand struct {
	Operation string   `arg:"" help:"Id of the operation, such as singleVerify; mallcheck contract has them all."`
	Set       []string `sep:"none" placeholder:"MEMBER=VALUE" help:"Member of the path, the query or the body: name=text, or name:=JSON for what is no text."`
	Explain   bool     `help:"Print the signed content and the sign first, a line each."`
	Show      bool     `help:"Show payment ids, client secrets and e-mail addresses, which are hidden otherwise. Secrets of the settings stay hidden."`

	target.Settings
}

// Help tells how to call, below the usage.
func (callCommand) Help() string {
	return `Makes one signed call of a target and prints the body of its answer, with the HTTP status on standard error. The global parameters, those that the bodies of a service have in common, the first --sim and the --group are there already.

Examples:
  mallcheck call singleVerify --vshop-url https://host/vshop_uat --partner-code P012345 --set deviceCode=89852420180910340793
  env $(cat sandbox.env) mallcheck call addSims --set 'sim_ids:=["89852420180910340793"]' --explain

Secrets of the settings are never printed; what tells of a payment or a payer is with --show alone, so that the log of a pipeline does not keep it.

It carries out what it is told to: an order is an order. Exit code: 0 accepted, 1 refused or answered outside the envelope, 2 wrong usage, 3 no answer.`
}

// Run implements the command.
func (c *callCommand) Run(std *streams) error {
	t, operation, err := c.settings(std)
	if err != nil {
		return err
	}
	secrets := t.Secrets()
	secrets.ShowPayments = c.Show
	std.hide(secrets)
	members := make([]signing.Member, len(c.Set))
	for i, text := range c.Set {
		if members[i], err = conformance.ParseMember(text); err != nil {
			return fmt.Errorf("--set: %w", err)
		}
	}
	contract, err := openapi.Mall()
	if err != nil {
		return err
	}
	t.PushListen = "" // a call awaits no push
	connection, err := conformance.Connect(t, contract)
	if err != nil {
		return err
	}
	defer connection.Close()
	ctx, cancel := interruptible()
	defer cancel()
	hands := connection.Session(ctx)
	draft, err := hands.NewCall(operation, members)
	if err != nil {
		return err
	}
	answer, err := hands.Attempt(draft)
	if len(hands.Exchanges()) > 0 && c.Explain {
		explained, err := hands.Explain(operation, 0)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprint(std.out, explained); err != nil {
			return err
		}
	}
	if err != nil {
		return &exit{conformance.ExitInconclusive, err}
	}
	answer.Body = secrets.Body(answer.Body)
	return tellAnswer(std, t, answer)
}

// settings resolves the target and finds the operation, which must have an address.
func (c *callCommand) settings(std *streams) (*target.Target, openapi.Operation, error) {
	var none openapi.Operation
	layers, err := target.Layers(c.Settings, std.environ, "")
	if err != nil {
		return nil, none, err
	}
	t, err := target.Resolve(layers...)
	if err != nil {
		return nil, none, err
	}
	operation, known := openapi.OperationOf(c.Operation)
	switch {
	case !known:
		return nil, none, unknownOperation(c.Operation)
	case operation.Service == "notification":
		return nil, none, fmt.Errorf("%s is sent by the mall, a partner does not call it", operation.ID)
	case t.URLs[operation.Service] == "":
		return nil, none, fmt.Errorf("--%s-url is missing: the target has no address for %s", operation.Service, operation.ID)
	case operation.Does != openapi.Read && t.Production && !t.YesProduction:
		return nil, none, fmt.Errorf("%s does a %s, and %s is a production target; if that is meant, add --yes-production", operation.ID, operation.Does, t.Name)
	case !operation.PathKnown && t.Paths[operation.ID] == "":
		return nil, none, fmt.Errorf("no page tells the path of %s; say it with --path %s=/…", operation.ID, operation.ID)
	}
	return t, operation, nil
}

// unknownOperation names the operation nearest to a wrong id.
func unknownOperation(id string) error {
	contract, err := openapi.Mall()
	if err != nil {
		return err
	}
	var ids []string
	for _, operation := range contract.Operations() {
		ids = append(ids, operation.ID)
	}
	if near := target.Nearest(id, ids); near != "" {
		return fmt.Errorf("%q is no operation; did you mean %s?", id, near)
	}
	return fmt.Errorf("%q is no operation; there are %s", id, strings.Join(ids, ", "))
}

// tellAnswer prints an answer and ends with the exit code of what it says.
func tellAnswer(std *streams, t *target.Target, answer *conformance.Answer) error {
	status := fmt.Sprintf("HTTP %d %s", answer.Status, http.StatusText(answer.Status))
	if id := answer.Header.Get(t.RequestIDHeader); id != "" {
		status += ", " + t.RequestIDHeader + ": " + id
	}
	fmt.Fprintln(std.err, strings.TrimSpace(status))
	if _, err := fmt.Fprintf(std.out, "%s\n", answer.Body); err != nil {
		return err
	}
	if !answer.Accepted() {
		return &exit{code: conformance.ExitViolation}
	}
	return nil
}
