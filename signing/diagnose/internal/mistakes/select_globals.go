package mistakes

import (
	"fmt"
	"strconv"
	"time"

	"github.com/mallcheck/mallcheck/signing/diagnose/internal/jsonform"
)

var versions = []string{"3.0", "1.0", "2.0"}

func versionOther(s *Subject) (ways []Variant) {
	sent := s.Base.find("version")
	for _, version := range versions {
		if sent != nil && sent.Written && sent.Value.Text != version {
			ways = append(ways, withText("version", version))
		}
	}
	return ways
}

func versionAdded(s *Subject) (ways []Variant) {
	if sent := s.Base.find("version"); sent != nil && sent.Written {
		return nil
	}
	for _, version := range versions {
		ways = append(ways, withText("version", version))
	}
	return ways
}

// withText signs a parameter with a text other than the one sent.
func withText(name, text string) Variant {
	return Variant{Detail: strconv.Quote(text), Apply: func(c *Candidate) { c.include(name, jsonform.String(text)) }}
}

func partnerCodeExample(s *Subject) (ways []Variant) {
	sent := s.Base.find("partnerCode")
	for _, code := range []string{"P012345", "P000270", "P000818"} {
		if sent != nil && sent.Written && sent.Value.Text != code {
			ways = append(ways, withText("partnerCode", code))
		}
	}
	return ways
}

// tradeTime returns the tradeTime that was sent, in milliseconds.
func (s *Subject) tradeTime() (int64, bool) {
	sent := s.Base.find("tradeTime")
	if sent == nil || !sent.Written || len(sent.Value.Text) != len("1645683857572") {
		return 0, false
	}
	ms, err := strconv.ParseInt(sent.Value.Text, 10, 64)
	return ms, err == nil
}

func tradeTimeForm(s *Subject) []Variant {
	ms, ok := s.tradeTime()
	if !ok {
		return nil
	}
	const stamp = "20060102150405"
	at := time.UnixMilli(ms).UTC()
	china := at.In(time.FixedZone("", 8*60*60))
	ways := []Variant{
		withText("tradeTime", strconv.FormatInt(ms/1000, 10)),
		withText("tradeTime", strconv.FormatInt(ms/1000*1000, 10)),
		withText("tradeTime", at.Format(stamp)),
		withText("tradeTime", china.Format(stamp)),
	}
	details := []string{"in seconds", "in milliseconds that end in 000", "as date and time in UTC", "as date and time in China"}
	for i, detail := range details {
		ways[i].Detail = detail + ", " + ways[i].Detail
		ways[i].Rare = i > 0
	}
	return ways
}

func tradeTimeClock(s *Subject) (ways []Variant) {
	const reach = 50 // milliseconds
	ms, ok := s.tradeTime()
	for off := int64(1); ok && off <= reach; off++ {
		for _, signed := range []int64{ms - off, ms + off} {
			v := withText("tradeTime", strconv.FormatInt(signed, 10))
			v.Detail = fmt.Sprintf("%s, %+d ms", v.Detail, signed-ms)
			ways = append(ways, v)
		}
	}
	return ways
}

func pathTemplate(s *Subject) (ways []Variant) {
	for _, m := range s.Got.Path {
		for _, form := range []string{"{%s}", ":%s", "%s"} {
			ways = append(ways, withText(m.Name, fmt.Sprintf(form, m.Name)))
		}
	}
	return ways
}
