package doctor

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/session"
	"github.com/mallcheck/mallcheck/conformance/internal/wire"
)

// mistake is a request that the target should refuse.
type mistake struct {
	what  string
	draft *session.Draft
}

// refusals sends read requests with the usual mistakes and records each refusal.
func (d *doctor) refusals() {
	for _, m := range d.mistakes() {
		question := m.what + " (" + m.draft.Operation.ID + ")"
		answer := d.ask(m.draft, d.rules)
		if answer == nil {
			d.open("refusals", question, "no answer")
			continue
		}
		d.tell("refusals", question, d.described(answer))
	}
}

// mistakes drafts the mistakes that fit the configured addresses.
func (d *doctor) mistakes() []mistake {
	var all []mistake
	add := func(what string, draft *session.Draft) { all = append(all, mistake{what, draft}) }
	if d.has("topup") {
		add("a wrong sign", d.session.NewListBundles().SignedBy(wrong))
		add("no sign", d.session.NewListBundles().After(wire.Drop("sign")))
		add("a partner that does not exist", d.session.NewListBundles().As("mallcheck-none"))
		add("a group that does not exist", d.session.NewListGroupSims("mallcheck-none"))
		add("a request id that does not exist", d.session.NewAsyncResult("mallcheck-none"))
		add("a path that does not exist", d.session.NewListBundles().Before(func(w *wire.Request) {
			elsewhere := *w.URL
			elsewhere.Path += "-mallcheck-none"
			w.URL = &elsewhere
		}))
	}
	if d.has("payment") {
		add("a payment that does not exist", d.session.NewResultQuery("mallcheck-none"))
	}
	if !d.has("vshop") {
		return all
	}
	if len(d.target.UnknownSIMs) > 0 {
		add("a SIM card that does not exist", d.session.NewSingleVerify(d.target.UnknownSIMs[0]))
	}
	verify := func() *session.Draft { return d.session.NewSingleVerify(cmp.Or(d.sim(), "89000000000000000000")) }
	add("a wrong sign", verify().SignedBy(wrong))
	add("a member left out", verify().Before(wire.Drop("deviceCode")))
	add("malformed JSON", verify().After(wire.RawBody(func([]byte) []byte { return []byte(`{"deviceCode":`) })))
	add("another media type", verify().After(wire.Header("Content-Type", "text/plain")))
	add("GET where POST is documented", verify().After(wire.Method(http.MethodGet)))
	return all
}

// described describes a refusal.
func (d *doctor) described(answer *wire.Answer) string {
	if answer == nil {
		return "no answer"
	}
	parts := []string{fmt.Sprintf("HTTP %d", answer.Status)}
	switch {
	case answer.Accepted():
		parts = append(parts, `accepted, operateCode "S"`)
	case answer.OperateCode != "":
		parts = append(parts, "operateCode "+short(d.clean(answer.OperateCode)))
	default:
		parts = append(parts, "no envelope")
	}
	if answer.Message != "" {
		parts = append(parts, "message "+short(d.clean(answer.Message)))
	}
	if data := string(answer.Data); data != "" && !answer.Accepted() {
		parts = append(parts, "data "+short(d.clean(data)))
	}
	if media := answer.Header.Get("Content-Type"); !strings.HasPrefix(media, "application/json") {
		parts = append(parts, "media type "+short(d.clean(media)))
	}
	return strings.Join(parts, ", ")
}

// short quotes a text from the target and bounds its length.
func short(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > 60 {
		text = string(runes[:60]) + "…"
	}
	return fmt.Sprintf("%q", text)
}

// envelope records the form of the answers.
func (d *doctor) envelope() {
	if d.has("topup") {
		d.ask(d.session.NewListBundles(), d.rules)
	}
	if sim := d.sim(); sim != "" && d.has("vshop") {
		for _, draft := range []*session.Draft{d.session.NewSingleVerify(sim), d.session.NewSingleServicePlanPage(sim),
			d.session.NewSingleQueryOrder(sim), d.session.NewQueryAutoRenewalRecord(sim)} {
			d.ask(draft, d.rules)
		}
	}
	bare, extra, medias := d.forms()
	told := func(names []string, none string) string {
		if len(names) == 0 {
			return none
		}
		return strings.Join(names, ", ")
	}
	d.tell("envelope", "which operations answer HTTP 200 without an envelope", told(bare, "none of those that were called"))
	d.tell("envelope", "which members does the envelope have besides operateCode, message and data", told(extra, "none"))
	d.tell("envelope", "which media types does the target send", told(medias, "none"))
}

// forms returns the operations that answered with an object other than the envelope,
// the undocumented members of envelopes, and the media types of all answers.
func (d *doctor) forms() (bare, extra, medias []string) {
	for _, exchange := range d.session.Exchanges() {
		if exchange.Response == nil {
			continue
		}
		for _, field := range exchange.Response.Header {
			if strings.EqualFold(field.Name, "Content-Type") {
				medias = append(medias, field.Value)
			}
		}
		var members map[string]json.RawMessage
		body := bytes.TrimPrefix(exchange.Response.Body, []byte("\ufeff"))
		if json.Unmarshal(body, &members) != nil {
			continue
		}
		if _, enveloped := members["operateCode"]; !enveloped {
			if exchange.Response.Status == http.StatusOK {
				bare = append(bare, exchange.Operation)
			}
			continue
		}
		for name := range members {
			if !slices.Contains([]string{"operateCode", "message", "data"}, name) {
				extra = append(extra, name)
			}
		}
	}
	for _, list := range []*[]string{&bare, &extra, &medias} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return bare, extra, medias
}

// statusOf returns data.status of the result of a task, or "" if there is none.
func statusOf(answer *wire.Answer) string {
	var data struct {
		Status string `json:"status"`
	}
	if err := json.Unmarshal(answer.Data, &data); err != nil {
		return ""
	}
	return data.Status
}
