package jsonpointer

import "testing"

func TestEscape(t *testing.T) {
	for name, token := range map[string]string{
		"payId": "payId", "a/b": "a~1b", "a~b": "a~0b", "~1": "~01", "/~": "~1~0", "application/json": "application~1json", "": "",
	} {
		if got := Escape(name); got != token {
			t.Errorf("%q is written as %q, want %q", name, got, token)
		}
		if got := Unescape(token); got != name {
			t.Errorf("%q is read as %q, want %q", token, got, name)
		}
	}
}
