// Package redact hides secrets and personal data in a run before it leaves the process. It knows no
// target: Secrets says what to hide.
package redact

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/mallcheck/mallcheck/reports"
	"github.com/mallcheck/mallcheck/reports/internal/parallel"
)

// Secrets says what must not leave the process. The zero value redacts what identifies a payment or a
// payer (payId, client_secret, cvc and the like), credentials in headers, user information in URLs, and,
// anywhere, e-mail addresses and text that looks like an id of Stripe.
type Secrets struct {
	// Values are secret texts, such as push keys. Each is redacted wherever it occurs, plain or as
	// written in a URL, JSON, HTML, hexadecimal or base64; for a value in hexadecimal, its bytes are
	// redacted as well.
	Values []string
	// Known are values of payments, each with the name under which it is redacted wherever it occurs;
	// values that may occur by chance stay.
	Known map[string]string
	// Members are names of additional members and query parameters whose values are redacted. Letter
	// case, "_" and "-" make no difference.
	Members []string
	// MaskSIMs hides the digits of SIM numbers (ICCIDs: 18 to 20 digits that begin with 89) except the
	// first six and the last four.
	MaskSIMs bool
	// ShowPayments keeps what identifies a payment or a payer, for callers who made the call and need
	// its answer.
	ShowPayments bool
}

// paymentMembers are the names of members and query parameters that identify a
// payment or a payer; their values are always redacted.
var paymentMembers = []string{
	"payId", "payAccount", "pm_id", "payment_method_id", "customer_id", "sub_id", "subscription_id",
	"email", "payment_intent", "payment_intent_id", "setup_intent", "setup_intent_id", "client_secret",
	"ephemeral_key", "card_number", "cvc", "access_token", "refresh_token", "api_key", "password",
}

// secretHeaders are the names of header fields whose values are always redacted.
var secretHeaders = []string{
	"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "X-Api-Key", "X-Auth-Token",
}

// Run returns a deep copy of run with everything redacted that secrets names; a body without secrets
// shares its bytes with run. A placeholder names what was redacted:
//
//	{"payId":"<redacted:payId>","payAmount":"4.99"}
//
// Every byte around a placeholder stays unchanged, so that the evidence keeps its form, and JSON bodies
// stay JSON. A hidden number, object or array becomes a string that names its kind,
// "<redacted:payId:number>". null and the empty string hide nothing and stay. In URLs the placeholder is
// percent-encoded.
//
// A hidden value of eight bytes or more that is not a plain word is hidden everywhere else in the run
// too, whatever its name there. Redacting twice changes nothing more.
func Run(run *reports.Run, secrets Secrets) *reports.Run {
	return Within(context.Background(), run, secrets)
}

