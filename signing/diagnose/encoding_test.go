package diagnose

import (
	"crypto/md5"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"

	"github.com/mallcheck/mallcheck/signing"
)

// Each legacy encoding is reported by its name.
func TestLegacyEncodings(t *testing.T) {
	for _, test := range []struct {
		name, text string
		set        encoding.Encoding
	}{
		{"GBK", "欧洲", simplifiedchinese.GBK}, {"Windows-1252", "5 €, café", charmap.Windows1252}, {"ISO-8859-15", "5 €, café", charmap.ISO8859_15},
		{"Windows-1250", "Łódź", charmap.Windows1250}, {"ISO-8859-2", "Łódź", charmap.ISO8859_2}, {"Windows-1251", "привет", charmap.Windows1251},
		{"KOI8-R", "привет", charmap.KOI8R}, {"ISO-8859-5", "привет", charmap.ISO8859_5}, {"ISO-8859-9", "İstanbul ığş", charmap.ISO8859_9},
		{"Windows-1253", "Αθήνα", charmap.Windows1253}, {"Windows-874", "ไทย", charmap.Windows874}, {"Big5", "中文測試", traditionalchinese.Big5},
		{"Shift_JIS", "日本語テスト", japanese.ShiftJIS}, {"EUC-JP", "日本語テスト", japanese.EUCJP}, {"EUC-KR", "한국어", korean.EUCKR},
	} {
		text := `{"name":"` + test.text + `","version":"3.0"}`
		signed, err := test.set.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		members, err := signing.ParseMembers([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		sign := fmt.Sprintf("%x", md5.Sum([]byte(signed)))
		got := fmt.Sprint(Sign(Request{Body: members, RawBody: []byte(text)}, sign, signing.Default(), Thorough))
		if !strings.Contains(got, test.name+")") && !strings.Contains(got, test.name+" instead of UTF-8") {
			t.Errorf("%s: %s", test.name, got)
		}
	}
}
