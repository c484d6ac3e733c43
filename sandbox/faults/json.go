package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/mallcheck/mallcheck/signing"
)

// memberOf returns the JSON text of a member of an object, nil if it is missing.
func memberOf(object []byte, name string) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(object, &members) != nil {
		return nil
	}
	return members[name]
}

// elementsOf returns the objects in a list member of an object.
func elementsOf(object map[string]any, name string) []map[string]any {
	list, _ := object[name].([]any)
	var objects []map[string]any
	for _, element := range list {
		if object, isObject := element.(map[string]any); isObject {
			objects = append(objects, object)
		}
	}
	return objects
}

// number turns a string of digits into a JSON number.
func number(text any) any {
	digits, _ := text.(string)
	if _, err := strconv.ParseFloat(digits, 64); err != nil {
		return text
	}
	return json.Number(digits)
}

// writeObject writes members as one JSON object.
func writeObject(members []signing.Member) []byte {
	body := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(append(body, signing.StringMember("", m.Name).Value...), ':')
		body = append(body, m.Value...)
	}
	return append(body, '}')
}

// reversed reverses the members of every object in a JSON text.
func reversed(value []byte) []byte {
	switch members, err := signing.ParseMembers(value); {
	case err == nil:
		slices.Reverse(members)
		for i := range members {
			members[i].Value = reversed(members[i].Value)
		}
		return writeObject(members)
	case bytes.HasPrefix(value, []byte("[")):
		var elements []json.RawMessage
		if json.Unmarshal(value, &elements) != nil {
			return value
		}
		parts := make([][]byte, len(elements))
		for i, element := range elements {
			parts[i] = reversed(element)
		}
		return slices.Concat([]byte{'['}, bytes.Join(parts, []byte{','}), []byte{']'})
	}
	return value
}

// inASCII escapes the non-ASCII characters of a JSON text.
func inASCII(text string) string {
	var out strings.Builder
	for _, r := range text {
		if r < 128 {
			out.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&out, `\u%04x`, unit)
		}
	}
	return out.String()
}

// indented indents a JSON text.
func indented(body []byte) []byte {
	var out bytes.Buffer
	if json.Indent(&out, body, "", "    ") != nil {
		return body
	}
	return append(out.Bytes(), '\n')
}
