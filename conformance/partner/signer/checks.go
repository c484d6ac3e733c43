package signer

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/mallcheck/mallcheck/conformance/partner"
	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose"
	"github.com/mallcheck/mallcheck/signing/vectors"
)

// refusal is what a command prints for a request that cannot be signed, optionally followed by a reason.
const refusal = "error"

// Checks returns the checks of a signer, in the order of their ids: a case for each vector.
func Checks(c Config) []partner.Check {
	subjects, err := c.subjects()
	if err != nil {
		panic(err) // the vectors are built in and tested
	}
	asked := &batch{config: c, subjects: subjects}
	all := make([]partner.Check, len(subjects))
	for i := range subjects {
		all[i] = check(&subjects[i], func(ctx context.Context, r *partner.Record) { asked.judge(ctx, r, i) })
	}
	slices.SortFunc(all, func(a, b partner.Check) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// check describes the case of a vector.
func check(s *subject, run func(context.Context, *partner.Record)) partner.Check {
	one := partner.Check{Grade: reports.Grade(s.Grade), Source: s.Source, Run: run}
	push := s.question.Kind == "push"
	switch {
	case s.want == "" && push:
		one.ID, one.Clause, one.Level = "SGN-011/", "push/signature-verifies", reports.Should
	case s.want == "":
		one.ID, one.Clause, one.Level = "SGN-002/", "signature/ambiguous-request-refused", reports.Should
	case push:
		one.ID, one.Clause = "SGN-010/", "push/signature-verifies"
	default:
		one.ID, one.Clause = "SGN-001/", "signature/right-sign-accepted"
	}
	if s.Level != vectors.Core {
		one.Level = reports.Should // an assumed edge case
	}
	one.ID += s.Name
	one.Requirement = "the signer computes the right sign: " + strings.TrimSuffix(s.Why, ".")
	if s.want == "" {
		one.Requirement = "the signer refuses to sign (" + s.Error + "): " + strings.TrimSuffix(s.Why, ".")
	}
	if push {
		one.Operations = []string{"rechargeSuccess"}
	}
	return one
}

// subjects returns the vectors of the level and kind.
func (c Config) subjects() ([]subject, error) {
	var all []subject
	requests, err := vectors.Request()
	if err != nil {
		return nil, err
	}
	pushes, err := vectors.Push()
	if err != nil {
		return nil, err
	}
	everything := len(c.Command) == 0
	for _, v := range requests {
		if (everything || !c.Push) && signsEverything(v.Parts) && c.has(v.Vector) {
			all = append(all, requestSubject(v))
		}
	}
	for _, v := range pushes {
		if (everything || c.Push) && v.Verifies && len(v.Keys) == 1 && joinsByDefault(v) && c.has(v.Vector) {
			all = append(all, pushSubject(v))
		}
	}
	return all, nil
}

// signsEverything reports whether a vector is about the default rules.
func signsEverything(parts []string) bool { return len(parts) == 3 }

// joinsByDefault reports whether a push is signed by the default settings. A signer does not learn other
// settings.
func joinsByDefault(v vectors.PushVector) bool {
	return v.Join == "{body}:{version}:{algo}:{timestamp}" && v.Encoding == "base64"
}

// has reports whether a vector belongs to the level.
func (c Config) has(v vectors.Vector) bool { return c.Level == Full || v.Level == vectors.Core }

func requestSubject(v vectors.RequestVector) subject {
	s := subject{Vector: v.Vector, request: v, question: question{
		Name: v.Name, Kind: "request", Method: v.Method, Path: v.Path, Template: v.Template, Query: v.Query, Body: v.Body, BodyHex: v.BodyHex}}
	if v.Error == "" {
		sum := md5.Sum([]byte(v.Content))
		s.want = hex.EncodeToString(sum[:])
	}
	return s
}

func pushSubject(v vectors.PushVector) subject {
	s := subject{Vector: v.Vector, question: question{Name: v.Name, Kind: "push", Headers: v.Headers, Body: v.Body, BodyHex: v.BodyHex}}
	for id, key := range v.Keys {
		s.question.KeyID, s.question.Key = id, key
	}
	if v.Error == "" {
		s.want = v.Sign
	}
	return s
}

// batch runs the command once for all cases.
type batch struct {
	config   Config
	subjects []subject
	once     sync.Once
	lines    []string
	problem  error
}

// judge judges the answer for one vector.
func (b *batch) judge(ctx context.Context, r *partner.Record, i int) {
	b.once.Do(func() { b.lines, b.problem = b.config.answers(ctx, b.subjects) })
	if b.problem != nil {
		r.Inconclusive(b.problem.Error())
		return
	}
	s, got := &b.subjects[i], b.lines[i]
	refused := got == refusal || strings.HasPrefix(got, refusal+":") || strings.HasPrefix(got, refusal+" ")
	switch {
	case s.want == "" && !refused:
		r.Fail("the signer signed what must be refused ("+s.Error+")", refusal, got)
	case s.want != "" && refused:
		r.Fail("the signer refused to sign", s.want, got)
	case s.want != "" && got != s.want:
		r.Fail("the signer computed a wrong sign"+s.explain(got), s.want+", of "+s.Content, got)
	}
}

// explain names the mistake behind a wrong sign.
func (s *subject) explain(got string) string {
	if s.Mistake != "" && got == s.Sign {
		return ": " + s.Mistake
	}
	body, err := s.RawBody()
	if err != nil {
		return ""
	}
	if s.question.Kind == "push" {
		return s.explainPush(got, body)
	}
	address := &url.URL{Path: s.request.Path, RawQuery: s.request.Query}
	request, err := diagnose.RequestOf(s.request.Method, address, body, []string{s.request.Template})
	if err != nil {
		return ""
	}
	line := diagnose.Sign(request, got, signing.Default(), diagnose.Quick).Line()
	return fmt.Sprintf(": %s", strings.TrimPrefix(line, "the sign is wrong: "))
}

// explainPush names the combination of rules that produced the signature of a push.
func (s *subject) explainPush(got string, body []byte) string {
	key, err := hex.DecodeString(s.question.Key)
	if err != nil {
		return ""
	}
	header := http.Header{}
	for name, value := range s.question.Headers {
		header.Set(name, value)
	}
	header.Set(signing.HeaderPushSignature, got)
	d := diagnose.Push(header, body, diagnose.PushRules{Keys: map[string][]byte{s.question.KeyID: key}})
	if !d.Found || d.Right {
		return ""
	}
	return ": " + d.Line()
}
