package faults

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mallcheck/mallcheck/internal/testlevel"
	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

// TestEachSandboxGetsItsOwn lets two sandboxes of the same interceptor, one after
// the other, answer the same requests: what the first was asked must leave no trace
// in the answers of the second.
func TestEachSandboxGetsItsOwn(t *testing.T) {
	constructors := map[string]newInterceptor{}
	for _, f := range Faults() {
		constructors["fault "+f.ID] = f.New
	}
	for _, v := range Variants() {
		constructors["variant "+v.ID] = v.New
	}
	every := testlevel.Pick(24, 4, 1)
	for i, name := range slices.Sorted(maps.Keys(constructors)) {
		if i%every != 0 {
			continue
		}
		construct := constructors[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second := visit(t, construct()), visit(t, construct())
			for i := range first {
				if first[i] != second[i] {
					t.Fatalf("answer %d is\n%s\nin the first sandbox and\n%s\nin the second", i, first[i], second[i])
				}
			}
		})
	}
}

// The comparison above can fail: it detects an interceptor that two sandboxes share.
func TestVisitTellsSandboxesApart(t *testing.T) {
	for name, construct := range map[string]newInterceptor{
		"repeatedIDs": repeatedIDs, "lockedOut": lockedOut, "rememberedSigns": rememberedSigns, "rememberedBesidePath": rememberedBesidePath,
		"endedByQuery": endedByQuery, "paidGoesBack": paidGoesBack, "renewalsShownLate": renewalsShownLate,
		"flickering": flickering, "changingCodes": changingCodes, "forgotten": forgotten, "requestIDs": requestIDs(strconv.Itoa),
		"orderByBeginning": orderByBeginning, "newestWithoutKey": newestWithoutKey, "visibleLate": visibleLate,
	} {
		shared := construct()
		if slices.Equal(visit(t, shared), visit(t, shared)) {
			t.Errorf("%s: that two sandboxes share it makes no difference", name)
		}
	}
}

// visitor asks one sandbox, as a partner's client does, and keeps what it is answered.
type visitor struct {
	*testing.T
	address string
	client  *http.Client
	answers []string
}

