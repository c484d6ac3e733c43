package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"

	"github.com/mallcheck/mallcheck/sandbox"
	"github.com/mallcheck/mallcheck/signing"
)

// globalFaults concern the global parameters and valid requests that are refused.
func globalFaults() []Fault {
	return []Fault{
		{"partner-code-not-required", "globals/partner-code-required",
			"treats a request without partnerCode as one from its first partner", partnerTaken(false)},
		{"empty-partner-code-accepted", "globals/empty-partner-code-refused",
			"treats an empty partnerCode as its first partner's", partnerTaken(true)},
		{"unknown-partner-accepted", "globals/unknown-partner-refused",
			"treats an unknown partnerCode as its first partner's",
			onLookup(sandbox.LookupPartner, func(_ *sandbox.Call, l *sandbox.Lookup) {
				if !l.Found {
					l.Key, l.Found = fixtures().Partner, true
				}
			})},
		{"version-not-required", "globals/version-default",
			"assumes version 3.0 when version is missing",
			versionDefaulted},
		{"globals-taken-from-query", "globals/place-of-parameters",
			"accepts the global parameters of a POST or DELETE in the query as well",
			always(sandbox.Interceptor{Incoming: queryIntoBody})},
		{"globals-taken-from-body", "globals/place-of-parameters",
			"accepts the global parameters of a GET in a body as well", onBody(bodyIntoQuery)},
		{"language-refused", "globals/accept-language",
			"refuses requests with Accept-Language zh-CN",
			demand("unsupported language", func(c *sandbox.Call) bool {
				return c.Request.Header.Get("Accept-Language") != "zh-CN"
			})},
		{"language-code-refused", "requests/valid-accepted",
			"refuses requests with languageCode 0, which documented examples send",
			demand("unknown languageCode", func(c *sandbox.Call) bool {
				return stringOf(c, "languageCode") != "0"
			})},
		{"valid-refused-after-wrong-signs", "requests/valid-accepted",
			"refuses a valid request after two consecutive wrong signs", lockedOut},
	}
}

// partnerTaken treats requests without partnerCode, or with an empty one, as the first partner's.
func partnerTaken(empty bool) newInterceptor {
	return func() sandbox.Interceptor {
		return sandbox.Chain(
			permit("partnerCode", func(c *sandbox.Call) bool {
				sent := valueOf(c, "partnerCode")
				fill(c, "partnerCode", fixtures().Partner)
				return empty && string(sent) == `""` || !empty && sent == nil
			})(),
			onLookup(sandbox.LookupPartner, func(_ *sandbox.Call, l *sandbox.Lookup) {
				if l.Key == "" {
					l.Key, l.Found = fixtures().Partner, true
				}
			})())
	}
}

// queryIntoBody moves query parameters into the body of a request that is not a GET.
func queryIntoBody(r *http.Request) *sandbox.Answer {
	if r.Method == http.MethodGet || r.URL.RawQuery == "" {
		return nil
	}
	moved, err := signing.MembersOf(http.MethodGet, &url.URL{RawQuery: r.URL.RawQuery}, nil, nil, signing.Query)
	if err != nil {
		return nil
	}
	onBody(func(r *http.Request, body []byte) []byte {
		members, err := signing.ParseMembers(body)
		if err != nil {
			return body
		}
		r.URL.RawQuery = ""
		return writeObject(append(moved, members...))
	})().Incoming(r)
	return nil
}

// bodyIntoQuery moves the members of the body of a GET into its query.
func bodyIntoQuery(r *http.Request, body []byte) []byte {
	members, err := signing.ParseMembers(body)
	if r.Method != http.MethodGet || err != nil {
		return body
	}
	query := r.URL.Query()
	for _, m := range members {
		if value, isText := m.StringValue(); isText {
			query.Set(m.Name, value)
		}
	}
	r.URL.RawQuery = query.Encode()
	return nil
}

func lockedOut() sandbox.Interceptor {
	var wrong atomic.Int64 // consecutive wrong signs
	return sandbox.Interceptor{Signature: func(_ *sandbox.Call, verdict *sandbox.Refusal) *sandbox.Refusal {
		if verdict != nil {
			wrong.Add(1)
			return verdict
		}
		if wrong.Swap(0) >= 2 {
			return &sandbox.Refusal{Reason: sandbox.SignWrong, Name: "sign", Message: "too many wrong signs"}
		}
		return nil
	}}
}

// The schemas of request bodies, as JSON pointers.
const (
	bodyOf     = "/requestBody/content/application~1json/schema"
	verifyBody = "/paths/~1singleVerify/post" + bodyOf
	plansBody  = "/paths/~1singleServicePlanPage/post" + bodyOf
	addBody    = "/paths/~1mall~1bundle-groups~1{group_id}~1sims/post" + bodyOf
	removeBody = "/paths/~1mall~1bundle-groups~1{group_id}~1sims/delete" + bodyOf
)

