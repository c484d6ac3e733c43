// Package jsonpointer writes and reads the tokens of JSON pointers (RFC 6901).
package jsonpointer

import "strings"

var escaper, unescaper = strings.NewReplacer("~", "~0", "/", "~1"), strings.NewReplacer("~1", "/", "~0", "~")

// Escape writes a name as one token: "~" as "~0" and "/" as "~1".
func Escape(name string) string { return escaper.Replace(name) }

// Unescape is the reverse of Escape: it returns the name that a token stands for.
func Unescape(token string) string { return unescaper.Replace(token) }
