package mistakes

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"slices"
	"strconv"
	"strings"
)

// MD5Sum appends the MD5 of a text.
func MD5Sum(dst, text []byte) []byte {
	sum := md5.Sum(text)
	return append(dst, sum[:]...)
}

// hashed returns a way that uses another digest.
func hashed(detail, how string, sum func(dst, text []byte) []byte) Variant {
	return Variant{Detail: detail, How: how, Apply: func(c *Candidate) { c.Sum = sum }}
}

func md5Of(detail, how string, change func(text []byte) []byte) Variant {
	return hashed(detail, how, func(dst, text []byte) []byte { return MD5Sum(dst, change(text)) })
}

// HexOf returns a digest in hexadecimal.
func HexOf(sum []byte) []byte { return hex.AppendEncode(nil, sum) }

var doubleMD5 = fixed(
	md5Of("of the hexadecimal digits", "MD5(*)", func(text []byte) []byte { return HexOf(MD5Sum(nil, text)) }),
	md5Of("of the digits in upper case", "MD5(* in upper case)", func(text []byte) []byte {
		return bytes.ToUpper(HexOf(MD5Sum(nil, text)))
	}),
	md5Of("of the 16 bytes", "MD5(bytes of *)", func(text []byte) []byte { return MD5Sum(nil, text) }),
)

var md5OfEncoded = fixed(
	md5Of("Base64", "MD5(Base64(text))", func(text []byte) []byte { return base64.StdEncoding.AppendEncode(nil, text) }),
).rarely(
	md5Of("hexadecimal digits", "MD5(hexadecimal digits of text)", HexOf),
	md5Of("the digits of its SHA-1", "MD5(SHA-1(text))", func(text []byte) []byte {
		sum := sha1.Sum(text)
		return HexOf(sum[:])
	}),
)

var otherHashes = []struct {
	name string
	new  func() hash.Hash
}{{"SHA-1", sha1.New}, {"SHA-256", sha256.New}, {"SHA-512", sha512.New}}

// otherHash returns hashes of other lengths: whole if the sign is that long, otherwise cut to 32 digits.
func otherHash(s *Subject) (ways []Variant) {
	for _, other := range otherHashes {
		size := other.new().Size()
		sum := func(dst, text []byte) []byte {
			h := other.new()
			h.Write(text)
			return h.Sum(dst)
		}
		if s.isSumOf(size) {
			v := hashed(other.name, other.name+"(text)", sum)
			v.Odd = true
			ways = append(ways, v)
		}
		first := hashed(other.name+", the first 32 digits", "the first 32 digits of "+other.name+"(text)",
			func(dst, text []byte) []byte { return sum(dst, text)[:md5.Size] })
		last := hashed(other.name+", the last 32 digits", "the last 32 digits of "+other.name+"(text)",
			func(dst, text []byte) []byte { return sum(dst, text)[size-md5.Size:] })
		first.Rare, last.Rare = size > sha256.Size, true
		ways = append(ways, first, last)
	}
	return ways
}

// isSumOf reports whether the sign may be the hexadecimal digits or the Base64 of a number of bytes.
func (s *Subject) isSumOf(size int) bool {
	return len(s.Core) == 2*size || len(strings.TrimRight(s.Core, "=")) == base64.RawStdEncoding.EncodedLen(size)
}

// signReversed covers digests whose bytes were assembled in another order, as code does that confuses
// the byte order of a word.
var signReversed = fixed(
	hashed("its digits", "the digits of * backwards", func(dst, text []byte) []byte {
		sum := MD5Sum(dst, text)
		slices.Reverse(sum[len(dst):])
		for i := len(dst); i < len(sum); i++ {
			sum[i] = sum[i]<<4 | sum[i]>>4
		}
		return sum
	}),
	hashed("its bytes", "the bytes of * backwards", func(dst, text []byte) []byte {
		sum := MD5Sum(dst, text)
		slices.Reverse(sum[len(dst):])
		return sum
	}),
	hashed("the bytes of its words", "the bytes in each word of * backwards", func(dst, text []byte) []byte {
		sum := MD5Sum(dst, text)
		for word := range slices.Chunk(sum[len(dst):], 4) {
			slices.Reverse(word)
		}
		return sum
	}),
)

func keyed(s *Subject) (ways []Variant) {
	keys := []string{""}
	if e := s.Base.find("partnerCode"); e != nil && e.Value.Text != "" {
		keys = append(keys, e.Value.Text)
	}
	for _, key := range keys {
		detail := "partnerCode"
		if key == "" {
			detail = "an empty key"
		}
		ways = append(ways, hashed(detail, "HMAC-MD5(text) under the key "+strconv.Quote(key), func(dst, text []byte) []byte {
			h := hmac.New(md5.New, []byte(key))
			h.Write(text)
			return h.Sum(dst)
		}))
	}
	return ways
}
