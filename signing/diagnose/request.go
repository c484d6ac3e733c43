package diagnose

import (
	"net/url"
	"slices"

	"github.com/mallcheck/mallcheck/signing"
	"github.com/mallcheck/mallcheck/signing/diagnose/internal/mistakes"
)

// Request is a request whose sign is to be explained. Some mistakes depend on the part and order of the
// parameters, so they are given by part of the request, in the order sent. The parameter sign may be
// included or left out.
type Request struct {
	// Query, Path and Body are the parameters of each part. Path parameters may be
	// absent when the caller does not know them.
	Query, Path, Body []signing.Member
	// RawQuery is the query as sent, without "?", and RawBody the body. Either may be empty; mistakes
	// that sign it unchanged are then not tried.
	RawQuery string
	RawBody  []byte
}

// RequestOf collects what Sign needs from a request. Arguments and errors are those of MembersOf.
func RequestOf(method string, u *url.URL, body []byte, templates []string) (Request, error) {
	got := Request{RawQuery: u.RawQuery, RawBody: body}
	for _, group := range []struct {
		part    signing.Parts
		members *[]signing.Member
	}{{signing.Query, &got.Query}, {signing.Path, &got.Path}, {signing.Body, &got.Body}} {
		found, err := signing.MembersOf(method, u, body, templates, group.part)
		if err != nil {
			return Request{}, err
		}
		*group.members = found
	}
	return got, nil
}

// Members returns the parameters of the given parts, each once. It is an error if two parts have
// different values for the same name.
func (got Request) Members(parts signing.Parts) (members []signing.Member, err error) {
	for _, group := range mistakes.Sent(got).Parts() {
		if !parts.Has(group.Part) {
			continue
		}
		if members, err = signing.MergeMembers(slices.Clip(members), group.Members); err != nil {
			return nil, err
		}
	}
	return members, nil
}
