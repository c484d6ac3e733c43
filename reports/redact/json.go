package redact

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"github.com/mallcheck/mallcheck/reports/internal/jsontext"
)

// jsonRedactor copies one valid JSON text token by token, so that everything it does not hide stays byte
// for byte.
type jsonRedactor struct {
	*redactor
	src string
	pos int
	out []byte
}

// jsonCopies are the buffers that bodies are copied into: most bodies hide nothing, and their copies are
// not kept.
var jsonCopies = sync.Pool{New: func() any { return new([]byte) }}

// redact returns the redacted copy of src, whose bytes are raw, or raw itself if nothing is hidden.
func (j *jsonRedactor) redact(raw []byte) []byte {
	buffer, _ := jsonCopies.Get().(*[]byte)
	defer jsonCopies.Put(buffer)
	j.out = slices.Grow((*buffer)[:0], len(j.src))
	j.space()
	j.value()
	j.space()
	*buffer = j.out
	if string(j.out) == j.src {
		return raw
	}
	return bytes.Clone(j.out)
}

// value copies the value at pos.
func (j *jsonRedactor) value() {
	switch j.src[j.pos] {
	case '{':
		j.list('}', j.member)
	case '[':
		j.list(']', j.value)
	case '"':
		j.str()
	default:
		j.scalar()
	}
}

// list copies an object or array; item copies its items.
func (j *jsonRedactor) list(end byte, item func()) {
	j.byte()
	j.space()
	for j.src[j.pos] != end {
		if j.src[j.pos] == ',' {
			j.byte()
			j.space()
		}
		item()
		j.space()
	}
	j.byte()
}

// member copies a member of an object, and hides its value if its name requires it.
func (j *jsonRedactor) member() {
	name := j.str()
	j.space()
	j.byte() // the colon
	j.space()
	secret, ok := j.secretName(name)
	if !ok {
		j.value()
		return
	}
	raw := j.skip()
	if raw[0] == '"' {
		said := unquoteJSON(raw)
		j.learned(secret, said)
		if told := hidden(secret, said); told != said {
			j.quote(told)
			return
		}
	} else if kind := kindOf(raw); kind != "null" {
		j.learnAll(secret, raw)
		j.quote("<redacted:" + placeholderName(secret) + ":" + kind + ">")
		return
	}
	j.out = append(j.out, raw...)
}

// kindOf names the kind of a JSON value that is not a string.
func kindOf(raw string) string {
	switch raw[0] {
	case '{':
		return "object"
	case '[':
		return "array"
	case 't', 'f':
		return "boolean"
	case 'n':
		return "null"
	}
	return "number"
}

// learnAll reports every string and number in a hidden value to learn.
func (j *jsonRedactor) learnAll(name, raw string) {
	if j.learn == nil {
		return
	}
	decoder := json.NewDecoder(strings.NewReader(raw))
	decoder.UseNumber()
	var value any
	_ = decoder.Decode(&value) // raw is part of what json.Valid accepted
	j.learnValue(name, value)
}

func (j *jsonRedactor) learnValue(name string, value any) {
	switch value := value.(type) {
	case string:
		j.learned(name, value)
	case json.Number:
		j.learned(name, value.String())
	case []any:
		for _, item := range value {
			j.learnValue(name, item)
		}
	case map[string]any:
		for _, item := range value {
			j.learnValue(name, item)
		}
	}
}

// str copies the string at pos with its secrets hidden and returns its value. Only a string that
// contains a secret loses the form of its escapes.
func (j *jsonRedactor) str() string {
	raw := j.skip()
	said := unquoteJSON(raw)
	if told := j.hideIn(said); told != said {
		j.quote(told)
	} else {
		j.out = append(j.out, raw...)
	}
	return said
}

// scalar copies a number, true, false or null; one that contains a secret becomes a string.
func (j *jsonRedactor) scalar() {
	raw := j.skip()
	if told := j.hideIn(raw); told != raw {
		j.quote(told)
	} else {
		j.out = append(j.out, raw...)
	}
}

// skip moves pos past the value at pos and returns its bytes.
func (j *jsonRedactor) skip() string {
	start, depth := j.pos, 0
	for {
		switch j.src[j.pos] {
		case '"':
			j.skipString()
		case '{', '[':
			depth++
			j.pos++
		case '}', ']':
			depth--
			j.pos++
		case ',', ':', ' ', '\t', '\r', '\n':
			j.pos++
		default:
			j.skipScalar()
		}
		if depth == 0 {
			return j.src[start:j.pos]
		}
	}
}

func (j *jsonRedactor) skipString() {
	for j.pos++; j.src[j.pos] != '"'; j.pos++ {
		if j.src[j.pos] == '\\' {
			j.pos++
		}
	}
	j.pos++
}

func (j *jsonRedactor) skipScalar() {
	end := strings.IndexAny(j.src[j.pos:], ",:]} \t\r\n")
	if end < 0 {
		end = len(j.src) - j.pos
	}
	j.pos += end
}

func (j *jsonRedactor) space() {
	for j.pos < len(j.src) && strings.IndexByte(" \t\r\n", j.src[j.pos]) >= 0 {
		j.byte()
	}
}

func (j *jsonRedactor) byte() {
	j.out = append(j.out, j.src[j.pos])
	j.pos++
}

// quote writes text as a JSON string; bytes that are not UTF-8 are lost.
func (j *jsonRedactor) quote(text string) {
	quoted, _ := jsontext.Quote(text) // encoding a string cannot fail
	j.out = append(j.out, quoted...)
}

// unquoteJSON returns the value of a valid JSON string; without escapes, those are its own bytes.
func unquoteJSON(raw string) string {
	if strings.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var text string
	_ = json.Unmarshal([]byte(raw), &text) // raw is part of what json.Valid accepted
	return text
}
