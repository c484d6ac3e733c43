package diagnose

import (
	"fmt"
	"strconv"
	"time"
)

var versions = []string{"3.0", "1.0", "2.0"}

func versionOther(s *search) (ways []variant) {
	sent := s.base.find("version")
	for _, version := range versions {
		if sent != nil && sent.written && sent.value.text != version {
			ways = append(ways, withText("version", version))
		}
	}
	return ways
}

func versionAdded(s *search) (ways []variant) {
	if sent := s.base.find("version"); sent != nil && sent.written {
		return nil
	}
	for _, version := range versions {
		ways = append(ways, withText("version", version))
	}
	return ways
}

// withText signs a parameter with another text than the one that was sent.
func withText(name, text string) variant {
	return variant{detail: strconv.Quote(text), apply: func(c *candidate) { c.include(name, stringNode(text)) }}
}

func partnerCodeExample(s *search) (ways []variant) {
	sent := s.base.find("partnerCode")
	for _, code := range []string{"P012345", "P000270", "P000818"} {
		if sent != nil && sent.written && sent.value.text != code {
			ways = append(ways, withText("partnerCode", code))
		}
	}
	return ways
}

// tradeTime returns the milliseconds that were sent as tradeTime.
func (s *search) tradeTime() (int64, bool) {
	sent := s.base.find("tradeTime")
	if sent == nil || !sent.written || len(sent.value.text) != len("1645683857572") {
		return 0, false
	}
	ms, err := strconv.ParseInt(sent.value.text, 10, 64)
	return ms, err == nil
}

func tradeTimeForm(s *search) []variant {
	ms, ok := s.tradeTime()
	if !ok {
		return nil
	}
	const stamp = "20060102150405"
	at := time.UnixMilli(ms).UTC()
	china := at.In(time.FixedZone("", 8*60*60))
	ways := []variant{
		withText("tradeTime", strconv.FormatInt(ms/1000, 10)),
		withText("tradeTime", strconv.FormatInt(ms/1000*1000, 10)),
		withText("tradeTime", at.Format(stamp)),
		withText("tradeTime", china.Format(stamp)),
	}
	details := []string{"in seconds", "in milliseconds that end in 000", "as date and time in UTC", "as date and time in China"}
	for i, detail := range details {
		ways[i].detail = detail + ", " + ways[i].detail
		ways[i].rare = i > 0
	}
	return ways
}

func tradeTimeClock(s *search) (ways []variant) {
	const reach = 50 // milliseconds
	ms, ok := s.tradeTime()
	for off := int64(1); ok && off <= reach; off++ {
		for _, signed := range []int64{ms - off, ms + off} {
			v := withText("tradeTime", strconv.FormatInt(signed, 10))
			v.detail = fmt.Sprintf("%s, %+d ms", v.detail, signed-ms)
			ways = append(ways, v)
		}
	}
	return ways
}

func pathTemplate(s *search) (ways []variant) {
	for _, m := range s.got.Path {
		for _, form := range []string{"{%s}", ":%s", "%s"} {
			ways = append(ways, withText(m.Name, fmt.Sprintf(form, m.Name)))
		}
	}
	return ways
}