// Within is Run as long as ctx allows. Bodies for which no time is left are left out and counted in Cut;
// everything else is redacted nevertheless.
func Within(ctx context.Context, run *reports.Run, secrets Secrets) *reports.Run {
	var mu sync.Mutex
	learned := secrets.known()
	r := newRedactor(secrets)
	r.ctx = ctx
	mixed := r.mixed
	r.values, r.mixed = nil, nil // values that they replace need not be learned
	r.learn = func(name, value string) {
		if !telling(value) {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		// The first name in order wins, whichever result is processed first.
		if known, twice := learned[value]; !twice || name < known {
			learned[value] = name
		}
	}
	if run == nil {
		return nil
	}
	r.copyTo(reflect.ValueOf(new(reports.Run)).Elem(), reflect.ValueOf(run).Elem())
	r.learn = nil
	r.bodies.forget()
	r.hide(secrets.Values, learned)
	r.mixed = mixed
	out := new(reports.Run)
	r.copyTo(reflect.ValueOf(out).Elem(), reflect.ValueOf(run).Elem())
	return out
}

// known returns a copy of Known without values that may occur by chance.
func (s Secrets) known() map[string]string {
	known := map[string]string{}
	for value, name := range s.Known {
		if telling(value) && !s.ShowPayments {
			known[value] = name
		}
	}
	return known
}

// telling reports whether a value of a hidden member is unlikely to occur by chance elsewhere, unlike a
// word such as "string" or "completed".
func telling(value string) bool {
	if len(value) < 8 || reports.IsPlaceholder(value) {
		return false
	}
	letter := func(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' || r == ' ' }
	return len(value) >= 20 || strings.ContainsFunc(value, func(r rune) bool { return !letter(r) })
}

var (
	requestType  = reflect.TypeFor[reports.Request]()
	responseType = reflect.TypeFor[reports.Response]()
	bodyType     = reflect.TypeFor[reports.Body]()
	timeType     = reflect.TypeFor[time.Time]()
	headerType   = reflect.TypeFor[reports.Header]()
	textType     = reflect.TypeFor[string]()
	resultType   = reflect.TypeFor[reports.Result]()
)

// copyTo makes out, which is zero, a redacted deep copy of v. It depends only on types, so that a new
// member of Run is redacted without being named here: every plain string is text that may contain a
// secret; named string types are enumerations.
func (r *redactor) copyTo(out, v reflect.Value) {
	switch {
	case v.Type() == timeType:
		out.Set(v)
	case v.Type() == bodyType:
		if !v.IsNil() && (r.ctx.Err() == nil || v.Len() == 0) {
			out.SetBytes(r.body(v.Bytes()))
		}
	case v.Type() == headerType:
		out.Field(0).SetString(r.hideIn(v.Field(0).String()))
		out.Field(1).SetString(r.header(v.Field(0).String(), v.Field(1).String()))
	case v.Type() == textType:
		out.SetString(r.hideIn(v.String()))
	case v.Kind() == reflect.Pointer && !v.IsNil():
		out.Set(reflect.New(v.Type().Elem()))
		r.copyTo(out.Elem(), v.Elem())
	case v.Kind() == reflect.Slice && !v.IsNil():
		r.copyList(out, v)
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			r.copyField(out.Field(i), v.Field(i), v.Type().Field(i).Name)
		}
		if v.Type() == requestType || v.Type() == responseType {
			leftOut(out, v)
		}
	default:
		out.Set(v)
	}
}

// copyField is copyTo for a field whose name matters.
func (r *redactor) copyField(out, v reflect.Value, name string) {
	switch {
	case name == "URL" && v.Type() == textType:
		out.SetString(r.url(v.String()))
	case name == "Tail" && v.Type() == bodyType && r.ctx.Err() == nil:
		out.SetBytes(r.tail(v.Bytes()))
	default:
		r.copyTo(out, v)
	}
}

// leftOut counts the body that the copy of a request or response lacks.
func leftOut(out, v reflect.Value) {
	if body := v.FieldByName("Body").Len(); body > 0 && out.FieldByName("Body").Len() == 0 {
		out.FieldByName("Cut").SetInt(v.FieldByName("Cut").Int() + int64(body))
	}
}

// copyList is copyTo for a list. Results are processed on all processors, and while values are only
// learned no copy of the list is kept.
func (r *redactor) copyList(out, v reflect.Value) {
	item := v.Type().Elem()
	if r.learn == nil {
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
	}
	parallel.Each(v.Len(), item == resultType, func(i int) {
		if r.learn == nil {
			r.copyTo(out.Index(i), v.Index(i))
		} else {
			r.copyTo(reflect.New(item).Elem(), v.Index(i))
		}
	})
}

// header returns the redacted value of a header field.
func (r *redactor) header(field, value string) string {
	for _, name := range secretHeaders {
		if strings.EqualFold(field, name) {
			r.learned(name, value)
			if _, credentials, ok := strings.Cut(value, " "); ok {
				r.learned(name, credentials)
			}
			return hidden(name, value)
		}
	}
	if name, ok := r.secretName(field); ok {
		r.learned(name, value)
		return hidden(name, value)
	}
	return r.hideIn(value)
}

// tail returns the redacted end of a body without its beginning.
func (r *redactor) tail(raw []byte) []byte {
	if raw == nil {
		return nil
	}
	return r.body([]byte(r.cuts.hideBegin(string(raw))))
}

// body returns the redacted bytes of a body, by the rules of JSON if it is JSON; raw itself if nothing
// is hidden.
func (r *redactor) body(raw []byte) []byte {
	if told, known := r.bodies.told(raw); known {
		return told
	}
	src, told := string(raw), raw
	if json.Valid(raw) {
		told = (&jsonRedactor{redactor: r, src: src}).redact(raw)
	} else if hidden := r.hideIn(src); hidden != src {
		told = []byte(hidden)
	}
	r.bodies.note(src, told)
	return told
}
