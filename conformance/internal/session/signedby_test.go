package session

import (
	"context"
	"strings"
	"testing"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/conformance/target"
	"github.com/mallcheck/mallcheck/openapi"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
)

// sessionFor returns a session for a target that is never asked.
func sessionFor(t *testing.T, rules signing.Rules) *Session {
	t.Helper()
	contract, err := openapi.Mall()
	if err != nil {
		t.Fatal(err)
	}
	connection, err := Connect(&target.Target{
		URLs: map[string]string{"topup": "http://127.0.0.1:1/topup", "vshop": "http://127.0.0.1:1/vshop"}, PartnerCode: "P1", Sign: rules,
	}, contract)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(connection.Close)
	return connection.Session(context.Background())
}

func TestSignedBy(t *testing.T) {
	queryAndBody := signing.Default()
	queryAndBody.Parts = signing.Query | signing.Body
	for _, test := range []struct {
		name  string
		rules signing.Rules
		draft func(s *Session) *Draft
		want  string // names of what the signer is given
	}{
		{"query and path", signing.Default(), func(s *Session) *Draft { return s.NewListGroupSims("G1") }, "version partnerCode group_id"},
		{"the path is not signed", queryAndBody, func(s *Session) *Draft { return s.NewListGroupSims("G1") }, "version partnerCode"},
		{"edits before", signing.Default(), func(s *Session) *Draft { return s.NewListBundles().Before(wire.Reverse, wire.Set("x", "y")) }, "partnerCode version x"},
		{"edits after", signing.Default(), func(s *Session) *Draft { return s.NewListBundles().After(wire.Drop("version")) }, "version partnerCode"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := sessionFor(t, test.rules)
			var given []string
			draft := test.draft(s).SignedBy(func(members []signing.Member, rules signing.Rules) (string, error) {
				for _, member := range members {
					given = append(given, member.Name)
				}
				if rules != test.rules {
					t.Errorf("the signer is given the rules %v, want %v", rules, test.rules)
				}
				return "made", nil
			})
			if sign := s.render(draft).URL.Query().Get("sign"); sign != "made" {
				t.Errorf("sign %q is sent", sign)
			}
			if got := strings.Join(given, " "); got != test.want {
				t.Errorf("the signer is given %s, want %s", got, test.want)
			}
			if sign := s.render(draft.SignedBy(nil)).URL.Query().Get("sign"); len(sign) != 32 {
				t.Errorf("without a signer the sign %q is sent", sign)
			}
		})
	}
}

func TestAnswerIsReadLeniently(t *testing.T) {
	for _, body := range []string{
		`{"operateCode":"S","message":"success","data":{}}`,
		"\ufeff" + `{"operateCode":"S","message":"success","data":{}}`,
		`{"operateCode":"S","message":"success","data":{}}{"operateCode":"F"}`,
		`{"message":7,"operateCode":"S","data":{}} trailing`,
	} {
		answer := wire.ReadAnswer(0, reports.Exchange{Response: &reports.Response{Status: 200, Body: []byte(body)}})
		if !answer.Accepted() || string(answer.Data) != "{}" {
			t.Errorf("%s is read as operateCode %q, data %s", body, answer.OperateCode, answer.Data)
		}
	}
}
