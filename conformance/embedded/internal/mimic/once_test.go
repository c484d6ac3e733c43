package mimic

import "testing"

func TestTheLastOfTheMembersThatAreSentTwiceIsRead(t *testing.T) {
	for body, want := range map[string]string{
		`{"a":"1","b":[1, 2],"a":"1"}`:  `{"a":"1","b":[1, 2]}`,
		`{"a":"1","a":"1","a":"1"}`:     `{"a":"1"}`,
		`{"a":"1","a":"2"}`:             `{"a":"2"}`,
		`{"a":"1", "b":"1"} `:           `{"a":"1", "b":"1"} `,
		`{"a":"1","a":"1"} x`:           `{"a":"1","a":"1"} x`,
		`{"a":"1","a":`:                 `{"a":"1","a":`,
		`["a","a"]`:                     `["a","a"]`,
		`{"\u0061":"1","a":"1","b":{}}`: `{"a":"1","b":{}}`,
		``:                              ``,
	} {
		if got := string(once([]byte(body))); got != want {
			t.Errorf("%s is read as %s, want %s", body, got, want)
		}
	}
}
