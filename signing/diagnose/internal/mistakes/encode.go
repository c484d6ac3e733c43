package mistakes

import (
	"bytes"
	"encoding/binary"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// encoded returns a way that encodes text differently from UTF-8.
func encoded(detail string, encode func(dst, text []byte) []byte) Variant {
	return Variant{Detail: detail, Apply: func(c *Candidate) { c.Encode = encode }}
}

// eachRune returns an encoding that encodes each character separately.
func eachRune(encode func(dst []byte, r rune) []byte) func(dst, text []byte) []byte {
	return func(dst, text []byte) []byte {
		for _, r := range string(text) {
			dst = encode(dst, r)
		}
		return dst
	}
}

// gbk applies to text with Chinese characters. For other text its single bytes equal those of
// Windows-1252.
func gbk(s *Subject) []Variant {
	ways := []Variant{encoded("GBK", charset(simplifiedchinese.GBK)), encoded("GB18030", charset(simplifiedchinese.GB18030)),
		encoded("GBK as Java writes it, with € as two bytes", eachRune(javaGBK))}
	chinese := bytes.ContainsFunc(s.Expected, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	for i := range ways {
		ways[i].Rare = !chinese
	}
	return ways
}

// javaGBK encodes as GBK the characters that GB18030 writes in two bytes.
func javaGBK(dst []byte, r rune) []byte {
	if r < utf8.RuneSelf {
		return utf8.AppendRune(dst, r)
	}
	coded, err := simplifiedchinese.GB18030.NewEncoder().Bytes(utf8.AppendRune(nil, r))
	if err != nil || len(coded) > 2 {
		return append(dst, '?')
	}
	return append(dst, coded...)
}

// charset writes ? for characters that the character set lacks.
func charset(set encoding.Encoding) func(dst, text []byte) []byte {
	return func(dst, text []byte) []byte {
		encoder := set.NewEncoder()
		for _, r := range string(text) {
			if r < utf8.RuneSelf {
				dst = utf8.AppendRune(dst, r)
				continue
			}
			coded, err := encoder.Bytes(utf8.AppendRune(nil, r))
			if err != nil {
				coded = []byte("?")
			}
			dst = append(dst, coded...)
		}
		return dst
	}
}

// legacy are encodings besides GBK that systems still use. Characters they lack become ?.
var legacy = []struct {
	name string
	set  encoding.Encoding
}{
	{"Windows-1252", charmap.Windows1252}, {"ISO-8859-1", charmap.ISO8859_1}, {"ISO-8859-15", charmap.ISO8859_15},
	{"Windows-1250", charmap.Windows1250}, {"Windows-1251", charmap.Windows1251}, {"Big5", traditionalchinese.Big5},
	{"Shift_JIS", japanese.ShiftJIS}, {"EUC-JP", japanese.EUCJP}, {"EUC-KR", korean.EUCKR}, {"KOI8-R", charmap.KOI8R},
	{"ISO-8859-2", charmap.ISO8859_2}, {"ISO-8859-5", charmap.ISO8859_5}, {"ISO-8859-9", charmap.ISO8859_9},
	{"Windows-1253", charmap.Windows1253}, {"Windows-874", charmap.Windows874},
}

func legacyEncodings(s *Subject) (ways []Variant) {
	for _, l := range legacy {
		v := encoded(l.name, charset(l.set))
		_, err := l.set.NewEncoder().Bytes(s.Expected)
		v.Rare = err != nil // it lacks a character
		ways = append(ways, v)
	}
	return ways
}

// bodyEncodedTwice applies to a request whose text is UTF-8 that was read as a single-byte encoding and
// encoded again: decoding it once yields the signed text.
func bodyEncodedTwice(s *Subject) (ways []Variant) {
	for _, set := range []*charmap.Charmap{charmap.ISO8859_1, charmap.Windows1252} {
		bytes, err := set.NewEncoder().Bytes(s.Expected)
		if err == nil && utf8.Valid(bytes) && len(bytes) < len(s.Expected) {
			ways = append(ways, encoded("read as "+set.String(), func(dst, text []byte) []byte {
				once, err := set.NewEncoder().Bytes(text)
				if err != nil {
					return append(dst, text...)
				}
				return append(dst, once...)
			}))
		}
	}
	return ways
}

var utf16Bytes = fixed(
	encoded("little-endian", units("", binary.LittleEndian)),
).rarely(
	encoded("little-endian with a byte order mark", units("\xff\xfe", binary.LittleEndian)),
	encoded("big-endian", units("", binary.BigEndian)),
	encoded("big-endian with a byte order mark", units("\xfe\xff", binary.BigEndian)),
	encoded("UTF-32, little-endian with a byte order mark", func(dst, text []byte) []byte {
		dst = append(dst, "\xff\xfe\x00\x00"...)
		for _, r := range string(text) {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(r))
		}
		return dst
	}),
)

func units(mark string, order binary.AppendByteOrder) func(dst, text []byte) []byte {
	return func(dst, text []byte) []byte {
		return eachUnit(append(dst, mark...), text, order.AppendUint16)
	}
}

// eachUnit encodes the UTF-16 of a text unit by unit.
func eachUnit(dst, text []byte, encode func(dst []byte, unit uint16) []byte) []byte {
	var pair [2]uint16
	for _, r := range string(text) {
		for _, unit := range utf16.AppendRune(pair[:0], r) {
			dst = encode(dst, unit)
		}
	}
	return dst
}

// asciiBytes replaces the characters that an encoding lacks, if the text has any.
func asciiBytes(s *Subject) (ways []Variant) {
	for _, set := range []struct {
		name string
		last rune
	}{{"ISO-8859-1", 0xff}, {"ASCII", 0x7f}} {
		if !bytes.ContainsFunc(s.Expected, func(r rune) bool { return r > set.last }) {
			continue
		}
		ways = append(ways, encoded(set.name, func(dst, text []byte) []byte {
			for _, r := range string(text) {
				if r > set.last {
					r = '?'
				}
				dst = append(dst, byte(r&0xff))
			}
			return dst
		}))
	}
	return ways
}

var beyondASCIIDropped = fixed(
	encoded("", eachRune(func(dst []byte, r rune) []byte {
		if r < utf8.RuneSelf {
			dst = utf8.AppendRune(dst, r)
		}
		return dst
	})),
)

// lowBytes is what hand-written JavaScript MD5 functions make of a string.
var lowBytes = fixed(
	encoded("", func(dst, text []byte) []byte {
		return eachUnit(dst, text, func(dst []byte, unit uint16) []byte { return append(dst, byte(unit&0xff)) })
	}),
)

var utf8Twice = fixed(
	encoded("", func(dst, text []byte) []byte {
		for _, c := range text {
			dst = utf8.AppendRune(dst, rune(c))
		}
		return dst
	}),
	encoded("read as Windows-1252", func(dst, text []byte) []byte {
		for _, c := range text {
			dst = utf8.AppendRune(dst, charmap.Windows1252.DecodeByte(c))
		}
		return dst
	}),
)

// cesu8 is the encoding that Java's DataOutputStream and some databases call UTF-8.
var cesu8 = fixed(
	encoded("", eachRune(func(dst []byte, r rune) []byte {
		high, low := utf16.EncodeRune(r)
		if high == utf8.RuneError {
			return utf8.AppendRune(dst, r)
		}
		for _, unit := range []rune{high, low} {
			dst = append(dst, 0xe0|byte(unit>>12), 0x80|byte(unit>>6)&0xbf, 0x80|byte(unit)&0xbf)
		}
		return dst
	})),
)
