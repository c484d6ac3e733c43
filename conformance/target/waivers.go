package target

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
)

// Waiver is one entry of a file of waivers: a failure that is tolerated until a day.
type Waiver struct {
	// Check is an id, a case or a pattern, as for --only.
	Check string
	// Target is the name of a target, or a glob over names.
	Target                string
	Reason, Owner, Ticket string
	// Expiry is the last day on which it is valid, midnight UTC.
	Expiry time.Time
	// Origin says where Check is written: "waivers.yaml:3: check".
	Origin string
}

// IsFor reports whether the waiver applies to the target with a name.
func (w Waiver) IsFor(target string) bool {
	matched, err := path.Match(w.Target, target)
	return err == nil && matched
}

// ExpiredAt reports whether the waiver's last day is over, in UTC.
func (w Waiver) ExpiredAt(now time.Time) bool { return !now.Before(w.Expiry.AddDate(0, 0, 1)) }

// waiverKeys are the keys of a waiver; all are required.
var waiverKeys = []string{"check", "target", "reason", "owner", "ticket", "expiry"}

// dayForm is the format of a day.
const dayForm = "2006-01-02"

// ReadWaivers reads a file of waivers:
//
//	waivers:
//	  - check: SIG-022/*
//	    target: uat
//	    reason: the check is switched off in UAT until its release
//	    owner: payments
//	    ticket: MALL-123
//	    expiry: 2026-12-31
//
// Errors have type *Error and name the line.
func ReadWaivers(path string) ([]Waiver, error) {
	text, err := readFile(path)
	if err != nil {
		return nil, &Error{Origin: path, Problem: err.Error(), Instead: "name a file of waivers"}
	}
	return parseWaivers(path, text)
}

// parseWaivers parses the content of a file of waivers.
func parseWaivers(path string, text []byte) ([]Waiver, error) {
	f := &File{path: path}
	root, err := f.document(text)
	if err != nil {
		var told *Error
		if errors.As(err, &told) && told.Problem == "is empty" {
			told.Instead = "write waivers: and a list below it, or leave --waivers out"
		}
		return nil, err
	}
	top, err := f.known(root, "the file", []string{"waivers"})
	if err != nil {
		return nil, err
	}
	list := f.find(top, "waivers")
	if list == nil {
		return nil, f.fail(root, "", "the file has no waivers", "write waivers: and a list below it")
	}
	if node := resolved(list.value); node.Kind != yaml.SequenceNode {
		return nil, f.fail(node, "waivers", isNot(node, "a list"), "write - check: ID and the other keys for each")
	}
	var waivers []Waiver
	for _, item := range resolved(list.value).Content {
		one, err := f.waiver(resolved(item))
		if err != nil {
			return nil, err
		}
		waivers = append(waivers, one)
	}
	return waivers, nil
}

// known is mapping for files other than the file of targets: for an unknown key it
// suggests only keys of that file.
func (f *File) known(node *yaml.Node, what string, keys []string) ([]pair, error) {
	pairs, err := f.mapping(node, what, nil)
	if err != nil {
		return nil, err
	}
	for _, pair := range pairs {
		if !slices.Contains(keys, pair.key.Value) {
			return nil, f.fail(pair.key, "", fmt.Sprintf("unknown key %q in %s", pair.key.Value, what), suggestion(pair.key.Value, keys))
		}
	}
	return pairs, nil
}

func (f *File) waiver(node *yaml.Node) (Waiver, error) {
	var one Waiver
	pairs, err := f.known(node, "a waiver", waiverKeys)
	if err != nil {
		return one, err
	}
	for _, key := range waiverKeys {
		pair := f.find(pairs, key)
		if pair == nil {
			return one, f.fail(node, "", "this waiver has no "+key, "write check, target, reason, owner, ticket and expiry for each")
		}
		value, err := f.scalar(key, pair.value)
		if err != nil {
			return one, err
		}
		if value.text == "" {
			return one, f.fail(pair.value, key, "is empty", "write one")
		}
		switch key {
		case "check":
			one.Check, one.Origin = value.text, f.at(value.line, key)
		case "target":
			one.Target = value.text
			if _, err := path.Match(one.Target, ""); err != nil {
				return one, f.wrong(pair.value, key, "is not a valid pattern", "write the name of a target, or * for each")
			}
		case "reason":
			one.Reason = value.text
		case "owner":
			one.Owner = value.text
		case "ticket":
			one.Ticket = value.text
		case "expiry":
			if one.Expiry, err = time.Parse(dayForm, value.text); err != nil {
				return one, f.wrong(pair.value, key, "is not a valid date", "write it as 2026-12-31")
			}
		}
	}
	return one, nil
}

// waivers reads the file of waivers that the settings name.
func (r *resolver) waivers() []Waiver {
	file := r.text("waivers")
	if file == "" {
		return nil
	}
	waivers, err := ReadWaivers(file)
	var told *Error
	switch {
	case err == nil || r.problem != nil:
	case errors.As(err, &told) && told.Origin == file:
		r.fail("waivers", file, told.Problem, told.Instead)
	default:
		r.problem = err
	}
	return waivers
}