// The schemas of response bodies, as JSON pointers.
const (
	answerOf      = "/responses/200/content/application~1json/schema"
	plansAnswer   = "/paths/~1singleServicePlanPage/post" + answerOf
	bundlesAnswer = "/paths/~1mall~1bundle-groups~1bundles/get" + answerOf
)

// memberFaults accept bodies with missing members or wrong types.
func memberFaults() []Fault {
	return []Fault{
		{"device-code-not-required", verifyBody + "/required/deviceCode",
			"answers singleVerify with success when deviceCode is missing", withoutSIM},
		notRequired("language-code-not-required", plansBody, "singleServicePlanPage", "languageCode"),
		notRequired("mark-not-required", verifyBody, "singleVerify", "mark"),
		notRequired("terminal-not-required", plansBody, "singleServicePlanPage", "terminal"),
		notRequired("trade-time-not-required", verifyBody, "singleVerify", "tradeTime"),
		notRequired("trade-type-not-required", plansBody, "singleServicePlanPage", "tradeType"),
		notRequired("sim-ids-not-required", addBody, "addSims", "sim_ids"),
		converted("version-as-number", removeBody, "removeSims", "version", "a number"),
		converted("partner-code-as-list", verifyBody, "singleVerify", "partnerCode", "a list with one string"),
		converted("device-code-as-number", plansBody, "singleServicePlanPage", "deviceCode", "a number"),
		converted("language-code-as-number", verifyBody, "singleVerify", "languageCode", "a number"),
		converted("mark-as-number", plansBody, "singleServicePlanPage", "mark", "a number"),
		converted("terminal-as-number", verifyBody, "singleVerify", "terminal", "a number"),
		converted("trade-time-as-number", plansBody, "singleServicePlanPage", "tradeTime", "a number"),
		converted("trade-type-as-list", verifyBody, "singleVerify", "tradeType", "a list with one string"),
		{"sim-ids-as-text", addBody + "/properties/sim_ids/type",
			"accepts addSims with sim_ids as a single string",
			convert("addSims", "sim_ids", func(value []byte) []byte {
				return fmt.Appendf(nil, "[%s]", value)
			})},
		{"sim-as-number", removeBody + "/properties/sim_ids/items/type",
			"accepts removeSims with numbers in sim_ids",
			convert("removeSims", "sim_ids", numbersAsStrings)},
	}
}

// versionDefaulted assumes version 3.0 when it is missing: a fault under a derived clause,
// and a habit where only documented clauses count.
var versionDefaulted = permit("version", func(c *sandbox.Call) bool {
	absent := valueOf(c, "version") == nil
	fill(c, "version", "3.0")
	return absent
})

func missing(c *sandbox.Call, name string) bool {
	value := valueOf(c, name)
	return value == nil || string(value) == "null"
}

// notRequired is the fault of an operation that accepts a body without a required member.
func notRequired(id, body, operation, name string) Fault {
	return Fault{id, body + "/required/" + name, "accepts " + operation + " without " + name,
		permit(name, func(c *sandbox.Call) bool { return c.Operation == operation && missing(c, name) })}
}

func withoutSIM() sandbox.Interceptor {
	may := func(c *sandbox.Call) bool { return c.Operation == "singleVerify" && missing(c, "deviceCode") }
	return sandbox.Chain(permit("deviceCode", may)(), onLookup(sandbox.LookupSIM, func(c *sandbox.Call, l *sandbox.Lookup) {
		l.Found = l.Found || may(c)
	})())
}

// converted is the fault of an operation that accepts a member of the wrong type.
func converted(id, body, operation, name, what string) Fault {
	return Fault{id, body + "/properties/" + name + "/type",
		"accepts " + operation + " with " + name + " as " + what,
		convert(operation, name, asString)}
}

// convert rewrites a refused member and accepts it.
func convert(operation, name string, rewrite func(value []byte) []byte) newInterceptor {
	return permit(name, func(c *sandbox.Call) bool {
		for i := range c.Members {
			if c.Operation == operation && c.Members[i].Name == name {
				rewritten := rewrite(c.Members[i].Value)
				changed := !bytes.Equal(rewritten, c.Members[i].Value)
				c.Members[i].Value = rewritten
				return changed
			}
		}
		return false
	})
}

// asString turns a number, or a list with one string, into a string.
func asString(value []byte) []byte {
	var number json.Number
	var list []string
	switch {
	case value[0] != '"' && json.Unmarshal(value, &number) == nil && number != "":
		return signing.StringMember("", number.String()).Value
	case json.Unmarshal(value, &list) == nil && len(list) == 1:
		return signing.StringMember("", list[0]).Value
	}
	return value
}

func numbersAsStrings(value []byte) []byte {
	var list []json.RawMessage
	if json.Unmarshal(value, &list) != nil {
		return value
	}
	for i := range list {
		list[i] = asString(list[i])
	}
	texts, err := json.Marshal(list)
	if err != nil {
		return value
	}
	return texts
}