// visit asks a new sandbox with one interceptor a series of requests, valid and
// invalid ones, and returns its answers.
func visit(t *testing.T, i sandbox.Interceptor) []string {
	t.Helper()
	now := time.Date(2026, 6, 25, 0, 0, 0, 0, time.UTC)
	server, err := sandbox.Start(t.Context(), sandbox.Config{
		Seed: 1, TaskDelay: 3 * time.Millisecond, Interceptors: []sandbox.Interceptor{i},
		Now: func() time.Time { // requests come one after the other
			now = now.Add(time.Millisecond)
			return now
		},
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	v := &visitor{T: t, address: server.URL(), client: &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}}
	defer func() {
		v.client.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := server.Close(ctx); err != nil {
			t.Errorf("closing the sandbox: %v", err)
		}
	}()
	v.vshop()
	v.groups()
	v.orders()
	v.purchases()
	v.mistakes()
	return v.answers
}

// shopMembers are the members that the bodies of Vshop have in common.
func shopMembers(sim string) string {
	return fmt.Sprintf(`"deviceCode":%q,"languageCode":"1","mark":"0","terminal":"0","tradeTime":"1645683857572","tradeType":"x"`, sim)
}

func (v *visitor) vshop() {
	const verify = "/vshop/singleVerify"
	v.ask(http.MethodPost, verify, shopMembers(fixtures().SIMs[1]), v.sign(verify, shopMembers(fixtures().SIMs[0])))
	for _, sim := range []string{fixtures().SIMs[0], fixtures().UnknownSIM, fixtures().SIMs[0][:10]} {
		v.signed(http.MethodPost, verify, shopMembers(sim))
		v.signed(http.MethodPost, "/vshop/singleServicePlanPage", shopMembers(sim)+`,"area":"欧洲"`)
	}
}

func (v *visitor) groups() {
	group := func(i int) string { return "/topup/mall/bundle-groups/" + fixtures().Groups[i] + "/sims" }
	pair := fmt.Sprintf(`"sim_ids":[%q,%q]`, fixtures().SIMs[0], fixtures().UnknownSIM)
	v.ask(http.MethodPost, group(1), pair, v.sign(group(0), pair))
	for _, method := range []string{http.MethodPost, http.MethodPost, http.MethodDelete} {
		id := v.signed(method, group(0), pair)
		for range 5 {
			v.signed(http.MethodGet, "/topup/async-result/"+url.PathEscape(id), "")
		}
	}
	v.signed(http.MethodGet, group(0), "")
	v.signed(http.MethodGet, "/topup/mall/bundle-groups/bundles", "")
	for range 19 {
		v.signed(http.MethodPost, group(0), fmt.Sprintf(`"sim_ids":[%q]`, fixtures().UnknownSIM))
	}
}

func (v *visitor) mistakes() {
	verify := v.address + "/vshop/singleVerify"
	for _, body := range []string{
		`{"version":"3.0","partnerCode":"P000270"}`,
		`{"version":"3.0","partnerCode":"P000270","sign":"00000000000000000000000000000000"}`,
		`{`,
	} {
		for range 3 {
			v.send(http.MethodPost, verify, body)
		}
	}
	v.send(http.MethodPut, verify, "")
	v.send(http.MethodGet, v.address+"/vshop/nowhere", "")
}

// signed sends a request with the global parameters and its sign, and returns the
// request_id of the answer.
func (v *visitor) signed(method, path, members string) string {
	v.Helper()
	return v.ask(method, path, members, v.sign(path, members))
}

// sign returns the sign of a request with the global parameters and these members.
func (v *visitor) sign(path, members string) string {
	v.Helper()
	address, err := url.Parse(path)
	if err != nil {
		v.Fatal(err)
	}
	templates := []string{"/mall/bundle-groups/{group_id}/sims", "/mall/bundle-groups/bundles", "/async-result/{request_id}", "/singleVerify", "/singleServicePlanPage",
		"/singleOrder", "/singleQueryOrder", "/queryAutoRenewalRecord", "/cancelAutoRenewalRecord", "/stripeSingleAuthorization",
		"/stripeSubDirectly", "/resultQuery", "/confirmPaymentResult"}
	body := strings.TrimSuffix(`{"partnerCode":"P000270","version":"3.0",`+members, ",") + "}"
	parts, err := signing.MembersOf(http.MethodPost, address, []byte(body), templates, signing.AllParts)
	if err != nil {
		v.Fatal(err)
	}
	sign, err := signing.Sign(parts, signing.Default())
	if err != nil {
		v.Fatal(err)
	}
	return sign
}

// ask sends a request with the global parameters and a sign, and returns the
// request_id of the answer.
func (v *visitor) ask(method, path, members, sign string) string {
	v.Helper()
	if method == http.MethodGet {
		return v.send(method, v.address+path+"?partnerCode=P000270&version=3.0&sign="+sign, "")
	}
	return v.send(method, v.address+path, `{"partnerCode":"P000270","version":"3.0",`+members+`,"sign":"`+sign+`"}`)
}

// send sends a request, keeps what is answered and returns its request_id.
func (v *visitor) send(method, address, body string) string {
	v.Helper()
	request, err := http.NewRequestWithContext(v.Context(), method, address, strings.NewReader(body))
	if err != nil {
		v.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := v.client.Do(request)
	if err != nil {
		v.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	id := response.Header.Get(requestIDHeader)
	v.answers = append(v.answers, fmt.Sprintf("%s %s: %d %q %q %s cut off: %t", method, strings.TrimPrefix(address, v.address),
		response.StatusCode, response.Header.Get("Content-Type"), id, text, err != nil))
	return id
}
