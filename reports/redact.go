package reports

import (
	"encoding/json"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Secrets says what must not leave the process. The zero value hides the
// values of PaymentMembers and of SecretHeaders, and user information in URLs.
type Secrets struct {
	// Values are secret texts, such as push keys. Each is replaced wherever it
	// stands: as it is and as it looks in a URL, JSON, HTML, hexadecimal or
	// base64; of a value in hexadecimal, the bytes it stands for as well.
	Values []string
	// Members are names of members and query parameters whose values are hidden
	// in addition to PaymentMembers. Case, "_" and "-" make no difference.
	Members []string
	// MaskSIMs hides the digits of SIM numbers (ICCIDs: 18 to 20 digits that
	// begin with 89) except the first six and the last four.
	MaskSIMs bool
}

// PaymentMembers returns the names of members and query parameters that
// identify a payment or a payer; their values are always hidden.
func PaymentMembers() []string {
	return []string{
		"payId", "payAccount", "pm_id", "payment_method_id", "customer_id", "sub_id", "subscription_id",
		"email", "payment_intent", "payment_intent_id", "setup_intent", "setup_intent_id", "client_secret",
		"ephemeral_key", "card_number", "cvc", "access_token", "refresh_token", "api_key", "password",
	}
}

// SecretHeaders returns the names of header fields whose values are always hidden.
func SecretHeaders() []string {
	return []string{
		"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Api-Key", "X-Auth-Token",
	}
}

// Redact returns a deep copy of run in which nothing that secrets names is
// left. What is hidden gives way to a placeholder that names it:
//
//	{"payId":"<redacted:payId>","payAmount":"4.99"}
//
// Every byte around a placeholder stays as it was, so that the evidence keeps
// its form, and a body that was JSON still is; a hidden number, object or array
// becomes a text that tells its kind, "<redacted:payId:number>". null and the
// empty text hide nothing and stay. In URLs the placeholder is percent-encoded.
//
// A hidden value of eight bytes or more that is no plain word is hidden in all
// the rest of the run too, whatever name or text it stands under there.
// Redacting twice changes nothing more.
func Redact(run *Run, secrets Secrets) *Run {
	var mu sync.Mutex
	learned := map[string]string{}
	r := newRedactor(secrets, nil)
	r.values = nil // what they replace need not be learned
	r.learn = func(name, value string) {
		if !telling(value) {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		// The first name in order wins, whichever result is looked at first.
		if known, twice := learned[value]; !twice || name < known {
			learned[value] = name
		}
	}
	if run == nil {
		return nil
	}
	// One result at a time, since nobody needs these copies.
	each(len(run.Results), true, func(i int) { r.copyOf(reflect.ValueOf(run.Results[i])) })
	around := *run
	around.Results = nil
	r.copyOf(reflect.ValueOf(around))
	r.learn, r.values = nil, replacer(secrets.Values, learned)
	out, _ := r.copyOf(reflect.ValueOf(run)).Interface().(*Run)
	return out
}

// telling reports whether a value of a hidden member would not be met by
// chance elsewhere, as a word like "string" or "completed" would.
func telling(value string) bool {
	if len(value) < 8 || placeholder.MatchString(value) {
		return false
	}
	letter := func(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' || r == ' ' }
	return len(value) >= 20 || strings.ContainsFunc(value, func(r rune) bool { return !letter(r) })
}

var (
	bodyType   = reflect.TypeFor[Body]()
	timeType   = reflect.TypeFor[time.Time]()
	headerType = reflect.TypeFor[Header]()
	textType   = reflect.TypeFor[string]()
	resultType = reflect.TypeFor[Result]()
)

// each calls do with 0 to n-1, on all processors at once where that is worth it.
func each(n int, parallel bool, do func(i int)) {
	if !parallel {
		for i := range n {
			do(i)
		}
		return
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				do(int(i))
			}
		})
	}
	group.Wait()
}

// copyOf returns a redacted deep copy of v. It goes by type, so that a member
// that is added to Run is redacted without being named here: every plain string
// is text that may hold a secret; named string types are enumerations.
func (r *redactor) copyOf(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch {
	case v.Type() == timeType:
		out.Set(v)
	case v.Type() == bodyType:
		if !v.IsNil() {
			out.SetBytes(r.body(v.Bytes()))
		}
	case v.Type() == headerType:
		header := v.Interface().(Header)
		out.Set(reflect.ValueOf(Header{Name: r.text(header.Name), Value: r.header(header)}))
	case v.Type() == textType:
		out.SetString(r.text(v.String()))
	case v.Kind() == reflect.Pointer && !v.IsNil():
		out.Set(r.copyOf(v.Elem()).Addr())
	case v.Kind() == reflect.Slice && !v.IsNil():
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		each(v.Len(), v.Type().Elem() == resultType, func(i int) { out.Index(i).Set(r.copyOf(v.Index(i))) })
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if field.Name == "URL" && field.Type == textType {
				out.Field(i).SetString(r.url(v.Field(i).String()))
			} else {
				out.Field(i).Set(r.copyOf(v.Field(i)))
			}
		}
	default:
		out.Set(v)
	}
	return out
}

// header returns the redacted value of a header field.
func (r *redactor) header(h Header) string {
	for _, name := range SecretHeaders() {
		if strings.EqualFold(h.Name, name) {
			r.learned(name, h.Value)
			if _, credentials, ok := strings.Cut(h.Value, " "); ok {
				r.learned(name, credentials)
			}
			return hidden(name, h.Value)
		}
	}
	if name, ok := r.secretName(h.Name); ok {
		r.learned(name, h.Value)
		return hidden(name, h.Value)
	}
	return r.text(h.Value)
}

// body returns the redacted bytes of a body, by the rules of JSON when it is JSON.
func (r *redactor) body(raw []byte) []byte {
	if json.Valid(raw) {
		return (&jsonRedactor{redactor: r, src: raw}).redact()
	}
	return []byte(r.text(string(raw)))
}
