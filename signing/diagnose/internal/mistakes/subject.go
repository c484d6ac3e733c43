package mistakes

import "github.com/mallcheck/mallcheck/signing"

// Subject is a request with the wrong sign that it was sent with.
type Subject struct {
	Got        Sent
	Sign, Want string
	Expected   []byte // the content whose MD5 is want
	Rules      signing.Rules
	Base       Candidate // the right way to make the sign
	Core       string    // the sign without surrounding text
}

// Sent are the parts of a request, as in diagnose.Request.
type Sent struct {
	Query, Path, Body []signing.Member
	RawQuery          string
	RawBody           []byte
}

// part is a part of a request with its parameters.
type part struct {
	Part    signing.Parts
	Members []signing.Member
}

// Parts lists the parts in the order in which signing.MembersOf collects them.
func (s Sent) Parts() [3]part {
	return [3]part{{signing.Query, s.Query}, {signing.Path, s.Path}, {signing.Body, s.Body}}
}

// MaxSingled is the number of parameters up to which mistakes in one parameter are tried in each of them.
const MaxSingled = 1000

// singled returns the parameters in which mistakes in one parameter are tried.
func (s *Subject) singled() []Entry { return s.Base.Entries[:min(len(s.Base.Entries), MaxSingled)] }
