package replay

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mallcheck/mallcheck/conformance/internal/wire"
	"github.com/mallcheck/mallcheck/reports"
)

// differences describes how two answers differ: in status, code and form.
func differences(recorded, again reports.Exchange) (told []string) {
	if recorded.Response == nil || again.Response == nil {
		if recorded.Problem != again.Problem {
			return []string{fmt.Sprintf("it was %s, now %s", said(recorded), said(again))}
		}
		return nil
	}
	if was, is := recorded.Response.Status, again.Response.Status; was != is {
		told = append(told, fmt.Sprintf("the status was %d, now %d", was, is))
	}
	if was, is := wire.ReadAnswer(0, recorded).OperateCode, wire.ReadAnswer(0, again).OperateCode; was != is {
		told = append(told, fmt.Sprintf("operateCode was %q, now %q", was, is))
	}
	if recorded.Response.Cut > 0 {
		return told // an incomplete record has no form to compare
	}
	was, is := form(recorded.Response.Body), form(again.Response.Body)
	for _, pointer := range slices.Sorted(maps.Keys(was)) {
		switch {
		case nowhere(is, pointer):
		case is[pointer] == "":
			told = append(told, fmt.Sprintf("%s was present (%s), now it is missing", pointer, was[pointer]))
		case is[pointer] != was[pointer]:
			told = append(told, fmt.Sprintf("%s was %s, now %s", pointer, was[pointer], is[pointer]))
		}
	}
	for _, pointer := range slices.Sorted(maps.Keys(is)) {
		if was[pointer] == "" && !nowhere(was, pointer) {
			told = append(told, fmt.Sprintf("%s was missing, now it is present (%s)", pointer, is[pointer]))
		}
	}
	return told
}

// nowhere reports whether a pointer is to an item of an empty array: the form of missing items cannot be
// compared.
func nowhere(kinds map[string]string, pointer string) bool {
	for at := 0; ; {
		i := strings.Index(pointer[at:], "/*")
		if i < 0 {
			return false
		}
		at += i
		if kinds[pointer[:at]] == "an array" && kinds[pointer[:at+2]] == "" {
			return true
		}
		at += 2
	}
}

// said describes the outcome of an exchange.
func said(exchange reports.Exchange) string {
	if exchange.Response == nil {
		return exchange.Problem
	}
	return fmt.Sprintf("answered with HTTP %d", exchange.Response.Status)
}

// form returns the kind of each value of a JSON text by its pointer; the items of an array share "*".
// Text that is not JSON has the single value "body".
func form(body []byte) map[string]string {
	kinds := map[string]string{}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		kinds["body"] = "no JSON"
		return kinds
	}
	formOf("", value, kinds)
	return kinds
}

func formOf(pointer string, value any, kinds map[string]string) {
	kind := "null"
	switch value := value.(type) {
	case map[string]any:
		kind = "an object"
		for name, member := range value {
			formOf(pointer+"/"+name, member, kinds)
		}
	case []any:
		kind = "an array"
		for _, item := range value {
			formOf(pointer+"/*", item, kinds)
		}
	case string:
		kind = "a string"
		if hiddenText.MatchString(value) && strings.HasSuffix(value, ":number>") {
			kind = "a number"
		}
	case json.Number:
		kind = "a number"
	case bool:
		kind = "a boolean"
	}
	pointer = cmp.Or(pointer, "body")
	kinds[pointer] = kind
}
